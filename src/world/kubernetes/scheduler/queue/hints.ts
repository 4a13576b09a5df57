/**
 * Fidelity: queueing hints of kube-scheduler 1.32 (each plugin's EventsToRegister): which pods that did not fit are worth another try
 * after something happened. Simplified: what became of a pod's topology is told by labels alone.
 */
import type { Node } from '../../objects/node.ts';
import { amountsOf } from '../../objects/resources.ts';
import type { FilterPlugin } from '../diagnosis.ts';
import { acceptsNode, toleratesCordon, untoleratedTaint } from '../node-match.ts';
import type { PodDemand } from '../pod-demand.ts';
import type { PodGroup } from '../pod-group.ts';

/** What happened; `before` null: it came, `after` null: it went. */
export type ClusterEvent =
  | { readonly kind: 'node'; readonly before: Node | null; readonly after: Node | null }
  | { readonly kind: 'pod'; readonly change: 'came' | 'gone'; readonly group: PodGroup };

/** Whether one of the plugins that turned the pod down may think otherwise now; without any everything may help. */
export function mayHelp(plugins: ReadonlySet<FilterPlugin>, group: PodGroup, event: ClusterEvent): boolean {
  if (plugins.size === 0) return true;
  for (const plugin of plugins)
    if (
      event.kind === 'node'
        ? nodeHelps(plugin, group, event.before, event.after)
        : podHelps(plugin, group, event)
    )
      return true;
  return false;
}

function nodeHelps(
  plugin: FilterPlugin,
  { demand }: PodGroup,
  before: Node | null,
  after: Node | null,
): boolean {
  const relabelled = before?.metadata.labels !== after?.metadata.labels;
  if (plugin === 'PodTopologySpread') return relabelled;
  if (after === null) return false;
  const { wish } = demand.profile;
  switch (plugin) {
    case 'NodeUnschedulable':
      return isOpen(after, demand) && (before === null || !isOpen(before, demand));
    case 'TaintToleration':
      return (
        untoleratedTaint(wish.tolerations, after.spec.taints) === null &&
        (before === null || untoleratedTaint(wish.tolerations, before.spec.taints) !== null)
      );
    case 'NodeAffinity':
      return acceptsNode(wish, after) && (before === null || !acceptsNode(wish, before));
    case 'NodeResourcesFit':
      return couldHold(after, demand) && (before === null || hasMore(before, after, demand));
    case 'NodePorts':
      return before === null;
    default:
      return relabelled;
  }
}

function podHelps(
  plugin: FilterPlugin,
  group: PodGroup,
  { change, group: other }: Extract<ClusterEvent, { kind: 'pod' }>,
): boolean {
  switch (plugin) {
    case 'NodeResourcesFit':
      return change === 'gone';
    case 'NodePorts':
      return (
        change === 'gone' &&
        other.demand.ports.some(({ port }) => group.demand.ports.some((own) => own.port === port))
      );
    case 'PodTopologySpread':
      return group.spreadFilter?.counts(other.kin) ?? false;
    case 'InterPodAffinity':
      return change === 'came'
        ? group.interPod.wants(other.kin)
        : group.interPod.avoids(other.kin) ||
            other.held.some((term) => group.kin.repellingTerms.includes(term));
    default:
      return false;
  }
}

function isOpen({ spec }: Node, { profile }: PodDemand): boolean {
  return spec.unschedulable !== true || toleratesCordon(profile.wish.tolerations);
}

function demanded({ cpuMillis, memoryBytes, further }: PodDemand): readonly (readonly [string, number])[] {
  return [
    ['cpu', cpuMillis],
    ['memory', memoryBytes],
    ...further.map(({ resource, amount }) => [resource.name, amount] as const),
  ];
}

function couldHold({ status }: Node, demand: PodDemand): boolean {
  const allocatable = amountsOf(status.allocatable);
  return (
    demanded(demand).every(([name, amount]) => amount <= (allocatable[name] ?? 0)) &&
    (allocatable['pods'] ?? 0) > 0
  );
}

function hasMore(before: Node, after: Node, demand: PodDemand): boolean {
  const old = amountsOf(before.status.allocatable);
  const now = amountsOf(after.status.allocatable);
  if ((now['pods'] ?? 0) > (old['pods'] ?? 0)) return true;
  return demanded(demand).some(([name, amount]) => amount > 0 && (now[name] ?? 0) > (old[name] ?? 0));
}
