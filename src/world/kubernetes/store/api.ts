/**
 * Fidelity: what stands between any client and the store in the API server: metadata, defaults, validation, admission,
 * optimistic concurrency, finalizers and graceful deletion (apiserver registry/generic and registry/rest, 1.32). Control
 * loops and kubectl come through the same functions; what control loops make is valid by construction and only
 * admitted. Simplified: admission plugins run in one order for all; no webhooks.
 */
import { type RandomStream, randomStream } from '../../../base/random.ts';
import type { Draft, KubeObject, ObjectMeta } from '../objects/meta.ts';
import type { Pod } from '../objects/pod.ts';
import {
  apiVersionOf,
  namespaces,
  pods,
  type ResourceType,
  resourceName,
} from '../objects/resource-types.ts';
import type { Clock } from './clock.ts';
import { sameValue } from './equality.ts';
import {
  alreadyExists,
  conflict,
  done,
  forbidden,
  invalid,
  notFound,
  type Outcome,
  objectModified,
  refuse,
  type StatusCause,
} from './failure.ts';
import { nameSuffix, uidFrom } from './names.ts';
import type { Place, Store } from './store.ts';

/** What a resource adds to the general rules; only clients' writes are defaulted and validated. */
export interface Strategy<T extends KubeObject = KubeObject> {
  /** The object with every default stated; the same object when nothing was missing. */
  readonly default?: (object: T) => T;
  /** All problems; `old` is null for a new object. */
  readonly validate?: (object: T, old: T | null) => readonly StatusCause[];
  /** What the server itself sets in a new object, e.g. the phase of a Pod; `isOutside`: a client sent it. */
  readonly prepare?: (object: T, isOutside: boolean) => T;
}

export interface AdmissionRequest {
  readonly operation: 'create' | 'update' | 'delete';
  readonly type: ResourceType;
  readonly subresource: string;
  readonly object: KubeObject;
  readonly old: KubeObject | null;
  readonly dryRun: boolean;
}

/** Changes or refuses a write. The object comes back, the same one when nothing changed. */
export type Admission = (request: AdmissionRequest) => Outcome<KubeObject>;

export interface WriteOptions {
  /** Nothing is stored; the answer is as if it were. */
  readonly dryRun?: boolean;
  /** Sent by a client: defaults and validation apply. */
  readonly outside?: boolean;
  /** `status`, `scale`…: empty for the object itself. */
  readonly subresource?: string;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

const asStatus: WriteOptions = { subresource: 'status' };

/** A name has 63 characters at most, five of them random. */
const generatedBaseLength = 58;

export const orphanFinalizer = 'orphan';
export const foregroundFinalizer = 'foregroundDeletion';

export class Api {
  readonly store: Store;
  readonly #clock: Clock;
  readonly #stream: RandomStream;
  readonly #trialStream = randomStream(0, 'kubernetes/dry runs');
  readonly #strategies = new Map<string, Strategy>();
  /** The same by the types with which they were asked for; null: there is none. */
  readonly #strategiesByType = new Map<ResourceType, Strategy | null>();
  readonly #admissions: Admission[] = [];
  readonly #statusAdmissions: Admission[] = [];

  constructor(store: Store, clock: Clock, stream: RandomStream) {
    this.store = store;
    this.#clock = clock;
    this.#stream = stream;
  }

  /** Sets what a resource adds to the rules; once for each. */
  describe<T extends KubeObject>(type: ResourceType<T>, strategy: Strategy<T>): void {
    this.#strategies.set(resourceName(type), strategy as unknown as Strategy);
    this.#strategiesByType.clear();
  }

  /** Adds a plugin after those that were added before; `seesStatus`: it has a say in writes of status too. */
  admit(admission: Admission, { seesStatus = true }: { readonly seesStatus?: boolean } = {}): void {
    this.#admissions.push(admission);
    if (seesStatus) this.#statusAdmissions.push(admission);
  }

  create<T extends KubeObject>(
    type: ResourceType<T>,
    draft: Draft<T>,
    options: WriteOptions = {},
  ): Outcome<T> {
    const named = this.#named(type, draft, options.dryRun === true);
    const { namespace = '', name } = named.metadata;
    const space = this.#mayHold(type, named, namespace);
    if (!space.ok) return space;
    const strategy = this.#strategyOf(type);
    let object = strategy?.prepare?.(named, options.outside === true) ?? named;
    if (options.outside === true) object = strategy?.default?.(object) ?? object;
    const admitted = this.#admitted('create', type, object, null, options);
    if (!admitted.ok) return admitted;
    object = admitted.value as T;
    const causes = options.outside === true ? (strategy?.validate?.(object, null) ?? []) : [];
    if (causes.length > 0) return invalid(type, name, causes);
    if (this.store.get(type, namespace, name) !== undefined) return alreadyExists(type, name);
    const own = object.metadata === named.metadata;
    return done(options.dryRun === true ? object : this.store.insert(type, object, own));
  }

  /**
   * Writes another state of an object. Where the object bears a resourceVersion, it must be the present one. With the
   * subresource `status` only status and metadata other than what users own are taken, else all but status.
   */
  update<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Outcome<T> {
    const { namespace = '', name, resourceVersion, uid } = object.metadata;
    const place = this.store.table(type).placeOf(namespace, name);
    if (place === undefined) return notFound(type, name);
    const old = place.object;
    if (uid !== undefined && uid !== '' && uid !== old.metadata.uid)
      return conflict(
        type,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
      );
    if (
      resourceVersion !== undefined &&
      resourceVersion !== '' &&
      resourceVersion !== old.metadata.resourceVersion
    )
      return conflict(type, name, objectModified);
    return this.#put(type, object, place, options);
  }

  /** Reads, changes and writes in one go, as a client does that tries again on conflict; null: leave it as it is. */
  modify<T extends KubeObject>(
    type: ResourceType<T>,
    namespace: string,
    name: string,
    change: (current: T) => T | null,
    options: WriteOptions = {},
  ): Outcome<T> {
    const place = this.store.table(type).placeOf(namespace, name);
    if (place === undefined) return notFound(type, name);
    const next = change(place.object);
    return next === null || next === place.object
      ? done(place.object)
      : this.#put(type, next, place, options);
  }

  /** As `modify`, for status alone. */
  modifyStatus<T extends KubeObject>(
    type: ResourceType<T>,
    namespace: string,
    name: string,
    change: (current: T) => T | null,
  ): Outcome<T> {
    return this.modify(type, namespace, name, change, asStatus);
  }

  /** Deletes, or marks as being deleted what finalizers or a grace period hold. The answer is the last state. */
  delete<T extends KubeObject>(
    type: ResourceType<T>,
    namespace: string,
    name: string,
    options: DeleteOptions = {},
  ): Outcome<T> {
    const object = this.store.get(type, namespace, name);
    if (object === undefined) return notFound(type, name);
    const met = this.#preconditions(type, object, options);
    if (!met.ok) return met;
    const admitted = this.#admitted('delete', type, object, object, options);
    if (!admitted.ok) return admitted;
    const marked = this.#marked(type, object, options);
    if (options.dryRun === true) return done(marked);
    if (mayVanish(marked)) return done(this.store.remove(type, marked));
    return done(sameValue(marked, object) ? object : this.store.replace(type, marked));
  }

  #put<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    place: Place<T>,
    options: WriteOptions,
  ): Outcome<T> {
    const old = place.object;
    if (options.subresource === 'status' && options.outside !== true && object.metadata === old.metadata)
      return this.#putStatus(type, object, place, options);
    const strategy = this.#strategyOf(type);
    const kept = this.#kept(type, object, old, options.subresource ?? '');
    const next = options.outside === true ? (strategy?.default?.(kept) ?? kept) : kept;
    const admitted = this.#admitted('update', type, next, old, options);
    if (!admitted.ok) return admitted;
    const allowed = admitted.value as T;
    const causes = options.outside === true ? (strategy?.validate?.(allowed, old) ?? []) : [];
    if (causes.length > 0) return invalid(type, old.metadata.name, causes);
    const counted = this.#counted(type, allowed, old);
    if (sameValue(counted, old)) return done(old);
    if (options.dryRun === true) return done(counted);
    if (counted.metadata.deletionTimestamp !== undefined && mayVanish(counted))
      return done(this.store.remove(type, counted));
    return done(this.store.replaceAt(type, place, counted, counted.metadata === kept.metadata));
  }

  /** The same for a control loop's report, which touches nothing else: nearly every write is one. */
  #putStatus<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    place: Place<T>,
    options: WriteOptions,
  ): Outcome<T> {
    const old = place.object;
    if (sameValue(object.status, old.status)) return done(old);
    const made: T = { ...old, metadata: { ...old.metadata }, status: object.status };
    const admitted = this.#admitted('update', type, made, old, options);
    if (!admitted.ok) return admitted;
    const next = admitted.value as T;
    if (options.dryRun === true) return done(next);
    if (next.metadata.deletionTimestamp !== undefined && mayVanish(next))
      return done(this.store.remove(type, next));
    return done(this.store.replaceAt(type, place, next, next.metadata === made.metadata));
  }

  #strategyOf<T extends KubeObject>(type: ResourceType<T>): Strategy<T> | null {
    const asked = type as ResourceType;
    let strategy = this.#strategiesByType.get(asked);
    if (strategy === undefined) {
      strategy = this.#strategies.get(resourceName(type)) ?? null;
      this.#strategiesByType.set(asked, strategy);
    }
    return strategy as Strategy<T> | null;
  }

  /** The new state with what this address may not change taken from the old one. */
  #kept<T extends KubeObject>(type: ResourceType<T>, object: T, old: T, subresource: string): T {
    const metadata = object.metadata === old.metadata ? { ...old.metadata } : keptMetadata(object, old);
    if (subresource === 'status') return { ...old, metadata, status: object.status };
    // Binding a pod sets its node and the condition that says so in one write.
    if (subresource === 'binding') return { ...object, metadata };
    if (!type.hasStatus) return { ...object, metadata };
    if (old.status !== undefined || object.status === undefined)
      return (
        old.status === object.status ? { ...object, metadata } : { ...object, metadata, status: old.status }
      ) as T;
    const { status: _, ...rest } = object;
    return { ...rest, metadata } as T;
  }

  /** The generation goes up when what is asked for changes. */
  #counted<T extends KubeObject>(type: ResourceType<T>, object: T, old: T): T {
    if (!type.counted || sameDemand(object, old)) return object;
    const generation = (old.metadata.generation ?? 0) + 1;
    return { ...object, metadata: { ...object.metadata, generation } };
  }

  #named<T extends KubeObject>(type: ResourceType<T>, draft: Draft<T>, dryRun: boolean): T {
    const { metadata } = draft;
    // What is only tried must not take numbers from the run.
    const stream = dryRun ? this.#trialStream : this.#stream;
    const name = metadata.name ?? this.#generated(type, metadata, stream);
    const made: ObjectMeta = {
      ...withoutServerFields(metadata),
      name,
      uid: uidFrom(stream),
      resourceVersion: '',
      ...(type.counted ? { generation: 1 } : {}),
      creationTimestamp: this.#clock.timestamp(),
    };
    return {
      ...draft,
      apiVersion: draft.apiVersion ?? apiVersionOf(type),
      kind: draft.kind ?? type.kind,
      metadata: made,
    } as unknown as T;
  }

  /** A name that is not taken yet, unless chance insists: the server tries eight times (1.32). */
  #generated(
    type: ResourceType,
    { generateName = '', namespace = '' }: Partial<ObjectMeta>,
    stream: RandomStream,
  ): string {
    const base = generateName.slice(0, generatedBaseLength);
    let name = base + nameSuffix(stream);
    for (let tries = 1; tries < 8 && this.store.get(type, namespace, name) !== undefined; tries++)
      name = base + nameSuffix(stream);
    return name;
  }

  /** Whether the namespace is there and takes new objects. */
  #mayHold(type: ResourceType, object: KubeObject, namespace: string): Outcome<null> {
    if (!type.namespaced) return done(null);
    const space = this.store.get(namespaces, '', namespace);
    if (space === undefined) return notFound(namespaces, namespace);
    if (space.metadata.deletionTimestamp === undefined) return done(null);
    return forbidden(
      type,
      object.metadata.name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
  }

  #admitted(
    operation: AdmissionRequest['operation'],
    type: ResourceType,
    object: KubeObject,
    old: KubeObject | null,
    options: WriteOptions,
  ): Outcome<KubeObject> {
    const { subresource = '', dryRun = false } = options;
    const admissions = subresource === 'status' ? this.#statusAdmissions : this.#admissions;
    if (admissions.length === 0) return done(object);
    let request: AdmissionRequest = { operation, type, subresource, object, old, dryRun };
    for (const admission of admissions) {
      const outcome = admission(request);
      if (!outcome.ok) return outcome;
      if (outcome.value !== request.object) request = { ...request, object: outcome.value };
    }
    return done(request.object);
  }

  #preconditions(type: ResourceType, object: KubeObject, { preconditions }: DeleteOptions): Outcome<null> {
    const { name, uid, resourceVersion } = object.metadata;
    if (preconditions?.uid !== undefined && preconditions.uid !== uid)
      return conflict(
        type,
        name,
        `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${uid}`,
      );
    if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion)
      return refuse(
        'Conflict',
        `Precondition failed: ResourceVersion in precondition: ${preconditions.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`,
        { name, group: type.group, kind: type.plural },
      );
    return done(null);
  }

  #marked<T extends KubeObject>(type: ResourceType<T>, object: T, options: DeleteOptions): T {
    const seconds = graceOf(type, object, options);
    const before = object.metadata.deletionGracePeriodSeconds;
    const shorter = before === undefined || seconds < before;
    const metadata: ObjectMeta = {
      ...object.metadata,
      ...(shorter
        ? {
            deletionTimestamp: this.#clock.timestampAt(this.#clock.nowMicros + seconds * 1e6),
            deletionGracePeriodSeconds: seconds,
          }
        : {}),
      ...withFinalizer(object.metadata, options.propagationPolicy),
    };
    const marked = { ...object, metadata };
    return type.counted &&
      object.metadata.deletionTimestamp === undefined &&
      metadata.generation !== undefined
      ? { ...marked, metadata: { ...metadata, generation: metadata.generation + 1 } }
      : marked;
  }
}

function withFinalizer(
  metadata: ObjectMeta,
  policy: DeleteOptions['propagationPolicy'],
): Pick<ObjectMeta, 'finalizers'> {
  const added = policy === 'Foreground' ? foregroundFinalizer : policy === 'Orphan' ? orphanFinalizer : null;
  const present = metadata.finalizers ?? [];
  if (added === null || present.includes(added)) return {};
  return { finalizers: [...present, added] };
}

/** What a client may say of a new object. */
function withoutServerFields(metadata: Partial<ObjectMeta>): Partial<ObjectMeta> {
  if (metadata.resourceVersion === undefined && metadata.deletionTimestamp === undefined) return metadata;
  const { resourceVersion: _, deletionTimestamp: __, ...rest } = metadata;
  return rest;
}

/** What the object says of itself, except for what the server alone sets. */
function keptMetadata(object: KubeObject, old: KubeObject): ObjectMeta {
  const {
    uid,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    resourceVersion,
  } = old.metadata;
  return {
    ...object.metadata,
    uid,
    creationTimestamp,
    resourceVersion,
    ...(generation === undefined ? {} : { generation }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  };
}

/** Seconds until the object may vanish: a pod's grace while a kubelet has it, else none. */
function graceOf(type: ResourceType, object: KubeObject, options: DeleteOptions): number {
  if (resourceName(type) !== resourceName(pods)) return 0;
  const { spec, status } = object as Pod;
  if (spec.nodeName === undefined || status.phase === 'Succeeded' || status.phase === 'Failed') return 0;
  return options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
}

/** Nothing holds it: no finalizer and no time to wait. */
function mayVanish({ metadata, kind, spec }: KubeObject): boolean {
  if ((metadata.finalizers?.length ?? 0) > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  return (
    kind !== 'Namespace' || ((spec as { finalizers?: readonly string[] })?.finalizers?.length ?? 0) === 0
  );
}

/** All but metadata and status say the same. */
function sameDemand(a: KubeObject, b: KubeObject): boolean {
  if (a.spec !== undefined || b.spec !== undefined) return sameValue(a.spec, b.spec);
  const { metadata: _, status: __, ...restOfA } = a;
  const { metadata: ___, status: ____, ...restOfB } = b;
  return sameValue(restOfA, restOfB);
}
