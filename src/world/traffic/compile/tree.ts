/**
 * Fidelity: how many calls an inferred request may cause. In a mesh where everybody names everybody, configuration alone
 * would make every request visit everything many times over; call graphs of production traces have a heavy tail but are
 * mostly small (S. Luo and others, “Characterizing Microservice Dependency and Performance”, SoCC 2021). So shares
 * of calls between services are lowered until a request causes some dozens of calls at most.
 */
import type { Call } from '../model.ts';
import { callEdges, callersFirst, callsIn } from './call-graph.ts';
import type { EndpointDraft } from './draft.ts';
import type { PlannedCall } from './inferred.ts';

/** Calls that one request of an inferred endpoint causes on average, at most. */
export const inferredCallsMax = 40;

/** The planned calls, those to other services with lower shares where a request would cause too many; `calls` are those stated. */
export function boundTrees(
  endpoints: readonly EndpointDraft[],
  planned: readonly PlannedCall[],
  calls: readonly Call[],
): PlannedCall[] {
  const edges = callEdges(endpoints, calls);
  const plans = endpoints.map((): PlannedCall[] => []);
  for (const plan of planned) {
    plans[plan.from.id].push(plan);
    edges[plan.from.id].push(plan.to.id);
  }
  const sizes = new Float64Array(endpoints.length);
  for (const id of callersFirst(edges).reverse()) {
    callsIn(endpoints[id].steps, (call, times) => {
      sizes[id] += times * (1 + sizes[calls[call].endpoint]);
    });
    plans[id] = boundOne(plans[id], sizes);
    for (const plan of plans[id]) sizes[id] += sizeOf(plan, sizes);
  }
  const next = new Int32Array(endpoints.length);
  return planned.map((plan) => {
    next[plan.from.id] += 1;
    return plans[plan.from.id][next[plan.from.id] - 1];
  });
}

function sizeOf(plan: PlannedCall, sizes: Float64Array): number {
  return plan.probability * (1 + sizes[plan.to.id]);
}

function boundOne(plans: readonly PlannedCall[], sizes: Float64Array): PlannedCall[] {
  const sum = (list: readonly PlannedCall[]): number =>
    list.reduce((total, plan) => total + sizeOf(plan, sizes), 0);
  const total = sum(plans);
  if (total <= inferredCallsMax) return [...plans];
  const peers = plans.filter((plan) => plan.toPeer);
  const rest = total - sum(peers);
  const factor = Math.max(0, (inferredCallsMax - rest) / (total - rest));
  const why = `assumed: lowered so that a request causes ${inferredCallsMax} calls at most`;
  return plans.map((plan) =>
    plan.toPeer ? { ...plan, probability: plan.probability * Math.min(1, factor), why } : plan,
  );
}
