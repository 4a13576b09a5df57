/**
 * Fidelity: strategic merge patch as the API server applies it (apimachinery util/strategicpatch, Kubernetes 1.32, as of
 * StrategicMergeMapPatch with parallel lists merged and unmatched nulls dropped): merge keys, `$patch`, `$retainKeys`,
 * `$setElementOrder/…`, `$deleteFromPrimitiveList/…`, nulls, and the order of the resulting lists.
 */
import { anyNode, childOf, type Field, type SchemaNode } from '../schema/node.ts';
import { sameValue } from '../store/equality.ts';
import { copyOf, type Draft, goText, has, isObject, type JsonObject, member, put } from './json.ts';

const directive = '$patch';
const retainKeys = '$retainKeys';
const elementOrder = '$setElementOrder/';
const deleteFromList = '$deleteFromPrimitiveList/';

/** `BadRequest`: the patch is malformed; `Invalid`: it can't be applied to this object; `InternalError`: anything else. */
export type StrategicMergeResult =
  | { readonly ok: true; readonly value: JsonObject }
  | {
      readonly ok: false;
      readonly reason: 'BadRequest' | 'Invalid' | 'InternalError';
      readonly message: string;
    };

class Refused extends Error {
  readonly reason: 'BadRequest' | 'Invalid' | 'InternalError';

  constructor(reason: Refused['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

const badRetainKeys = 'invalid patch format of retainKeys';

/** The object with the patch merged in; `schema` is the type of the whole object. Shares what stays. */
export function applyStrategicMergePatch(
  object: JsonObject,
  patch: JsonObject,
  schema: SchemaNode,
): StrategicMergeResult {
  try {
    return { ok: true, value: mergeMap(object, patch, schema) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.reason, message: error.message };
    throw error;
  }
}

function unknownDirective(value: unknown, patch: JsonObject): Refused {
  return new Refused('InternalError', `unknown patch type [${goText(value)}] in [${goText(patch)}]`);
}

function mergeMap(original: JsonObject, patch: JsonObject, schema: SchemaNode): JsonObject {
  if (has(patch, directive)) return directed(patch);
  const result = retained(original, patch);
  const rest = copyOf(patch);
  delete rest[retainKeys];
  mergeOrdered(result, rest, schema);
  for (const prefixed of Object.keys(rest)) {
    const isDeletion = prefixed.startsWith(deleteFromList);
    const key = isDeletion ? prefixed.slice(deleteFromList.length) : prefixed;
    mergeMember(result, key, rest[prefixed], schema, isDeletion);
  }
  return result;
}

function directed(patch: JsonObject): JsonObject {
  const { [directive]: what, ...rest } = patch;
  if (what === 'replace') return rest;
  if (what === 'delete') return {};
  throw unknownDirective(what, patch);
}

function mergeMember(
  result: Draft,
  key: string,
  value: unknown,
  schema: SchemaNode,
  isDeletion: boolean,
): void {
  if (value === null) {
    delete result[key];
    return;
  }
  const current = member(result, key);
  if (isObject(current) && isObject(value) && !isDeletion)
    put(result, key, mergeMap(current, value, childOf(schema, key)));
  else if (Array.isArray(current) && Array.isArray(value))
    put(result, key, mergeList(current, value, ruleOf(schema, key), isDeletion));
  else if (!isDeletion) {
    const clean = withoutDirectives(value);
    if (clean !== undefined) put(result, key, clean);
  }
}

interface ListRule {
  readonly merge: boolean;
  readonly mergeKey: string | null;
  readonly items: SchemaNode;
}

function fieldOf(schema: SchemaNode, key: string): Field | undefined {
  return schema.kind === 'object' ? schema.fields.get(key) : undefined;
}

function ruleOf(schema: SchemaNode, key: string): ListRule {
  const field = fieldOf(schema, key);
  const items = field?.node.kind === 'list' ? field.node.items : anyNode;
  return { merge: field?.patch?.merge === true, mergeKey: field?.patch?.mergeKey ?? null, items };
}

/** The members that `$retainKeys` keeps. */
function retained(original: JsonObject, patch: JsonObject): Draft {
  if (!has(patch, retainKeys)) return copyOf(original);
  const listed = patch[retainKeys];
  if (!Array.isArray(listed)) throw new Refused('BadRequest', badRetainKeys);
  const kept = new Set<unknown>(listed);
  for (const [key, value] of Object.entries(patch)) {
    const isOther =
      key === retainKeys || value === null || key.startsWith(deleteFromList) || key.startsWith(elementOrder);
    if (!isOther && !kept.has(key)) throw new Refused('BadRequest', badRetainKeys);
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => kept.has(key)));
}

/** Lists with `$setElementOrder` are merged here, and taken out of the patch. */
function mergeOrdered(result: Draft, patch: Draft, schema: SchemaNode): void {
  for (const directiveKey of Object.keys(patch).filter((key) => key.startsWith(elementOrder))) {
    const key = directiveKey.slice(elementOrder.length);
    const order = patch[directiveKey];
    const rule = ruleOf(schema, key);
    const current = member(result, key);
    const added = member(patch, key);
    delete patch[directiveKey];
    if (!isListOrNothing(order) || !isListOrNothing(current) || !isListOrNothing(added))
      throw new Refused(
        'InternalError',
        `expected a list for ${key}, but received: ${goText(added ?? order)}`,
      );
    if (current === undefined && added === undefined) continue;
    checkOrder(added ?? [], order ?? [], rule.mergeKey);
    const merged =
      added === undefined
        ? current!
        : current === undefined
          ? (withoutDirectives(added) as readonly unknown[])
          : mergeList(current, added, rule, false);
    const before = current === undefined ? [] : orderAfterMerge(current, added ?? [], rule);
    put(result, key, inOrder(merged, order ?? [], before, rule.mergeKey));
    delete patch[key];
  }
}

/**
 * The order of the server's items by which those that only it has are placed. Upstream takes it from the list that the merge has
 * worked on: items that were deleted have given their places to those after them, and new ones stand where places became free.
 */
function orderAfterMerge(
  current: readonly unknown[],
  added: readonly unknown[],
  { merge, mergeKey }: ListRule,
): readonly unknown[] {
  if (!merge || mergeKey === null) return current;
  const places = [...current];
  let count = places.length;
  const placeOf = (item: unknown) => {
    const at = places.findIndex((one) => isSame(one, item, mergeKey));
    return at < count ? at : -1;
  };
  for (const item of added)
    for (let at = placeOf(item); at >= 0 && isDeletedItem(item); at = placeOf(item)) {
      places.copyWithin(at, at + 1, count);
      count--;
    }
  const replaces = added.some((item) => isObject(item) && item[directive] === 'replace');
  for (const item of replaces ? [] : added)
    if (!isDeletedItem(item) && placeOf(item) < 0 && count < places.length) places[count++] = item;
  return places;
}

function isListOrNothing(value: unknown): value is readonly unknown[] | undefined {
  return value === undefined || Array.isArray(value);
}

/** Every item that the patch adds or changes must be in the list that orders them, in the same order. */
function checkOrder(added: readonly unknown[], order: readonly unknown[], mergeKey: string | null): void {
  const items = mergeKey === null ? added : added.filter((item) => !isDeletedItem(item));
  let at = 0;
  for (const listed of order) if (at < items.length && isSame(items[at], listed, mergeKey)) at++;
  if (at < items.length)
    throw new Refused(
      'InternalError',
      `The order in patch list:\n${goText(added)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
    );
}

function isDeletedItem(item: unknown): boolean {
  return isObject(item) && item[directive] === 'delete';
}

function isSame(a: unknown, b: unknown, mergeKey: string | null): boolean {
  if (mergeKey === null) return sameValue(a, b);
  return isObject(a) && isObject(b) && has(a, mergeKey) && sameValue(a[mergeKey], member(b, mergeKey));
}

function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  rule: ListRule,
  isDeletion: boolean,
): readonly unknown[] {
  if (isDeletion) return original.filter((item) => !patch.some((gone) => sameValue(gone, item)));
  if (!rule.merge) return patch;
  if (original.length === 0 && patch.length === 0) return original;
  const holdsObjects = checkItems([...original, ...patch]);
  if (!holdsObjects) return inOrder(distinct([...original, ...patch]), patch, original, null);
  if (rule.mergeKey === null) throw new Refused('Invalid', 'cannot merge lists without merge key');
  const { kept, added } = withSpecialItems(original, patch, rule.mergeKey);
  return inOrder(withItems(kept, added, rule.mergeKey, rule.items), added, kept, rule.mergeKey);
}

/** Whether these are objects; all must be of one kind, and none a list. */
function checkItems(items: readonly unknown[]): boolean {
  if (items.some(Array.isArray)) throw new Refused('Invalid', 'lists of lists are not supported');
  const objects = items.filter(isObject).length;
  if (objects > 0 && objects < items.length)
    throw new Refused('InternalError', `list element types are not identical: ${goText(items)}`);
  return objects > 0;
}

function distinct(items: readonly unknown[]): readonly unknown[] {
  return [...new Set(items)];
}

function noMergeKey(item: JsonObject, mergeKey: string): Refused {
  return new Refused('Invalid', `map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
}

/** What items with `$patch` do to a list: one deletes its like, one replaces all. */
function withSpecialItems(original: readonly unknown[], patch: readonly unknown[], mergeKey: string) {
  let kept = original;
  const added: JsonObject[] = [];
  let replaces = false;
  for (const item of patch as readonly JsonObject[]) {
    const what = member(item, directive);
    if (what === undefined) added.push(item);
    else if (what === 'replace') replaces = true;
    else if (what === 'delete') {
      if (!has(item, mergeKey)) throw noMergeKey(item, mergeKey);
      kept = kept.filter((one) => !isSame(one, item, mergeKey));
    } else if (what === 'merge')
      throw new Refused('InternalError', 'merging lists cannot yet be specified in the patch');
    else throw unknownDirective(what, item);
  }
  return replaces ? { kept: added, added: [] } : { kept, added };
}

function withItems(
  original: readonly unknown[],
  added: readonly JsonObject[],
  mergeKey: string,
  items: SchemaNode,
): readonly unknown[] {
  const merged = [...original];
  for (const item of added) {
    if (!has(item, mergeKey)) throw noMergeKey(item, mergeKey);
    const at = merged.findIndex((one) => isSame(one, item, mergeKey));
    if (at < 0) merged.push(withoutDirectives(item));
    else merged[at] = mergeMap(merged[at] as JsonObject, item, items);
  }
  for (const item of merged as JsonObject[]) if (!has(item, mergeKey)) throw noMergeKey(item, mergeKey);
  return merged;
}

/** Items of the patch in the patch's order, between them those that only the server has, as near to their places as can be. */
function inOrder(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string | null,
): readonly unknown[] {
  const placeIn = (order: readonly unknown[], item: unknown) =>
    order.findIndex((other) => isSame(item, other, mergeKey));
  const ofPatch = merged.filter((item) => placeIn(patchOrder, item) >= 0);
  const ofServer = merged.filter((item) => placeIn(patchOrder, item) < 0);
  const right = sortedBy(ofPatch, (item) => placeIn(patchOrder, item));
  const left = sortedBy(ofServer, (item) => placeIn(serverOrder, item));
  const result: unknown[] = [];
  let next = 0;
  for (const item of right) {
    const place = placeIn(serverOrder, item);
    while (next < left.length && place >= 0 && isBefore(placeIn(serverOrder, left[next]), place))
      result.push(left[next++]);
    result.push(item);
  }
  return [...result, ...left.slice(next)];
}

function isBefore(place: number, other: number): boolean {
  return place >= 0 && place < other;
}

/** Upstream's sort says that what has no place is before everything: each such item moves to the front. */
function sortedBy(items: readonly unknown[], placeOf: (item: unknown) => number): readonly unknown[] {
  const placed = items.map((item) => ({ item, place: placeOf(item) }));
  const known = placed.filter(({ place }) => place >= 0).sort((a, b) => a.place - b.place);
  const unknown = placed.filter(({ place }) => place < 0).reverse();
  return [...unknown, ...known].map(({ item }) => item);
}

/** The value without directives and nulls; undefined: it was one itself. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  if (has(value, directive)) return undefined;
  const clean: Draft = {};
  for (const key of Object.keys(value)) {
    if (value[key] === null || isDirective(key)) continue;
    const part = withoutDirectives(value[key]);
    if (part !== undefined) put(clean, key, part);
  }
  return clean;
}

function isDirective(key: string): boolean {
  return key === retainKeys || key.startsWith(elementOrder) || key.startsWith(deleteFromList);
}
