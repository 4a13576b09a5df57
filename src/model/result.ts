import * as Type from 'typebox';
import { ClusterResult } from './cluster-result.ts';

/**
 * The published result of a run (`run -o json`): version 1. One source for the JSON Schema, the types and the docs.
 * Everything in it follows from (model, seed, commands); wall-clock figures are never part of it.
 * Latencies are in milliseconds, times in seconds of virtual time, rates per second.
 */
const number = (description: string) => Type.Number({ description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const text = (description: string) => Type.String({ description });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const strict = { additionalProperties: false };

export const Latency = Type.Object(
  {
    count: count('Requests measured.'),
    mean: number('Mean.'),
    p50: number('Median.'),
    p90: number('90th percentile.'),
    p95: number('95th percentile.'),
    p99: number('99th percentile.'),
    p999: number('99.9th percentile.'),
    max: number('Largest.'),
  },
  { ...strict, description: 'Latency in milliseconds; quantiles have a relative error of at most 0.4 %.' },
);

const Errors = Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
  description: 'Failed requests by cause; causes that did not occur are left out.',
});

export const SourceResult = Type.Object(
  {
    name: text('Name of the Traffic.'),
    offered: count('Requests begun.'),
    offeredRate: number('Requests begun per second.'),
    served: count('Requests answered without error.'),
    servedRate: number('Requests answered without error per second.'),
    availability: nullable(number('Share of ended requests without error; null when none ended.')),
    errors: Errors,
    latency: Latency,
    latencyOk: Latency,
    inFlightAtEnd: count('Requests begun and not ended.'),
  },
  strict,
);

export const EndpointResult = Type.Object(
  {
    endpoint: text('Endpoint.'),
    offered: count('Requests that reached a replica.'),
    offeredRate: number('Per second.'),
    served: count('Answered without error.'),
    servedRate: number('Per second.'),
    errors: Errors,
    wasted: count('Answers that nobody waited for any more.'),
    utilisation: number(
      'CPU that its requests used, over what the service could have used, in [0, 1]; endpoints add up to their service.',
    ),
    cpuCores: number('Mean CPU that its requests used, in cores; work that nobody waited for included.'),
    inFlight: number('Mean number of its requests inside the service.'),
    inFlightMax: count('Most of its requests inside at once, over all replicas.'),
    queue: number('Mean number of its requests waiting to be started.'),
    queueMax: count('Most of its requests waiting at once, over all replicas.'),
    retries: count('Attempts after a failure that users and services sent to it.'),
    latency: Latency,
  },
  strict,
);

export const ServiceResult = Type.Object(
  {
    name: text('Service.'),
    workload: text('The workload behind it.'),
    replicas: number('Mean number of replicas.'),
    offeredRate: number('Requests that reached a replica, per second.'),
    servedRate: number('Answered without error, per second.'),
    errors: Errors,
    utilisation: number('CPU used over CPU that could have been used, in [0, 1].'),
    utilisationMax: number('The same in the busiest sample interval.'),
    cpuCores: number('Mean CPU used, in cores.'),
    throttledShare: number('Time throttled by the CPU limit over replica time.'),
    inFlight: number('Mean number of requests inside.'),
    inFlightMax: count('Most requests inside at once, over all replicas.'),
    queue: number('Mean number of requests waiting to be started.'),
    queueMax: count('Most requests waiting at once, over all replicas.'),
    retries: count('Attempts after a failure that users and services sent to it.'),
    latency: Latency,
    endpoints: Type.Array(EndpointResult),
  },
  strict,
);

export const CallResult = Type.Object(
  {
    client: text('Calling service, or source/NAME.'),
    service: text('Called service.'),
    endpoint: text('Called endpoint.'),
    calls: count('Logical calls.'),
    attempts: count('Requests sent for them.'),
    retries: count('Further attempts after a failure.'),
    hedges: count('Second requests sent before the first was answered.'),
    shared: count('Calls answered by another call in flight (single flight).'),
    errors: Errors,
    latency: Latency,
  },
  strict,
);

export const ObjectiveResult = Type.Object(
  {
    name: text('Objective.'),
    displayName: Type.Optional(text('What its author calls it for people.')),
    description: text('What is asked, in words.'),
    indicator: Type.Union([Type.Literal('availability'), Type.Literal('latency')]),
    subject: text('What it is measured on.'),
    target: number('Share of good requests asked for.'),
    latencyMs: nullable(number('Limit for a good request; null for availability.')),
    achieved: nullable(number('Share of good requests; null when none ended.')),
    good: count('Good requests.'),
    total: count('Requests.'),
    budget: number('Error budget: bad requests allowed.'),
    budgetUsed: nullable(number('Bad requests over the budget; 1 means all is spent.')),
    periodBudgetUsed: Type.Optional(
      nullable(
        number(
          'Share of the budget of the whole compliance period that the measured window spent, the same demand assumed all through; null without a period.',
        ),
      ),
    ),
    burnRateMax: nullable(
      number(
        'Largest ratio of the bad share to the allowed share in a window of one hour (or the run, when shorter).',
      ),
    ),
    worstWindow: nullable(
      Type.Object(
        {
          fromSeconds: number('Start.'),
          toSeconds: number('End.'),
          achieved: number('Share of good requests.'),
        },
        {
          ...strict,
          description:
            'The stretch with the smallest share of good requests, a twelfth as long as the window of burnRateMax; null when there was no bad one.',
        },
      ),
    ),
    burnAlerts: Type.Optional(
      Type.Array(
        Type.Object(
          {
            severity: Type.Union([Type.Literal('page'), Type.Literal('ticket')]),
            longSeconds: number('The long window.'),
            shortSeconds: number('The short window, which ends the alert soon after the trouble.'),
            factor: number('Burn rate that both windows must reach.'),
            firstAtSeconds: nullable(number('When the alert fired first; null: never.')),
          },
          strict,
        ),
        {
          description:
            'Multiwindow burn-rate alerts of the SRE workbook, scaled to the compliance period; those whose long window fits into the measured window. Empty without a period.',
        },
      ),
    ),
    passed: Type.Boolean({ description: 'Achieved at least the target; false when no request ended.' }),
  },
  strict,
);

export const ThresholdResult = Type.Object(
  {
    metric: text('Metric with tags, as written.'),
    expression: text('Expression, as written.'),
    observed: nullable(number('Value of the aggregate; null when there was no sample.')),
    passed: Type.Boolean({ description: 'The expression holds; false when there was no sample.' }),
  },
  strict,
);

export const CostResult = Type.Object(
  {
    currency: text('Currency.'),
    total: number('Cost of the measured window.'),
    perMillionRequests: nullable(number('Per million requests served to users.')),
    services: Type.Array(
      Type.Object(
        {
          name: text('Service.'),
          replicaHours: number('Replica-hours.'),
          coreHours: number('Requested core-hours.'),
          gibHours: number('Requested GiB-hours.'),
          cost: number('Cost.'),
        },
        strict,
      ),
    ),
  },
  strict,
);

export const SeriesResult = Type.Object(
  {
    timesSeconds: Type.Array(Type.Number(), {
      description: 'End of each sample interval, shared by all columns.',
    }),
    columns: Type.Array(
      Type.Object(
        {
          group: Type.Union([
            Type.Literal('source'),
            Type.Literal('service'),
            Type.Literal('endpoint'),
            Type.Literal('call'),
            Type.Literal('objective'),
            Type.Literal('cluster'),
            Type.Literal('workload'),
          ]),
          subject: text(
            'Source, service, `service endpoint`, `client → service endpoint`, objective, node pool, or workload.',
          ),
          measure: text(
            'Of sources, services and endpoints: offeredRate, servedRate, errorRate, errorRate/CAUSE, p50, p95, p99 (not of services). Of services and endpoints: utilisation, cpu, queue, inFlight, retryRate. Of services: throttled, replicas, poolWaiting/POOL, poolInUse/POOL. Of calls: callRate, attemptRate, retryRate, errorRate, errorRate/CAUSE. Of objectives: goodShare, burnRate. Of the cluster: nodes (by node pool), pods, unschedulable. Of workloads: desired, ready.',
          ),
          unit: Type.Union([
            Type.Literal('perSecond'),
            Type.Literal('milliseconds'),
            Type.Literal('ratio'),
            Type.Literal('count'),
            Type.Literal('cores'),
          ]),
          values: Type.Array(nullable(Type.Number()), { description: 'Null where nothing was measured.' }),
        },
        strict,
      ),
    ),
  },
  strict,
);

const DiagnosticResult = Type.Object(
  {
    severity: Type.Union([Type.Literal('error'), Type.Literal('warning'), Type.Literal('info')]),
    code: text('Stable code.'),
    message: text('What.'),
    remedy: Type.Optional(text('How to mend it.')),
    resource: Type.Optional(text('Resource.')),
    path: Type.Optional(text('Path inside it.')),
    file: Type.Optional(text('File.')),
    line: Type.Optional(count('Line, from 1.')),
  },
  strict,
);

export const Result = Type.Object(
  {
    schema: Type.Literal('sim.devops/result/v1'),
    simulator: text('Version of the simulator.'),
    scenario: text('Scenario.'),
    description: text('Its description.'),
    status: Type.Union([Type.Literal('complete'), Type.Literal('aborted'), Type.Literal('partial')]),
    verdict: Type.Union([Type.Literal('pass'), Type.Literal('fail'), Type.Literal('none')], {
      description:
        'none: nothing was asked (no objective, no threshold), or the run is partial and nothing has failed so far.',
    }),
    manifest: Type.Object(
      {
        modelHash: text('Hash of the compiled model.'),
        seed: Type.Integer(),
        commands: count('Commands applied.'),
        traceHash: text('Hash over every simulated event.'),
        events: count('Simulated events.'),
      },
      strict,
    ),
    window: Type.Object(
      {
        startsAt: nullable(text('Virtual time zero on the user’s clock, ISO 8601.')),
        fromSeconds: number('Start of the measured window.'),
        toSeconds: number('End of the measured window.'),
        durationSeconds: number('Duration that the scenario asked for.'),
      },
      strict,
    ),
    sources: Type.Array(SourceResult),
    services: Type.Array(ServiceResult),
    calls: Type.Array(CallResult),
    objectives: Type.Array(ObjectiveResult),
    thresholds: Type.Array(ThresholdResult),
    cost: CostResult,
    cluster: Type.Optional(ClusterResult),
    latencyBreakdown: Type.Optional(
      Type.Array(
        Type.Object(
          {
            service: nullable(text('Service; null: outside all services (network, users’ links, back-off).')),
            meanMs: number('Time spent there per ended request of a user, calls to other services left out.'),
            share: number('Share of the sum of all rows.'),
            queueShare: number('Part of the time there that was waiting to be started, in [0, 1].'),
          },
          strict,
        ),
        { description: 'Where requests of users spend their time, largest share first.' },
      ),
    ),
    findings: Type.Array(
      Type.Object(
        {
          kind: Type.Optional(text('Stable code of the mechanism, e.g. cpu-saturated.')),
          fromSeconds: Type.Optional(nullable(number('Start of the stretch it is about; null: no stretch.'))),
          toSeconds: Type.Optional(nullable(number('End of that stretch.'))),
          severity: Type.Union([Type.Literal('problem'), Type.Literal('note')]),
          subject: text('What it is about.'),
          message: text('One sentence with figures.'),
        },
        strict,
      ),
      { description: 'What the figures say: which service ran out of what, and when. Most severe first.' },
    ),
    series: SeriesResult,
    events: Type.Array(
      Type.Object(
        {
          atSeconds: number('When.'),
          kind: text('Kind.'),
          subject: text('Subject.'),
          message: text('What happened.'),
        },
        strict,
      ),
    ),
    annotations: Type.Array(
      Type.Object(
        { fromSeconds: number('Start.'), toSeconds: number('End.'), label: text('Label.') },
        strict,
      ),
    ),
    checks: Type.Array(
      Type.Object({ name: text('Law.'), passed: Type.Boolean(), detail: text('Figures.') }, strict),
    ),
    inferences: Type.Array(
      Type.Object(
        { resource: text('Resource.'), path: text('Path.'), value: text('Value.'), source: text('Why.') },
        strict,
      ),
    ),
    diagnostics: Type.Array(DiagnosticResult),
  },
  {
    ...strict,
    $id: 'sim.devops/result/v1',
    title: 'Result of a DevOps Simulator run',
    description:
      'Everything in it follows from model, seed and commands. docs/reference/result.md describes each field.',
  },
);

export type Latency = Type.Static<typeof Latency>;
export type SourceResult = Type.Static<typeof SourceResult>;
export type EndpointResult = Type.Static<typeof EndpointResult>;
export type ServiceResult = Type.Static<typeof ServiceResult>;
export type CallResult = Type.Static<typeof CallResult>;
export type ObjectiveResult = Type.Static<typeof ObjectiveResult>;
export type ThresholdResult = Type.Static<typeof ThresholdResult>;
export type CostResult = Type.Static<typeof CostResult>;
export type SeriesResult = Type.Static<typeof SeriesResult>;
export type Finding = Result['findings'][number];
export type Result = Type.Static<typeof Result>;
