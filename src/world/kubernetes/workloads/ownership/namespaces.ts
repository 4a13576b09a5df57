/**
 * Fidelity: the namespace controller (controller/namespace, 1.32) with its 10 workers and its own generous limits: a namespace that is
 * being deleted loses its content, one collection of a kind in one request, and goes when nothing is left. While pods
 * are still ending it looks again after half the longest time that they have.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../../control/controller.ts';
import { type Condition, type KubeObject, keyOf, withCondition } from '../../objects/meta.ts';
import { type Namespace, namespaces, type ResourceType } from '../../objects/resource-types.ts';
import { done } from '../../store/failure.ts';

const workers = 10;
const component = 'namespace-controller';
/** How long finalizers of others are guessed to take. */
const finalizerEstimateSeconds = 15;

interface Remainder {
  readonly type: ResourceType;
  readonly objects: readonly KubeObject[];
}

export class Namespaces {
  readonly #plane: ControlPlane;
  readonly #loop: Controller;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    const { qps, burst } = plane.model.settings.controllers;
    this.#loop = new Controller({
      engine: plane.engine,
      client: plane.component(component, { qps: qps * 20, burst: burst * 100 }).client,
      name: component,
      workers,
      reconcile: (key) => this.#reconcile(key),
    });
    plane.manager.watch.on(namespaces, ({ kind, object }) => {
      if (kind !== 'DELETED' && object.metadata.deletionTimestamp !== undefined)
        this.#loop.enqueue(keyOf(object));
    });
  }

  #reconcile(name: string): Reconciliation | null {
    const namespace = this.#plane.store.get(namespaces, '', name);
    if (namespace?.metadata.deletionTimestamp === undefined) return null;
    if (namespace.status?.phase === 'Terminating') return this.#empty(name);
    const terminating = this.#status(name, (now) => ({ ...now.status, phase: 'Terminating' }));
    return { writes: [terminating], next: () => this.#empty(name) };
  }

  #remainders(name: string): Remainder[] {
    const found: Remainder[] = [];
    for (const table of this.#plane.store.tables()) {
      if (!table.type.namespaced) continue;
      const objects = [...table.values(name)];
      if (objects.length > 0) found.push({ type: table.type, objects });
    }
    return found;
  }

  #empty(name: string): Reconciliation {
    const writes = this.#remainders(name).map(({ type }) => this.#deleteCollection(type, name));
    return { writes, next: () => this.#conclude(name) };
  }

  /** One request deletes all of a kind. */
  #deleteCollection(type: ResourceType, namespace: string): Write {
    return () => {
      for (const { metadata } of [...this.#plane.store.table(type).values(namespace)])
        if (metadata.deletionTimestamp === undefined)
          this.#plane.api.delete(type, namespace, metadata.name, { propagationPolicy: 'Background' });
      return done(null);
    };
  }

  #conclude(name: string): Reconciliation | null {
    const left = this.#remainders(name);
    const report = this.#status(name, (now) => ({
      ...now.status,
      conditions: terminatingConditions(left).reduce(
        (conditions, condition) => withCondition(conditions, condition, this.#plane.clock.timestamp()),
        now.status?.conditions ?? [],
      ),
    }));
    if (left.length === 0) return { writes: [report, this.#finalize(name)] };
    return { writes: [report], againMicros: (Math.floor(estimateSeconds(left) / 2) + 1) * 1e6 };
  }

  #status(name: string, next: (now: Namespace) => NonNullable<Namespace['status']>): Write {
    return () => this.#plane.api.modifyStatus(namespaces, '', name, (now) => ({ ...now, status: next(now) }));
  }

  #finalize(name: string): Write {
    return () =>
      this.#plane.api.modify(namespaces, '', name, (now) => {
        const finalizers = (now.spec?.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes');
        return { ...now, spec: { ...now.spec, finalizers } };
      });
  }
}

/** Seconds that what is left is guessed to need. */
export function estimateSeconds(left: readonly Remainder[]): number {
  let longest = 0;
  for (const { objects } of left)
    for (const { metadata } of objects)
      longest = Math.max(longest, metadata.deletionGracePeriodSeconds ?? 0, heldSeconds(metadata.finalizers));
  return longest;
}

function heldSeconds(finalizers: readonly string[] | undefined): number {
  return (finalizers?.length ?? 0) > 0 ? finalizerEstimateSeconds : 0;
}

/** The five conditions of a namespace that is being deleted. */
export function terminatingConditions(left: readonly Remainder[]): readonly Condition[] {
  const counts = left.map(
    ({ type, objects }) => `${type.plural}.${type.group} has ${objects.length} resource instances`,
  );
  const held = new Map<string, number>();
  for (const { objects } of left)
    for (const { metadata } of objects)
      for (const finalizer of metadata.finalizers ?? []) held.set(finalizer, (held.get(finalizer) ?? 0) + 1);
  const holders = [...held].sort().map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  return [
    settled(
      'NamespaceDeletionDiscoveryFailure',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    settled(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    settled(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    counts.length === 0
      ? settled('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed')
      : open(
          'NamespaceContentRemaining',
          'SomeResourcesRemain',
          `Some resources are remaining: ${counts.sort().join(', ')}`,
        ),
    holders.length === 0
      ? settled(
          'NamespaceFinalizersRemaining',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        )
      : open(
          'NamespaceFinalizersRemaining',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${holders.join(', ')}`,
        ),
  ];
}

function settled(type: string, reason: string, message: string): Condition {
  return { type, status: 'False', reason, message };
}

function open(type: string, reason: string, message: string): Condition {
  return { type, status: 'True', reason, message };
}
