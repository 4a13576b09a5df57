import type { SourcePosition } from '../base/diagnostics.ts';
import { type Lost, LostNames } from './lost.ts';
import type { Path } from './place.ts';

/** One document after validation: what it says, and where each part of it was read. */
export interface Resource<T = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  /** `default` where the document names none. */
  readonly namespace: string;
  readonly name: string;
  /** `Deployment shop/web`; in the default namespace `Deployment web`. */
  readonly id: string;
  /** The plain validated document, `apiVersion` and `kind` included; frozen all the way down. */
  readonly value: T;
  /**
   * Where the value at `path` was read: `['spec', 'containers', 0]`. When nothing is written there, the position
   * of the nearest enclosing value, so that a missing field points at the object that lacks it.
   */
  at(path?: readonly (string | number)[]): SourcePosition;
  /**
   * Set for a document of the wrong shape: the places in `value` where something stands in for what was written, so
   * that nothing can be said of them. Empty when the fault lies elsewhere, in its kind say. Such a document never runs.
   */
  readonly doubts?: readonly Path[];
}

/** Whether any of the places in a resource holds, or lies in, something that only stands in for what was written. */
export function isInDoubt(resource: Resource, ...paths: readonly Path[]): boolean {
  const doubts = resource.doubts ?? [];
  return doubts.some((doubt) =>
    paths.some((path) => {
      const shared = Math.min(path.length, doubt.length);
      return path.slice(0, shared).every((key, index) => key === doubt[index]);
    }),
  );
}

/** Kinds whose pods answer requests. */
export const workloadKinds: readonly string[] = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Rollout',
  'ReplicaSet',
  'ReplicationController',
  'Pod',
];

export const defaultNamespace = 'default';

/** `Deployment shop/web`, or `Deployment web` in the default namespace. */
export function resourceId(kind: string, namespace: string, name: string): string {
  return `${kind} ${qualifiedName(namespace, name)}`;
}

/** `shop/web`, or `web` in the default namespace. */
export function qualifiedName(namespace: string, name: string): string {
  return namespace === defaultNamespace ? name : `${namespace}/${name}`;
}

/**
 * The resources of one scenario in the order in which they were written. Kind, namespace and name identify one.
 * Where documents were left out, the set is not whole, and asks to be judged with care: see `mayLack`.
 */
export class ResourceSet {
  readonly all: readonly Resource[];
  /** No document was left out. Otherwise nothing can be said of the whole, and nothing can run. */
  readonly whole: boolean;
  /** Nothing is wrong with any document by itself; otherwise nothing can run, and what is found is only to tell more. */
  readonly sound: boolean;
  readonly #lost: LostNames;
  readonly #absent: LostNames;
  readonly #byKind = new Map<string, Resource[]>();
  readonly #byId = new Map<string, Resource>();

  /** `faulty`: reading found errors, of whatever kind. */
  constructor(
    resources: readonly Resource[],
    lost: readonly Lost[] = [],
    { faulty = false }: { readonly faulty?: boolean } = {},
  ) {
    this.all = resources;
    this.whole = lost.every(({ present }) => present === true);
    this.sound = !faulty && lost.length === 0;
    this.#lost = new LostNames(lost);
    this.#absent = new LostNames(lost.filter(({ present }) => present !== true));
    for (const resource of resources) {
      const same = this.#byKind.get(resource.kind);
      if (same) same.push(resource);
      else this.#byKind.set(resource.kind, [resource]);
      this.#byId.set(resource.id, resource);
    }
  }

  /** All of one kind, in order. The caller names the kind's document type. */
  byKind<T = unknown>(kind: string): readonly Resource<T>[] {
    return (this.#byKind.get(kind) ?? []) as unknown as Resource<T>[];
  }

  /** Whether a document that was left out may be of one of the kinds, and bear the name if one is given. */
  mayLack(kinds: readonly string[], name?: string): boolean {
    return this.#lost.mayBe(kinds, name);
  }

  /** Whether a document that is not in the set, by whatever name, may be of one of the kinds. */
  leavesOut(kinds: readonly string[]): boolean {
    return this.#absent.mayBe(kinds);
  }

  /** Names of documents of the kinds that were left out, as far as they are known: what a reference may mean as well. */
  lackedNames(kinds: readonly string[]): string[] {
    return this.#lost.known(kinds);
  }

  /**
   * Whether pods may answer to a name once all documents are mended, although none do now: those of a document that
   * was left out, or of a Service that is there but whose pods or model were left out.
   */
  mayServe(name: string): boolean {
    if (this.whole) return false;
    return (
      this.mayLack(['Service', ...workloadKinds], name) ||
      (this.mayLack(['ServiceModel', ...workloadKinds]) &&
        this.byKind('Service').some((service) => service.name === name))
    );
  }

  /** The resource of that identity, or null. */
  find<T = unknown>(kind: string, namespace: string, name: string): Resource<T> | null {
    return (this.#byId.get(resourceId(kind, namespace, name)) as Resource<T> | undefined) ?? null;
  }
}
