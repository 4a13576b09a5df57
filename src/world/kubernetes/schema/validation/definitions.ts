/**
 * Fidelity: validation of CustomResourceDefinitions (apiextensions-apiserver validation.go and structural schemas, 1.32): names,
 * versions, columns, subresources, and that every schema is structural. Simplified: rules in CEL are kept and not read.
 */

import type { KubeObject } from '../../objects/meta.ts';
import { conditionOf } from '../../objects/meta.ts';
import { isObject, type JsonObject } from '../../patch/json.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from './names.ts';
import { at, child, type Problems } from './problems.ts';

export interface DefinitionVersion {
  readonly name: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly schema?: { readonly openAPIV3Schema?: JsonObject };
  readonly subresources?: { readonly status?: object; readonly scale?: Readonly<Record<string, string>> };
  readonly additionalPrinterColumns?: readonly Readonly<Record<string, unknown>>[];
  readonly selectableFields?: readonly { readonly jsonPath?: string }[];
}

export interface DefinitionNames {
  readonly plural?: string;
  readonly singular?: string;
  readonly kind?: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface DefinitionSpec {
  readonly group?: string;
  readonly scope?: string;
  readonly names?: DefinitionNames;
  readonly versions?: readonly DefinitionVersion[];
  readonly preserveUnknownFields?: boolean;
}

export function specOf(definition: KubeObject): DefinitionSpec {
  return (definition.spec ?? {}) as DefinitionSpec;
}

export function checkDefinition(problems: Problems, definition: KubeObject, old: KubeObject | null): void {
  const spec = specOf(definition);
  const { group = '', scope, names = {}, versions = [] } = spec;
  const wanted = `${names.plural ?? ''}.${group}`;
  if (definition.metadata.name !== wanted)
    problems.invalid('metadata.name', definition.metadata.name, 'must be spec.names.plural+"."+spec.group');
  if (group === '') problems.required('spec.group');
  else {
    const errors = dns1123SubdomainErrors(group);
    problems.each('spec.group', group, errors);
    if (errors.length === 0 && !group.includes('.'))
      problems.invalid('spec.group', group, 'should be a domain with at least one dot');
  }
  problems.oneOf('spec.scope', scope, ['Cluster', 'Namespaced']);
  checkVersions(problems, versions);
  checkDefinitionNames(problems, 'spec.names', names);
  if (spec.preserveUnknownFields === true)
    problems.invalid(
      'spec.preserveUnknownFields',
      true,
      'must be false in order to use defaults in the schema',
    );
  if (old !== null) checkDefinitionChange(problems, spec, old);
}

function checkVersions(problems: Problems, versions: readonly DefinitionVersion[]): void {
  const path = 'spec.versions';
  const names = new Set<string>();
  for (const [index, version] of versions.entries()) {
    const place = at(path, index);
    problems.each(child(place, 'name'), version.name ?? '', dns1035LabelErrors(version.name ?? ''));
    if (names.has(version.name)) problems.invalid(path, version.name, 'must contain unique version names');
    names.add(version.name);
    checkVersionSchema(problems, child(place, 'schema.openAPIV3Schema'), version.schema?.openAPIV3Schema);
    checkSubresources(problems, child(place, 'subresources'), version);
    for (const [number, column] of (version.additionalPrinterColumns ?? []).entries())
      checkColumn(problems, at(child(place, 'additionalPrinterColumns'), number), column);
    for (const [number, { jsonPath = '' }] of (version.selectableFields ?? []).entries())
      if (!/^\.(spec|status)(\.[A-Za-z_][\w-]*)+$/.test(jsonPath))
        problems.invalid(
          child(at(child(place, 'selectableFields'), number), 'jsonPath'),
          jsonPath,
          'is an invalid path: must be a simple dot path under .spec or .status',
        );
  }
  if (versions.filter(({ storage }) => storage === true).length !== 1)
    problems.invalid(
      path,
      versions.map(({ name }) => name),
      'must have exactly one version marked as storage version',
    );
}

function checkVersionSchema(problems: Problems, path: string, schema: JsonObject | undefined): void {
  if (schema === undefined) {
    problems.required(path, 'schemas are required');
    return;
  }
  if (schema['type'] === undefined || schema['type'] === '')
    problems.required(child(path, 'type'), 'must not be empty at the root');
  else if (schema['type'] !== 'object')
    problems.invalid(child(path, 'type'), schema['type'], 'must be object at the root');
  checkSchemaNode(problems, path, schema, 'root');
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const listTypes = ['atomic', 'map', 'set'];

/** A schema is structural: every value below it has a type, or anything goes. */
function checkSchemaNode(
  problems: Problems,
  path: string,
  schema: JsonObject,
  place: 'root' | 'field' | 'items',
): void {
  const { type, properties, items, additionalProperties } = schema;
  const isOpen =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if ((type === undefined || type === '') && place !== 'root' && !isOpen)
    problems.required(
      child(path, 'type'),
      `must not be empty for specified ${place === 'items' ? 'array items' : 'object fields'}`,
    );
  else if (typeof type === 'string' && type !== '' && !types.includes(type))
    problems.unsupported(child(path, 'type'), type, types);
  if (isObject(properties) && additionalProperties !== undefined)
    problems.forbidden(
      child(path, 'additionalProperties'),
      'additionalProperties and properties are mutual exclusive',
    );
  if (type === 'array' && !isObject(items)) problems.required(child(path, 'items'), 'must be specified');
  if (schema['uniqueItems'] === true)
    problems.forbidden(
      child(path, 'uniqueItems'),
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    );
  for (const forbidden of ['$ref', 'definitions', 'dependencies', 'patternProperties', 'additionalItems'])
    if (schema[forbidden] !== undefined)
      problems.forbidden(child(path, forbidden), `${forbidden} is not supported`);
  checkListType(problems, path, schema);
  if (typeof schema['pattern'] === 'string' && !isPattern(schema['pattern']))
    problems.invalid(child(path, 'pattern'), schema['pattern'], 'must be a valid regular expression');
  if (isObject(properties))
    for (const [name, property] of Object.entries(properties))
      if (isObject(property))
        checkSchemaNode(problems, at(child(path, 'properties'), name), property, 'field');
  if (isObject(items)) checkSchemaNode(problems, child(path, 'items'), items, 'items');
  if (isObject(additionalProperties))
    checkSchemaNode(problems, child(path, 'additionalProperties'), additionalProperties, 'field');
}

function checkListType(problems: Problems, path: string, schema: JsonObject): void {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === undefined) return;
  if (!listTypes.includes(String(listType)))
    problems.unsupported(child(path, 'x-kubernetes-list-type'), listType, listTypes);
  const keys = schema['x-kubernetes-list-map-keys'];
  if (listType === 'map' && !(Array.isArray(keys) && keys.length > 0))
    problems.required(
      child(path, 'x-kubernetes-list-map-keys'),
      'must not be empty if x-kubernetes-list-type is map',
    );
}

export function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

function checkSubresources(problems: Problems, path: string, { subresources }: DefinitionVersion): void {
  const scale = subresources?.scale;
  if (scale === undefined) return;
  for (const [field, root] of [
    ['specReplicasPath', '.spec'],
    ['statusReplicasPath', '.status'],
  ] as const) {
    const value = scale[field] ?? '';
    const place = child(path, `scale.${field}`);
    if (value === '') problems.required(place);
    else if (!value.startsWith(`${root}.`))
      problems.invalid(place, value, `should be a json path under ${root}`);
  }
  const selector = scale['labelSelectorPath'] ?? '';
  if (selector !== '' && !/^\.(spec|status)\./.test(selector))
    problems.invalid(
      child(path, 'scale.labelSelectorPath'),
      selector,
      'should be a json path under either .status or .spec',
    );
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];

function checkColumn(
  problems: Problems,
  path: string,
  { name, type, jsonPath }: Readonly<Record<string, unknown>>,
): void {
  if (!name) problems.required(child(path, 'name'));
  if (!type) problems.required(child(path, 'type'), `must be one of ${columnTypes.join(',')}`);
  else if (!columnTypes.includes(String(type)))
    problems.invalid(child(path, 'type'), type, `must be one of ${columnTypes.join(',')}`);
  if (!jsonPath) problems.required(child(path, 'jsonPath'));
  else if (!String(jsonPath).startsWith('.'))
    problems.invalid(child(path, 'jsonPath'), jsonPath, 'must be a valid json path starting with .');
}

export function checkDefinitionNames(problems: Problems, path: string, names: DefinitionNames): void {
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [], categories = [] } = names;
  if (plural === '') problems.required(child(path, 'plural'));
  else problems.each(child(path, 'plural'), plural, dns1035LabelErrors(plural));
  if (singular !== '') problems.each(child(path, 'singular'), singular, dns1035LabelErrors(singular));
  for (const [field, value] of [
    ['kind', kind],
    ['listKind', listKind],
  ] as const) {
    if (value === '') problems.required(child(path, field));
    else
      problems.each(
        child(path, field),
        value,
        dns1035LabelErrors(value.toLowerCase()).map(
          (error) => `may have mixed case, but should otherwise match: ${error}`,
        ),
      );
  }
  for (const [index, name] of shortNames.entries())
    problems.each(at(child(path, 'shortNames'), index), name, dns1035LabelErrors(name));
  for (const [index, name] of categories.entries())
    problems.each(at(child(path, 'categories'), index), name, dns1035LabelErrors(name));
  if (kind !== '' && kind === listKind)
    problems.invalid(child(path, 'listKind'), listKind, 'kind and listKind may not be the same');
}

function checkDefinitionChange(problems: Problems, spec: DefinitionSpec, old: KubeObject): void {
  const before = specOf(old);
  const conditions = (old.status as { conditions?: never } | undefined)?.conditions;
  if (conditionOf(conditions, 'Established')?.status !== 'True') return;
  for (const field of ['scope', 'group'] as const)
    if (spec[field] !== before[field])
      problems.invalid(child('spec', field), spec[field] ?? '', 'field is immutable');
  for (const field of ['kind', 'plural'] as const)
    if (spec.names?.[field] !== before.names?.[field])
      problems.invalid(child('spec.names', field), spec.names?.[field] ?? '', 'field is immutable');
}
