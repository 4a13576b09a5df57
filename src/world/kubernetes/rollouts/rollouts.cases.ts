/** Fidelity: no mechanism; a Rollout on a small cluster, with telemetry that a test sets by hand. */

import type { Recorder } from '../../../telemetry/recorder.ts';
import { nodePool, type SmallCluster, smallCluster } from '../cluster.cases.ts';
import type { Cluster } from '../cluster.ts';
import type { ManifestObject } from '../model.ts';
import { controllerOf } from '../objects/meta.ts';
import { type Container, type Pod, pods, replicaSets, services } from '../objects/resource-types.ts';
import { type AnalysisRun, analysisRuns } from './analysis/analysis-run.ts';
import { podHashLabel } from './replica-sets.ts';
import { type Rollout, type RolloutStatus, rollouts } from './rollout.ts';

export const labels = { app: 'web' };

export function rollout(
  strategy: Rollout['spec']['strategy'],
  spec: Partial<Rollout['spec']> = {},
): ManifestObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 4,
      selector: { matchLabels: labels },
      strategy,
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'main', image: 'web:1', ports: [{ containerPort: 8080 }] }],
        },
      },
      ...spec,
    },
  } as ManifestObject;
}

export function service(name: string): ManifestObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  } as ManifestObject;
}

/** Measures `error_ratio` every ten seconds and wants it below 5 %. */
export function template(change: Readonly<Record<string, unknown>> = {}): ManifestObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: 'errors', namespace: 'default' },
    spec: {
      args: [{ name: 'limit', value: '0.05' }],
      metrics: [
        {
          name: 'error-ratio',
          interval: '10s',
          count: 3,
          successCondition: 'result[0] < {{args.limit}}',
          provider: { prometheus: { query: 'max(error_ratio)' } },
          ...change,
        },
      ],
    },
  } as ManifestObject;
}

export interface RolloutSetting extends SmallCluster {
  /** What the query of the template finds. */
  errorRatio: number;
  /** Weights that traffic was told. */
  readonly weighed: string[];
  status(): RolloutStatus;
  /** Pods that run and aren't on their way out, by image. */
  images(): Readonly<Record<string, number>>;
  said(): string[];
  runs(): AnalysisRun[];
  release(image: string, change?: Partial<Container>): void;
  patch(status: Partial<RolloutStatus>): void;
  /** The image that a Service leads to. */
  behind(service: string): string;
}

export function rolloutSetting(
  strategy: Rollout['spec']['strategy'],
  spec: Partial<Rollout['spec']> = {},
  objects: readonly ManifestObject[] = [],
): RolloutSetting {
  const small = smallCluster({
    pools: [nodePool(4)],
    objects: [...objects, rollout(strategy, spec)],
    model: {
      servings: [
        {
          service: 'shop',
          namespace: 'default',
          workloads: [{ kind: 'Rollout', name: 'web' }],
          services: [],
          container: 'main',
          process: {} as never,
        },
      ],
    },
  });
  const { cluster, engine } = small;
  const weighed: string[] = [];
  small.routing.weigh = (...told: unknown[]) => {
    weighed.push(JSON.stringify(told));
  };
  const setting: RolloutSetting = {
    ...small,
    errorRatio: 0,
    weighed,
    status: () => cluster.store.get(rollouts, 'default', 'web')!.status!,
    images: () => {
      const counts: Record<string, number> = {};
      for (const pod of cluster.store.table(pods).values('default'))
        if (pod.metadata.deletionTimestamp === undefined)
          counts[imageOf(pod)] = (counts[imageOf(pod)] ?? 0) + 1;
      return counts;
    },
    said: () =>
      [...cluster.events.list()]
        .filter(({ regarding }) => regarding.kind === 'Rollout')
        .map(({ reason, message }) => `${reason}: ${message}`),
    runs: () => [...cluster.store.table(analysisRuns).values()],
    release: (image, change = {}) => release(cluster, image, change),
    patch: (status) => {
      cluster.api.modifyStatus(rollouts, 'default', 'web', (now) => ({
        ...now,
        status: { ...now.status, ...status },
      }));
    },
    behind: (name) => imageBehind(cluster, name),
    run: (seconds) => {
      const until = engine.now + seconds * 1e6;
      // Telemetry is read as it was at its last sample.
      for (; engine.now < until; ) {
        small.run(Math.min(1, (until - engine.now) / 1e6));
        (cluster.telemetry as Recorder).sample(engine.now);
      }
    },
  };
  cluster.instruments.publish('error_ratio', {}, () => setting.errorRatio);
  return setting;
}

function release(cluster: Cluster, image: string, change: Partial<Container>): void {
  cluster.api.modify(rollouts, 'default', 'web', (now) => {
    const { template: before } = now.spec;
    const containers = before.spec.containers.map((container) => ({ ...container, image, ...change }));
    return { ...now, spec: { ...now.spec, template: { ...before, spec: { ...before.spec, containers } } } };
  });
}

function imageBehind(cluster: Cluster, name: string): string {
  const hash = cluster.store.get(services, 'default', name)?.spec.selector?.[podHashLabel];
  const set = [...cluster.store.table(replicaSets).values()].find(
    ({ metadata }) =>
      controllerOf({ metadata } as never) !== undefined && metadata.labels?.[podHashLabel] === hash,
  );
  return set?.spec.template.spec.containers[0].image ?? '';
}

function imageOf(pod: Pod): string {
  return pod.spec.containers[0].image ?? '';
}
