import type { Engine } from '../engine/engine.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Reader } from '../telemetry/reader.ts';
import { Cluster, type ClusterParts } from '../world/kubernetes/cluster.ts';
import type { KubernetesModel } from '../world/kubernetes/model.ts';
import type { Routing } from '../world/kubernetes/network/routing.ts';
import { CombinedProcesses } from '../world/kubernetes/node/combined-processes.ts';
import { IdleProcesses } from '../world/kubernetes/node/idle-processes.ts';
import { isReady } from '../world/kubernetes/objects/pod.ts';
import { pods } from '../world/kubernetes/objects/resource-types.ts';
import { Clock } from '../world/kubernetes/store/clock.ts';
import type { ServingProcesses } from '../world/traffic/serving-processes.ts';
import type { Traffic } from '../world/traffic/traffic.ts';

export interface ClusterContext {
  readonly engine: Engine;
  readonly instruments: Instruments;
  readonly telemetry: Reader;
  readonly seed: number;
  readonly startsAt: string | null;
  /** Processes keep what they log. */
  readonly logs: boolean;
  readonly note: ClusterParts['note'];
}

/**
 * Opens the cluster that runs the traffic's replicas, and lets it converge in the events of the present instant, which
 * must be the beginning. Afterwards everything that the manifests ask for and that finds room is running.
 */
export function openCluster(model: KubernetesModel, traffic: Traffic, context: ClusterContext): Cluster {
  const clock = new Clock(context.engine, context.startsAt);
  const serving = traffic.serve(model.servings, context.logs ? (micros) => clock.microTime(micros) : null);
  const processes = new CombinedProcesses([serving, new IdleProcesses(context.engine)]);
  const cluster = new Cluster(model, { ...context, processes, routing: routingOf(serving, processes) });
  cluster.store.observe(pods, ({ kind, object, previous }) => {
    const before = previous !== null && isReady(previous);
    const now = kind !== 'DELETED' && isReady(object);
    if (before !== now) serving.podReady(object, now);
  });
  cluster.start();
  context.engine.runUntil(context.engine.now);
  cluster.begin();
  return cluster;
}

/** The traffic room's routes under the numbers that processes have among all kinds of them. */
function routingOf(serving: ServingProcesses, processes: CombinedProcesses): Routing {
  const own = (process: number) => {
    const { kind, process: number } = processes.ownNumber(process);
    return kind === serving ? number : null;
  };
  return {
    routes: (namespace, service) => serving.routes(namespace, service),
    add: (namespace, service, process) => {
      const number = own(process);
      if (number !== null) serving.add(namespace, service, number);
    },
    remove: (namespace, service, process) => {
      const number = own(process);
      if (number !== null) serving.remove(namespace, service, number);
    },
    weigh: (service, shares) => serving.weigh(service, shares),
  };
}
