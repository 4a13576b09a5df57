import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../../cluster.ts';
import { conditionOf } from '../../objects/meta.ts';
import { isActive } from '../../objects/pod.ts';
import { type Deployment, deployments, pods } from '../../objects/resource-types.ts';
import {
  busyCluster,
  deployment,
  eventsAbout,
  getDeployment,
  makeReady,
  podsOf,
  runReadily,
  setsOf,
} from '../workloads.cases.ts';

function change(cluster: Cluster, spec: Partial<Deployment['spec']>): void {
  const outcome = cluster.api.modify(deployments, 'default', 'web', (now) => ({
    ...now,
    spec: { ...now.spec, ...spec },
  }));
  assert.ok(outcome.ok);
}

function template(image: string): Pick<Deployment['spec'], 'template'> {
  return { template: deployment('web', 0, {}, image).spec.template };
}

/** `revision:replicas` of every ReplicaSet, by revision. */
function revisions(cluster: Cluster): string[] {
  return setsOf(cluster)
    .map((set) => `${set.metadata.annotations?.['deployment.kubernetes.io/revision']}:${set.spec.replicas}`)
    .sort();
}

function progress(cluster: Cluster): string | undefined {
  return conditionOf(getDeployment(cluster, 'web').status?.conditions, 'Progressing')?.reason;
}

test('a Deployment makes a ReplicaSet and its pods, and says when it is complete', () => {
  const small = busyCluster();
  const { cluster, run } = small;
  cluster.api.create(deployments, deployment('web', 3));
  run(1);
  const [set] = setsOf(cluster);
  const hash = set.metadata.labels?.['pod-template-hash'];
  assert.equal(set.metadata.name, `web-${hash}`);
  assert.equal(podsOf(cluster).length, 3);
  for (const pod of podsOf(cluster)) {
    assert.match(pod.metadata.name, new RegExp(`^web-${hash}-[a-z0-9]{5}$`));
    assert.equal(pod.metadata.labels?.['pod-template-hash'], hash);
  }
  assert.equal(progress(cluster), 'ReplicaSetUpdated');
  runReadily(small, 2);
  const { status, metadata } = getDeployment(cluster, 'web');
  assert.equal(progress(cluster), 'NewReplicaSetAvailable');
  assert.equal(metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  assert.deepEqual(
    [status?.replicas, status?.updatedReplicas, status?.readyReplicas, status?.availableReplicas],
    [3, 3, 3, 3],
  );
  assert.equal(status?.unavailableReplicas, undefined);
  assert.deepEqual(eventsAbout(cluster, 'Deployment'), [
    `ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 3`,
  ]);
  assert.equal(eventsAbout(cluster, 'ReplicaSet').length, 3);
});

test('a rolling update stays within its bounds all the way and keeps its history', () => {
  const small = busyCluster();
  const { cluster, run } = small;
  cluster.api.create(deployments, deployment('web', 8));
  runReadily(small, 3);
  change(cluster, template('web:2'));
  for (let second = 0; second < 20; second++) {
    run(0.5);
    const active = podsOf(cluster).filter(isActive);
    const ready = active.filter(({ status }) => status.conditions?.[0]?.status === 'True');
    assert.ok(active.length <= 10, 'no more than a quarter beyond');
    assert.ok(ready.length >= 6, 'no fewer than three quarters');
    for (const pod of active.filter(({ status }) => status.phase === 'Pending').slice(0, 1))
      makeReady(cluster, pod);
  }
  assert.deepEqual(revisions(cluster), ['1:0', '2:8']);
  assert.equal(progress(cluster), 'NewReplicaSetAvailable');
});

test('an old template comes back as the newest revision with its history', () => {
  const small = busyCluster();
  const { cluster } = small;
  cluster.api.create(deployments, deployment('web', 2));
  runReadily(small, 3);
  change(cluster, template('web:2'));
  runReadily(small, 5);
  change(cluster, template('web:1'));
  runReadily(small, 5);
  assert.deepEqual(revisions(cluster), ['2:0', '3:2']);
  const set = setsOf(cluster).find(({ spec }) => spec.replicas === 2);
  assert.equal(set?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
  assert.equal(
    getDeployment(cluster, 'web').metadata.annotations?.['deployment.kubernetes.io/revision'],
    '3',
  );
});

test('a bad release stops where its bounds say and misses its deadline', () => {
  const small = busyCluster();
  const { cluster, run, notes } = small;
  cluster.api.create(deployments, deployment('web', 4, { progressDeadlineSeconds: 60 }));
  runReadily(small, 3);
  change(cluster, template('web:bad'));
  run(30);
  assert.deepEqual(revisions(cluster), ['1:3', '2:2']);
  run(40);
  const condition = conditionOf(getDeployment(cluster, 'web').status?.conditions, 'Progressing');
  assert.equal(condition?.reason, 'ProgressDeadlineExceeded');
  assert.equal(condition?.status, 'False');
  assert.match(condition?.message ?? '', /^ReplicaSet "web-\w+" has timed out progressing\.$/);
  assert.ok(
    notes.some((note) =>
      note.startsWith('rollout Deployment default/web: rollout made no progress for 60 s'),
    ),
  );
});

test('a Deployment scaled in mid-rollout shares the pods among its sets', () => {
  const small = busyCluster();
  const { cluster, run } = small;
  cluster.api.create(deployments, deployment('web', 8));
  runReadily(small, 3);
  change(cluster, template('web:bad'));
  run(5);
  assert.deepEqual(revisions(cluster), ['1:6', '2:4']);
  change(cluster, { replicas: 16 });
  run(5);
  assert.deepEqual(revisions(cluster), ['1:12', '2:8']);
});

test('a paused Deployment scales but does not roll out', () => {
  const small = busyCluster();
  const { cluster } = small;
  cluster.api.create(deployments, deployment('web', 2));
  runReadily(small, 3);
  change(cluster, { ...template('web:2'), paused: true, replicas: 3 });
  runReadily(small, 3);
  assert.deepEqual(revisions(cluster), ['1:3']);
  assert.equal(progress(cluster), 'DeploymentPaused');
  change(cluster, { paused: false });
  runReadily(small, 8);
  assert.deepEqual(revisions(cluster), ['1:0', '2:3']);
});

test('Recreate waits until the last old pod is gone', () => {
  const small = busyCluster();
  const { cluster, run } = small;
  cluster.api.create(deployments, deployment('web', 2, { strategy: { type: 'Recreate' } }));
  runReadily(small, 3);
  const old = podsOf(cluster);
  for (const pod of old)
    cluster.api.modify(pods, 'default', pod.metadata.name, (now) => ({
      ...now,
      spec: { ...now.spec, nodeName: 'elsewhere' },
    }));
  change(cluster, template('web:2'));
  run(5);
  assert.deepEqual(revisions(cluster), ['1:0']);
  assert.ok(podsOf(cluster).every(({ metadata }) => metadata.deletionTimestamp !== undefined));
  for (const pod of old) cluster.api.delete(pods, 'default', pod.metadata.name, { gracePeriodSeconds: 0 });
  run(2);
  assert.deepEqual(revisions(cluster), ['1:0', '2:2']);
});

test('history beyond its limit is forgotten, oldest first', () => {
  const small = busyCluster();
  const { cluster } = small;
  cluster.api.create(deployments, deployment('web', 1, { revisionHistoryLimit: 1 }));
  runReadily(small, 3);
  for (const image of ['web:2', 'web:3', 'web:4']) {
    change(cluster, template(image));
    runReadily(small, 6);
  }
  assert.deepEqual(revisions(cluster), ['3:0', '4:1']);
});
