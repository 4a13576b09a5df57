import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The field table of the kinds that manifests may hold, from the tables of the Kubernetes room: names, types and which
 * fields are required. A type is written `string`, `Container[]` (list), `string{}` (map); `!` at the end: required.
 */

const tables = ['kubernetes', 'argo-rollouts', 'vertical-pod-autoscaler'];

/** Kinds that are read, by the names of their types. */
const roots = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Pod',
  'PodTemplate',
  'Job',
  'CronJob',
  'Service',
  'Ingress',
  'IngressClass',
  'NetworkPolicy',
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'HorizontalPodAutoscaler',
  'v2.HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'PriorityClass',
  'Namespace',
  'LimitRange',
  'ResourceQuota',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
  'CustomResourceDefinition',
  'argo.Rollout',
  'argo.AnalysisTemplate',
  'argo.ClusterAnalysisTemplate',
  'vpa.VerticalPodAutoscaler',
];

type FieldTable = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What the control plane writes: it is accepted as it is and never judged. */
const writtenByServer: ReadonlySet<string> = new Set(['status', 'managedFields']);

const scalars: Readonly<Record<string, string>> = {
  int32: 'integer',
  int64: 'integer',
  double: 'number',
  bytes: 'string',
  microTime: 'time',
};

/** `Container[name] merge` as `Container[]`: how parts merge does not matter for reading. */
function plainType(written: string): string {
  const required = written.endsWith('!') ? '!' : '';
  const type = written.replace(/!$/, '').split(' ')[0];
  const plain = type.replaceAll(/\[[^\]]*\]/g, '[]').replaceAll('{=}', '{}');
  const [, name, containers] = /^([^[{]*)(.*)$/.exec(plain)!;
  return `${scalars[name] ?? name}${containers}${required}`;
}

function read(): FieldTable {
  const folder = fileURLToPath(new URL('../../src/world/kubernetes/schema/tables', import.meta.url));
  const types: Record<string, Record<string, string>> = {};
  for (const name of tables) {
    const table = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as {
      types: FieldTable;
    };
    Object.assign(types, table.types);
  }
  return types;
}

function collect(types: FieldTable): FieldTable {
  const table: Record<string, Readonly<Record<string, string>>> = {};
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (table[name] !== undefined) continue;
    table[name] = fieldsOf(types[name]);
    for (const type of Object.values(table[name])) {
      const inner = type.replace(/[[{!].*$/, '');
      if (types[inner] !== undefined) open.push(inner);
    }
  }
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function fieldsOf(written: Readonly<Record<string, string>>): Record<string, string> {
  const fields = Object.entries(written).filter(([field]) => field !== '');
  return Object.fromEntries(
    fields
      .map(([field, type]): [string, string] => [field, writtenByServer.has(field) ? 'any' : plainType(type)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The table's text. */
export function kubernetesFields(): string {
  const source =
    'Kubernetes 1.32 and Vertical Pod Autoscaler 1.2, © The Kubernetes Authors; Argo Rollouts 1.8, © The Argo Authors; Apache-2.0';
  const types = Object.entries(collect(read())).map(
    ([name, fields]) => `    ${JSON.stringify(name)}: ${JSON.stringify(fields)}`,
  );
  return `{\n  "source": ${JSON.stringify(source)},\n  "types": {\n${types.join(',\n')}\n  }\n}\n`;
}
