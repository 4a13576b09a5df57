import { existsSync, readFileSync } from 'node:fs';

/**
 * The field table of the Kubernetes kinds that are read, from the OpenAPI document of Kubernetes 1.30
 * (© The Kubernetes Authors, Apache-2.0). Only names, types and which fields are required are taken over.
 * A type is written `string`, `Container[]` (list), `string{}` (map); `!` at the end: required.
 */

/** Set to a file that holds the OpenAPI definitions; without it, the committed table is left as it is. */
const openApiFile = process.env['KUBERNETES_OPENAPI'];

const roots = [
  'v1.Deployment',
  'v1.StatefulSet',
  'v1.Service',
  'v1.Ingress',
  'v1.ConfigMap',
  'v1.HorizontalPodAutoscaler',
  'v2.HorizontalPodAutoscaler',
  'v1.PodDisruptionBudget',
  'v1.Namespace',
];

interface Definition {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly items?: Definition;
  readonly additionalProperties?: Definition;
  readonly properties?: Readonly<Record<string, Definition>>;
  readonly required?: readonly string[];
}

type FieldTable = Record<string, Record<string, string>>;

/** Fields that hold a quantity: the OpenAPI document calls them strings, manifests write numbers too. */
const quantities = new Set([
  'ResourceRequirements.limits',
  'ResourceRequirements.requests',
  'VolumeResourceRequirements.limits',
  'VolumeResourceRequirements.requests',
  'EmptyDirVolumeSource.sizeLimit',
  'ResourceFieldSelector.divisor',
  'v2.MetricTarget.averageValue',
  'v2.MetricTarget.value',
  'PodSpec.overhead',
]);

/** Fields that the OpenAPI document calls required and the API server does not ask for. */
const notEnforced = new Set(['StatefulSetSpec.serviceName']);

/** Types that JSON holds as one scalar or leaves open. */
const scalars: Readonly<Record<string, string>> = {
  IntOrString: 'intOrString',
  Time: 'time',
  MicroTime: 'time',
  FieldsV1: 'any',
  RawExtension: 'any',
  JSON: 'any',
};

function plainName(reference: string): string {
  const name = reference.replace(/^.*\//, '');
  return name.startsWith('v1.') ? name.slice(3) : name;
}

function collect(definitions: Readonly<Record<string, Definition>>): FieldTable {
  const table: FieldTable = {};
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const plain = plainName(name);
    if (table[plain] !== undefined) continue;
    const fields = fieldsOf(definitions[name], (reference) => open.push(reference.replace(/^.*\//, '')));
    for (const field of Object.keys(fields)) {
      const name = `${plain}.${field}`;
      if (quantities.has(name)) fields[field] = fields[field].replace('string', 'quantity');
      if (notEnforced.has(name)) fields[field] = fields[field].replace('!', '');
    }
    table[plain] = fields;
  }
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function fieldsOf(definition: Definition, seen: (reference: string) => void): Record<string, string> {
  const required = new Set(definition.required);
  const fields: Record<string, string> = {};
  for (const [field, type] of Object.entries(definition.properties ?? {}).sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    // What the control plane writes is accepted as it is and never read.
    const writtenByServer = field === 'status' || field === 'managedFields';
    const name = writtenByServer ? 'any' : typeName(type, seen);
    fields[field] = required.has(field) && !writtenByServer ? `${name}!` : name;
  }
  return fields;
}

function typeName(type: Definition, seen: (reference: string) => void): string {
  if (type.$ref !== undefined) {
    const plain = plainName(type.$ref);
    const scalar = scalars[plain.replace(/^.*\./, '')];
    if (scalar === undefined) seen(type.$ref);
    return scalar ?? plain;
  }
  if (type.format === 'int-or-string') return 'intOrString';
  if (type.format === 'date-time') return 'time';
  if (type.type === 'array') return `${typeName(type.items ?? {}, seen)}[]`;
  if (type.additionalProperties !== undefined) return `${typeName(type.additionalProperties, seen)}{}`;
  if (type.type === 'object' || type.type === undefined) return 'any';
  return type.type;
}

/** The table's text, or null where the OpenAPI document is not at hand. */
export function kubernetesFields(): string | null {
  if (openApiFile === undefined || !existsSync(openApiFile)) return null;
  const document = JSON.parse(readFileSync(openApiFile, 'utf8')) as {
    definitions: Record<string, Definition>;
  };
  const source = 'Kubernetes 1.30 OpenAPI, © The Kubernetes Authors, Apache-2.0';
  const types = Object.entries(collect(document.definitions)).map(
    ([name, fields]) => `    ${JSON.stringify(name)}: ${JSON.stringify(fields)}`,
  );
  return `{\n  "source": ${JSON.stringify(source)},\n  "types": {\n${types.join(',\n')}\n  }\n}\n`;
}
