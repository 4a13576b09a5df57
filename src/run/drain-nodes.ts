import type { DrainCommand } from '../model/model.ts';
import type { Cluster } from '../world/kubernetes/cluster.ts';
import { type Drain, usualDrainOptions } from '../world/kubernetes/disruption/drain.ts';
import { nodes } from '../world/kubernetes/objects/resource-types.ts';

/**
 * Begins what `kubectl drain --ignore-daemonsets --delete-emptydir-data NODE…` does: all nodes are closed to new pods at
 * once, then emptied one after another; one that can't be emptied does not keep kubectl from the next. `keep` receives
 * each drain as it begins.
 */
export function drainNodes(cluster: Cluster, command: DrainCommand, keep: (drain: Drain) => void): void {
  const { force, gracePeriodSeconds, timeoutMicros } = command;
  const options = {
    ...usualDrainOptions,
    ignoreDaemonSets: true,
    deleteEmptyDirData: true,
    force,
    gracePeriodSeconds,
    timeoutMicros,
  };
  const waiting = [command.node, ...(command.others ?? [])];
  for (const node of waiting.slice(1)) cordon(cluster, node);
  const next = () => {
    const node = waiting.shift();
    if (node === undefined) return;
    cluster.note('node', node, 'drain begins');
    const drain = cluster.disruption.drains.begin(node, options, (ended) => {
      cluster.note('node', node, ended.state === 'done' ? 'drained' : `not drained: ${ended.error}`);
      next();
    });
    keep(drain);
  };
  next();
}

function cordon(cluster: Cluster, name: string): void {
  if (cluster.store.get(nodes, '', name) === undefined) return;
  cluster.api.modify(nodes, '', name, (node) => ({ ...node, spec: { ...node.spec, unschedulable: true } }));
}
