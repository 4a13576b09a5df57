/**
 * Fidelity: the StatefulSet controller (statefulset/stateful_set.go and stateful_set_control.go, 1.32) with its five workers. What it does
 * next is in the plan; here it is done, and the status and the revisions are kept.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../../control/controller.ts';
import { scaledValue } from '../../objects/int-or-percent.ts';
import { type KubeObject, keyOf, splitKey } from '../../objects/meta.ts';
import { isReady, type Pod } from '../../objects/pod.ts';
import { persistentVolumeClaims, pods, statefulSets } from '../../objects/resource-types.ts';
import { selects } from '../../objects/selector.ts';
import type { StatefulSet } from '../../objects/workloads.ts';
import { sameValue } from '../../store/equality.ts';
import type { Failure } from '../../store/failure.ts';
import type { Index } from '../../store/store.ts';
import { availableInMicros, isAvailable } from '../pods/availability.ts';
import { adopt, adoptable, release } from '../pods/claims.ts';
import { type PodNotices, wouldAdopt } from '../pods/pod-notices.ts';
import { sameForOwner } from '../pods/pod-tally.ts';
import { slowStart } from '../pods/slow-start.ts';
import {
  type ControllerRevision,
  type ControllerRevisions,
  revisionLabel,
  templateOf,
} from '../revisions/controller-revisions.ts';
import {
  needsCurrentRevision,
  type Plan,
  type PodView,
  planStatefulSet,
  type SetView,
} from './stateful-set-plan.ts';
import { claimsFor, ordinalOf, podOf } from './stateful-set-pod.ts';

const workers = 5;
const component = 'statefulset-controller';

export type StatefulSetStatus = NonNullable<StatefulSet['status']>;

interface Revisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
}

export class StatefulSets {
  readonly #plane: ControlPlane;
  readonly #loop: Controller;
  readonly #revisions: ControllerRevisions;
  readonly #orphans: Index<Pod>;

  constructor(plane: ControlPlane, notices: PodNotices, orphans: Index<Pod>, revisions: ControllerRevisions) {
    this.#plane = plane;
    this.#orphans = orphans;
    this.#revisions = revisions;
    this.#loop = new Controller({
      engine: plane.engine,
      client: plane.component(component, plane.model.settings.controllers).client,
      name: component,
      workers,
      reconcile: (key) => this.#reconcile(key),
    });
    plane.manager.watch.on(statefulSets, ({ object }) => this.#loop.enqueue(keyOf(object)));
    notices.onOwned('StatefulSet', (key, { kind, object, previous }) => {
      const same = kind === 'MODIFIED' && sameForOwner(previous!, object);
      if (!same || previous?.status.phase !== object.status.phase) this.#loop.enqueue(key);
    });
    notices.onOrphan((pod) => {
      for (const set of wouldAdopt(plane.store, statefulSets, pod, ({ spec }) => spec.selector))
        this.#loop.enqueue(keyOf(set));
    });
  }

  #reconcile(key: string): Reconciliation | null {
    const set = this.#plane.store.get(statefulSets, ...splitKey(key));
    if (set === undefined) return null;
    const claims = this.#claims(set);
    if (claims.length > 0) return this.#first(key, claims);
    const update = this.#revisions.current(set, set.status?.collisionCount, this.#countCollision(set));
    if ('write' in update) return this.#first(key, [update.write]);
    const revisions = this.#revisionsOf(set, update.revision);
    const own = [...this.#plane.podsByOwner.get(set.metadata.uid)];
    const plan =
      set.metadata.deletionTimestamp === undefined
        ? planStatefulSet(this.#view(set, own, update.revision))
        : nothing;
    const finish = () => this.#finish(key);
    if (set.spec.podManagementPolicy === 'Parallel')
      return slowStart(
        plan.create.flatMap((ordinal) => this.#create(set, revisions, ordinal)),
        () => ({
          writes: this.#deletions(set, own, plan),
          next: finish,
        }),
      );
    const creations = plan.create.flatMap((ordinal) => this.#create(set, revisions, ordinal));
    return { writes: [...creations, ...this.#deletions(set, own, plan)], next: finish };
  }

  #first(key: string, writes: readonly Write[]): Reconciliation {
    return { writes, next: (refused) => (refused > 0 ? null : this.#reconcile(key)) };
  }

  #claims(set: StatefulSet): Write[] {
    const { api, podsByOwner } = this.#plane;
    const { selector } = set.spec;
    const writes: Write[] = [];
    for (const pod of this.#orphans.get(set.metadata.namespace ?? ''))
      if (ordinalOf(set, pod.metadata.name) >= 0 && adoptable(set, selector, pod))
        writes.push(adopt(api, pods, set, pod));
    for (const pod of podsByOwner.get(set.metadata.uid))
      if (!selects(selector, pod.metadata.labels)) writes.push(release(api, pods, set, pod));
    return writes;
  }

  #countCollision({ metadata: { namespace = '', name } }: StatefulSet): Write {
    return () =>
      this.#plane.api.modifyStatus(statefulSets, namespace, name, (now) => ({
        ...now,
        status: { replicas: 0, ...now.status, collisionCount: (now.status?.collisionCount ?? 0) + 1 },
      }));
  }

  #revisionsOf(set: StatefulSet, update: ControllerRevision): Revisions {
    const name = set.status?.currentRevision;
    const current = this.#revisions.of(set).find(({ metadata }) => metadata.name === name);
    return { current: current ?? update, update };
  }

  #view(set: StatefulSet, own: readonly Pod[], update: ControllerRevision): SetView {
    const { spec } = set;
    const replicas = spec.replicas ?? 1;
    const { partition = 0, maxUnavailable } = spec.updateStrategy?.rollingUpdate ?? {};
    return {
      replicas,
      start: spec.ordinals?.start ?? 0,
      parallel: spec.podManagementPolicy === 'Parallel',
      onDelete: spec.updateStrategy?.type === 'OnDelete',
      partition,
      maxUnavailable:
        maxUnavailable === undefined ? null : Math.max(1, scaledValue(maxUnavailable, replicas, false) ?? 1),
      updateRevision: update.metadata.name,
      pods: own.map((pod) => this.#podView(set, pod)).filter(({ ordinal }) => ordinal >= 0),
    };
  }

  #podView(set: StatefulSet, pod: Pod): PodView {
    const { name, labels, deletionTimestamp } = pod.metadata;
    return {
      ordinal: ordinalOf(set, name),
      name,
      revision: labels?.[revisionLabel] ?? '',
      phase: pod.status.phase,
      ready: isReady(pod),
      available: isAvailable(pod, set.spec.minReadySeconds ?? 0, this.#plane.clock),
      terminating: deletionTimestamp !== undefined,
    };
  }

  /** The claims of the pod that are missing, then the pod. */
  #create(set: StatefulSet, { current, update }: Revisions, ordinal: number): Write[] {
    const { partition = 0 } = set.spec.updateStrategy?.rollingUpdate ?? {};
    const onDelete = set.spec.updateStrategy?.type === 'OnDelete';
    const old = needsCurrentRevision({ onDelete, partition, start: set.spec.ordinals?.start ?? 0 }, ordinal);
    const revision = old ? current : update;
    const draft = podOf(set, templateOf(revision), revision.metadata.name, ordinal);
    const name = draft.metadata.name!;
    const claims = claimsFor(set, ordinal)
      .filter(({ metadata }) => !this.#hasClaim(set, metadata.name!))
      .map((claim) => () => {
        const outcome = this.#plane.api.create(persistentVolumeClaims, claim);
        const subject = `Claim ${claim.metadata.name} Pod ${name}`;
        this.#record(set, 'create', subject, outcome.ok ? null : outcome.failure);
        return outcome;
      });
    const create = () => {
      const outcome = this.#plane.api.create(pods, draft);
      this.#record(set, 'create', `Pod ${name}`, outcome.ok ? null : outcome.failure);
      return outcome;
    };
    return [...claims, create];
  }

  #hasClaim(set: StatefulSet, name: string): boolean {
    return this.#plane.store.get(persistentVolumeClaims, set.metadata.namespace ?? '', name) !== undefined;
  }

  #deletions(set: StatefulSet, own: readonly Pod[], plan: Plan): Write[] {
    const policy = set.spec.persistentVolumeClaimRetentionPolicy as { whenScaled?: string } | undefined;
    const condemned = policy?.whenScaled === 'Delete' ? plan.condemned : [];
    const handed = condemned.flatMap(({ name }) =>
      this.#handClaims(set, own.find((pod) => pod.metadata.name === name)!),
    );
    return [
      ...handed,
      ...plan.delete.map(({ name }) => this.#delete(set, own.find((pod) => pod.metadata.name === name)!)),
    ];
  }

  /** The claims of a pod that is scaled away go with it when the set says so. */
  #handClaims(set: StatefulSet, pod: Pod): Write[] {
    const { apiVersion, kind, metadata } = pod;
    const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid };
    return claimsFor(set, ordinalOf(set, metadata.name)).map(
      (claim) => () =>
        this.#plane.api.modify(
          persistentVolumeClaims,
          metadata.namespace ?? '',
          claim.metadata.name!,
          (now) => ({
            ...now,
            metadata: { ...now.metadata, ownerReferences: [owner] },
          }),
        ),
    );
  }

  #delete(set: StatefulSet, pod: Pod): Write {
    const { namespace = '', name, uid } = pod.metadata;
    if (pod.status.phase === 'Failed') this.#recordRecreation(set, pod);
    return () => {
      const outcome = this.#plane.api.delete(pods, namespace, name, { preconditions: { uid } });
      this.#record(set, 'delete', `Pod ${name}`, outcome.ok ? null : outcome.failure);
      return outcome;
    };
  }

  #recordRecreation(set: StatefulSet, { metadata: { namespace, name } }: Pod): void {
    this.#plane.events.record(set, {
      type: 'Warning',
      reason: 'RecreatingFailedPod',
      message: `StatefulSet ${namespace}/${set.metadata.name} is recreating failed Pod ${name}`,
      component,
    });
  }

  #record(set: StatefulSet, verb: 'create' | 'delete', subject: string, failure: Failure | null): void {
    const what = verb === 'create' ? 'Create' : 'Delete';
    const begin = `${verb} ${subject} in StatefulSet ${set.metadata.name}`;
    this.#plane.events.record(
      set,
      failure === null
        ? {
            reason: `Successful${what}`,
            message: `${begin} ${subject.startsWith('Claim') ? 'success' : 'successful'}`,
            component,
          }
        : {
            type: 'Warning',
            reason: `Failed${what}`,
            message: `${begin} failed error: ${failure.message}`,
            component,
          },
    );
  }

  /** Keeps the status and the history once the plan has been carried out. */
  #finish(key: string): Reconciliation | null {
    const set = this.#plane.store.get(statefulSets, ...splitKey(key));
    if (set === undefined) return null;
    const own = [...this.#plane.podsByOwner.get(set.metadata.uid)];
    const status = this.#statusOf(set, own);
    const wait = this.#nextAvailable(set, own);
    const again = wait === null ? {} : { againMicros: wait };
    if (status === null) return again;
    const used = new Set(own.map(({ metadata }) => metadata.labels?.[revisionLabel] ?? ''));
    used.add(status.currentRevision ?? '').add(status.updateRevision ?? '');
    const writes = this.#revisions.forget(set, used, set.spec.revisionHistoryLimit ?? 10);
    if (!sameValue(set.status, status)) writes.unshift(this.#writeStatus(set));
    return { ...again, writes };
  }

  #writeStatus({ metadata: { namespace = '', name, uid } }: KubeObject): Write {
    return () =>
      this.#plane.api.modifyStatus(statefulSets, namespace, name, (now) => {
        const status = this.#statusOf(now, [...this.#plane.podsByOwner.get(uid)]);
        return status === null ? null : { ...now, status };
      });
  }

  /** Null while the template has no revision yet: the next look makes one. */
  #statusOf(set: StatefulSet, own: readonly Pod[]): StatefulSetStatus | null {
    const update = this.#revisions.current(set, set.status?.collisionCount, this.#countCollision(set));
    if ('write' in update) return null;
    const { current } = this.#revisionsOf(set, update.revision);
    const names = { current: current.metadata.name, update: update.revision.metadata.name };
    const status = statusFor(
      set,
      own.map((pod) => this.#podView(set, pod)),
      names,
    );
    return {
      ...status,
      ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
    };
  }

  #nextAvailable(set: StatefulSet, own: readonly Pod[]): number | null {
    const { minReadySeconds = 0 } = set.spec;
    let next: number | null = null;
    if (minReadySeconds > 0)
      for (const pod of own) {
        const left = availableInMicros(pod, minReadySeconds, this.#plane.clock);
        if (left !== null && left > 0 && (next === null || left < next)) next = left;
      }
    return next;
  }
}

const nothing: Plan = { create: [], delete: [], condemned: [] };

/** The counts; a rolling update that is complete makes the updated revision the current one. */
export function statusFor(
  set: StatefulSet,
  own: readonly PodView[],
  revisions: { readonly current: string; readonly update: string },
): StatefulSetStatus {
  const count = (counts: (pod: PodView) => boolean) => own.filter(counts).length;
  const replicas = own.length;
  const running = (pod: PodView) => pod.phase === 'Running' && pod.ready;
  const readyReplicas = count(running);
  const updatedReplicas = count((pod) => !pod.terminating && pod.revision === revisions.update);
  const rolled =
    set.spec.updateStrategy?.type !== 'OnDelete' &&
    updatedReplicas === replicas &&
    readyReplicas === replicas &&
    replicas === (set.spec.replicas ?? 1);
  const currentReplicas = rolled
    ? updatedReplicas
    : count((pod) => !pod.terminating && pod.revision === revisions.current);
  const { generation } = set.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    replicas,
    ...withoutZeros({ readyReplicas, currentReplicas, updatedReplicas }),
    availableReplicas: count((pod) => running(pod) && pod.available),
    currentRevision: rolled ? revisions.update : revisions.current,
    updateRevision: revisions.update,
    collisionCount: set.status?.collisionCount ?? 0,
  };
}

function withoutZeros(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}
