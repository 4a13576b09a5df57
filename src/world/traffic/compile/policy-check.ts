/**
 * Fidelity: combinations that are legal everywhere and hurt in production: clients that wait longer than their own
 * callers, retries that multiply from layer to layer (Google's SRE book, “Addressing Cascading Failures”), hedged writes,
 * pools that together exceed what the server accepts. The simulator runs them all the same.
 */
import { formatDuration } from '../../../base/time.ts';
import type { Call, Source } from '../model.ts';
import { callEdges, callersFirst, callsIn } from './call-graph.ts';
import { type EndpointDraft, endpointName, type Scope } from './draft.ts';
import { listed, where } from './report.ts';

/** Attempts that one request can become in the deepest layer before it is worth a word. */
const amplificationMax = 16;

/** Names of endpoints that change something. */
const changes = /^(?:POST|PUT|PATCH|DELETE|set|produce|publish|write|insert|update|delete|create)\b/i;

export function checkPolicies(
  scope: Scope,
  endpoints: readonly EndpointDraft[],
  sources: readonly Source[],
): void {
  checkTimeouts(scope, endpoints);
  checkHedges(scope, endpoints);
  checkAmplification(scope, endpoints);
  checkConnections(scope);
  checkKeys(scope, sources);
}

/** A call that may take longer than its caller's caller waits does work that nobody wants any more. */
function checkTimeouts(scope: Scope, endpoints: readonly EndpointDraft[]): void {
  const { list, origins } = scope.calls;
  const patience = new Map<number, number>();
  for (const call of list) {
    if (call.timeoutMicros === null) continue;
    patience.set(
      call.endpoint,
      Math.min(patience.get(call.endpoint) ?? Number.POSITIVE_INFINITY, call.timeoutMicros),
    );
  }
  const told = new Set<number>();
  for (const endpoint of endpoints) {
    const waited = patience.get(endpoint.id);
    if (waited === undefined) continue;
    callsIn(endpoint.steps, (id) => {
      const call = list[id];
      if (told.has(id) || origins[id].inferred || call.propagateDeadline) return;
      if (call.timeoutMicros === null || call.timeoutMicros <= waited) return;
      told.add(id);
      scope.context.diagnostics.warning(
        'timeout-longer-than-caller',
        `${endpointName(endpoint)} waits ${formatDuration(call.timeoutMicros)} for ${endpointName(endpoints[call.endpoint])}, but its own callers wait only ${formatDuration(waited)}.`,
        where(origins[id].resource, origins[id].path, 'Shorten the timeout, or set deadline: propagate.'),
      );
    });
  }
}

function checkHedges(scope: Scope, endpoints: readonly EndpointDraft[]): void {
  scope.calls.list.forEach((call, id) => {
    if (call.hedge === null) return;
    const { resource, path } = scope.calls.origins[id];
    const name = endpointName(endpoints[call.endpoint]);
    if (call.timeoutMicros !== null && call.hedge.afterMicros >= call.timeoutMicros) {
      const message = `The hedge for ${name} comes after ${formatDuration(call.hedge.afterMicros)}, when the call has timed out (${formatDuration(call.timeoutMicros)}).`;
      scope.context.diagnostics.warning(
        'hedge-after-timeout',
        message,
        where(resource, [...path, 'hedge'], 'Hedge earlier than the timeout.'),
      );
    }
    if (!changes.test(endpoints[call.endpoint].name)) return;
    scope.context.diagnostics.warning(
      'hedge-not-idempotent',
      `The hedge for ${name} may do it twice.`,
      where(resource, [...path, 'hedge'], 'Hedge only what can be done twice without harm.'),
    );
  });
}

function checkAmplification(scope: Scope, endpoints: readonly EndpointDraft[]): void {
  const { list, origins } = scope.calls;
  const worst = new Float64Array(endpoints.length).fill(1);
  const through = new Map<number, number>();
  // Whether retries meet retries somewhere below; one layer alone says what it does.
  const multiplied = new Set<number>();
  const meets = ({ retries, endpoint }: Call): boolean =>
    multiplied.has(endpoint) || (attemptsOf(retries) > 1 && worst[endpoint] > 1);
  for (const id of callersFirst(callEdges(endpoints, list)).reverse()) {
    callsIn(endpoints[id].steps, (call) => {
      const attempts = attemptsOf(list[call].retries) * worst[list[call].endpoint];
      if (attempts <= worst[id]) return;
      worst[id] = attempts;
      through.set(id, call);
      if (meets(list[call])) multiplied.add(id);
    });
  }
  const grave = (call: Call): boolean =>
    !origins[call.id].inferred &&
    meets(call) &&
    attemptsOf(call.retries) * worst[call.endpoint] > amplificationMax;
  // Told where requests enter, else at the first service where it begins.
  const first = list.find((call) => call.client === null && grave(call)) ?? list.find(grave);
  if (first) tell(scope, endpoints, first.id, attemptsOf(first.retries) * worst[first.endpoint], through);
}

function attemptsOf(retries: { readonly max: number; readonly budget: unknown }): number {
  return retries.budget === null ? 1 + retries.max : 1;
}

function tell(
  scope: Scope,
  endpoints: readonly EndpointDraft[],
  first: number,
  attempts: number,
  through: ReadonlyMap<number, number>,
): void {
  const names: string[] = [];
  for (let call: number | undefined = first; call !== undefined; ) {
    const target: number = scope.calls.list[call].endpoint;
    names.push(endpointName(endpoints[target]));
    call = through.get(target);
  }
  const { resource, path } = scope.calls.origins[first];
  scope.context.diagnostics.warning(
    'retries-multiply',
    `Retries multiply from layer to layer: one request can become ${attempts} at ${names[names.length - 1]} (through ${listed(names.slice(0, -1))}).`,
    where(resource, path, 'Retry in one layer only, or give retries a budget.'),
  );
}

/** All connections that clients may open, against what the server accepts. */
function checkConnections(scope: Scope): void {
  const wanted = new Map<number, Map<string, number>>();
  const endpoints = scope.services.flatMap((service) => service.endpoints);
  for (const { client, pool, endpoint } of scope.calls.list) {
    if (client === null || pool === null) continue;
    const service = scope.services[client];
    const server = endpoints[endpoint].service.id;
    const pools = wanted.get(server) ?? new Map<string, number>();
    const { concurrency, replicas, name } = service.base;
    // A thread uses one connection at a time, so a larger pool is never full.
    const threads = concurrency.kind === 'threadPool' ? concurrency.threads : Number.POSITIVE_INFINITY;
    pools.set(`${name} ${service.pools[pool].name}`, replicas * Math.min(threads, service.pools[pool].size));
    wanted.set(server, pools);
  }
  for (const [server, pools] of wanted) {
    const { base, resource } = scope.services[server];
    if (base.concurrency.kind !== 'threadPool' || base.queue.capacity === null) continue;
    const accepted = base.replicas * (base.concurrency.threads + base.queue.capacity);
    const total = [...pools.values()].reduce((sum, one) => sum + one, 0);
    if (total <= accepted) continue;
    scope.context.diagnostics.warning(
      'connections-exceed-server',
      `Clients of ${base.name} keep up to ${total} connections, but it accepts ${accepted}; the others are refused.`,
      where(
        resource,
        ['spec', 'replicas'],
        `Lower the pools (${listed([...pools].map(([name, size]) => `${name}: ${size}`))}), or let the server accept more.`,
      ),
    );
  }
}

/** Without keys, every request has the same one. */
function checkKeys(scope: Scope, sources: readonly Source[]): void {
  if (sources.some((source) => source.keys !== null)) return;
  const call = scope.calls.list.find((one) => one.balancer === 'consistentHash' || one.singleFlight);
  if (!call) return;
  const { resource, path } = scope.calls.origins[call.id];
  const effect =
    call.balancer === 'consistentHash' ? 'all go to one replica' : 'all concurrent ones count as the same';
  scope.context.diagnostics.warning(
    'keys-missing',
    `No Traffic says what requests are about, so they share one key: ${effect}.`,
    where(resource, path, 'Give the Traffic keys, such as {count: 10000, skew: 0.9}.'),
  );
}
