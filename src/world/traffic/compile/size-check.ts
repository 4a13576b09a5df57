/**
 * Fidelity: no mechanism; bounds on what one run can be asked to do, so that a typing error in a rate or a repeat
 * is told at once instead of after hours.
 */
import { distributionMean } from '../../../base/distribution.ts';
import type { Traffic } from '../../../model/kinds/traffic.ts';
import { isInDoubt } from '../../../model/resource.ts';
import type { Source, Step } from '../model.ts';
import { treeSizes } from './call-graph.ts';
import { curveIntegral } from './demand/curve.ts';
import { type EndpointDraft, endpointName, type Scope } from './draft.ts';
import { listed, suggestion, where } from './report.ts';

/** Calls that one request may cause on average. */
const treeMax = 10_000;
/** Requests of a run beyond which it takes hours, and beyond which a word is due. */
const requestsMax = 5e9;
const requestsMany = 3e8;

export function checkSizes(
  scope: Scope,
  endpoints: readonly EndpointDraft[],
  sources: readonly Source[],
): void {
  const sizes = treeSizes(endpoints, scope.calls.list);
  checkTrees(scope, endpoints, sizes);
  checkTotals(scope, sources, sizes);
}

function checkTrees(scope: Scope, endpoints: readonly EndpointDraft[], sizes: Float64Array): void {
  let largest = -1;
  for (const { id } of endpoints)
    if (sizes[id] > treeMax && (largest === -1 || sizes[id] > sizes[largest])) largest = id;
  if (largest === -1) return;
  const { service, name } = endpoints[largest];
  scope.context.diagnostics.error(
    'request-tree-too-large',
    `One request of ${endpointName(endpoints[largest])} causes ${Math.round(sizes[largest])} calls on average; at most ${treeMax} can be simulated.`,
    where(
      service.model ?? service.resource,
      ['spec', 'endpoints'],
      `Lower the repeats and the probabilities of what "${name}" calls.`,
    ),
  );
}

function checkTotals(scope: Scope, sources: readonly Source[], sizes: Float64Array): void {
  const { list, origins } = scope.calls;
  for (const source of sources) {
    const weights = source.requests.reduce((sum, request) => sum + request.weight, 0);
    const tree = source.requests.reduce(
      (sum, { call, weight }) => sum + (weight / weights) * (1 + sizes[list[call].endpoint]),
      0,
    );
    const requests = expectedRequests(source, scope.context.scenario.durationMicros);
    const total = requests * tree;
    if (total <= requestsMany) continue;
    const { resource } = origins[source.requests[0].call];
    if (total <= requestsMax && !scope.resources.sound) continue;
    const message = `${source.name} would make about ${total.toPrecision(2)} requests and calls in this run`;
    const place = where(
      resource,
      ['spec'],
      'Shorten the run or lower the rate; a smaller system under a proportional rate behaves alike.',
    );
    if (total > requestsMax)
      scope.context.diagnostics.error(
        'run-too-large',
        `${message}; at most ${requestsMax} can be simulated.`,
        place,
      );
    else scope.context.diagnostics.warning('run-large', `${message}, which takes minutes.`, place);
  }
}

/** Requests that users begin; for closed load as many as users could make who never wait for an answer but think. */
function expectedRequests({ load, latency }: Source, durationMicros: number): number {
  switch (load.kind) {
    case 'open':
      return curveIntegral(load.rate, 0, durationMicros);
    case 'sessions':
      return (
        curveIntegral(load.rate, 0, durationMicros) *
        load.journey.reduce((sum, visit) => sum + visit.probability, 0)
      );
    case 'counts':
      return load.scale * load.counts.reduce((sum, count) => sum + count, 0);
    case 'timestamps':
      return load.scale * load.atMicros.length;
    case 'closed': {
      // Answers take time too, so this counts too many; it is used only where thinking bounds the rate.
      const cycleSeconds = (distributionMean(load.think) + 2 * distributionMean(latency)) / 1e6;
      return cycleSeconds < 0.001 ? 0 : curveIntegral(load.users, 0, durationMicros) / cycleSeconds;
    }
  }
}

/** Attributes that work is proportional to must come from the trace of some Traffic. */
export function checkAttributes(scope: Scope, sources: readonly Source[]): void {
  const { resources } = scope;
  // Attributes of a trace that cannot be read as it is asked for may be any.
  const traces = resources.byKind<Traffic>('Traffic').filter(({ value }) => value.spec.trace !== undefined);
  if (
    resources.leavesOut(['Traffic']) ||
    traces.some((one) => isInDoubt(one, ['spec', 'trace', 'attributes']))
  )
    return;
  const given = new Set<string>(traces.flatMap(({ value }) => value.spec.trace?.attributes ?? []));
  for (const { load } of sources) {
    if (load.kind === 'timestamps') for (const name of Object.keys(load.attributes)) given.add(name);
  }
  const missing = new Set<string>();
  for (const service of scope.services) {
    for (const endpoint of service.endpoints) {
      for (const name of attributesIn(endpoint.steps)) {
        if (given.has(name) || missing.has(name) || service.model === null) continue;
        missing.add(name);
        scope.context.diagnostics.error(
          'unknown-attribute',
          `${endpointName(endpoint)} takes time for each "${name}", which no trace gives.`,
          where(
            service.model,
            ['spec', 'endpoints'],
            suggestion(name, [...given], 'attributes of traces; add it to trace.attributes'),
          ),
        );
      }
    }
  }
}

function attributesIn(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'sequence') return attributesIn(step.steps);
    return step.kind === 'cpu' || step.kind === 'wait'
      ? step.work.perAttribute.map((part) => part.attribute)
      : [];
  });
}

/** Services that no source reaches: they cost, and do nothing. */
export function noteUnreached(
  scope: Scope,
  endpoints: readonly EndpointDraft[],
  reached: ReadonlySet<EndpointDraft>,
): void {
  const idle = scope.services.filter((service) =>
    service.endpoints.every((endpoint) => !reached.has(endpoint)),
  );
  if (idle.length === 0 || endpoints.length === 0) return;
  const names = listed(idle.map((service) => service.base.name));
  scope.context.diagnostics.info(
    'services-unreached',
    `No request reaches ${names} in this run; ${idle.length === 1 ? 'it counts' : 'they count'} as cost only.`,
    where(idle[0].resource, ['spec'], 'State calls to it in the ServiceModel of its clients, or a Traffic.'),
  );
}
