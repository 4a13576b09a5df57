/** Fidelity: the ConfigMap `cluster-autoscaler-status` as the cluster-autoscaler writes it since 1.30 (clusterstate/api, YAML). */

export interface GroupStatus {
  readonly name: string;
  readonly ready: number;
  readonly unready: number;
  readonly beingDeleted: number;
  /** Asked for and not there yet. */
  readonly unregistered: number;
  readonly target: number;
  readonly min: number;
  readonly max: number;
  readonly backedOff: boolean;
  readonly candidates: number;
}

export interface AutoscalerStatus {
  readonly time: string;
  /** When each part last changed, by its path. */
  readonly since: (path: string, status: string) => string;
  readonly groups: readonly GroupStatus[];
  readonly ready: number;
  readonly unready: number;
}

function scaleUpStatus(groups: readonly GroupStatus[]): string {
  if (groups.some(({ unregistered }) => unregistered > 0)) return 'InProgress';
  return groups.length === 1 && groups[0].backedOff ? 'Backoff' : 'NoActivity';
}

function section(path: string, status: string, { time, since }: AutoscalerStatus, indent: string): string[] {
  return [
    `${indent}lastProbeTime: "${time}"`,
    `${indent}lastTransitionTime: "${since(path, status)}"`,
    `${indent}status: ${status}`,
  ];
}

interface Counts {
  readonly ready: number;
  readonly unready: number;
  readonly beingDeleted: number;
  readonly unregistered: number;
}

function nodeCounts({ ready, unready, beingDeleted, unregistered }: Counts, indent: string): string[] {
  return [
    `${indent}nodeCounts:`,
    `${indent}  longUnregistered: 0`,
    `${indent}  registered:`,
    `${indent}    beingDeleted: ${beingDeleted}`,
    `${indent}    notStarted: 0`,
    `${indent}    ready: ${ready}`,
    `${indent}    total: ${ready + unready + beingDeleted}`,
    `${indent}    unready:`,
    `${indent}      resourceUnready: 0`,
    `${indent}      total: ${unready}`,
    `${indent}  unregistered: ${unregistered}`,
  ];
}

function groupLines(group: GroupStatus, status: AutoscalerStatus): string[] {
  const { name, target, min, max, candidates } = group;
  const health = group.unready > 0 && group.ready === 0 ? 'Unhealthy' : 'Healthy';
  return [
    '- health:',
    `    cloudProviderTarget: ${target}`,
    ...section(`${name}/health`, health, status, '    '),
    `    maxSize: ${max}`,
    `    minSize: ${min}`,
    ...nodeCounts(group, '    '),
    `  name: ${name}`,
    '  scaleDown:',
    `    candidates: ${candidates}`,
    ...section(`${name}/scaleDown`, candidates > 0 ? 'CandidatesPresent' : 'NoCandidates', status, '    '),
    '  scaleUp:',
    ...section(`${name}/scaleUp`, scaleUpStatus([group]), status, '    '),
  ];
}

/** The text of `data.status`. */
export function statusText(status: AutoscalerStatus): string {
  const { groups, time, ready, unready } = status;
  const sum = (key: 'beingDeleted' | 'unregistered' | 'candidates') =>
    groups.reduce((total, group) => total + group[key], 0);
  const counts = { ready, unready, beingDeleted: sum('beingDeleted'), unregistered: sum('unregistered') };
  const candidates = sum('candidates');
  return [
    'autoscalerStatus: Running',
    'clusterWide:',
    '  health:',
    ...section('health', 'Healthy', status, '    '),
    ...nodeCounts(counts, '    '),
    '  scaleDown:',
    `    candidates: ${candidates}`,
    ...section('scaleDown', candidates > 0 ? 'CandidatesPresent' : 'NoCandidates', status, '    '),
    '  scaleUp:',
    ...section('scaleUp', scaleUpStatus(groups), status, '    '),
    'nodeGroups:',
    ...groups.flatMap((group) => groupLines(group, status)),
    `time: ${time}`,
    '',
  ].join('\n');
}
