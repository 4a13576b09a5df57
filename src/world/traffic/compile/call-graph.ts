/**
 * Fidelity: requests as trees of calls, by means: how often an endpoint is called, and what it spends of its own. What it
 * works out (work per request, tree sizes, circles) is exact for the model; attributes of traces count as nothing.
 */
import { distributionMean } from '../../../base/distribution.ts';
import type { CompileContext } from '../../../model/kind.ts';
import type { Call, Step } from '../model.ts';
import { circles, components, wayBetween } from './circle.ts';
import { type CallTable, type EndpointDraft, endpointName } from './draft.ts';
import type { PlannedCall } from './inferred.ts';
import { where } from './report.ts';

/** Every call among steps with how often it is made on average; nested steps included. */
export function callsIn(
  steps: readonly Step[],
  visit: (call: number, times: number) => void,
  times = 1,
): void {
  for (const step of steps) {
    const often = times * step.probability;
    if (step.kind === 'call') visit(step.call, often);
    else if (step.kind === 'parallel') for (const call of step.calls) visit(call, often);
    else if (step.kind === 'sequence') callsIn(step.steps, visit, often);
  }
}

/** Mean microseconds that the steps themselves spend on the CPU and waiting; calls not included. */
export function ownWork(steps: readonly Step[], times = 1): { cpuMicros: number; waitMicros: number } {
  const total = { cpuMicros: 0, waitMicros: 0 };
  for (const step of steps) {
    const often = times * step.probability;
    if (step.kind === 'cpu') total.cpuMicros += often * finiteMean(step.work.base);
    else if (step.kind === 'wait') total.waitMicros += often * finiteMean(step.work.base);
    else if (step.kind === 'sequence') {
      const inner = ownWork(step.steps, often);
      total.cpuMicros += inner.cpuMicros;
      total.waitMicros += inner.waitMicros;
    }
  }
  return total;
}

function finiteMean(distribution: Parameters<typeof distributionMean>[0]): number {
  const mean = distributionMean(distribution);
  return Number.isFinite(mean) ? mean : 0;
}

/** Endpoints that each endpoint calls. */
export function callEdges(endpoints: readonly EndpointDraft[], calls: readonly Call[]): number[][] {
  return endpoints.map((endpoint) => {
    const targets = new Set<number>();
    callsIn(endpoint.steps, (call) => targets.add(calls[call].endpoint));
    return [...targets];
  });
}

/** A longer circle is told by its beginning. */
const namesMax = 10;

/** Reports circles among the calls that are stated, each once, at one of its calls. True when there is none. */
export function checkCircles(
  endpoints: readonly EndpointDraft[],
  table: CallTable,
  context: CompileContext,
): boolean {
  const found = circles(callEdges(endpoints, table.list));
  for (const circle of found) {
    const names = circle.map((id) => endpointName(endpoints[id]));
    const shown = names.length <= namesMax ? names : [...names.slice(0, namesMax), '…'];
    const target = circle[1] ?? circle[0];
    let origin = 0;
    callsIn(endpoints[circle[0]].steps, (call) => {
      if (table.list[call].endpoint === target) origin = call;
    });
    const { resource, path } = table.origins[origin];
    context.diagnostics.error(
      'call-circle',
      `Calls form a circle, so a request would never end: ${[...shown, names[0]].join(' → ')}.`,
      where(
        resource,
        path,
        'Split an endpoint so that what calls back is not what was called, or leave one call out.',
      ),
    );
  }
  return found.length === 0;
}

/**
 * The planned calls that close no circle, in their order. Of calls that would, those nearer to the entries stay:
 * a service that names its own clients (for links and callbacks) does not call them.
 */
export function withoutCircles(
  endpoints: readonly EndpointDraft[],
  stated: readonly (readonly number[])[],
  planned: readonly PlannedCall[],
  entries: ReadonlySet<EndpointDraft>,
): { readonly kept: readonly PlannedCall[]; readonly dropped: readonly PlannedCall[] } {
  const edges = stated.map((list) => [...list]);
  for (const plan of planned) edges[plan.from.id].push(plan.to.id);
  const component = components(edges);
  const depth = depths(endpoints, edges, entries);
  const accepted = stated.map((list) => [...list]);
  const order = planned
    .map((plan, index) => ({ plan, index }))
    .sort((a, b) => depth[a.plan.from.id] - depth[b.plan.from.id] || a.index - b.index);
  const dropped = new Set<PlannedCall>();
  for (const { plan } of order) {
    const [from, to] = [plan.from.id, plan.to.id];
    const closes =
      component[from] === component[to] &&
      (from === to || wayBetween(accepted, to, from, component) !== null);
    if (closes) dropped.add(plan);
    else accepted[from].push(to);
  }
  return { kept: planned.filter((plan) => !dropped.has(plan)), dropped: [...dropped] };
}

/** Fewest calls from an entry to each endpoint; those that no entry reaches come last. */
function depths(
  endpoints: readonly EndpointDraft[],
  edges: readonly (readonly number[])[],
  entries: ReadonlySet<EndpointDraft>,
): Float64Array {
  const depth = new Float64Array(endpoints.length).fill(endpoints.length);
  const queue: number[] = [];
  for (const endpoint of endpoints) {
    if (!entries.has(endpoint)) continue;
    depth[endpoint.id] = 0;
    queue.push(endpoint.id);
  }
  for (let head = 0; head < queue.length; head += 1) {
    for (const child of edges[queue[head]]) {
      if (depth[child] < endpoints.length) continue;
      depth[child] = depth[queue[head]] + 1;
      queue.push(child);
    }
  }
  return depth;
}

/** Endpoints so that each comes before those it calls; expects no circle. */
export function callersFirst(edges: readonly (readonly number[])[]): number[] {
  const callers = new Int32Array(edges.length);
  for (const list of edges) for (const child of list) callers[child] += 1;
  const order: number[] = [];
  for (let id = 0; id < edges.length; id += 1) if (callers[id] === 0) order.push(id);
  for (let head = 0; head < order.length; head += 1) {
    for (const child of edges[order[head]]) {
      callers[child] -= 1;
      if (callers[child] === 0) order.push(child);
    }
  }
  return order;
}

/**
 * Calls that one request of each endpoint causes on average, its own and those of the called. Calls within a circle count
 * as none, so that of a system with circles it is the least.
 */
export function treeSizes(endpoints: readonly EndpointDraft[], calls: readonly Call[]): Float64Array {
  const all = callEdges(endpoints, calls);
  const component = components(all);
  const edges = all.map((list, from) => list.filter((to) => component[to] !== component[from]));
  const sizes = new Float64Array(endpoints.length);
  for (const id of callersFirst(edges).reverse()) {
    let size = 0;
    callsIn(endpoints[id].steps, (call, times) => {
      const { endpoint } = calls[call];
      if (component[endpoint] !== component[id]) size += times * (1 + sizes[endpoint]);
    });
    sizes[id] = size;
  }
  return sizes;
}
