/**
 * Fidelity: what a CustomResourceDefinition makes of the objects of its resource (apiextensions-apiserver, 1.32): the type that
 * decoding, patches and server-side apply go by, pruning, defaults, validation, and whether its names are accepted. Simplified:
 * versions differ in nothing but their schemas (conversion `None`), and names are accepted within the write that states them.
 */
import type { Condition, KubeObject } from '../objects/meta.ts';
import { builtInTypes, customResourceDefinitions, type ResourceType } from '../objects/resource-types.ts';
import { isObject, type JsonObject, member, put } from '../patch/json.ts';
import type { Strategy } from '../store/api.ts';
import type { StatusCause } from '../store/failure.ts';
import type { Store } from '../store/store.ts';
import { types } from './kinds.ts';
import { anyNode, type Field, type ObjectNode, type SchemaNode } from './node.ts';
import { type DefinitionNames, type DefinitionVersion, specOf } from './validation/definitions.ts';
import { checkValue } from './validation/json-schema.ts';
import { checkMetadata } from './validation/metadata.ts';
import { Problems } from './validation/problems.ts';

/** How objects of one version of a definition are read and judged. */
export interface CustomSchema {
  /** For `decodeObject` (with `custom`), patches and server-side apply. */
  readonly node: ObjectNode;
  /** As the definition states it: for OpenAPI documents. */
  readonly openApi: JsonObject;
  /** The object with the schema's defaults; the same when it lacks none. */
  default(object: KubeObject): KubeObject;
  /** All problems of spec and status. */
  validate(object: KubeObject): readonly StatusCause[];
  /** Field selectors that it adds: `spec.color`. */
  readonly selectableFields: readonly string[];
}

const known = new WeakMap<object, CustomSchema>();

/** The schema of one version; undefined when the definition has no such version. */
export function customSchema(definition: KubeObject, version: string): CustomSchema | undefined {
  const stated = specOf(definition).versions?.find(({ name }) => name === version);
  if (stated === undefined) return undefined;
  let schema = known.get(stated);
  if (schema === undefined) {
    schema = schemaOf(definition, stated);
    known.set(stated, schema);
  }
  return schema;
}

function schemaOf(definition: KubeObject, version: DefinitionVersion): CustomSchema {
  const openApi = version.schema?.openAPIV3Schema ?? {};
  const { group = '', names = {} } = specOf(definition);
  return {
    node: rootNode(openApi, `${group}/${version.name}.${names.kind ?? ''}`),
    openApi,
    default: (object) => defaulted(object, openApi) as KubeObject,
    validate: (object) => {
      const problems = new Problems();
      const { apiVersion: _, kind: __, metadata: ___, ...rest } = object;
      checkValue(problems, '', rest, withoutMetadata(openApi));
      return problems.causes;
    },
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath = '' }) => jsonPath.slice(1)),
  };
}

const ownMembers = new Set(['apiVersion', 'kind', 'metadata']);

/** Names and metadata are judged as those of any object. */
function withoutMetadata(schema: JsonObject): JsonObject {
  const { properties, required } = schema;
  return {
    ...schema,
    ...(isObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).filter(([name]) => !ownMembers.has(name)),
          ),
        }
      : {}),
    ...(Array.isArray(required)
      ? { required: required.filter((name: string) => !ownMembers.has(name)) }
      : {}),
  };
}

const text: Field = { node: { kind: 'scalar', type: 'string' }, required: false, patch: null };

function rootNode(schema: JsonObject, name: string): ObjectNode {
  const root = objectNode(schema, name);
  const fields = new Map<string, Field>(root.fields);
  fields.set('apiVersion', text);
  fields.set('kind', text);
  fields.set('metadata', { node: types.get('ObjectMeta')!, required: false, patch: null });
  return { ...root, fields };
}

function objectNode(schema: JsonObject, name: string): ObjectNode {
  const { properties, required } = schema;
  const needed = new Set(Array.isArray(required) ? required : []);
  const fields = new Map<string, Field>();
  for (const [field, stated] of Object.entries(isObject(properties) ? properties : {}))
    if (isObject(stated))
      fields.set(field, {
        node: nodeOf(stated, `${name}.${field}`),
        required: needed.has(field) || isKept(stated),
        patch: null,
      });
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  if (isEmbedded) {
    fields.set('apiVersion', text);
    fields.set('kind', text);
    fields.set('metadata', { node: types.get('ObjectMeta')!, required: false, patch: null });
  }
  return {
    kind: 'object',
    name: name.slice(name.lastIndexOf('.') + 1),
    key: name,
    fields,
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    preserve: schema['x-kubernetes-preserve-unknown-fields'] === true,
  };
}

/** Unlike built-in types, custom resources keep empty lists and maps. */
function isKept(schema: JsonObject): boolean {
  return schema['type'] === 'array' || isObject(schema['additionalProperties']);
}

function nodeOf(schema: JsonObject, name: string): SchemaNode {
  if (schema['x-kubernetes-int-or-string'] === true) return { kind: 'scalar', type: 'intOrString' };
  switch (schema['type']) {
    case 'string':
      return { kind: 'scalar', type: 'string' };
    case 'boolean':
      return { kind: 'scalar', type: 'boolean' };
    case 'integer':
      return { kind: 'scalar', type: schema['format'] === 'int32' ? 'int32' : 'int64' };
    case 'number':
      return { kind: 'scalar', type: 'double' };
    case 'array':
      return listNode(schema, name);
    case 'object':
      return isObject(schema['additionalProperties'])
        ? {
            kind: 'map',
            values: nodeOf(schema['additionalProperties'], name),
            atomic: schema['x-kubernetes-map-type'] === 'atomic',
          }
        : objectNode(schema, name);
    default:
      return anyNode;
  }
}

function listNode(schema: JsonObject, name: string): SchemaNode {
  const { items } = schema;
  const kind = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  return {
    kind: 'list',
    items: isObject(items) ? nodeOf(items, name) : anyNode,
    merge: kind === 'set' || kind === 'map' ? kind : 'atomic',
    keys: kind === 'map' && Array.isArray(keys) ? keys.map(String) : [],
  };
}

/** Sets what is missing; where a default is an object, its own members may have defaults too. */
function defaulted(value: unknown, schema: JsonObject): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!isObject(items)) return value;
    const made = value.map((item) => defaulted(item, items));
    return made.some((item, at) => item !== value[at]) ? made : value;
  }
  if (!isObject(value)) return value;
  const { properties, additionalProperties } = schema;
  let made: Record<string, unknown> | null = null;
  const set = (name: string, part: unknown) => {
    made ??= { ...value };
    put(made, name, part);
  };
  for (const [name, stated] of Object.entries(isObject(properties) ? properties : {})) {
    if (!isObject(stated)) continue;
    const present = member(value, name);
    const isNull = present === null && stated['nullable'] !== true;
    const part = defaulted(present === undefined || isNull ? stated['default'] : present, stated);
    if (part !== undefined && part !== present) set(name, part);
  }
  if (isObject(additionalProperties))
    for (const name of Object.keys(value)) {
      const part = defaulted(value[name], additionalProperties);
      if (part !== value[name]) set(name, part);
    }
  return made ?? value;
}

/** What the API server adds to the rules for objects of a custom resource. */
export function customStrategy(type: ResourceType, definition: KubeObject): Strategy {
  const schema = customSchema(definition, type.version);
  return {
    default: (object) => schema?.default(object) ?? object,
    validate: (object, old) => {
      const problems = new Problems();
      checkMetadata(problems, type, object.metadata, old?.metadata ?? null);
      return [...problems.causes, ...(schema?.validate(object) ?? [])];
    },
  };
}

/** The resource of each version of a definition that is served. */
export function customTypes(definition: KubeObject): readonly ResourceType[] {
  const { group = '', scope, names = {}, versions = [] } = specOf(definition);
  return versions
    .filter(({ served }) => served === true)
    .map(({ name, subresources }) => ({
      group,
      version: name,
      kind: names.kind ?? '',
      plural: names.plural ?? '',
      singular: names.singular ?? '',
      shortNames: names.shortNames ?? [],
      categories: names.categories ?? [],
      namespaced: scope === 'Namespaced',
      hasStatus: subresources?.status !== undefined,
      scale: scalePaths(subresources?.scale),
      counted: true,
    }));
}

function scalePaths(scale: Readonly<Record<string, string>> | undefined): ResourceType['scale'] {
  if (scale === undefined) return null;
  const { specReplicasPath = '', statusReplicasPath = '', labelSelectorPath = null } = scale;
  return { specReplicasPath, statusReplicasPath, labelSelectorPath };
}

/** Whether another resource of the group has one of the names already: the reason and message of `NamesAccepted`. */
function nameConflict(
  definition: KubeObject,
  store: Store,
): readonly [reason: string, message: string] | null {
  const { group, names = {} } = specOf(definition);
  const others: { readonly plural?: string; readonly kind?: string; readonly singular?: string }[] =
    builtInTypes.filter((type) => type.group === group);
  for (const other of store.table(customResourceDefinitions).values())
    if (specOf(other).group === group && other.metadata.name !== definition.metadata.name)
      others.push(specOf(other).names ?? {});
  for (const [field, reason] of [
    ['plural', 'PluralConflict'],
    ['singular', 'SingularConflict'],
    ['kind', 'KindConflict'],
  ] as const)
    if (names[field] !== undefined && others.some((other) => other[field] === names[field]))
      return [reason, `${JSON.stringify(names[field])} is already in use`];
  return null;
}

/** A new definition with its status: names accepted and established, unless others have them. */
export function establishedDefinition(definition: KubeObject, store: Store): KubeObject {
  const conflict = nameConflict(definition, store);
  const { names = {}, versions = [] } = specOf(definition);
  const lastTransitionTime = definition.metadata.creationTimestamp;
  const condition = (type: string, isTrue: boolean, reason: string, message: string): Condition => ({
    type,
    status: isTrue ? 'True' : 'False',
    reason,
    message,
    lastTransitionTime,
  });
  const [reason, message] = conflict ?? ['NoConflicts', 'no conflicts found'];
  const conditions = [
    condition('NamesAccepted', conflict === null, reason, message),
    conflict === null
      ? condition('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted')
      : condition('Established', false, 'NotAccepted', 'not all names are accepted'),
  ];
  const acceptedNames: DefinitionNames = conflict === null ? names : { kind: '', plural: '' };
  const storedVersions = versions.filter(({ storage }) => storage === true).map(({ name }) => name);
  return { ...definition, status: { acceptedNames, conditions, storedVersions } };
}
