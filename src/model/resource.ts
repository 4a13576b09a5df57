import type { SourcePosition } from '../base/diagnostics.ts';

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
}

export const defaultNamespace = 'default';

/** `Deployment shop/web`, or `Deployment web` in the default namespace. */
export function resourceId(kind: string, namespace: string, name: string): string {
  return `${kind} ${qualifiedName(namespace, name)}`;
}

/** `shop/web`, or `web` in the default namespace. */
export function qualifiedName(namespace: string, name: string): string {
  return namespace === defaultNamespace ? name : `${namespace}/${name}`;
}

/** The resources of one scenario in the order in which they were written. Kind, namespace and name identify one. */
export class ResourceSet {
  readonly all: readonly Resource[];
  readonly #byKind = new Map<string, Resource[]>();
  readonly #byId = new Map<string, Resource>();

  constructor(resources: readonly Resource[]) {
    this.all = resources;
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

  /** The resource of that identity, or null. */
  find<T = unknown>(kind: string, namespace: string, name: string): Resource<T> | null {
    return (this.#byId.get(resourceId(kind, namespace, name)) as Resource<T> | undefined) ?? null;
  }
}
