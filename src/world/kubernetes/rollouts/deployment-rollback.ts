/**
 * Fidelity: none; this is this project's own addition, off unless a Deployment is annotated `sim.devops/rollback-on-deadline: "true"`.
 * Kubernetes only sets a condition when a Deployment is beyond its progress deadline, and leaves it to people or pipelines to do
 * `kubectl rollout undo`; this does what such a pipeline does, once for each bad version.
 */
import type { ApiClient } from '../control/client.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { Controller, type Reconciliation } from '../control/controller.ts';
import type { Watch } from '../control/watch.ts';
import { conditionOf, controllerOf, keyOf, splitKey } from '../objects/meta.ts';
import type { PodTemplate } from '../objects/pod.ts';
import { deployments, replicaSets } from '../objects/resource-types.ts';
import type { Deployment, ReplicaSet } from '../objects/workloads.ts';
import { Index } from '../store/store.ts';

export const rollbackAnnotation = 'sim.devops/rollback-on-deadline';
/** Names the ReplicaSets that a Deployment was taken back from, with commas. */
export const rolledBackAnnotation = 'sim.devops/rolled-back-from';
const revisionAnnotation = 'deployment.kubernetes.io/revision';
const hashLabel = 'pod-template-hash';

/** Beyond its deadline, and willing to be taken back. */
export function isOverdue({ metadata, status }: Deployment): boolean {
  if (metadata.annotations?.[rollbackAnnotation] !== 'true') return false;
  const progressing = conditionOf(status?.conditions, 'Progressing');
  return progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded';
}

function revisionOf({ metadata }: { readonly metadata: ReplicaSet['metadata'] }): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0);
}

function badNames({ metadata }: Deployment): readonly string[] {
  return (metadata.annotations?.[rolledBackAnnotation] ?? '').split(',').filter((name) => name !== '');
}

export interface Undo {
  readonly from: ReplicaSet;
  readonly to: ReplicaSet;
}

/** From the newest revision to the one before it that was not itself found bad; null when there is none. */
export function undoOf(deployment: Deployment, sets: readonly ReplicaSet[]): Undo | null {
  const newest = [...sets].sort((a, b) => revisionOf(b) - revisionOf(a));
  const [from] = newest;
  const bad = new Set(badNames(deployment));
  const to = newest.slice(1).find(({ metadata }) => !bad.has(metadata.name));
  return from === undefined || to === undefined ? null : { from, to };
}

function templateOf({ spec }: ReplicaSet): PodTemplate {
  const { [hashLabel]: _, ...labels } = spec.template.metadata?.labels ?? {};
  return { ...spec.template, metadata: { ...spec.template.metadata, labels } };
}

/** Takes annotated Deployments back. */
export class DeploymentRollback {
  readonly #plane: ControlPlane;
  readonly #setsByOwner: Index<ReplicaSet>;

  constructor(plane: ControlPlane, { client, watch }: { client: ApiClient; watch: Watch }) {
    this.#plane = plane;
    this.#setsByOwner = new Index(plane.store, replicaSets, (set) => {
      const owner = controllerOf(set);
      return owner?.kind === 'Deployment' ? owner.uid : undefined;
    });
    const controller = new Controller({
      engine: plane.engine,
      client,
      name: 'deployment-rollback',
      workers: 1,
      reconcile: (key) => this.#reconcile(key),
    });
    watch.on(deployments, ({ kind, object }) => {
      if (kind !== 'DELETED' && isOverdue(object)) controller.enqueue(keyOf(object));
    });
  }

  #reconcile(key: string): Reconciliation | null {
    const [namespace, name] = splitKey(key);
    const deployment = this.#plane.store.get(deployments, namespace, name);
    if (deployment === undefined || !isOverdue(deployment)) return null;
    // The condition is of this template only when the controller has seen it.
    if (deployment.status?.observedGeneration !== deployment.metadata.generation) return null;
    const undo = undoOf(deployment, [...this.#setsByOwner.get(deployment.metadata.uid)]);
    return undo === null ? null : { writes: [() => this.#undo(deployment, undo)] };
  }

  #undo(deployment: Deployment, { from, to }: Undo) {
    const { namespace = '', name } = deployment.metadata;
    const bad = [...badNames(deployment), from.metadata.name].join(',');
    const outcome = this.#plane.api.modify(deployments, namespace, name, (current) => ({
      ...current,
      metadata: {
        ...current.metadata,
        annotations: { ...current.metadata.annotations, [rolledBackAnnotation]: bad },
      },
      spec: { ...current.spec, template: templateOf(to) },
    }));
    if (!outcome.ok) return outcome;
    const message = `Rolled back deployment "${name}" to revision ${revisionOf(to)}`;
    this.#plane.events.record(deployment, {
      type: 'Normal',
      reason: 'DeploymentRollback',
      message,
      component: 'rollback-on-deadline',
    });
    this.#plane.note('rollout', `Deployment ${keyOf(deployment)}`, message);
    return outcome;
  }
}
