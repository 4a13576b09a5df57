/**
 * Fidelity: the garbage collector (controller/garbagecollector/garbagecollector.go, 1.32) with its 20 workers and its doubled
 * client limits: what lost all its owners goes; foreground deletion waits for dependents that block it, orphaning cuts
 * them loose. An owner of a kind that nobody knows is taken to be there.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../../control/controller.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from '../../objects/meta.ts';
import { type ResourceType, resourceName } from '../../objects/resource-types.ts';
import { type DeleteOptions, foregroundFinalizer, orphanFinalizer } from '../../store/api.ts';
import type { Change } from '../../store/store.ts';
import { type Dependent, Dependents, ownersOf } from './dependents.ts';

const workers = 20;
const component = 'generic-garbage-collector';

export class GarbageCollector {
  readonly #plane: ControlPlane;
  readonly #dependents: Dependents;
  readonly #loop: Controller;
  readonly #types = new Map<string, ResourceType>();

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#dependents = new Dependents(plane.store, plane.podsByOwner);
    const { qps, burst } = plane.model.settings.controllers;
    this.#loop = new Controller({
      engine: plane.engine,
      client: plane.component(component, { qps: qps * 2, burst: burst * 2 }).client,
      name: component,
      workers,
      reconcile: (key) => this.#reconcile(key),
    });
    plane.store.observeAll((change) => this.#hear(change));
  }

  #hear({ kind, type, object, previous }: Change): void {
    // Most changes have nothing to do with owners.
    if (
      kind === 'MODIFIED' &&
      object.metadata.deletionTimestamp === undefined &&
      previous?.metadata.ownerReferences === object.metadata.ownerReferences
    )
      return;
    const owners = ownersOf(object);
    if (kind === 'DELETED') {
      if (this.#dependents.has(object.metadata.uid))
        for (const dependent of this.#dependents.of(object.metadata.uid)) this.#enqueue(dependent);
      for (const owner of owners) this.#enqueueWaiting(object, owner);
      return;
    }
    if (object.metadata.deletionTimestamp !== undefined && isHeld(object)) this.#enqueueObject(type, object);
    if (previous !== null && previous.metadata.ownerReferences === object.metadata.ownerReferences) return;
    if (owners.some((owner) => this.#dependents.ownerOf(object, owner) === null))
      this.#enqueueObject(type, object);
    for (const owner of previous === null ? [] : ownersOf(previous)) this.#enqueueWaiting(object, owner);
  }

  /** An owner that waits for its dependents to be gone has one fewer. */
  #enqueueWaiting(object: KubeObject, reference: OwnerReference): void {
    const owner = this.#dependents.ownerOf(object, reference);
    if (owner === null || owner === undefined || !isWaiting(owner)) return;
    const { namespace = '', name } = owner.metadata;
    for (const { type } of this.#plane.store.tables())
      if (type.kind === owner.kind && this.#plane.store.get(type, namespace, name) === owner)
        this.#enqueue({ type, namespace, name });
  }

  #enqueueObject(type: ResourceType, { metadata: { namespace = '', name } }: KubeObject): void {
    this.#enqueue({ type, namespace, name });
  }

  #enqueue({ type, namespace, name }: Dependent): void {
    const resource = resourceName(type);
    if (!this.#types.has(resource)) this.#types.set(resource, type);
    const lag = this.#plane.starting ? 0 : this.#plane.model.settings.watchLagMicros;
    this.#loop.enqueueAfter(`${resource} ${namespace} ${name}`, lag);
  }

  #reconcile(key: string): Reconciliation | null {
    const [resource, namespace, name] = key.split(' ');
    const type = this.#types.get(resource)!;
    const object = this.#plane.store.get(type, namespace, name);
    if (object === undefined) return null;
    if (object.metadata.deletionTimestamp === undefined) return this.#collect(type, object);
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes(orphanFinalizer)) return this.#orphan(type, object);
    return finalizers.includes(foregroundFinalizer) ? this.#awaitDependents(type, object) : null;
  }

  /** Deletes what has lost all its owners, and drops the references to those lost of what still has one. */
  #collect(type: ResourceType, object: KubeObject): Reconciliation | null {
    const references = ownersOf(object);
    const owners = references.map((reference) => this.#dependents.ownerOf(object, reference));
    const solid = references.filter((_, at) => owners[at] !== null && !isWaiting(owners[at]));
    if (solid.length === references.length) return null;
    if (solid.length > 0) return { writes: [this.#change(type, object, { ownerReferences: solid })] };
    const waited = owners.some((owner) => owner !== null) && this.#dependents.has(object.metadata.uid);
    return { writes: [this.#delete(type, object, waited ? 'Foreground' : policyOf(object))] };
  }

  #delete(
    type: ResourceType,
    { metadata: { namespace = '', name, uid } }: KubeObject,
    propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']>,
  ): Write {
    return () => this.#plane.api.delete(type, namespace, name, { propagationPolicy, preconditions: { uid } });
  }

  #change(
    type: ResourceType,
    { metadata: { namespace = '', name, uid } }: KubeObject,
    change: Partial<ObjectMeta>,
  ): Write {
    return () =>
      this.#plane.api.modify(type, namespace, name, (now) =>
        now.metadata.uid === uid ? { ...now, metadata: { ...now.metadata, ...change } } : null,
      );
  }

  #dependentsOf(owner: KubeObject): readonly (readonly [ResourceType, KubeObject])[] {
    const found: (readonly [ResourceType, KubeObject])[] = [];
    for (const { type, namespace, name } of this.#dependents.of(owner.metadata.uid)) {
      const object = this.#plane.store.get(type, namespace, name);
      if (object !== undefined) found.push([type, object]);
    }
    return found;
  }

  /** Cuts the dependents loose, then lets the owner go. */
  #orphan(type: ResourceType, owner: KubeObject): Reconciliation {
    const writes = this.#dependentsOf(owner).map(([dependentType, dependent]) =>
      this.#change(dependentType, dependent, {
        ownerReferences: ownersOf(dependent).filter(({ uid }) => uid !== owner.metadata.uid),
      }),
    );
    return { writes, next: (refused) => (refused > 0 ? null : this.#unhold(type, owner, orphanFinalizer)) };
  }

  #unhold(
    type: ResourceType,
    { metadata: { namespace = '', name } }: KubeObject,
    held: string,
  ): Reconciliation {
    return {
      writes: [
        () =>
          this.#plane.api.modify(type, namespace, name, (now) => {
            const finalizers = (now.metadata.finalizers ?? []).filter((finalizer) => finalizer !== held);
            return { ...now, metadata: { ...now.metadata, finalizers } };
          }),
      ],
    };
  }

  /** Deletes the dependents; lets the owner go once none is left that blocks its deletion. */
  #awaitDependents(type: ResourceType, owner: KubeObject): Reconciliation | null {
    const dependents = this.#dependentsOf(owner);
    const blocked = dependents.some(([, dependent]) =>
      ownersOf(dependent).some(
        ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
      ),
    );
    if (!blocked) return this.#unhold(type, owner, foregroundFinalizer);
    for (const [dependentType, dependent] of dependents)
      if (dependent.metadata.deletionTimestamp === undefined) this.#enqueueObject(dependentType, dependent);
    return null;
  }
}

/** Its deletion waits for its dependents. */
function isWaiting(object: KubeObject | null | undefined): boolean {
  return (
    object?.metadata.deletionTimestamp !== undefined &&
    (object.metadata.finalizers?.includes(foregroundFinalizer) ?? false)
  );
}

function isHeld({ metadata }: KubeObject): boolean {
  const finalizers = metadata.finalizers ?? [];
  return finalizers.includes(foregroundFinalizer) || finalizers.includes(orphanFinalizer);
}

function policyOf({ metadata }: KubeObject): 'Orphan' | 'Foreground' | 'Background' {
  const finalizers = metadata.finalizers ?? [];
  if (finalizers.includes(orphanFinalizer)) return 'Orphan';
  return finalizers.includes(foregroundFinalizer) ? 'Foreground' : 'Background';
}
