import { existsSync, readFileSync } from 'node:fs';

/**
 * The table of the API's types for the Kubernetes room: fields and types, which are required, how lists and maps merge,
 * and the kinds, from the OpenAPI document of Kubernetes 1.30; quantities and the fields that came by 1.32 are
 * taken from its protobuf messages (both © The Kubernetes Authors, Apache-2.0). Names and types only, no prose. The notation is
 * explained in src/world/kubernetes/schema/notation.ts.
 */

/** Set both to files that hold the definitions; without them, the committed table is left as it is. */
const openApiFile = process.env['KUBERNETES_OPENAPI'];
const protobufFile = process.env['KUBERNETES_PROTOBUF'];

const kinds: Readonly<Record<string, readonly string[]>> = {
  v1: [
    'Pod Node Namespace Service ReplicationController Endpoints ConfigMap Secret ServiceAccount PersistentVolumeClaim',
    'PersistentVolume PodTemplate ResourceQuota LimitRange Event Binding',
  ],
  'apps/v1': ['Deployment ReplicaSet StatefulSet DaemonSet ControllerRevision'],
  'batch/v1': ['Job CronJob'],
  'autoscaling/v1': ['HorizontalPodAutoscaler Scale'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'policy/v1': ['PodDisruptionBudget Eviction'],
  'discovery.k8s.io/v1': ['EndpointSlice'],
  'events.k8s.io/v1': ['Event'],
  'networking.k8s.io/v1': ['Ingress IngressClass NetworkPolicy'],
  'coordination.k8s.io/v1': ['Lease'],
  'scheduling.k8s.io/v1': ['PriorityClass'],
  'storage.k8s.io/v1': ['StorageClass'],
  'rbac.authorization.k8s.io/v1': ['Role RoleBinding ClusterRole ClusterRoleBinding'],
  'apiextensions.k8s.io/v1': ['CustomResourceDefinition'],
  'authentication.k8s.io/v1': ['TokenRequest SelfSubjectReview'],
  'authorization.k8s.io/v1': [
    'SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview LocalSubjectAccessReview',
  ],
};

interface Definition {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly items?: Definition;
  readonly additionalProperties?: Definition;
  readonly properties?: Readonly<Record<string, Definition>>;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

interface Message {
  readonly fields?: Readonly<
    Record<string, { readonly type: string; readonly rule?: string; readonly keyType?: string }>
  >;
  readonly nested?: Readonly<Record<string, Message>>;
}

/** Types that JSON holds as one scalar or leaves open. */
const scalars: Readonly<Record<string, string>> = {
  IntOrString: 'intOrString',
  Quantity: 'quantity',
  Time: 'time',
  MicroTime: 'microTime',
  FieldsV1: 'any',
  RawExtension: 'any',
  JSON: 'any',
  JSONSchemaPropsOrArray: 'any',
  JSONSchemaPropsOrBool: 'any',
  JSONSchemaPropsOrStringArray: 'any',
  Timestamp: 'time',
  Verbs: 'string[]',
};

const protobufScalars: Readonly<Record<string, string>> = {
  string: 'string',
  bool: 'boolean',
  int32: 'int32',
  int64: 'int64',
  bytes: 'bytes',
  double: 'double',
};

/** Go structs that JSON writes as a part of what holds them, so that their protobuf field has no name there. */
const inlined = new Set([
  'volumeSource',
  'localObjectReference',
  'handler',
  'probeHandler',
  'persistentVolumeSource',
  'ephemeralContainerCommon',
  'ingressRuleValue',
  'metadata',
]);

/** Fields that the OpenAPI document calls required and the API server does not ask for. */
const notEnforced = new Set(['StatefulSetSpec.serviceName']);

function plainName(reference: string): string {
  const name = reference.replace(/^.*\//, '');
  return name.startsWith('v1.') ? name.slice(3) : name;
}

class TableWriter {
  readonly #definitions: Readonly<Record<string, Definition>>;
  readonly #messages = new Map<string, Message[]>();
  readonly #open: string[] = [];
  readonly types = new Map<string, Record<string, string>>();

  constructor(definitions: Readonly<Record<string, Definition>>, messages: Message) {
    this.#definitions = definitions;
    this.#index(messages, '');
  }

  #index(message: Message, name: string): void {
    if (message.fields !== undefined) {
      const list = this.#messages.get(name) ?? [];
      this.#messages.set(name, [...list, message]);
    }
    for (const [part, nested] of Object.entries(message.nested ?? {})) this.#index(nested, part);
  }

  /** Definition of a kind, with all that it refers to. */
  add(group: string, version: string, kind: string): string {
    const found = Object.entries(this.#definitions).find(([, definition]) =>
      definition['x-kubernetes-group-version-kind']?.some(
        (named) => named.group === group && named.version === version && named.kind === kind,
      ),
    );
    if (found === undefined) throw new Error(`There is no definition of ${group}/${version} ${kind}.`);
    this.#open.push(found[0]);
    for (let name = this.#open.pop(); name !== undefined; name = this.#open.pop()) this.#write(name);
    return plainName(found[0]);
  }

  #write(name: string): void {
    const plain = plainName(name);
    const definition = this.#definitions[name];
    if (this.types.has(plain) || definition?.properties === undefined) return;
    const message = this.#messageOf(name, definition);
    const required = new Set(definition.required);
    const fields: Record<string, string> = {};
    if (definition['x-kubernetes-map-type'] === 'atomic') fields[''] = 'atomic';
    for (const [field, type] of Object.entries(definition.properties)) {
      const exact = message?.fields?.[field]?.type ?? '';
      const written = exact.endsWith('MicroTime')
        ? 'microTime'
        : this.#field(type, exact.endsWith('Quantity'));
      fields[field] = required.has(field) && !notEnforced.has(`${plain}.${field}`) ? `${written}!` : written;
    }
    for (const [field, { type, rule, keyType }] of Object.entries(message?.fields ?? {})) {
      if (fields[field] !== undefined || inlined.has(field) || field.startsWith('deprecated')) continue;
      const base = this.#newType(type);
      if (base === null) continue;
      fields[field] = keyType !== undefined ? `${base}{}` : rule === 'repeated' ? `${base}[]` : base;
    }
    this.types.set(plain, Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  /** The type of a field that only the protobuf message has; null: it isn't a type that we know. */
  #newType(type: string): string | null {
    const scalar = protobufScalars[type];
    if (scalar !== undefined) return scalar;
    const name = type.replace(/^.*\./, '');
    if (scalars[name] !== undefined) return scalars[name];
    const known = [`v1.${name}`, `core.v1.${name}`, `v2.${name}`].find(
      (key) => this.#definitions[key]?.properties,
    );
    if (known !== undefined) {
      this.#open.push(known);
      return plainName(known);
    }
    return this.#writeNew(name) ? name : null;
  }

  /** A type that came after the OpenAPI document was written. */
  #writeNew(name: string): boolean {
    if (this.types.has(name)) return true;
    const message = this.#messages.get(name)?.[0];
    if (message === undefined) return false;
    const fields: Record<string, string> = {};
    this.types.set(name, fields);
    for (const [field, { type, rule, keyType }] of Object.entries(message.fields ?? {})) {
      const base = this.#newType(type);
      if (base !== null)
        fields[field] = keyType !== undefined ? `${base}{}` : rule === 'repeated' ? `${base}[]` : base;
    }
    return true;
  }

  /** The message of a definition: of those with its name the one that shares the most fields. */
  #messageOf(name: string, definition: Definition): Message | undefined {
    const candidates = this.#messages.get(name.replace(/^.*\./, '')) ?? [];
    const shared = (message: Message) =>
      Object.keys(message.fields ?? {}).filter((field) => definition.properties?.[field] !== undefined)
        .length *
        100 -
      Object.keys(message.fields ?? {}).length;
    return [...candidates].sort((a, b) => shared(b) - shared(a))[0];
  }

  #field(definition: Definition, isQuantity: boolean): string {
    const base = this.#type(definition, isQuantity);
    const strategy = definition['x-kubernetes-patch-strategy'];
    const key = definition['x-kubernetes-patch-merge-key'];
    const keys = definition['x-kubernetes-list-map-keys'];
    const usual = strategy === 'merge' && keys?.length === 1 && keys[0] === key;
    if (strategy === undefined) return keys?.length === 1 ? `${base} replace` : base;
    if (usual) return base;
    return `${base} ${strategy}${key === undefined ? '' : `=${key}`}`;
  }

  #type(definition: Definition, isQuantity: boolean): string {
    if (definition.$ref !== undefined) {
      const plain = plainName(definition.$ref);
      const scalar = scalars[plain.replace(/^.*\./, '')];
      if (scalar !== undefined) return scalar;
      this.#open.push(definition.$ref.replace(/^.*\//, ''));
      return plain;
    }
    if (definition.format === 'int-or-string') return 'intOrString';
    if (definition.format === 'date-time') return 'time';
    if (definition.format === 'byte') return 'bytes';
    if (definition.type === 'array') return this.#list(definition, isQuantity);
    if (definition.additionalProperties !== undefined) {
      const values = this.#type(definition.additionalProperties, isQuantity);
      return `${values}{${definition['x-kubernetes-map-type'] === 'atomic' ? '=' : ''}}`;
    }
    if (definition.type === 'object' || definition.type === undefined) return 'any';
    if (definition.type === 'integer') return definition.format === 'int64' ? 'int64' : 'int32';
    if (definition.type === 'number') return 'double';
    return isQuantity ? 'quantity' : definition.type;
  }

  #list(definition: Definition, isQuantity: boolean): string {
    const items = this.#type(definition.items ?? {}, isQuantity);
    const keys = definition['x-kubernetes-list-map-keys'];
    const listType = definition['x-kubernetes-list-type'];
    return `${items}[${listType === 'map' ? keys!.join(',') : listType === 'set' ? '=' : ''}]`;
  }
}

/** The table's text, or null where the documents are not at hand. */
export function kubernetesApi(): string | null {
  if (openApiFile === undefined || protobufFile === undefined) return null;
  if (!existsSync(openApiFile) || !existsSync(protobufFile)) return null;
  const { definitions } = JSON.parse(readFileSync(openApiFile, 'utf8')) as {
    definitions: Record<string, Definition>;
  };
  const writer = new TableWriter(definitions, JSON.parse(readFileSync(protobufFile, 'utf8')) as Message);
  const listed = Object.entries(kinds).flatMap(([apiVersion, names]) => {
    const slash = apiVersion.indexOf('/');
    const [group, version] =
      slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
    return names
      .join(' ')
      .split(' ')
      .map((kind) => [`${apiVersion} ${kind}`, writer.add(group, version, kind)] as const);
  });
  const lines = (entries: Iterable<readonly [string, unknown]>) =>
    [...entries].map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n');
  const types = [...writer.types].sort(([a], [b]) => (a < b ? -1 : 1));
  const source = 'Kubernetes 1.30 OpenAPI and 1.32 protobuf, © The Kubernetes Authors, Apache-2.0';
  return `{\n  "source": ${JSON.stringify(source)},\n  "kinds": {\n${lines(listed)}\n  },\n  "types": {\n${lines(types)}\n  }\n}\n`;
}
