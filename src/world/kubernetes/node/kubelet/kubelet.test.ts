import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallCluster } from '../../cluster.cases.ts';
import type { Draft } from '../../objects/meta.ts';
import { conditionOf } from '../../objects/meta.ts';
import { nodes, type Pod, type PodSpec, pods } from '../../objects/resource-types.ts';

function draft(name: string, spec: Partial<PodSpec> = {}): Draft<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: { nodeName: 'general-0', containers: [{ name: 'main', image: 'web:1' }], ...spec },
    status: { phase: 'Pending' },
  };
}

function setting(spec: Partial<PodSpec> = {}) {
  const small = smallCluster();
  const create = (name: string, more: Partial<PodSpec> = {}) => {
    const created = small.cluster.api.create(pods, draft(name, { ...spec, ...more }));
    assert.ok(created.ok);
    return created.value;
  };
  const pod = (name: string) => small.cluster.store.get(pods, 'default', name);
  const seen = () => [...small.cluster.events.list()].map(({ reason, message }) => `${reason}: ${message}`);
  return { ...small, create, pod, seen };
}

test('a bound pod pulls its image, starts and becomes ready', () => {
  const { create, pod, run, seen, processes } = setting();
  create('web');
  run(1);
  const pending = pod('web')!.status;
  assert.equal(pending.phase, 'Pending');
  assert.equal(pending.containerStatuses?.[0].state?.waiting?.reason, 'ContainerCreating');
  assert.equal(conditionOf(pending.conditions, 'Ready')?.message, 'containers with unready status: [main]');
  run(6);
  const { phase, podIP, hostIP, conditions, containerStatuses, qosClass } = pod('web')!.status;
  assert.equal(phase, 'Running');
  assert.equal(podIP, '10.128.0.2');
  assert.equal(hostIP, '10.0.0.10');
  assert.equal(qosClass, 'BestEffort');
  assert.deepEqual(
    conditions?.map(({ type, status }) => `${type} ${status}`),
    [
      'PodReadyToStartContainers True',
      'Initialized True',
      'Ready True',
      'ContainersReady True',
      'PodScheduled True',
    ],
  );
  const [status] = containerStatuses!;
  assert.equal(status.image, 'docker.io/library/web:1');
  assert.match(status.imageID, /^docker\.io\/library\/web@sha256:[0-9a-f]{64}$/);
  assert.match(status.containerID!, /^containerd:\/\/[0-9a-f]{64}$/);
  assert.ok(status.ready && status.started && status.restartCount === 0);
  assert.equal(processes.running.size, 1);
  assert.deepEqual(seen(), [
    'Pulling: Pulling image "web:1"',
    'Pulled: Successfully pulled image "web:1" in 3.5s (3.5s including waiting). Image size: 150000000 bytes.',
    'Created: Created container: main',
    'Started: Started container main',
  ]);
  create('again');
  run(3);
  assert.equal(pod('again')!.status.phase, 'Running', 'the image is there already');
});

test('a node reports its images', () => {
  const { create, cluster, run } = setting();
  create('web');
  run(20);
  assert.deepEqual(cluster.store.get(nodes, '', 'general-0')?.status.images, [
    { names: ['docker.io/library/web:1'], sizeBytes: 150_000_000 },
  ]);
});

test('a crashing container starts again at once, then after 10 s, 20 s and more', () => {
  const { create, pod, run, processes } = setting();
  create('web');
  run(8);
  const crash = () => {
    for (const process of [...processes.running.keys()]) {
      processes.running.delete(process);
      processes.host.exited(process, 1, 'Error');
    }
  };
  crash();
  run(2.5);
  assert.equal(pod('web')!.status.containerStatuses?.[0].restartCount, 1);
  crash();
  run(2);
  assert.equal(pod('web')!.status.containerStatuses?.[0].state?.terminated?.exitCode, 1);
  run(7);
  assert.equal(processes.running.size, 0);
  run(24);
  assert.equal(pod('web')!.status.containerStatuses?.[0].restartCount, 2);
  crash();
  run(17);
  const status = pod('web')!.status.containerStatuses![0];
  assert.equal(status.state?.waiting?.reason, 'CrashLoopBackOff');
  assert.match(
    status.state?.waiting?.message ?? '',
    /^back-off 20s restarting failed container=main pod=web_/,
  );
  assert.equal(status.lastState?.terminated?.reason, 'Error');
  assert.equal(pod('web')!.status.phase, 'Running');
  assert.equal(conditionOf(pod('web')!.status.conditions, 'Ready')?.status, 'False');
});

test('a deleted pod ends gracefully and then is gone', () => {
  const { create, pod, run, processes, cluster } = setting();
  processes.stubborn = true;
  create('web');
  run(8);
  cluster.api.delete(pods, 'default', 'web', { gracePeriodSeconds: 5 });
  run(4);
  assert.ok(pod('web')?.metadata.deletionTimestamp !== undefined);
  assert.equal(processes.running.size, 1);
  run(3);
  assert.equal(pod('web'), undefined);
  assert.equal(processes.running.size, 0);
});

test('a preStop hook comes before SIGTERM and takes from the grace', () => {
  const lifecycle = { preStop: { exec: { command: ['sh', '-c', 'sleep 8'] } } };
  const { create, pod, run, processes, cluster } = setting({
    containers: [{ name: 'main', image: 'web:1', lifecycle }],
  });
  create('web');
  run(8);
  cluster.api.delete(pods, 'default', 'web');
  run(7.5);
  assert.equal(processes.running.size, 1);
  run(2);
  assert.equal(processes.running.size, 0);
  assert.equal(pod('web'), undefined);
});

test('init containers and sidecars start in order, and sidecars end last', () => {
  const { create, pod, run, processes, cluster } = setting({
    initContainers: [
      { name: 'prepare', image: 'tool:1' },
      { name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' },
    ],
  });
  create('web');
  run(10);
  assert.deepEqual([...processes.running.values()], ['default/web/prepare']);
  const { status } = pod('web')!;
  assert.equal(
    conditionOf(status.conditions, 'Initialized')?.message,
    'containers with incomplete status: [prepare proxy]',
  );
  assert.equal(status.containerStatuses?.[0].state?.waiting?.reason, 'PodInitializing');
  processes.exit('default/web/prepare', 0);
  run(20);
  assert.deepEqual([...processes.running.values()], ['default/web/proxy', 'default/web/main']);
  assert.equal(pod('web')!.status.phase, 'Running');
  const ended: string[] = [];
  cluster.nodeParts.kubelet.onEnd(({ spec }) => ended.push(spec.name));
  cluster.api.delete(pods, 'default', 'web');
  run(3);
  assert.deepEqual(ended, ['main', 'proxy']);
  assert.equal(pod('web'), undefined);
});

test('pods that end by themselves succeed or fail by their exit codes', () => {
  const { create, pod, run, processes } = setting();
  create('good', { restartPolicy: 'Never' });
  create('bad', { restartPolicy: 'Never' });
  create('retry', { restartPolicy: 'OnFailure' });
  run(12);
  processes.exit('default/good/main', 0);
  processes.exit('default/bad/main', 3);
  processes.exit('default/retry/main', 3);
  run(3);
  assert.equal(pod('good')!.status.phase, 'Succeeded');
  assert.equal(conditionOf(pod('good')!.status.conditions, 'Ready')?.reason, 'PodCompleted');
  assert.equal(pod('bad')!.status.phase, 'Failed');
  assert.equal(pod('retry')!.status.containerStatuses?.[0].restartCount, 1);
});

test('a pod that does not fit is refused', () => {
  const { create, pod, run } = setting({
    containers: [{ name: 'main', image: 'web:1', resources: { requests: { cpu: '3' } } }],
  });
  create('first');
  create('second');
  run(1);
  const { phase, reason, message } = pod('second')!.status;
  assert.deepEqual(
    [phase, reason, message],
    [
      'Failed',
      'OutOfcpu',
      "Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, used: 3000, capacity: 4000",
    ],
  );
});

test('a lost machine takes its processes along; back again, it starts its pods anew', () => {
  const { create, pod, run, processes, cluster } = setting();
  create('web');
  run(8);
  cluster.nodeParts.kubelet.lose('general-0');
  assert.equal(processes.running.size, 0);
  run(60);
  cluster.nodeParts.kubelet.recover('general-0');
  run(3);
  const status = pod('web')!.status.containerStatuses![0];
  assert.equal(status.restartCount, 1);
  assert.ok(status.ready);
  assert.equal(status.lastState?.terminated?.exitCode, 255);
});

test('a deadline fails the pod', () => {
  const { create, pod, run, processes } = setting();
  create('web', { activeDeadlineSeconds: 20 });
  run(23);
  assert.equal(pod('web')!.status.reason, 'DeadlineExceeded');
  assert.equal(pod('web')!.status.phase, 'Failed');
  assert.equal(processes.running.size, 0);
});
