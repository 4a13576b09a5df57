/**
 * Fidelity: OpenAPI v3 documents as the API server publishes them (1.32), as far as kubectl reads them: `explain`, whether
 * `fieldValidation` is understood, and how strategic merge patches are made. Simplified: operations state no answers, types are
 * named without their Go packages, and descriptions are this project's own.
 */
import { hashText } from '../../../base/hash.ts';
import type { KubeObject } from '../objects/meta.ts';
import {
  apiVersionOf,
  builtInTypes,
  customResourceDefinitions,
  type ResourceType,
} from '../objects/resource-types.ts';
import { isObject, type JsonObject } from '../patch/json.ts';
import type { Store } from '../store/store.ts';
import { customSchema, customTypes } from './custom-resources.ts';
import { fieldDescription, typeDescription } from './descriptions.ts';
import { kindsOf, schemaOf } from './kinds.ts';
import type { Field, ObjectNode, ScalarType, SchemaNode } from './node.ts';

/** Documents by path below `/openapi/v3/`. */
export interface OpenApiDocuments {
  /** What `/openapi/v3` answers. */
  index(): unknown;
  /** `api/v1`, `apis/apps/v1`; null: there is none. */
  document(path: string): unknown;
}

/** The documents of all built-in resources and of the definitions that the store has at the time. */
export function openApiDocuments(store: Store): OpenApiDocuments {
  return {
    index: () => {
      const paths: Record<string, unknown> = {};
      for (const apiVersion of apiVersions(store)) {
        const path = pathOf(apiVersion);
        paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(apiVersion, store)}` };
      }
      return { paths };
    },
    document: (path) => {
      const apiVersion = [...apiVersions(store)].find((one) => pathOf(one) === path);
      return apiVersion === undefined ? null : documentOf(apiVersion, store);
    },
  };
}

function pathOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
}

function apiVersions(store: Store): ReadonlySet<string> {
  const served = [...builtInTypes, ...[...definitions(store)].flatMap((one) => customTypes(one))];
  return new Set([
    ...served.map(apiVersionOf),
    'autoscaling/v1',
    'events.k8s.io/v1',
    'authorization.k8s.io/v1',
    'authentication.k8s.io/v1',
  ]);
}

function definitions(store: Store): Iterable<KubeObject> {
  return store.table(customResourceDefinitions).values();
}

/** Changes whenever a document may have: clients keep documents by it. */
function hashOf(apiVersion: string, store: Store): string {
  const versions = [...definitions(store)]
    .filter((one) => customTypes(one).some((type) => apiVersionOf(type) === apiVersion))
    .map(({ metadata }) => `${metadata.uid}/${metadata.generation}`);
  return hashText([apiVersion, ...versions].join(' ')).toUpperCase();
}

const reference = (name: string) => `#/components/schemas/${name}`;
const prefix = 'io.k8s.api.';
const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const intOrString = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const time = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time';
const microTime = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';

const shared: Readonly<Record<string, JsonObject>> = {
  [quantity]: {
    description: 'An amount such as 250m, 1.5 or 512Mi.',
    oneOf: [{ type: 'string' }, { type: 'number' }],
  },
  [intOrString]: {
    description: 'A number or a text.',
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  },
  [time]: { description: 'An instant in whole seconds (RFC 3339).', type: 'string', format: 'date-time' },
  [microTime]: {
    description: 'An instant with microseconds (RFC 3339).',
    type: 'string',
    format: 'date-time',
  },
};

const scalars: Readonly<Record<ScalarType, JsonObject | string>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time,
  microTime,
  intOrString,
  quantity,
};

class Schemas {
  readonly all: Record<string, JsonObject> = {};

  /** Adds a type with all that it refers to; returns its name. */
  add(node: ObjectNode, gvk?: JsonObject): string {
    const name = prefix + node.key;
    if (this.all[name] !== undefined) return name;
    const properties: Record<string, JsonObject> = {};
    const schema: Record<string, unknown> = { type: 'object' };
    this.all[name] = schema;
    for (const [field, stated] of node.fields) properties[field] = this.#property(node.key, field, stated);
    const required = [...node.fields].filter(([, field]) => field.required).map(([field]) => field);
    const description = typeDescription(node.key);
    if (description !== undefined) schema['description'] = description;
    if (node.fields.size > 0) schema['properties'] = properties;
    if (required.length > 0) schema['required'] = required;
    if (gvk !== undefined) schema['x-kubernetes-group-version-kind'] = [gvk];
    if (node.atomic) schema['x-kubernetes-map-type'] = 'atomic';
    if (node.preserve) schema['x-kubernetes-preserve-unknown-fields'] = true;
    return name;
  }

  #property(type: string, name: string, { node, patch }: Field): JsonObject {
    const description = fieldDescription(type, name);
    const extra: Record<string, unknown> = description === undefined ? {} : { description };
    if (node.kind === 'list') {
      extra['x-kubernetes-list-type'] = node.merge;
      if (node.keys.length > 0) extra['x-kubernetes-list-map-keys'] = node.keys;
    }
    if (node.kind === 'map' && node.atomic) extra['x-kubernetes-map-type'] = 'atomic';
    if (patch?.merge === true || patch?.retainKeys === true) {
      const strategies = [...(patch.merge ? ['merge'] : []), ...(patch.retainKeys ? ['retainKeys'] : [])];
      extra['x-kubernetes-patch-strategy'] = strategies.join(',');
      if (patch.mergeKey !== null) extra['x-kubernetes-patch-merge-key'] = patch.mergeKey;
    }
    const schema = this.#schema(node);
    // Beside a reference nothing else may stand.
    if (schema['$ref'] === undefined) return { ...extra, ...schema };
    return { ...extra, allOf: [schema] };
  }

  #schema(node: SchemaNode): JsonObject {
    switch (node.kind) {
      case 'any':
        return { type: 'object' };
      case 'scalar':
        return this.#scalar(node.type);
      case 'list':
        return { type: 'array', items: this.#schema(node.items) };
      case 'map':
        return { type: 'object', additionalProperties: this.#schema(node.values) };
      case 'object':
        return { $ref: reference(this.add(node)) };
    }
  }

  #scalar(type: ScalarType): JsonObject {
    const schema = scalars[type];
    if (typeof schema !== 'string') return schema;
    this.all[schema] = shared[schema];
    return { $ref: reference(schema) };
  }
}

const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}));
const force = { name: 'force', in: 'query', schema: { type: 'boolean', uniqueItems: true } };

function operations(gvk: JsonObject, actions: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(actions).map(([method, action]) => [
      method,
      {
        'x-kubernetes-action': action,
        'x-kubernetes-group-version-kind': gvk,
        ...(method === 'get' ? {} : { parameters: method === 'patch' ? [...parameters, force] : parameters }),
        responses: { '200': { description: 'OK' } },
      },
    ]),
  );
}

function addPaths(paths: Record<string, JsonObject>, type: ResourceType, gvk: JsonObject): void {
  const root = `/${pathOf(apiVersionOf(type))}`;
  const base = type.namespaced ? `${root}/namespaces/{namespace}/${type.plural}` : `${root}/${type.plural}`;
  paths[base] = operations(gvk, { get: 'list', post: 'post', delete: 'deletecollection' });
  paths[`${base}/{name}`] = operations(gvk, { get: 'get', put: 'put', patch: 'patch', delete: 'delete' });
  if (type.namespaced) paths[`${root}/${type.plural}`] = operations(gvk, { get: 'list' });
  if (type.hasStatus)
    paths[`${base}/{name}/status`] = operations(gvk, { get: 'get', put: 'put', patch: 'patch' });
}

function documentOf(apiVersion: string, store: Store): JsonObject {
  const schemas = new Schemas();
  const paths: Record<string, JsonObject> = {};
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  for (const { kind, node } of kindsOf(apiVersion)) schemas.add(node, { group, version, kind });
  for (const type of builtInTypes) {
    const gvk = { group, version, kind: type.kind };
    const own = apiVersionOf(type) === apiVersion;
    // Older versions of a group and the events of their own group are served under the same names.
    const isOther =
      !own && type.group === group && kindsOf(apiVersion).some(({ kind }) => kind === type.kind);
    if (own && schemaOf(type) !== undefined) addPaths(paths, type, gvk);
    else if (isOther) addPaths(paths, { ...type, version }, gvk);
  }
  for (const definition of definitions(store))
    for (const type of customTypes(definition))
      if (apiVersionOf(type) === apiVersion) addCustom(schemas, paths, type, definition);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.32.0' },
    paths,
    components: { schemas: schemas.all },
  };
}

/** The schema as the definition states it, with the members that every object has. */
function addCustom(
  schemas: Schemas,
  paths: Record<string, JsonObject>,
  type: ResourceType,
  definition: KubeObject,
): void {
  const schema = customSchema(definition, type.version);
  if (schema === undefined) return;
  const { group, version, kind } = type;
  const metadata = schemas.add(schema.node.fields.get('metadata')!.node as ObjectNode);
  const { properties } = schema.openApi;
  const text = (field: string) => ({ type: 'string', description: fieldDescription('', field) });
  schemas.all[`${group.split('.').reverse().join('.')}.${version}.${kind}`] = {
    ...schema.openApi,
    properties: {
      ...(isObject(properties) ? properties : {}),
      apiVersion: text('apiVersion'),
      kind: text('kind'),
      metadata: { description: fieldDescription('', 'metadata'), allOf: [{ $ref: reference(metadata) }] },
    },
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
  };
  addPaths(paths, type, { group, version, kind });
}
