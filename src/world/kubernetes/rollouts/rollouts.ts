/**
 * Fidelity: the Rollout controller of Argo Rollouts 1.7 (rollout/controller.go): reads a Rollout with its ReplicaSets, AnalysisRuns and
 * Services, decides (canary.ts, blue-green.ts) and writes, the status last. Its client has the controller's own limits. Simplified:
 * sizes, services, analyses and weights that one look decides on are written in one go.
 */
import type { ApiClient } from '../control/client.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../control/controller.ts';
import type { Watch } from '../control/watch.ts';
import { controlledBy, controllerOf, keyOf, splitKey } from '../objects/meta.ts';
import { replicaSets, services } from '../objects/resource-types.ts';
import type { Service } from '../objects/services.ts';
import type { ReplicaSet } from '../objects/workloads.ts';
import { sameValue } from '../store/equality.ts';
import { done } from '../store/failure.ts';
import { Index } from '../store/store.ts';
import {
  type AnalysisRun,
  analysisRuns,
  analysisTemplates,
  clusterAnalysisTemplates,
} from './analysis/analysis-run.ts';
import { runSpec, type TemplateSource } from './analysis/run-from-templates.ts';
import { planBlueGreen } from './blue-green.ts';
import { planCanary } from './canary.ts';
import { phaseOf, withRolloutCondition } from './conditions.ts';
import { RolloutPlan, type RolloutView, type SetChange } from './plan.ts';
import {
  deadlineAnnotation,
  desiredAnnotation,
  hashOfSet,
  newSetFor,
  nextRevision,
  podHashLabel,
  podHashOf,
  revisionAnnotation,
  revisionOf,
  saysOtherSize,
  setsToForget,
} from './replica-sets.ts';
import { type Rollout, type RolloutStatus, replicasOf, rollouts } from './rollout.ts';
import { typeLabel } from './rollout-analysis.ts';
import { problemOf } from './validation.ts';
import type { WantedRun } from './wanted-run.ts';

const component = 'rollouts-controller';

/** Events that are worth a mark on the time line. */
const noted: ReadonlySet<string> = new Set([
  'RolloutNotCompleted',
  'RolloutStepCompleted',
  'RolloutAborted',
  'RolloutCompleted',
  'TrafficWeightUpdated',
]);

/** Controls all Rollouts. */
export class Rollouts {
  readonly #plane: ControlPlane;
  readonly #controller: Controller;
  readonly #setsByOwner: Index<ReplicaSet>;
  readonly #runsByOwner: Index<AnalysisRun>;
  /** What traffic was last told, by key. */
  readonly #weights = new Map<string, string>();

  constructor(plane: ControlPlane, { client, watch }: { client: ApiClient; watch: Watch }) {
    this.#plane = plane;
    const ownedByRollout = (object: ReplicaSet | AnalysisRun) => {
      const owner = controllerOf(object);
      return owner?.kind === 'Rollout' ? owner.uid : undefined;
    };
    this.#setsByOwner = new Index(plane.store, replicaSets, ownedByRollout);
    this.#runsByOwner = new Index(plane.store, analysisRuns, ownedByRollout);
    this.#controller = new Controller({
      engine: plane.engine,
      client,
      name: 'rollouts',
      workers: 10,
      reconcile: (key) => this.#reconcile(key),
    });
    this.#watch(watch);
  }

  #watch(watch: Watch): void {
    watch.on(rollouts, ({ kind, object }) => {
      if (kind === 'DELETED') this.#unweigh(object);
      else this.#controller.enqueue(keyOf(object));
    });
    const owner = (object: ReplicaSet | AnalysisRun) => {
      const { kind, name } = controllerOf(object) ?? { kind: '', name: '' };
      if (kind === 'Rollout') this.#controller.enqueue(`${object.metadata.namespace}/${name}`);
    };
    watch.on(replicaSets, ({ object }) => owner(object));
    watch.on(analysisRuns, ({ object }) => owner(object));
    // What a Rollout lacked may have come.
    for (const type of [services, analysisTemplates, clusterAnalysisTemplates])
      watch.on(type as typeof services, ({ kind, object }) => {
        if (kind === 'ADDED') this.#enqueueInvalid(object.metadata.namespace);
      });
  }

  #enqueueInvalid(namespace: string | undefined): void {
    for (const rollout of this.#plane.store.table(rollouts).values(namespace))
      if (rollout.status?.conditions?.some(({ type }) => type === 'InvalidSpec') === true)
        this.#controller.enqueue(keyOf(rollout));
  }

  #reconcile(key: string): Reconciliation | null {
    const [namespace, name] = splitKey(key);
    const rollout = this.#plane.store.get(rollouts, namespace, name);
    if (rollout === undefined || rollout.metadata.deletionTimestamp !== undefined) return null;
    const problem = problemOf(rollout, {
      hasService: (service) => this.#plane.store.get(services, namespace, service) !== undefined,
      findTemplate: this.#finder(namespace),
    });
    if (problem !== null) return this.#invalid(rollout, problem);
    const plan = new RolloutPlan(this.#view(rollout));
    if (rollout.spec.strategy.blueGreen === undefined) planCanary(plan);
    else planBlueGreen(plan);
    const status = this.#finished(plan, plan.withPauses(plan.status));
    const again = plan.again;
    return {
      ...(again === null ? {} : { againMicros: again }),
      writes: this.#writes(plan),
      next: (refused) =>
        refused > 0 ? { failed: true } : { writes: this.#statusWrites(rollout, plan, status) },
    };
  }

  #finder(namespace: string): TemplateSource['find'] {
    const { store } = this.#plane;
    return (name, clusterScope) =>
      clusterScope
        ? store.get(clusterAnalysisTemplates, '', name)
        : store.get(analysisTemplates, namespace, name);
  }

  #view(rollout: Rollout): RolloutView {
    const { clock, store } = this.#plane;
    const { uid, namespace = '' } = rollout.metadata;
    const sets = [...this.#setsByOwner.get(uid)].filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    const withHash = (hash: string | undefined) =>
      hash === undefined || hash === '' ? null : (sets.find((set) => hashOfSet(set) === hash) ?? null);
    const newSet = withHash(podHashOf(rollout));
    const stableSet = withHash(rollout.status?.stableRS);
    const { canary, blueGreen } = rollout.spec.strategy;
    const named = [
      canary?.canaryService,
      canary?.stableService,
      blueGreen?.activeService,
      blueGreen?.previewService,
    ];
    const found = new Map<string, Service>();
    for (const name of named) {
      const service = name === undefined ? undefined : store.get(services, namespace, name);
      if (service !== undefined) found.set(service.metadata.name, service);
    }
    return {
      rollout,
      newSet,
      stableSet,
      otherSets: sets.filter((set) => set !== newSet && set !== stableSet),
      runs: [...this.#runsByOwner.get(uid)],
      services: found,
      nowMicros: clock.nowMicros,
      timestamp: clock.timestamp(),
      microsOf: (timestamp) => clock.microsOf(timestamp),
    };
  }

  #invalid(rollout: Rollout, message: string): Reconciliation {
    const { clock, api, events } = this.#plane;
    const before = rollout.status ?? {};
    const condition = { type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message } as const;
    const known = before.conditions?.find(({ type }) => type === 'InvalidSpec');
    if (known?.message !== message)
      events.record(rollout, { type: 'Warning', reason: 'InvalidSpec', message, component });
    const others = (before.conditions ?? []).filter(({ type }) => type !== 'InvalidSpec');
    const conditions =
      known?.message === message
        ? (before.conditions ?? [])
        : withRolloutCondition(others, condition, clock.timestamp());
    const status = this.#shown(rollout, { ...before, conditions });
    const { namespace = '', name } = rollout.metadata;
    return {
      writes: [() => api.modifyStatus(rollouts, namespace, name, (current) => ({ ...current, status }))],
    };
  }

  #finished(plan: RolloutPlan, status: RolloutStatus): RolloutStatus {
    const { rollout, otherSets } = plan.view;
    plan.forget.push(...setsToForget(rollout, otherSets));
    const before = rollout.status?.pauseConditions?.length ?? 0;
    const after = status.pauseConditions?.length ?? 0;
    if (before === 0 && after > 0)
      plan.event('Normal', 'RolloutPaused', `Rollout is paused (${status.pauseConditions![0].reason})`);
    else if (before > 0 && after === 0 && status.abort !== true)
      plan.event('Normal', 'RolloutResumed', 'Rollout is resumed');
    return this.#shown(rollout, status);
  }

  #shown(rollout: Rollout, status: RolloutStatus): RolloutStatus {
    const observed = { ...status, observedGeneration: String(rollout.metadata.generation ?? 0) };
    const [phase, message] = phaseOf(rollout, observed);
    const { message: _, ...rest } = observed;
    return { ...rest, phase, ...(message === '' ? {} : { message }) };
  }

  #writes(plan: RolloutPlan): readonly Write[] {
    const { rollout } = plan.view;
    const writes: Write[] = [];
    if (plan.create !== null) writes.push(this.#creation(plan, plan.create));
    else if (plan.view.newSet !== null) writes.push(...this.#revision(plan, plan.view.newSet));
    for (const change of plan.changes.values()) writes.push(...this.#resizing(rollout, change));
    for (const [name, hash] of plan.switches) writes.push(...this.#switching(plan, name, hash));
    for (const wanted of plan.runs.create) writes.push(this.#measuring(plan, wanted));
    for (const run of plan.runs.end) writes.push(this.#ending(run));
    for (const { metadata } of plan.forget)
      writes.push(() => this.#plane.api.delete(replicaSets, metadata.namespace ?? '', metadata.name));
    writes.push(...this.#weighing(plan));
    return writes;
  }

  #creation(plan: RolloutPlan, replicas: number): Write {
    const { rollout, stableSet, otherSets } = plan.view;
    const revision = nextRevision([...otherSets, ...(stableSet === null ? [] : [stableSet])]);
    const draft = newSetFor(rollout, revision, replicas);
    return () => {
      const outcome = this.#plane.api.create(replicaSets, draft);
      if (!outcome.ok) return outcome;
      const { name } = outcome.value.metadata;
      this.#record(rollout, 'RolloutUpdated', `Rollout updated to revision ${revision}`);
      this.#record(rollout, 'NewReplicaSetCreated', `Created ReplicaSet ${name} (revision ${revision})`);
      if (replicas > 0)
        this.#record(
          rollout,
          'ScalingReplicaSet',
          `Scaled up ReplicaSet ${name} (revision ${revision}) from 0 to ${replicas}`,
        );
      return this.#annotate(rollout, revision);
    };
  }

  #annotate(rollout: Rollout, revision: number) {
    const { namespace = '', name } = rollout.metadata;
    return this.#plane.api.modify(rollouts, namespace, name, (current) => {
      const annotations = { ...current.metadata.annotations, [revisionAnnotation]: String(revision) };
      return { ...current, metadata: { ...current.metadata, annotations } };
    });
  }

  /** A version that was there before becomes the newest again. */
  #revision(plan: RolloutPlan, newSet: ReplicaSet): Write[] {
    const { rollout, stableSet, otherSets } = plan.view;
    const others = [...otherSets, ...(stableSet === null || stableSet === newSet ? [] : [stableSet])];
    const revision = nextRevision(others);
    const { namespace = '', name } = newSet.metadata;
    if (revisionOf(newSet) < revision)
      return [
        () => {
          const outcome = this.#plane.api.modify(replicaSets, namespace, name, (current) =>
            annotated(current, { [revisionAnnotation]: String(revision) }),
          );
          if (!outcome.ok) return outcome;
          this.#record(rollout, 'RolloutUpdated', `Rollout updated to revision ${revision}`);
          return this.#annotate(rollout, revision);
        },
      ];
    return revisionOf(rollout) === revisionOf(newSet)
      ? []
      : [() => this.#annotate(rollout, revisionOf(newSet))];
  }

  #resizing(rollout: Rollout, { set, replicas, deadlineMicros }: SetChange): Write[] {
    const { namespace = '', name } = set.metadata;
    const before = set.spec.replicas ?? 1;
    if (before === replicas && deadlineMicros === undefined && !saysOtherSize(set, rollout)) return [];
    const deadline =
      deadlineMicros === undefined
        ? {}
        : {
            [deadlineAnnotation]:
              deadlineMicros === null ? undefined : this.#plane.clock.timestampAt(deadlineMicros),
          };
    const ended = replicas === 0 && before > 0 ? { [deadlineAnnotation]: undefined } : {};
    return [
      () => {
        const outcome = this.#plane.api.modify(replicaSets, namespace, name, (current) => {
          const changed = annotated(current, {
            [desiredAnnotation]: String(replicasOf(rollout)),
            ...deadline,
            ...ended,
          });
          return { ...changed, spec: { ...changed.spec, replicas } };
        });
        if (outcome.ok && before !== replicas)
          this.#record(
            rollout,
            'ScalingReplicaSet',
            `Scaled ${before < replicas ? 'up' : 'down'} ReplicaSet ${name} (revision ${revisionOf(set)}) from ${before} to ${replicas}`,
          );
        return outcome;
      },
    ];
  }

  #switching({ view }: RolloutPlan, name: string, hash: string): Write[] {
    const service = view.services.get(name);
    const before = service?.spec.selector?.[podHashLabel] ?? '';
    if (service === undefined || before === hash) return [];
    const { namespace = '' } = service.metadata;
    return [
      () => {
        const outcome = this.#plane.api.modify(services, namespace, name, (current) => ({
          ...current,
          spec: { ...current.spec, selector: { ...current.spec.selector, [podHashLabel]: hash } },
        }));
        const said = `Switched selector for service '${name}' from '${before}' to '${hash}'`;
        if (outcome.ok) this.#record(view.rollout, 'SwitchService', said);
        return outcome;
      },
    ];
  }

  #measuring({ view }: RolloutPlan, wanted: WantedRun): Write {
    const { rollout, newSet, stableSet } = view;
    const { namespace = '' } = rollout.metadata;
    const spec = runSpec(wanted.reference, {
      find: this.#finder(namespace),
      rollout,
      latestHash: hashOfSet(newSet),
      stableHash: hashOfSet(stableSet),
    });
    const failed = typeof spec === 'string';
    return () =>
      this.#plane.api.create(analysisRuns, {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AnalysisRun',
        metadata: {
          name: wanted.name,
          namespace,
          labels: {
            [podHashLabel]: wanted.podHash,
            [typeLabel]: wanted.type,
            ...(wanted.stepIndex === null ? {} : { 'step-index': String(wanted.stepIndex) }),
          },
          annotations: { [revisionAnnotation]: String(wanted.revision) },
          ownerReferences: [controlledBy(rollout)],
        },
        spec: failed ? { metrics: [] } : spec,
        ...(failed ? { status: { phase: 'Error', message: spec } } : {}),
      });
  }

  #ending({ metadata }: AnalysisRun): Write {
    return () =>
      this.#plane.api.modify(analysisRuns, metadata.namespace ?? '', metadata.name, (current) => ({
        ...current,
        spec: { ...current.spec, terminate: true },
      }));
  }

  /** Tells traffic the shares, where they have changed and something routes by them. */
  #weighing({ view, status }: RolloutPlan): Write[] {
    const key = keyOf(view.rollout);
    const weights = status.canary?.weights;
    if (weights === undefined && !this.#weights.has(key)) return [];
    const shares =
      weights === undefined
        ? null
        : [weights.stable, weights.canary]
            .filter(
              ({ podTemplateHash }, index, all) => index === 0 || podTemplateHash !== all[0].podTemplateHash,
            )
            .map(({ podTemplateHash = '', weight }, _, all) => ({
              podHash: podTemplateHash,
              weight: all.length === 1 ? 100 : weight,
            }));
    const text = JSON.stringify(shares);
    if (this.#weights.get(key) === text) return [];
    return [
      () => {
        this.#weights.set(key, text);
        for (const service of this.#served(view.rollout)) this.#plane.routing.weigh(service, shares);
        return done(null);
      },
    ];
  }

  #unweigh(rollout: Rollout): void {
    if (!this.#weights.delete(keyOf(rollout))) return;
    for (const service of this.#served(rollout)) this.#plane.routing.weigh(service, null);
  }

  /** The traffic room's services that the Rollout's pods serve. */
  #served({ metadata }: Rollout): string[] {
    return this.#plane.model.servings
      .filter(({ namespace }) => namespace === metadata.namespace)
      .filter(({ workloads }) =>
        workloads.some(({ kind, name }) => kind === 'Rollout' && name === metadata.name),
      )
      .map(({ service }) => service);
  }

  #statusWrites(rollout: Rollout, plan: RolloutPlan, status: RolloutStatus): readonly Write[] {
    const record = () => {
      for (const { type, reason, message } of plan.events) this.#record(rollout, reason, message, type);
    };
    if (sameValue(status, rollout.status)) {
      record();
      return [];
    }
    const { namespace = '', name } = rollout.metadata;
    return [
      () =>
        this.#plane.api.modifyStatus(rollouts, namespace, name, (current) => {
          // Somebody promoted or aborted meanwhile: that is looked at first.
          if (current.status !== rollout.status) return null;
          record();
          return { ...current, status };
        }),
    ];
  }

  #record(rollout: Rollout, reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal'): void {
    this.#plane.events.record(rollout, { type, reason, message, component });
    if (!noted.has(reason) || this.#plane.starting) return;
    this.#plane.note('rollout', `Rollout ${keyOf(rollout)}`, message);
  }
}

/** The object with annotations set; undefined takes one away. */
function annotated(set: ReplicaSet, changes: Readonly<Record<string, string | undefined>>): ReplicaSet {
  const annotations: Record<string, string> = { ...set.metadata.annotations };
  for (const [name, value] of Object.entries(changes))
    if (value === undefined) delete annotations[name];
    else annotations[name] = value;
  return { ...set, metadata: { ...set.metadata, annotations } };
}
