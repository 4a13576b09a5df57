/**
 * Fidelity: the Deployment controller (deployment/deployment_controller.go, sync.go, rolling.go, recreate.go, 1.32) with its five
 * workers. Rolling back is what clients do by writing an old template: its ReplicaSet becomes the newest revision.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../../control/controller.ts';
import { conditionOf, controllerOf, keyOf, splitKey } from '../../objects/meta.ts';
import { isFinished } from '../../objects/pod.ts';
import { deployments, replicaSets } from '../../objects/resource-types.ts';
import { selects } from '../../objects/selector.ts';
import type { Deployment, ReplicaSet } from '../../objects/workloads.ts';
import { sameValue } from '../../store/equality.ts';
import { Index } from '../../store/store.ts';
import { adopt, adoptable, release } from '../pods/claims.ts';
import type { PodNotices } from '../pods/pod-notices.ts';
import {
  condition,
  type DeploymentStatus,
  deadlineCheckMicros,
  deadlineOf,
  deploymentStatus,
  isComplete,
  newSetAvailable,
  rolloutStatus,
  type Sets,
  timedOutReason,
  withDeploymentCondition,
} from './deployment-status.ts';
import { DeploymentWrites } from './deployment-writes.ts';
import { proportionalSizes } from './proportional-scaling.ts';
import { byCreation, desiredIn, findNewSet, maxIn, setsToForget, sizeAnnotations } from './revisions.ts';
import { boundsOf, isRollingUpdate, newSetReplicas, oldSetsReplicas, replicasOf } from './rolling-update.ts';

const workers = 5;
const component = 'deployment-controller';

/** A Deployment's ReplicaSets, oldest first. */
interface Family extends Sets {
  readonly old: readonly ReplicaSet[];
}

export class Deployments {
  readonly #plane: ControlPlane;
  readonly #loop: Controller;
  readonly #writes: DeploymentWrites;
  readonly #setsByOwner: Index<ReplicaSet>;
  /** ReplicaSets without a controller, by namespace. */
  readonly #orphans: Index<ReplicaSet>;

  constructor(plane: ControlPlane, notices: PodNotices) {
    this.#plane = plane;
    this.#writes = new DeploymentWrites(plane, component);
    this.#setsByOwner = new Index(plane.store, replicaSets, (set) => controllerOf(set)?.uid);
    this.#orphans = new Index(plane.store, replicaSets, (set) =>
      controllerOf(set) === undefined ? set.metadata.namespace : undefined,
    );
    this.#loop = new Controller({
      engine: plane.engine,
      client: plane.component(component, plane.model.settings.controllers).client,
      name: component,
      workers,
      reconcile: (key) => this.#reconcile(key),
    });
    this.#listen(notices);
  }

  #listen(notices: PodNotices): void {
    const { watch } = this.#plane.manager;
    watch.on(deployments, ({ object }) => this.#loop.enqueue(keyOf(object)));
    watch.on(replicaSets, ({ object, previous }) => {
      this.#enqueueOwner(object);
      if (previous !== null && controllerOf(previous)?.uid !== controllerOf(object)?.uid)
        this.#enqueueOwner(previous);
      if (controllerOf(object) === undefined) this.#enqueueAdopters(object);
    });
    notices.onOwned('ReplicaSet', (key, { kind, object, previous }) => {
      // Only one that waits for its old pods to be gone cares.
      if (kind === 'DELETED' || (previous !== null && !isFinished(previous) && isFinished(object)))
        this.#enqueueRecreating(key);
    });
  }

  #enqueueOwner(set: ReplicaSet): void {
    const owner = controllerOf(set);
    if (owner?.kind === 'Deployment') this.#loop.enqueue(`${set.metadata.namespace}/${owner.name}`);
  }

  #enqueueAdopters(set: ReplicaSet): void {
    for (const deployment of this.#plane.store.table(deployments).values(set.metadata.namespace))
      if (selects(deployment.spec.selector, set.metadata.labels)) this.#loop.enqueue(keyOf(deployment));
  }

  #enqueueRecreating(setKey: string): void {
    const set = this.#plane.store.get(replicaSets, ...splitKey(setKey));
    const owner = set === undefined ? undefined : controllerOf(set);
    if (set === undefined || owner === undefined) return;
    const deployment = this.#plane.store.get(deployments, set.metadata.namespace ?? '', owner.name);
    if (deployment !== undefined && !isRollingUpdate(deployment)) this.#loop.enqueue(keyOf(deployment));
  }

  #reconcile(key: string): Reconciliation | null {
    const deployment = this.#plane.store.get(deployments, ...splitKey(key));
    if (deployment === undefined) return null;
    if (selectsAll(deployment)) return this.#refuseToSelectAll(deployment);
    const claims = this.#claims(deployment);
    if (claims.length > 0) return this.#first(key, claims);
    const family = this.#familyOf(deployment);
    if (deployment.metadata.deletionTimestamp !== undefined) return this.#report(deployment, family);
    const pause = this.#pauseChange(deployment);
    if (pause !== null) return this.#first(key, [pause]);
    if (deployment.spec.paused === true) return this.#sizeOnly(deployment, family);
    if (this.#isBeingScaled(deployment, family)) return this.#sizeOnly(deployment, family);
    return isRollingUpdate(deployment) ? this.#roll(deployment, family) : this.#recreate(deployment, family);
  }

  /** Writes what has to stand before the rest is decided; when it is refused, the rest waits for the next attempt. */
  #first(key: string, writes: readonly Write[]): Reconciliation {
    return { writes, next: (refused) => (refused > 0 ? null : this.#reconcile(key)) };
  }

  #refuseToSelectAll(deployment: Deployment): Reconciliation {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.';
    this.#plane.events.record(deployment, { type: 'Warning', reason: 'SelectingAll', message, component });
    const { generation = 0 } = deployment.metadata;
    if ((deployment.status?.observedGeneration ?? 0) >= generation) return {};
    return {
      writes: [this.#writes.status(deployment, (now) => ({ ...now.status, observedGeneration: generation }))],
    };
  }

  #claims(deployment: Deployment): Write[] {
    const { api } = this.#plane;
    const { selector } = deployment.spec;
    const writes: Write[] = [];
    for (const set of this.#orphans.get(deployment.metadata.namespace ?? ''))
      if (adoptable(deployment, selector, set)) writes.push(adopt(api, replicaSets, deployment, set));
    for (const set of this.#setsByOwner.get(deployment.metadata.uid))
      if (!selects(selector, set.metadata.labels)) writes.push(release(api, replicaSets, deployment, set));
    return writes;
  }

  #familyOf(deployment: Deployment): Family {
    const known = this.#setsByOwner.get(deployment.metadata.uid);
    const all = known.length < 2 ? known : [...known].sort(byCreation);
    const fresh = findNewSet(deployment, all);
    const old = all.length === 1 && fresh !== undefined ? none : all.filter((set) => set !== fresh);
    return { all, fresh, old };
  }

  /** Says in the conditions that the rollout has been paused or resumed; null: they say so already. */
  #pauseChange(deployment: Deployment): Write | null {
    if (deadlineOf(deployment) === null) return null;
    const progress = conditionOf(deployment.status?.conditions, 'Progressing');
    if (progress?.reason === timedOutReason) return null;
    const isPaused = progress?.reason === 'DeploymentPaused';
    if (isPaused === (deployment.spec.paused === true)) return null;
    const next = isPaused
      ? condition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed')
      : condition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused');
    return this.#writes.status(deployment, (now) => ({
      ...now.status,
      conditions: withDeploymentCondition(now.status?.conditions ?? [], next, this.#plane.clock),
    }));
  }

  #isBeingScaled(deployment: Deployment, { all }: Family): boolean {
    const desired = replicasOf(deployment);
    return all.some((set) => {
      const known = replicasOf(set) > 0 ? desiredIn(set) : null;
      return known !== null && known !== desired;
    });
  }

  /** A paused Deployment, or one whose size was changed: sets are scaled, none is made. */
  #sizeOnly(deployment: Deployment, family: Family): Reconciliation {
    const writes = [...this.#revise(deployment, family), ...this.#scale(deployment, family)];
    if (deployment.spec.paused === true) writes.push(...this.#forget(deployment, family));
    return { writes, next: () => this.#reportAgain(deployment, false) };
  }

  #roll(deployment: Deployment, family: Family): Reconciliation {
    const { fresh } = family;
    if (fresh === undefined) return this.#introduce(deployment, family);
    const revised = this.#revise(deployment, family);
    const scaled = this.#rollStep(deployment, family, fresh);
    const done = scaled.length === 0 && isComplete(deployment, deployment.status ?? {});
    const writes = [...revised, ...scaled, ...(done ? this.#forget(deployment, family) : [])];
    return { writes, next: () => this.#reportAgain(deployment, true) };
  }

  /** The new set grows as far as it may; when it can't, the old ones shrink as far as they may. */
  #rollStep(deployment: Deployment, { all, old }: Family, fresh: ReplicaSet): Write[] {
    const desired = replicasOf(deployment);
    const current = replicasOf(fresh);
    const total = all.reduce((sum, set) => sum + replicasOf(set), 0);
    const next = current > desired ? desired : newSetReplicas(deployment, total, current);
    if (next !== current) return [this.#writes.scale(deployment, fresh, next)];
    const sizes = oldSetsReplicas({
      desired,
      unavailable: boundsOf(deployment).unavailable,
      old: old.map(sizeOf),
      fresh: sizeOf(fresh),
    });
    return old
      .map((set, at) =>
        sizes[at] === replicasOf(set) ? null : this.#writes.scale(deployment, set, sizes[at]),
      )
      .filter((write) => write !== null);
  }

  #recreate(deployment: Deployment, family: Family): Reconciliation {
    const active = family.old.filter((set) => replicasOf(set) > 0);
    const report = () => this.#reportAgain(deployment, true);
    if (active.length > 0)
      return { writes: active.map((set) => this.#writes.scale(deployment, set, 0)), next: report };
    if (this.#oldPodsRun(family)) return { writes: this.#revise(deployment, family), next: report };
    const { fresh } = family;
    if (fresh === undefined) return this.#introduce(deployment, family);
    const writes = this.#revise(deployment, family);
    const desired = replicasOf(deployment);
    if (replicasOf(fresh) !== desired) writes.push(this.#writes.scale(deployment, fresh, desired));
    if (isComplete(deployment, deployment.status ?? {})) writes.push(...this.#forget(deployment, family));
    return { writes, next: report };
  }

  /** Pods of old sets that have not ended yet, those on their way out too. */
  #oldPodsRun({ old }: Family): boolean {
    for (const set of old) {
      if ((set.status?.replicas ?? 0) > 0) return true;
      for (const pod of this.#plane.podsByOwner.get(set.metadata.uid)) if (!isFinished(pod)) return true;
    }
    return false;
  }

  #introduce(deployment: Deployment, { old }: Family): Reconciliation {
    return {
      writes: this.#writes.introduce(deployment, old),
      next: (refused) => (refused > 0 ? null : this.#reportAgain(deployment, true)),
    };
  }

  #revise(deployment: Deployment, { fresh, old }: Family): Write[] {
    return fresh === undefined ? [] : this.#writes.revise(deployment, fresh, old);
  }

  /** Brings the sets to the Deployment's size: one alone, old ones to nothing beside a saturated new one, or in proportion. */
  #scale(deployment: Deployment, family: Family): Write[] {
    const desired = replicasOf(deployment);
    const alone = activeOrLatest(family);
    if (alone !== null)
      return replicasOf(alone) === desired ? [] : [this.#writes.scale(deployment, alone, desired)];
    const { fresh, old, all } = family;
    if (fresh !== undefined && isSaturated(deployment, fresh))
      return old.filter((set) => replicasOf(set) > 0).map((set) => this.#writes.scale(deployment, set, 0));
    if (!isRollingUpdate(deployment)) return [];
    const active = all.filter((set) => replicasOf(set) > 0);
    const sizes = proportionalSizes({
      desired,
      surge: boundsOf(deployment).surge,
      statusReplicas: deployment.status?.replicas ?? 0,
      sets: active.map((set) => ({
        name: set.metadata.name,
        replicas: replicasOf(set),
        maxReplicas: maxIn(set),
        createdMicros: this.#plane.clock.microsOf(set.metadata.creationTimestamp),
      })),
    });
    return active
      .filter((set) => sizes.get(set.metadata.name) !== replicasOf(set) || !bearsSize(deployment, set))
      .map((set) => this.#writes.scale(deployment, set, sizes.get(set.metadata.name)!));
  }

  #forget(deployment: Deployment, { old }: Family): Write[] {
    return setsToForget(deployment, old).map((set) => this.#writes.forget(set));
  }

  #reportAgain(started: Deployment, rollout: boolean): Reconciliation | null {
    const { namespace = '', name } = started.metadata;
    const deployment = this.#plane.store.get(deployments, namespace, name);
    return deployment === undefined ? null : this.#report(deployment, this.#familyOf(deployment), rollout);
  }

  /** Writes the status when it is not what it should be; `rollout`: with the conditions of a rollout. */
  #report(deployment: Deployment, family: Family, rollout = false): Reconciliation {
    const status = this.#statusOf(deployment, family, rollout);
    const check = rollout ? deadlineCheckMicros(deployment, status, this.#plane.clock) : null;
    if (deployment.status !== undefined && sameValue(deployment.status, status))
      return check === null ? {} : { againMicros: check };
    this.#noteProgress(deployment, status);
    return {
      ...(check === null ? {} : { againMicros: check }),
      writes: [this.#writes.status(deployment, (now) => this.#statusOf(now, this.#familyOf(now), rollout))],
    };
  }

  #statusOf(deployment: Deployment, family: Family, rollout: boolean): DeploymentStatus {
    const { clock } = this.#plane;
    return rollout ? rolloutStatus(deployment, family, clock) : deploymentStatus(deployment, family, clock);
  }

  #noteProgress(deployment: Deployment, status: DeploymentStatus): void {
    const before = conditionOf(deployment.status?.conditions, 'Progressing');
    const next = conditionOf(status.conditions, 'Progressing');
    if (this.#plane.starting || next === undefined || before?.reason === next.reason) return;
    if (next.reason === newSetAvailable)
      this.#plane.note('rollout', `Deployment ${keyOf(deployment)}`, 'rollout complete');
    if (next.reason === timedOutReason)
      this.#plane.note(
        'rollout',
        `Deployment ${keyOf(deployment)}`,
        `rollout made no progress for ${deadlineOf(deployment)} s`,
      );
  }
}

const none: readonly ReplicaSet[] = [];

function selectsAll({ spec }: Deployment): boolean {
  const { matchLabels = {}, matchExpressions = [] } = spec.selector;
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function sizeOf(set: ReplicaSet): { replicas: number; available: number } {
  return { replicas: replicasOf(set), available: set.status?.availableReplicas ?? 0 };
}

/** The one set that asks for pods, or when none does the newest; null: there are several, or none at all. */
function activeOrLatest({ all, old, fresh }: Family): ReplicaSet | null {
  const active = all.filter((set) => replicasOf(set) > 0);
  if (active.length > 1) return null;
  return active[0] ?? fresh ?? old.at(-1) ?? null;
}

function isSaturated(deployment: Deployment, fresh: ReplicaSet): boolean {
  const desired = replicasOf(deployment);
  return (
    replicasOf(fresh) === desired &&
    desiredIn(fresh) === desired &&
    (fresh.status?.availableReplicas ?? 0) === desired
  );
}

function bearsSize(deployment: Deployment, set: ReplicaSet): boolean {
  const annotations = set.metadata.annotations ?? {};
  return Object.entries(sizeAnnotations(deployment)).every(([name, value]) => annotations[name] === value);
}
