/**
 * Fidelity: what the API server knows of the shape of its objects: Go types as decoders read them, and how lists and maps merge
 * (structured-merge-diff v4 and strategic merge patch, Kubernetes 1.32). One description serves decoding, patches,
 * server-side apply, `explain` and custom resources.
 */

export type ScalarType =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  /** RFC 3339 in whole seconds; with microseconds. */
  | 'time'
  | 'microTime'
  /** Base64. */
  | 'bytes'
  | 'intOrString'
  | 'quantity';

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly type: ScalarType;
}

/** Anything goes. */
export interface AnyNode {
  readonly kind: 'any';
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: SchemaNode;
  /** For server-side apply: owned as a whole; each value once; items told apart by `keys`. */
  readonly merge: 'atomic' | 'set' | 'map';
  readonly keys: readonly string[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly values: SchemaNode;
  readonly atomic: boolean;
}

/** What a strategic merge patch does with a field. */
export interface PatchRule {
  /** Lists: items of patch and object are merged (by `mergeKey`, or as a set); else the list is replaced. */
  readonly merge: boolean;
  readonly mergeKey: string | null;
  readonly retainKeys: boolean;
}

export interface Field {
  readonly node: SchemaNode;
  readonly required: boolean;
  /** Null: objects merge, lists are replaced. */
  readonly patch: PatchRule | null;
}

export interface ObjectNode {
  readonly kind: 'object';
  /** The Go type: `DeploymentSpec`. */
  readonly name: string;
  /** Unique among all types: `v2.MetricTarget`. */
  readonly key: string;
  readonly fields: ReadonlyMap<string, Field>;
  /** Owned as a whole by server-side apply. */
  readonly atomic: boolean;
  /** Fields that are not listed are kept, for custom resources that say so. */
  readonly preserve: boolean;
}

export type SchemaNode = ScalarNode | AnyNode | ListNode | MapNode | ObjectNode;

export const anyNode: AnyNode = { kind: 'any' };

/** The node of a field of an object or of a value of a map; `anyNode` where nothing is known. */
export function childOf(node: SchemaNode, key: string): SchemaNode {
  if (node.kind === 'object') return node.fields.get(key)?.node ?? anyNode;
  return node.kind === 'map' ? node.values : anyNode;
}

/** Keys of list items that may be left out: the server's default stands for them. */
export const keyDefaults: Readonly<Record<string, unknown>> = { protocol: 'TCP' };
