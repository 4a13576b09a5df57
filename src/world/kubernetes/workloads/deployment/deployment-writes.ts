/**
 * Fidelity: the writes of the Deployment controller: `scaleReplicaSet`, `getNewReplicaSet`, deletion of old sets (deployment/sync.go,
 * 1.32), with the events that describe shows.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import type { Write } from '../../control/controller.ts';
import { conditionOf, controllerOf, keyOf, type Labels } from '../../objects/meta.ts';
import { deployments, replicaSets } from '../../objects/resource-types.ts';
import type { Deployment, ReplicaSet } from '../../objects/workloads.ts';
import { sameValue } from '../../store/equality.ts';
import { done, type Failure, type Outcome, refuse } from '../../store/failure.ts';
import { isNamespaceEnding } from '../pods/pod-control.ts';
import { hashOf } from '../revisions/template-hash.ts';
import {
  condition,
  type DeploymentStatus,
  deadlineOf,
  withDeploymentCondition,
} from './deployment-status.ts';
import {
  newSetFor,
  nextRevision,
  revisedAnnotations,
  revisionAnnotation,
  revisionOf,
  sameTemplate,
  sizeAnnotations,
} from './revisions.ts';
import { replicasOf } from './rolling-update.ts';

export class DeploymentWrites {
  readonly #plane: ControlPlane;
  readonly #component: string;

  constructor(plane: ControlPlane, component: string) {
    this.#plane = plane;
    this.#component = component;
  }

  /** Computes the status from the Deployment as it is when the server gets to it. */
  status(
    { metadata: { namespace = '', name } }: Deployment,
    next: (now: Deployment) => DeploymentStatus,
  ): Write {
    return () =>
      this.#plane.api.modifyStatus(deployments, namespace, name, (now) => ({ ...now, status: next(now) }));
  }

  scale(deployment: Deployment, set: ReplicaSet, replicas: number): Write {
    const { namespace = '', name } = set.metadata;
    return () => {
      let before = replicas;
      const outcome = this.#plane.api.modify(replicaSets, namespace, name, (now) => {
        before = replicasOf(now);
        const annotations = { ...now.metadata.annotations, ...sizeAnnotations(deployment) };
        return { ...now, metadata: { ...now.metadata, annotations }, spec: { ...now.spec, replicas } };
      });
      if (outcome.ok && before !== replicas) this.#recordScale(deployment, name, before, replicas);
      return outcome;
    };
  }

  #recordScale(deployment: Deployment, set: string, from: number, to: number): void {
    const message = `Scaled ${from < to ? 'up' : 'down'} replica set ${set} from ${from} to ${to}`;
    const component = this.#component;
    this.#plane.events.record(deployment, { reason: 'ScalingReplicaSet', message, component });
  }

  /** Makes the ReplicaSet of the present template, and says so in the status. */
  introduce(deployment: Deployment, old: readonly ReplicaSet[]): Write[] {
    const collisions = deployment.status?.collisionCount;
    const hash = hashOf(deployment.spec.template, collisions);
    const draft = newSetFor(deployment, hash, old);
    const name = draft.metadata.name!;
    let made: Outcome<ReplicaSet> = refuse('Conflict', '');
    return [
      () => {
        made = this.#plane.api.create(replicaSets, draft);
        if (made.ok) {
          this.#announce(deployment, draft.spec.replicas ?? 0, name, old);
          return made;
        }
        return this.#isOwn(deployment, name) || isNamespaceEnding(made.failure) ? done(null) : made;
      },
      () => this.#afterIntroduction(deployment, name, nextRevision(old), made),
    ];
  }

  #announce(deployment: Deployment, replicas: number, name: string, old: readonly ReplicaSet[]): void {
    if (replicas > 0) this.#recordScale(deployment, name, 0, replicas);
    if (this.#plane.starting || old.length === 0) return;
    const images = deployment.spec.template.spec.containers.map(({ image }) => image ?? '').join(', ');
    this.#plane.note(
      'rollout',
      `Deployment ${keyOf(deployment)}`,
      `revision ${nextRevision(old)} begins: ${images}`,
    );
  }

  /** A set of this name stands there already with the same template: an earlier attempt of this Deployment's. */
  #isOwn(deployment: Deployment, name: string): boolean {
    const set = this.#plane.store.get(replicaSets, deployment.metadata.namespace ?? '', name);
    return (
      set !== undefined &&
      controllerOf(set)?.uid === deployment.metadata.uid &&
      sameTemplate(set.spec.template, deployment.spec.template)
    );
  }

  #afterIntroduction(
    deployment: Deployment,
    name: string,
    revision: number,
    made: Outcome<ReplicaSet>,
  ): Outcome<unknown> {
    if (made.ok) {
      const next = condition(
        'Progressing',
        'True',
        'NewReplicaSetCreated',
        `Created new replica set "${name}"`,
      );
      return this.#revised(deployment, revision, next)();
    }
    if (this.#isOwn(deployment, name) || isNamespaceEnding(made.failure)) return done(null);
    if (made.failure.reason === 'AlreadyExists') return this.#countCollision(deployment);
    return this.#explain(deployment, name, made.failure);
  }

  /** Another template has this hash, or somebody else this name: the next attempt hashes differently. */
  #countCollision(deployment: Deployment): Outcome<unknown> {
    const { namespace = '', name } = deployment.metadata;
    return this.#plane.api.modifyStatus(deployments, namespace, name, (now) => ({
      ...now,
      status: { ...now.status, collisionCount: (now.status?.collisionCount ?? 0) + 1 },
    }));
  }

  #explain(deployment: Deployment, name: string, failure: Failure): Outcome<unknown> {
    const message = `Failed to create new replica set "${name}": ${failure.message}`;
    const reason = 'ReplicaSetCreateError';
    this.#plane.events.record(deployment, { type: 'Warning', reason, message, component: this.#component });
    if (deadlineOf(deployment) === null) return done(null);
    return this.status(deployment, (now) => ({
      ...now.status,
      conditions: withDeploymentCondition(
        now.status?.conditions ?? [],
        condition('Progressing', 'False', reason, message),
        this.#plane.clock,
      ),
    }))();
  }

  /** Brings the new set's annotations and the Deployment's own revision up to date; nothing when they are. */
  revise(deployment: Deployment, fresh: ReplicaSet, old: readonly ReplicaSet[]): Write[] {
    const revision = nextRevision(old);
    const annotations = revisedAnnotations(deployment, fresh, revision);
    const { minReadySeconds } = deployment.spec;
    const ready = (minReadySeconds ?? 0) === (fresh.spec.minReadySeconds ?? 0);
    if (!ready || !sameValue(annotations, fresh.metadata.annotations ?? {}))
      return [this.#reviseSet(fresh, annotations, minReadySeconds ?? 0)];
    const found = `Found new replica set "${fresh.metadata.name}"`;
    const isNew = conditionOf(deployment.status?.conditions, 'Progressing') === undefined;
    if (revisionOf(deployment) === revisionOf(fresh) && (!isNew || deadlineOf(deployment) === null))
      return [];
    const next = isNew ? condition('Progressing', 'True', 'FoundNewReplicaSet', found) : null;
    return [this.#revised(deployment, revisionOf(fresh), next)];
  }

  #reviseSet(set: ReplicaSet, annotations: Labels, minReadySeconds: number): Write {
    const { namespace = '', name } = set.metadata;
    return () =>
      this.#plane.api.modify(replicaSets, namespace, name, (now) => ({
        ...now,
        metadata: { ...now.metadata, annotations },
        spec: { ...now.spec, minReadySeconds },
      }));
  }

  /** The Deployment bears the revision of its new set. */
  #revised(deployment: Deployment, revision: number, next: ReturnType<typeof condition> | null): Write {
    const { namespace = '', name } = deployment.metadata;
    return () =>
      this.#plane.api.modifyStatus(deployments, namespace, name, (now) => {
        const annotations = { ...now.metadata.annotations, [revisionAnnotation]: String(revision) };
        const metadata = { ...now.metadata, annotations };
        if (next === null || deadlineOf(now) === null) return { ...now, metadata };
        const conditions = withDeploymentCondition(now.status?.conditions ?? [], next, this.#plane.clock);
        return { ...now, metadata, status: { ...now.status, conditions } };
      });
  }

  /** Deletes a set of the history. */
  forget({ metadata: { namespace = '', name, uid } }: ReplicaSet): Write {
    return () => this.#plane.api.delete(replicaSets, namespace, name, { preconditions: { uid } });
  }
}
