/** Fidelity: no mechanism; what is said of one resource in one version: see `served.ts`. */
import type { KubeObject } from '../objects/meta.ts';
import type { ResourceType } from '../objects/resource-types.ts';

/** Objects as another version of their group has them. */
export interface Conversion {
  readonly apiVersion: string;
  toServed(object: KubeObject): KubeObject;
  /** From what a client sent; the draft has been checked for its shape. */
  toStored(object: KubeObject): KubeObject;
}

export interface Subresource {
  readonly name: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly verbs: readonly string[];
}

/** One resource in one version. */
export interface Served {
  readonly group: string;
  readonly version: string;
  /** Where its objects are kept; of what is made up for each request, what it is called. */
  readonly type: ResourceType;
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  readonly conversion: Conversion | null;
  /** The CustomResourceDefinition that it comes from. */
  readonly definition: KubeObject | null;
}
