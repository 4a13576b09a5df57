import type {
  DrainPlan,
  DrainPlanBudget,
  DrainPlanCapacity,
  DrainPlanNode,
  DrainPlanPod,
} from '../../model/drain-plan-result.ts';
import type { Result } from '../../model/result.ts';
import {
  type ClusterView,
  controllerOf,
  type Drain,
  type DrainedPod,
  isFinished,
  type Pod,
  type PodDisruptionBudget,
  zoneLabel,
} from '../../run/cluster-view.ts';
import { impactOf, missedBy } from '../impact.ts';
import { pendingPods } from './pending.ts';

/** What is known of the nodes just before the drain begins. */
export interface DrainOutlook {
  readonly nodes: readonly {
    readonly name: string;
    readonly zone: string;
    readonly pods: readonly OutlookPod[];
  }[];
  readonly budgets: readonly PodDisruptionBudget[];
  readonly capacity: Omit<DrainPlanCapacity, 'pendingAtEnd'>;
}

interface OutlookPod {
  readonly pod: Pod;
  readonly fate: DrainPlanPod['fate'];
  readonly budgets: readonly string[];
}

const keyOf = ({ metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } }) =>
  `${metadata.namespace ?? ''}/${metadata.name}`;

/** Looks at the nodes to drain, which must exist, and asks the scheduler where their pods could go. */
export function outlookOf(view: ClusterView, names: readonly string[], force: boolean): DrainOutlook {
  const nodes = names.map((name) => {
    const node = view.nodes().find(({ metadata }) => metadata.name === name)!;
    const chosen = new Set(view.drainSelection(name, force).pods.map(({ metadata }) => metadata.uid));
    const pods = view.podsOn(name).map((pod) => ({
      pod,
      fate: chosen.has(pod.metadata.uid) ? ('not-asked' as const) : staysAs(pod),
      budgets: view.budgetsOf(pod).map(({ metadata }) => metadata.name),
    }));
    return { name, zone: node.metadata.labels?.[zoneLabel] ?? '', pods };
  });
  const concerned = new Set(
    nodes.flatMap(({ pods }) => pods.flatMap(({ pod }) => view.budgetsOf(pod).map(keyOf))),
  );
  return {
    nodes,
    budgets: view.budgets().filter((budget) => concerned.has(keyOf(budget))),
    capacity: capacityOf(
      view,
      names,
      nodes.flatMap(({ pods }) => pods.filter(moves).map(({ pod }) => pod)),
    ),
  };
}

const moves = ({ fate, pod }: OutlookPod) => fate === 'not-asked' && controllerOf(pod) !== undefined;

function staysAs(pod: Pod): DrainPlanPod['fate'] {
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return 'mirror';
  return controllerOf(pod)?.kind === 'DaemonSet' ? 'daemonset' : 'needs-force';
}

function capacityOf(
  view: ClusterView,
  drained: readonly string[],
  moving: readonly Pod[],
): DrainOutlook['capacity'] {
  const whatIf = view.whatIf();
  for (const name of drained) whatIf.removeNode(name);
  const waiting = moving.filter((pod) => !isFinished(pod));
  const placements = whatIf.placeAll(waiting, { choose: 'best' });
  const left = view
    .nodes()
    .filter(({ metadata, spec }) => !drained.includes(metadata.name) && spec.unschedulable !== true);
  const free = (resource: 'cpu' | 'memory', unit: number) => ({
    resource,
    allocatable: left.reduce((sum, node) => sum + (view.allocatableOf(node)[resource] ?? 0), 0) / unit,
    requested:
      left
        .flatMap(({ metadata }) => whatIf.podsOn(metadata.name))
        .reduce((sum, pod) => sum + (view.requestsOf(pod)[resource] ?? 0), 0) / unit,
  });
  return {
    nodesLeft: left.length,
    pods: waiting.length,
    homeless: placements
      .filter(({ nodeName }) => nodeName === null)
      .map(({ pod, reason }) => ({
        namespace: pod.metadata.namespace ?? '',
        name: pod.metadata.name,
        reason,
      })),
    free: [free('cpu', 1000), free('memory', 1)],
  };
}

export interface DrainExperiment {
  readonly outlook: DrainOutlook;
  /** The cluster at the end of the run with the drain. */
  readonly view: ClusterView;
  readonly without: Result;
  readonly with: Result;
  readonly atMicros: number;
  readonly force: boolean;
  readonly timeoutMicros: number | null;
}

/** The plan: what a drain does, to whom, and whether that may be done. */
export function drainPlan(experiment: DrainExperiment): DrainPlan {
  const { outlook, view, without, with: changed, atMicros, force, timeoutMicros } = experiment;
  const endSeconds = changed.window.toSeconds;
  const own = view.drains.filter(({ startedMicros }) => startedMicros >= atMicros);
  const nodes = outlook.nodes.map((node) =>
    nodeOf(
      node,
      own.find((drain) => drain.node === node.name),
      endSeconds,
    ),
  );
  const budgets = outlook.budgets.map((budget) => budgetOf(budget, nodes));
  const users = impactOf({ without, with: changed, atSeconds: atMicros / 1e6 });
  const drained = nodes.every(({ state }) => state === 'drained');
  const last = nodes.at(-1)!;
  const reasons = [...reasonsOf(nodes), ...missedBy(users, 'drain')];
  return {
    schema: 'sim.devops/drain-plan/v1',
    simulator: changed.simulator,
    scenario: changed.scenario,
    seed: changed.manifest.seed,
    startsAt: changed.window.startsAt,
    atSeconds: atMicros / 1e6,
    endSeconds,
    force,
    timeoutSeconds: timeoutMicros === null ? null : timeoutMicros / 1e6,
    verdict: reasons.length === 0 ? 'go' : 'no-go',
    reasons,
    tookSeconds: drained ? last.startSeconds! + last.tookSeconds! - atMicros / 1e6 : null,
    nodes,
    budgets,
    capacity: { ...outlook.capacity, pendingAtEnd: pendingPods(view) },
    users,
  };
}

function nodeOf(
  { name, zone, pods }: DrainOutlook['nodes'][number],
  drain: Drain | undefined,
  endSeconds: number,
): DrainPlanNode {
  const startSeconds = drain === undefined ? null : drain.startedMicros / 1e6;
  const ended = drain?.endedMicros == null ? endSeconds : drain.endedMicros / 1e6;
  const known = new Set(pods.map(({ pod }) => pod.metadata.uid));
  const late = (drain?.pods ?? []).filter(({ uid }) => !known.has(uid));
  return {
    name,
    zone,
    state: drain === undefined ? 'not-begun' : states[drain.state],
    startSeconds,
    tookSeconds: startSeconds === null ? null : ended - startSeconds,
    error: drain?.error ?? '',
    pods: [
      ...pods.map((each) =>
        podOf(
          each,
          drain?.pods.find(({ uid }) => uid === each.pod.metadata.uid),
          drain,
        ),
      ),
      ...late.map((drained) => latePod(drained, drain)),
    ],
    output: [...(drain?.lines ?? [])],
  };
}

const states = { done: 'drained', failed: 'failed', running: 'unfinished' } as const;

/** A pod that came to the node between the look at it and its turn. */
function latePod(drained: DrainedPod, drain: Drain | undefined): DrainPlanPod {
  const { namespace, name } = drained;
  return { namespace, name, owner: null, localStorage: false, budgets: [], ...fateOf(drained, drain) };
}

function podOf(
  { pod, fate, budgets }: OutlookPod,
  drained: DrainedPod | undefined,
  drain: Drain | undefined,
): DrainPlanPod {
  const owner = controllerOf(pod);
  const stays = { fate, refusals: 0, waitSeconds: null, goneSeconds: null, reason: '' };
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    owner: owner === undefined ? null : `${owner.kind}/${owner.name}`,
    localStorage: pod.spec.volumes?.some((volume) => volume['emptyDir'] !== undefined) ?? false,
    budgets: [...budgets],
    ...(drained === undefined ? stays : fateOf(drained, drain)),
  };
}

type Fate = Pick<DrainPlanPod, 'fate' | 'refusals' | 'waitSeconds' | 'goneSeconds' | 'reason'>;

function fateOf(pod: DrainedPod, drain: Drain | undefined): Fate {
  const { askedMicros, grantedMicros, goneMicros, refusals, lastRefusal } = pod;
  const since = (micros: number | null) => (micros === null ? null : (micros - askedMicros) / 1e6);
  const fate = (): Fate['fate'] => {
    if (goneMicros !== null) return refusals > 0 ? 'delayed' : 'evicted';
    if (grantedMicros !== null) return 'terminating';
    return refusals > 0 || drain?.state !== 'failed' ? 'blocked' : 'not-asked';
  };
  return {
    fate: fate(),
    refusals,
    waitSeconds: since(grantedMicros),
    goneSeconds: since(goneMicros),
    reason: lastRefusal,
  };
}

function budgetOf(budget: PodDisruptionBudget, nodes: readonly DrainPlanNode[]): DrainPlanBudget {
  const { namespace = '', name } = budget.metadata;
  const { minAvailable, maxUnavailable } = budget.spec;
  const mine = nodes
    .flatMap(({ pods }) => pods)
    .filter((pod) => pod.namespace === namespace && pod.budgets.includes(name));
  const blocks = mine.some(({ fate }) => fate === 'blocked');
  const status = budget.status;
  const { expectedPods = 0, currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0 } = status ?? {};
  const several = mine.some((pod) => pod.budgets.length > 1);
  return {
    namespace,
    name,
    asks: minAvailable === undefined ? `maxUnavailable ${maxUnavailable}` : `minAvailable ${minAvailable}`,
    expectedPods,
    healthy: currentHealthy,
    needed: desiredHealthy,
    disruptionsAllowed: Math.max(0, disruptionsAllowed),
    podsOnNodes: mine.length,
    refusals: mine.reduce((sum, { refusals }) => sum + refusals, 0),
    blocks,
    why: several
      ? 'A pod has two budgets: no eviction of it is ever allowed.'
      : blocks
        ? whyBlocks(budget)
        : '',
  };
}

function whyBlocks({ spec, status }: PodDisruptionBudget): string {
  const { expectedPods = 0, currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  if (desiredHealthy >= expectedPods)
    return spec.minAvailable === undefined
      ? `It allows no pod of ${expectedPods} to be away, ever. A maxUnavailable of 1 lets drains through.`
      : `It needs ${desiredHealthy} of ${expectedPods} pods, so that none can ever go. One more replica, or maxUnavailable: 1, lets drains through.`;
  if (currentHealthy <= desiredHealthy)
    return `It needs ${desiredHealthy} healthy pods and had ${currentHealthy} before the drain began: its pods are unwell.`;
  return `Evicted pods were not replaced in time: it needs ${desiredHealthy} healthy ones of ${expectedPods}. See the pods without a node.`;
}

function reasonsOf(nodes: readonly DrainPlanNode[]): string[] {
  return nodes.flatMap(({ name, state, pods, error }) => {
    if (state === 'drained') return [];
    const blocked = pods.filter(({ fate }) => fate === 'blocked');
    const names = [
      ...new Set(blocked.flatMap((pod) => pod.budgets.map((each) => `${pod.namespace}/${each}`))),
    ];
    if (names.length > 0)
      return [
        `${name} is not drained: ${names.join(', ')} ${names.length === 1 ? 'refuses' : 'refuse'} evictions`,
      ];
    const stuck = pods.filter(({ fate }) => fate === 'needs-force');
    if (stuck.length > 0)
      return [
        `${name} is not drained: ${listed(stuck)} would not come back; --force deletes what no controller makes anew`,
      ];
    if (state === 'not-begun') return [`${name} is not drained: its turn never came`];
    if (state === 'failed') return [`${name} is not drained: ${error.split('\n')[0]}`];
    return [`${name} is not drained when the run ends; a longer --duration would show more`];
  });
}

function listed(pods: readonly DrainPlanPod[]): string {
  const names = pods.map(({ namespace, name }) => `${namespace}/${name}`);
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
