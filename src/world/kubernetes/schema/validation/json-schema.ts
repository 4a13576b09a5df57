/**
 * Fidelity: values of custom resources against the schema of their definition, with the messages of kube-openapi's validation (1.32).
 * Simplified: rules in CEL are not evaluated; of formats date-time alone is checked. A pattern that could take exponential time
 * in this engine, and takes linear time in Go's, is not evaluated.
 */

import { has, isObject, type JsonObject, member } from '../../patch/json.ts';
import { parseInstant } from '../../store/clock.ts';
import { sameValue } from '../../store/equality.ts';
import { at, child, Problems } from './problems.ts';

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function hasType(value: unknown, type: string): boolean {
  const found = typeOf(value);
  return found === type || (type === 'number' && found === 'integer');
}

/** Adds all problems of a value. */
export function checkValue(problems: Problems, path: string, value: unknown, schema: JsonObject): void {
  const type = member(schema, 'type');
  if (value === null && schema['nullable'] === true) return;
  const isEither = schema['x-kubernetes-int-or-string'] === true;
  if (
    isEither
      ? !hasType(value, 'integer') && !hasType(value, 'string')
      : typeof type === 'string' && !hasType(value, type)
  ) {
    const wanted = isEither ? 'integer,string' : String(type);
    problems.typeInvalid(
      path,
      typeOf(value),
      `${path} in body must be of type ${wanted}: ${JSON.stringify(typeOf(value))}`,
    );
    return;
  }
  checkEnum(problems, path, value, schema);
  if (typeof value === 'number') checkNumber(problems, path, value, schema);
  if (typeof value === 'string') checkText(problems, path, value, schema);
  if (Array.isArray(value)) checkItems(problems, path, value, schema);
  if (isObject(value)) checkMembers(problems, path, value, schema);
  checkCombined(problems, path, value, schema);
}

function checkEnum(problems: Problems, path: string, value: unknown, { enum: allowed }: JsonObject): void {
  if (!Array.isArray(allowed) || allowed.some((one) => sameValue(one, value))) return;
  problems.unsupported(
    path,
    value,
    allowed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
  );
}

function checkNumber(problems: Problems, path: string, value: number, schema: JsonObject): void {
  const { minimum, maximum, multipleOf } = schema as Readonly<Record<string, number | undefined>>;
  const above = schema['exclusiveMinimum'] === true;
  const below = schema['exclusiveMaximum'] === true;
  if (maximum !== undefined && (below ? value >= maximum : value > maximum))
    problems.invalid(
      path,
      value,
      `${path} in body should be less than ${below ? '' : 'or equal to '}${maximum}`,
    );
  if (minimum !== undefined && (above ? value <= minimum : value < minimum))
    problems.invalid(
      path,
      value,
      `${path} in body should be greater than ${above ? '' : 'or equal to '}${minimum}`,
    );
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    problems.invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`);
}

/** A repetition of something that itself repeats can take exponential time. */
const risky = /\([^()]*[+*}][^()]*\)[+*{]/;
const patterns = new Map<string, RegExp | null>();
const patternsMax = 1000;
const textMax = 10_000;

function patternOf(text: string): RegExp | null {
  let pattern = patterns.get(text);
  if (pattern === undefined) {
    try {
      pattern = risky.test(text) ? null : new RegExp(text, 'u');
    } catch {
      pattern = null;
    }
    if (patterns.size < patternsMax) patterns.set(text, pattern);
  }
  return pattern;
}

function checkText(problems: Problems, path: string, value: string, schema: JsonObject): void {
  const { minLength, maxLength } = schema as Readonly<Record<string, number | undefined>>;
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) problems.tooLong(path, maxLength);
  if (minLength !== undefined && length < minLength)
    problems.invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
  const { pattern, format } = schema;
  if (typeof pattern === 'string' && value.length <= textMax && patternOf(pattern)?.test(value) === false)
    problems.invalid(path, value, `${path} in body should match '${pattern}'`);
  if (format === 'date-time' && parseInstant(value) === null)
    problems.typeInvalid(path, value, `${path} in body must be of type date-time: ${JSON.stringify(value)}`);
}

function checkItems(problems: Problems, path: string, value: readonly unknown[], schema: JsonObject): void {
  const { minItems, maxItems } = schema as Readonly<Record<string, number | undefined>>;
  if (maxItems !== undefined && value.length > maxItems) problems.tooMany(path, value.length, maxItems);
  if (minItems !== undefined && value.length < minItems)
    problems.invalid(path, value.length, `${path} in body should have at least ${minItems} items`);
  const { items } = schema;
  if (isObject(items))
    for (const [index, item] of value.entries()) checkValue(problems, at(path, index), item, items);
  const keys = schema['x-kubernetes-list-map-keys'];
  const kind = schema['x-kubernetes-list-type'];
  if (kind !== 'set' && kind !== 'map') return;
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const key =
      kind === 'map' && Array.isArray(keys) && isObject(item)
        ? Object.fromEntries(keys.map((name: string) => [name, member(item, name)]))
        : item;
    const text = JSON.stringify(key);
    if (seen.has(text)) problems.duplicate(at(path, index), key);
    seen.add(text);
  }
}

function checkMembers(problems: Problems, path: string, value: JsonObject, schema: JsonObject): void {
  const { minProperties, maxProperties } = schema as Readonly<Record<string, number | undefined>>;
  const count = Object.keys(value).length;
  if (maxProperties !== undefined && count > maxProperties) problems.tooMany(path, count, maxProperties);
  if (minProperties !== undefined && count < minProperties)
    problems.invalid(path, count, `${path} in body should have at least ${minProperties} properties`);
  const { required, properties, additionalProperties } = schema;
  if (Array.isArray(required))
    for (const name of required) if (!has(value, name)) problems.required(child(path, name));
  for (const [name, part] of Object.entries(value)) {
    const own = isObject(properties) ? member(properties, name) : undefined;
    const rule = own ?? additionalProperties;
    if (isObject(rule)) checkValue(problems, child(path, name), part, rule);
  }
}

function isValid(path: string, value: unknown, schema: unknown): boolean {
  const problems = new Problems();
  if (isObject(schema)) checkValue(problems, path, value, schema);
  return problems.causes.length === 0;
}

function checkCombined(problems: Problems, path: string, value: unknown, schema: JsonObject): void {
  const { allOf, anyOf, oneOf, not } = schema;
  const valid = (schemas: readonly unknown[]) => schemas.filter((one) => isValid(path, value, one)).length;
  // What may be a number or a text is written with an anyOf that says no more.
  if (Array.isArray(anyOf) && anyOf.length > 0 && valid(anyOf) === 0)
    problems.invalid(path, '', `${path} in body must validate at least one schema (anyOf)`);
  if (Array.isArray(oneOf) && oneOf.length > 0 && valid(oneOf) !== 1)
    problems.invalid(
      path,
      '',
      `${path} in body must validate one and only one schema (oneOf). Found ${valid(oneOf) === 0 ? 'none valid' : `${valid(oneOf)} valid alternatives`}`,
    );
  if (Array.isArray(allOf))
    for (const one of allOf) if (isObject(one)) checkValue(problems, path, value, one);
  if (isObject(not) && isValid(path, value, not))
    problems.invalid(path, '', `${path} in body must not validate the schema (not)`);
}
