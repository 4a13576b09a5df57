/**
 * Fidelity: sets of field paths as structured-merge-diff v4 keeps them and `FieldsV1` writes them: `f:` names a field, `k:` an
 * item by its keys, `v:` an item by its value, and `.` says that the path itself belongs to the set and not only what is below.
 */
import { childOf, keyDefaults, type ListNode, type SchemaNode } from '../schema/node.ts';
import { isObject, type JsonObject, member } from './json.ts';

/** A step of a path, as FieldsV1 writes it. */
export type Step = string;

export function fieldStep(name: string): Step {
  return `f:${name}`;
}

/** The step to an item of a list that is a set or has keys; null when the item lacks a key or is of the wrong form. */
export function itemStep(list: ListNode, item: unknown): Step | null {
  if (list.merge === 'set')
    return typeof item === 'object' && item !== null ? null : `v:${JSON.stringify(item)}`;
  if (!isObject(item)) return null;
  const keys: Record<string, unknown> = {};
  for (const key of [...list.keys].sort()) {
    const value = member(item, key) ?? keyDefaults[key];
    if (value === undefined || value === null) return null;
    keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

const kindOrder = 'fkvi';

/** The order in which FieldsV1 lists steps: fields, items by key, by value, by index. */
export function compareSteps(a: Step, b: Step): number {
  const kinds = kindOrder.indexOf(a[0]) - kindOrder.indexOf(b[0]);
  return kinds !== 0 ? kinds : a < b ? -1 : a > b ? 1 : 0;
}

/** A step as messages show it: `.spec`, `[name="web"]`, `[="a"]`. */
export function stepText(step: Step): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('v:')) return `[=${rest}]`;
  if (!step.startsWith('k:')) return `[${rest}]`;
  const keys = JSON.parse(rest) as JsonObject;
  const parts = Object.keys(keys).map((key) => `${key}=${JSON.stringify(keys[key])}`);
  return `[${parts.join(',')}]`;
}

/** An immutable set of paths. */
export class FieldSet {
  static readonly empty = new FieldSet(new Set(), new Map());
  readonly members: ReadonlySet<Step>;
  readonly children: ReadonlyMap<Step, FieldSet>;

  /** Children that are empty are left out. */
  constructor(members: ReadonlySet<Step>, children: Iterable<readonly [Step, FieldSet]>) {
    this.members = members;
    this.children = new Map([...children].filter(([, set]) => !set.isEmpty));
  }

  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  child(step: Step): FieldSet {
    return this.children.get(step) ?? FieldSet.empty;
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    const children = new Map(this.children);
    for (const [step, set] of other.children) children.set(step, this.child(step).union(set));
    return new FieldSet(new Set([...this.members, ...other.members]), children);
  }

  intersection(other: FieldSet): FieldSet {
    const members = new Set([...this.members].filter((step) => other.members.has(step)));
    return new FieldSet(
      members,
      [...this.children].map(([step, set]) => [step, set.intersection(other.child(step))] as const),
    );
  }

  /** Paths of this set that are not in the other. */
  difference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    const members = new Set([...this.members].filter((step) => !other.members.has(step)));
    return new FieldSet(
      members,
      [...this.children].map(([step, set]) => [step, set.difference(other.child(step))] as const),
    );
  }

  /** Without the paths of the other and all that is below them. */
  without(other: FieldSet): FieldSet {
    const members = new Set([...this.members].filter((step) => !other.members.has(step)));
    return new FieldSet(
      members,
      [...this.children]
        .filter(([step]) => !other.members.has(step))
        .map(([step, set]) => [step, set.without(other.child(step))] as const),
    );
  }

  /** With every named field of the schema that has something below it counted as a member itself. */
  withNamedFields(schema: SchemaNode): FieldSet {
    const members = new Set(this.members);
    const children = [...this.children].map(([step, set]) => {
      if (schema.kind === 'object' && step.startsWith('f:') && schema.fields.has(step.slice(2)))
        members.add(step);
      return [step, set.withNamedFields(nodeAt(schema, step))] as const;
    });
    return new FieldSet(members, children);
  }

  equals(other: FieldSet): boolean {
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false;
    for (const step of this.members) if (!other.members.has(step)) return false;
    for (const [step, set] of this.children) if (!set.equals(other.child(step))) return false;
    return true;
  }

  /** Every path as messages show it, those at one level before those below it. */
  *paths(prefix = ''): Generator<string, void, undefined> {
    for (const step of [...this.members].sort(compareSteps)) yield prefix + stepText(step);
    for (const step of [...this.children.keys()].sort(compareSteps))
      yield* this.child(step).paths(prefix + stepText(step));
  }

  /** FieldsV1. */
  toJson(): JsonObject {
    const steps = new Set([...this.members, ...this.children.keys()]);
    const json: Record<string, unknown> = {};
    for (const step of [...steps].sort(compareSteps)) {
      const below = this.children.get(step)?.toJson() ?? {};
      const isBoth = this.members.has(step) && this.children.has(step);
      json[step] = isBoth ? { '.': {}, ...below } : below;
    }
    return json;
  }

  /** Reads FieldsV1; what can't be read is left out. */
  static fromJson(json: unknown): FieldSet {
    const members = new Set<Step>();
    const children = new Map<Step, FieldSet>();
    if (!isObject(json)) return FieldSet.empty;
    for (const [step, below] of Object.entries(json)) {
      if (step === '.' || !isStep(step) || !isObject(below)) continue;
      if (Object.keys(below).length === 0 || Object.hasOwn(below, '.')) members.add(step);
      children.set(step, FieldSet.fromJson(below));
    }
    return new FieldSet(members, children);
  }
}

function isStep(step: string): boolean {
  if (step.startsWith('f:')) return true;
  if (!/^[kvi]:/.test(step)) return false;
  try {
    const value: unknown = JSON.parse(step.slice(2));
    return step[0] !== 'k' || isObject(value);
  } catch {
    return false;
  }
}

function nodeAt(schema: SchemaNode, step: Step): SchemaNode {
  if (step.startsWith('f:')) return childOf(schema, step.slice(2));
  return schema.kind === 'list' ? schema.items : schema;
}

/** Builds a set path by path. */
export class FieldSetBuilder {
  readonly #members = new Set<Step>();
  readonly #children = new Map<Step, FieldSetBuilder>();

  insert(path: readonly Step[]): void {
    let at: FieldSetBuilder = this;
    for (const step of path.slice(0, -1)) at = at.#child(step);
    if (path.length > 0) at.#members.add(path[path.length - 1]);
  }

  #child(step: Step): FieldSetBuilder {
    let child = this.#children.get(step);
    if (child === undefined) {
      child = new FieldSetBuilder();
      this.#children.set(step, child);
    }
    return child;
  }

  done(): FieldSet {
    return new FieldSet(
      this.#members,
      [...this.#children].map(([step, child]) => [step, child.done()] as const),
    );
  }
}
