/**
 * Fidelity: what structured-merge-diff v4 does with values and their schema: the set of fields of a value, the comparison of
 * two, their merge, and the removal of fields. Lists without keys and objects marked atomic are one leaf; what has no schema
 * is merged by its own form, its lists atomic.
 */
import { childOf, keyDefaults, type ListNode, type SchemaNode } from '../schema/node.ts';
import { sameValue } from '../store/equality.ts';
import { type FieldSet, FieldSetBuilder, fieldStep, itemStep, type Step, stepText } from './field-set.ts';
import { isObject, type JsonObject, member, put } from './json.ts';

function isAtomic(schema: SchemaNode, value: unknown): boolean {
  if (schema.kind === 'list') return schema.merge === 'atomic';
  if (schema.kind === 'map' || schema.kind === 'object') return schema.atomic;
  return !isObject(value);
}

function isNamed(schema: SchemaNode, key: string): boolean {
  return schema.kind === 'object' && schema.fields.has(key);
}

function keyedList(schema: SchemaNode): ListNode | null {
  return schema.kind === 'list' && schema.merge !== 'atomic' ? schema : null;
}

/** Every path that the value states: what an applier comes to own. */
export function fieldsOf(value: unknown, schema: SchemaNode): FieldSet {
  const builder = new FieldSetBuilder();
  collect(value, schema, [], builder);
  return builder.done();
}

function collect(value: unknown, schema: SchemaNode, path: readonly Step[], into: FieldSetBuilder): void {
  const list = keyedList(schema);
  if (list !== null && Array.isArray(value)) {
    for (const item of value) {
      const at = [...path, itemStep(list, item) ?? `v:${JSON.stringify(item)}`];
      collect(item, list.items, at, into);
      into.insert(at);
    }
  } else if (isObject(value) && !isAtomic(schema, value)) {
    for (const key of Object.keys(value)) {
      const part = value[key];
      if (part === undefined) continue;
      const at = [...path, fieldStep(key)];
      collect(part, childOf(schema, key), at, into);
      const isBare = part === null || (isObject(part) && Object.keys(part).length === 0);
      if (isBare || !isNamed(schema, key)) into.insert(at);
    }
  } else into.insert(path);
}

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** What a write changes. */
export function compare(before: unknown, after: unknown, schema: SchemaNode): Comparison {
  const walk = new Walk();
  walk.compare(before, after, schema, []);
  return { added: walk.added.done(), modified: walk.modified.done(), removed: walk.removed.done() };
}

class Walk {
  readonly added = new FieldSetBuilder();
  readonly modified = new FieldSetBuilder();
  readonly removed = new FieldSetBuilder();

  /** Undefined stands for what isn't there; null is a value. */
  compare(before: unknown, after: unknown, schema: SchemaNode, path: readonly Step[]): void {
    if (before === after) return;
    const list = keyedList(schema);
    if (list !== null && this.#areLists(before, after)) this.#compareItems(before, after, list, path);
    else if (this.#areMaps(before, after) && !isAtomic(schema, before ?? after))
      this.#compareMembers(before, after, schema, path);
    else {
      this.#leaf(before, after, path);
      return;
    }
    if (before === undefined) this.added.insert(path);
    else if (after === undefined) this.removed.insert(path);
  }

  #leaf(before: unknown, after: unknown, path: readonly Step[]): void {
    if (before === undefined) this.added.insert(path);
    else if (after === undefined) this.removed.insert(path);
    else if (!sameValue(before, after)) this.modified.insert(path);
  }

  /** Both are lists or nothing, and one of them has items: two empty ones are a leaf. */
  #areLists(before: unknown, after: unknown): boolean {
    const sizes = [before, after].map((value) =>
      value === undefined || value === null ? 0 : Array.isArray(value) ? value.length : Number.NaN,
    );
    return sizes[0] + sizes[1] > 0;
  }

  #areMaps(before: unknown, after: unknown): boolean {
    const sizes = [before, after].map((value) =>
      value === undefined || value === null ? 0 : isObject(value) ? Object.keys(value).length : Number.NaN,
    );
    return sizes[0] + sizes[1] > 0;
  }

  #compareMembers(before: unknown, after: unknown, schema: SchemaNode, path: readonly Step[]): void {
    const left = (before ?? {}) as JsonObject;
    const right = (after ?? {}) as JsonObject;
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const a = Object.hasOwn(left, key) ? left[key] : undefined;
      const b = Object.hasOwn(right, key) ? right[key] : undefined;
      this.compare(a, b, childOf(schema, key), [...path, fieldStep(key)]);
    }
  }

  #compareItems(before: unknown, after: unknown, list: ListNode, path: readonly Step[]): void {
    const left = indexed((before ?? []) as readonly unknown[], list);
    const right = indexed((after ?? []) as readonly unknown[], list);
    for (const step of new Set([...left.keys(), ...right.keys()]))
      this.compare(left.get(step), right.get(step), list.items, [...path, step]);
  }
}

/** Items by step; of items alike the first. */
function indexed(items: readonly unknown[], list: ListNode): Map<Step, unknown> {
  const found = new Map<Step, unknown>();
  for (const item of items) {
    const step = itemStep(list, item) ?? `v:${JSON.stringify(item)}`;
    if (!found.has(step)) found.set(step, item);
  }
  return found;
}

/** `over` laid over `under`: leaves of `over` win, maps and keyed lists are merged. */
export function merged(under: unknown, over: unknown, schema: SchemaNode): unknown {
  if (over === undefined) return under;
  const list = keyedList(schema);
  if (list !== null && Array.isArray(under) && Array.isArray(over)) return mergedItems(under, over, list);
  if (!isObject(under) || !isObject(over) || isAtomic(schema, over)) return over;
  const result: Record<string, unknown> = { ...under };
  for (const key of Object.keys(over)) {
    const before = Object.hasOwn(result, key) ? result[key] : undefined;
    put(result, key, merged(before, over[key], childOf(schema, key)));
  }
  return result;
}

/**
 * Items of `over` in their order; items that only `under` has stay before the same shared neighbour as they were.
 */
function mergedItems(
  under: readonly unknown[],
  over: readonly unknown[],
  list: ListNode,
): readonly unknown[] {
  const left = indexed(under, list);
  const right = indexed(over, list);
  const leftSteps = [...left.keys()];
  const rightSteps = [...right.keys()];
  const shared = rightSteps.filter((step) => left.has(step));
  const result: unknown[] = [];
  const placed = new Set<Step>();
  const take = (step: Step) => {
    placed.add(step);
    result.push(merged(left.get(step), right.get(step), list.items));
    if (shared[0] === step) shared.shift();
  };
  let l = 0;
  let r = 0;
  while (l < leftSteps.length || r < rightSteps.length) {
    const step = leftSteps[l];
    if (step !== undefined && r < rightSteps.length) {
      if (step === rightSteps[r]) {
        take(step);
        l++;
        r++;
        continue;
      }
      // A shared item that is not the next one: its place is where `over` has it.
      if (right.has(step) && shared[0] !== undefined && shared[0] !== step) {
        l++;
        continue;
      }
    }
    if (step !== undefined) {
      if (!right.has(step)) {
        result.push(left.get(step));
        l++;
        continue;
      }
      if (placed.has(step)) l++;
    }
    if (r < rightSteps.length) take(rightSteps[r++]);
  }
  return result;
}

/** The value without the paths of the set. What is emptied by that becomes null. */
export function removed(value: unknown, paths: FieldSet, schema: SchemaNode): unknown {
  if (paths.isEmpty) return value;
  const list = keyedList(schema);
  if (Array.isArray(value)) {
    if (list === null) return null;
    const kept = value.flatMap((item) => {
      const step = itemStep(list, item) ?? `v:${JSON.stringify(item)}`;
      return paths.members.has(step) ? [] : [removed(item, paths.child(step), list.items)];
    });
    return kept.length === 0 ? null : kept;
  }
  if (!isObject(value)) return value;
  if (isAtomic(schema, value)) return null;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const step = fieldStep(key);
    if (!paths.members.has(step))
      put(kept, key, removed(value[key], paths.child(step), childOf(schema, key)));
  }
  return Object.keys(kept).length === 0 ? null : kept;
}

/** What is wrong with a value that someone applies: `.spec.foo: field not declared in schema`. */
export function typeErrors(value: unknown, schema: SchemaNode, path = ''): readonly string[] {
  if (value === null || value === undefined || schema.kind === 'any') return [];
  if (schema.kind === 'list') return listErrors(value, schema, path);
  if (schema.kind === 'scalar') return scalarErrors(value, schema.type, path);
  if (!isObject(value)) return [`${path}: expected map, got ${described(value)}`];
  return Object.keys(value).flatMap((key) => {
    const at = `${path}.${key}`;
    if (schema.kind === 'object' && !schema.preserve && !schema.fields.has(key))
      return [`${at}: field not declared in schema`];
    return typeErrors(value[key], childOf(schema, key), at);
  });
}

function listErrors(value: unknown, list: ListNode, path: string): readonly string[] {
  if (!Array.isArray(value)) return [`${path}: expected list, got ${described(value)}`];
  const seen = new Set<Step>();
  return value.flatMap((item, index) => {
    if (list.merge === 'atomic') return typeErrors(item, list.items, `${path}[${index}]`);
    const step = itemStep(list, item);
    if (step === null) return [`${path}: element ${index}: ${missingKey(list, item)}`];
    const again = seen.has(step) ? [`${path}: duplicate entries for key ${stepText(step)}`] : [];
    seen.add(step);
    return [...again, ...typeErrors(item, list.items, `${path}${stepText(step)}`)];
  });
}

function missingKey(list: ListNode, item: unknown): string {
  if (item === null) return 'associative list with keys may not have null entries';
  if (list.merge === 'set') return "associative list without keys has an element that's a list or map type";
  if (!isObject(item)) return 'associative list with keys may not have non-map elements';
  const missing = list.keys.find((key) => (member(item, key) ?? keyDefaults[key] ?? null) === null);
  return `associative list with keys has an element that omits key field ${JSON.stringify(missing)} (and doesn't have default value)`;
}

function scalarErrors(value: unknown, type: string, path: string): readonly string[] {
  const found = typeof value;
  if (type === 'boolean')
    return found === 'boolean' ? [] : [`${path}: expected boolean, got ${described(value)}`];
  if (type === 'int32' || type === 'int64' || type === 'double')
    return found === 'number' ? [] : [`${path}: expected numeric (int or float), got ${described(value)}`];
  if (type === 'intOrString' || type === 'quantity')
    return found === 'number' || found === 'string'
      ? []
      : [`${path}: expected scalar, got ${described(value)}`];
  return found === 'string' ? [] : [`${path}: expected string, got ${described(value)}`];
}

function described(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (isObject(value)) return 'map';
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'boolean' : `${value}`;
}
