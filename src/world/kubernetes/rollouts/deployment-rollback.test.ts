import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePool, smallCluster } from '../cluster.cases.ts';
import type { ManifestObject } from '../model.ts';
import { deployments, pods } from '../objects/resource-types.ts';
import { rollbackAnnotation, rolledBackAnnotation } from './deployment-rollback.ts';

function setting(annotations: Readonly<Record<string, string>>) {
  const labels = { app: 'web' };
  const small = smallCluster({
    pools: [nodePool(3)],
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'default', annotations },
        spec: {
          replicas: 2,
          progressDeadlineSeconds: 30,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: 'web:1' }] },
          },
        },
      } as ManifestObject,
    ],
  });
  const { cluster, processes } = small;
  processes.mayFailProbes = () => true;
  processes.probe = (process, { ticket }) => processes.host.probed(process, ticket, false, 'no');
  const release = (image: string) =>
    cluster.api.modify(deployments, 'default', 'web', (now) => {
      const { template } = now.spec;
      const [main] = template.spec.containers;
      const containers = [{ ...main, image, readinessProbe: { tcpSocket: { port: 80 } } }];
      return {
        ...now,
        spec: { ...now.spec, template: { ...template, spec: { ...template.spec, containers } } },
      };
    });
  const current = () => cluster.store.get(deployments, 'default', 'web')!;
  const images = () =>
    [...cluster.store.table(pods).values('default')].map(({ spec }) => spec.containers[0].image).sort();
  return { ...small, release, current, images };
}

test('a Deployment beyond its deadline goes back, where that is asked for, and only once for each version', () => {
  const { release, run, current, images, cluster } = setting({ [rollbackAnnotation]: 'true' });
  release('web:2');
  run(90);
  assert.equal(current().spec.template.spec.containers[0].image, 'web:1');
  assert.deepEqual(images(), ['web:1', 'web:1']);
  assert.match(current().metadata.annotations?.[rolledBackAnnotation] ?? '', /^web-\w+$/);
  assert.ok([...cluster.events.list()].some(({ reason }) => reason === 'DeploymentRollback'));
  release('web:3');
  run(90);
  assert.deepEqual(images(), ['web:1', 'web:1']);
});

test('without the annotation it only has a condition', () => {
  const { release, run, current } = setting({});
  release('web:2');
  run(90);
  assert.equal(current().spec.template.spec.containers[0].image, 'web:2');
  const progressing = current().status?.conditions?.find(({ type }) => type === 'Progressing');
  assert.equal(progressing?.reason, 'ProgressDeadlineExceeded');
});
