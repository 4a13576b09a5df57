/**
 * Fidelity: the graph of the garbage collector (controller/garbagecollector/graph_builder.go, 1.32): who depends on whom by owner
 * references. Pods with one controlling owner, nearly all there are, are found through the index that the cluster has anyway.
 */
import type { KubeObject, OwnerReference } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import { pods, type ResourceType, resourceName, typeOfKind } from '../../objects/resource-types.ts';
import type { Change, Index, Store } from '../../store/store.ts';

export interface Dependent {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
}

const noOwners: readonly OwnerReference[] = [];

export function ownersOf({ metadata }: KubeObject): readonly OwnerReference[] {
  return metadata.ownerReferences ?? noOwners;
}

export class Dependents {
  readonly #store: Store;
  readonly #podsByOwner: Index<Pod>;
  /** By the owner's uid, then by their own. */
  readonly #byOwner = new Map<string, Map<string, Dependent>>();

  constructor(store: Store, podsByOwner: Index<Pod>) {
    this.#store = store;
    this.#podsByOwner = podsByOwner;
    store.observeAll((change) => this.#follow(change));
  }

  /** What has an owner reference with this uid. */
  *of(uid: string): Generator<Dependent, void, undefined> {
    for (const { metadata } of this.#podsByOwner.get(uid))
      yield {
        type: pods as unknown as ResourceType,
        namespace: metadata.namespace ?? '',
        name: metadata.name,
      };
    yield* this.#byOwner.get(uid)?.values() ?? [];
  }

  has(uid: string): boolean {
    return this.#byOwner.has(uid) || this.#podsByOwner.count(uid) > 0;
  }

  /** The owner that a reference of an object means; null: it is not there; undefined: nobody knows its kind. */
  ownerOf(object: KubeObject, reference: OwnerReference): KubeObject | null | undefined {
    const type = this.#typeOf(reference);
    if (type === undefined) return undefined;
    const namespace = type.namespaced ? (object.metadata.namespace ?? '') : '';
    const owner = this.#store.get(type, namespace, reference.name);
    return owner?.metadata.uid === reference.uid ? owner : null;
  }

  #typeOf({ apiVersion, kind }: OwnerReference): ResourceType | undefined {
    const known = typeOfKind(apiVersion, kind);
    if (known !== undefined) return known;
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    for (const { type } of this.#store.tables()) if (type.kind === kind && type.group === group) return type;
    return undefined;
  }

  #follow({ kind, type, object, previous }: Change): void {
    if (kind === 'MODIFIED' && previous?.metadata.ownerReferences === object.metadata.ownerReferences) return;
    if (previous !== null) for (const owner of ownersOf(previous)) this.#drop(type, previous, owner);
    if (kind !== 'DELETED') for (const owner of ownersOf(object)) this.#add(type, object, owner);
  }

  #add(type: ResourceType, object: KubeObject, owner: OwnerReference): void {
    if (isIndexed(type, object, owner)) return;
    let known = this.#byOwner.get(owner.uid);
    if (known === undefined) {
      known = new Map();
      this.#byOwner.set(owner.uid, known);
    }
    const { uid, namespace = '', name } = object.metadata;
    known.set(uid, { type, namespace, name });
  }

  #drop(type: ResourceType, object: KubeObject, owner: OwnerReference): void {
    if (isIndexed(type, object, owner)) return;
    const known = this.#byOwner.get(owner.uid);
    known?.delete(object.metadata.uid);
    if (known?.size === 0) this.#byOwner.delete(owner.uid);
  }
}

/** The cluster's index of pods by controlling owner has it; that index takes the first that controls. */
function isIndexed(type: ResourceType, object: KubeObject, owner: OwnerReference): boolean {
  return (
    resourceName(type) === pods.plural &&
    ownersOf(object).find(({ controller }) => controller === true) === owner
  );
}
