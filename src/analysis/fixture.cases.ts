import type { SketchSummary } from '../base/sketch.ts';
import { QuantileSketch } from '../base/sketch.ts';
import type { Model, Objective } from '../model/model.ts';
import type { Result, ServiceResult, SourceResult } from '../model/result.ts';
import type { Cause, Outcomes, Run, TrafficAccounts, TrafficModel } from '../run/run.ts';
import type { Labels, Matcher, Reader, SeriesView } from '../telemetry/reader.ts';
import { causes } from '../world/traffic/model.ts';

/** A series by hand: its name and labels as Prometheus writes them, and one value for each sample. */
export type HandSeries = readonly [text: string, values: readonly number[]];

/** A reader over series made by hand, sampled every `stepSeconds` from the first step on. */
export function readerOf(series: readonly HandSeries[], stepSeconds = 10): Reader {
  const all = series.map(([text, values]) => ({ labels: labelsOf(text), values: Float64Array.from(values) }));
  const times = (count: number) =>
    Float64Array.from({ length: count }, (_, i) => (i + 1) * stepSeconds * 1e6);
  return {
    select: (matchers, from, to) =>
      all
        .filter(({ labels }) => matchers.every((matcher) => matches(matcher, labels)))
        .map(({ labels, values }) => cut({ labels, values, timesMicros: times(values.length) }, from, to)),
    labelNames: () => [...new Set(all.flatMap(({ labels }) => Object.keys(labels)))].sort(),
    labelValues: (label) => [...new Set(all.flatMap(({ labels }) => labels[label] ?? []))].sort(),
  };
}

function labelsOf(text: string): Labels {
  const [, name, rest = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(text) ?? [];
  const labels: Record<string, string> = { __name__: name };
  for (const [, label, value] of rest.matchAll(/(\w+)="([^"]*)"/g)) labels[label] = value;
  return labels;
}

function matches({ label, operator, value }: Matcher, labels: Labels): boolean {
  return operator === '=' ? labels[label] === value : labels[label] !== value;
}

function cut(view: SeriesView, from: number, to: number): SeriesView {
  const first = view.timesMicros.findIndex((at) => at >= from);
  const after = view.timesMicros.findIndex((at) => at > to);
  const end = after < 0 ? view.timesMicros.length : after;
  return {
    labels: view.labels,
    timesMicros: view.timesMicros.subarray(first, end),
    values: view.values.subarray(first, end),
  };
}

/** The running sum: a counter from how much happened in each interval. */
export function counter(...increases: readonly number[]): number[] {
  let sum = 0;
  return increases.map((increase) => (sum += increase));
}

export function outcomes(some: Partial<Record<Cause, number>>): Outcomes {
  return Object.fromEntries(causes.map((cause) => [cause, some[cause] ?? 0])) as unknown as Outcomes;
}

/** A summary of values given in milliseconds. */
export function sketchOf(...milliseconds: readonly number[]): SketchSummary {
  const sketch = new QuantileSketch();
  for (const value of milliseconds) sketch.record(value * 1000);
  return sketch.summary();
}

const empty = sketchOf();

type Source = TrafficAccounts['sources'][number];
type Service = TrafficAccounts['services'][number];
type Endpoint = TrafficAccounts['endpoints'][number];
type Call = TrafficAccounts['calls'][number];

export const source = (some: Partial<Source>): Source => ({
  name: 'visitors',
  offered: 0,
  outcomes: outcomes({}),
  latency: empty,
  latencyOk: empty,
  inFlightAtEnd: 0,
  activeAtEnd: 0,
  ...some,
});

export const service = (some: Partial<Service>): Service => ({
  name: 'api',
  workload: `Deployment ${some.name ?? 'api'}`,
  replicasAtEnd: 1,
  replicaMicros: 0,
  cpuMicros: 0,
  cpuCapacityMicros: 0,
  throttledMicros: 0,
  inFlightMicros: 0,
  queueMicros: 0,
  queueMax: 0,
  inFlightMax: 0,
  arrivals: 0,
  cpuRequestCores: 1,
  memoryRequestBytes: 0,
  ...some,
});

export const endpoint = (some: Partial<Endpoint>): Endpoint => ({
  service: 'api',
  endpoint: 'GET /',
  offered: 0,
  outcomes: outcomes({}),
  wasted: 0,
  cpuMicros: 0,
  inFlightMicros: 0,
  queueMicros: 0,
  queueMax: 0,
  inFlightMax: 0,
  retries: 0,
  latency: empty,
  ...some,
});

export const call = (some: Partial<Call>): Call => ({
  client: 'source/visitors',
  service: 'api',
  endpoint: 'GET /',
  calls: 0,
  attempts: 0,
  retries: 0,
  hedges: 0,
  shared: 0,
  outcomes: outcomes({}),
  latency: empty,
  ...some,
});

export const accounts = (some: Partial<TrafficAccounts> = {}): TrafficAccounts => ({
  fromMicros: 0,
  toMicros: 60e6,
  sources: [],
  services: [],
  endpoints: [],
  calls: [],
  ...some,
});

export const objective = (some: Partial<Objective>): Objective => ({
  name: 'objective',
  indicator: 'availability',
  traffic: null,
  service: null,
  endpoint: null,
  target: 0.99,
  latencyMicros: null,
  periodMicros: null,
  ...some,
});

export const model = (some: Partial<Model> = {}): Model => ({
  format: 'sim.devops/model/v1',
  name: 'by-hand',
  description: 'Made by hand.',
  seed: 1,
  durationMicros: 60e6,
  warmupMicros: 0,
  sampleMicros: 10e6,
  startsAt: null,
  objectives: [],
  thresholds: [],
  commands: [],
  prices: { currency: 'USD', perCoreHour: 0.04, perGibHour: 0.005 },
  annotations: [],
  inferences: [],
  diagnostics: [],
  rooms: {},
  ...some,
});

export const run = (some: Partial<Run> & Pick<Run, 'telemetry' | 'truth'>): Run => ({
  manifest: { simulator: '0.1.0', modelHash: 'abc', scenario: 'by-hand', seed: 1, commands: [] },
  status: 'complete',
  endedAtMicros: some.truth.toMicros,
  eventCount: 1000,
  traceHash: 'def',
  events: [],
  cluster: null,
  checks: [],
  ...some,
});

const fixed = (value: number) => ({ kind: 'deterministic', value }) as const;

type ModelService = TrafficModel['services'][number];
type ModelCall = TrafficModel['calls'][number];
type ModelEndpoint = TrafficModel['endpoints'][number];
type ModelSource = TrafficModel['sources'][number];

export const modelService = (some: Partial<ModelService>): ModelService => ({
  id: 0,
  name: 'api',
  namespace: 'default',
  workload: `Deployment ${some.name ?? 'api'}`,
  replicas: 1,
  concurrency: { kind: 'eventLoop' },
  cpu: { cores: 1, limitCores: null, periodMicros: 100_000, requestCores: 1 },
  memoryRequestBytes: 1_073_741_824,
  queue: { capacity: null, discipline: 'fifo' },
  shedding: { maxInFlight: null, maxQueueDelayMicros: null },
  rateLimit: null,
  cancellation: 'none',
  startupMicros: 0,
  pools: [],
  ...some,
});

export const modelEndpoint = (some: Partial<ModelEndpoint>): ModelEndpoint => ({
  id: 0,
  service: 0,
  name: 'GET /',
  steps: [],
  errorRate: 0,
  ...some,
});

export const cpuStep = (
  distribution: ReturnType<typeof fixed> | { kind: 'exponential'; mean: number },
): ModelEndpoint['steps'][number] => ({
  kind: 'cpu',
  probability: 1,
  work: { base: distribution, perAttribute: [] },
});

export const modelCall = (some: Partial<ModelCall>): ModelCall => ({
  id: 0,
  client: null,
  endpoint: 0,
  optional: false,
  balancer: 'roundRobin',
  timeoutMicros: null,
  propagateDeadline: false,
  retries: {
    max: 0,
    backoff: { initialMicros: 0, multiplier: 1, maxMicros: 0 },
    jitter: 'none',
    budget: null,
    on: ['timeout', 'refused'],
  },
  breaker: null,
  bulkhead: null,
  pool: null,
  hedge: null,
  singleFlight: false,
  ...some,
});

export const modelSource = (some: Partial<ModelSource>): ModelSource => ({
  id: 0,
  name: 'visitors',
  requests: [{ call: 0, weight: 1 }],
  keys: null,
  latency: fixed(0),
  load: { kind: 'open', rate: { atMicros: [0], values: [100] }, arrivals: 'poisson' },
  ...some,
});

export const trafficModel = (some: Partial<TrafficModel>): TrafficModel => ({
  services: [],
  endpoints: [],
  calls: [],
  sources: [],
  zones: ['a'],
  network: { sameZone: fixed(0), crossZone: fixed(0) },
  ...some,
});

const latency = (milliseconds: number) => ({
  count: 100,
  mean: milliseconds,
  p50: milliseconds,
  p90: milliseconds,
  p95: 2 * milliseconds,
  p99: 3 * milliseconds,
  p999: 4 * milliseconds,
  max: 5 * milliseconds,
});

export const sourceResult = (some: Partial<SourceResult>): SourceResult => ({
  name: 'visitors',
  offered: 100,
  offeredRate: 10,
  served: 100,
  servedRate: 10,
  availability: 1,
  errors: {},
  latency: latency(10),
  latencyOk: latency(10),
  inFlightAtEnd: 0,
  ...some,
});

export const serviceResult = (some: Partial<ServiceResult>): ServiceResult => ({
  name: 'api',
  workload: `Deployment ${some.name ?? 'api'}`,
  replicas: 1,
  offeredRate: 10,
  servedRate: 10,
  errors: {},
  utilisation: 0.5,
  utilisationMax: 0.6,
  cpuCores: 0.5,
  throttledShare: 0,
  inFlight: 1,
  inFlightMax: 1,
  queue: 0,
  queueMax: 0,
  retries: 0,
  latency: latency(5),
  endpoints: [],
  ...some,
});

export const result = (seed: number, some: Partial<Result> = {}): Result => ({
  schema: 'sim.devops/result/v1',
  simulator: '0.1.0',
  scenario: 'by-hand',
  description: 'Made by hand.',
  status: 'complete',
  verdict: 'pass',
  manifest: { modelHash: 'abc', seed, commands: 0, traceHash: `trace-${seed}`, events: 1000 },
  window: { startsAt: null, fromSeconds: 0, toSeconds: 60, durationSeconds: 60 },
  sources: [sourceResult({})],
  services: [serviceResult({})],
  calls: [],
  objectives: [],
  thresholds: [],
  cost: { currency: 'USD', total: 1, perMillionRequests: 2, services: [] },
  findings: [],
  series: { timesSeconds: [], columns: [] },
  events: [],
  annotations: [],
  checks: [],
  inferences: [],
  diagnostics: [],
  ...some,
});

type ClusterAccounts = NonNullable<Run['cluster']>;

export const workloadAccount = (
  some: Partial<ClusterAccounts['workloads'][number]> = {},
): ClusterAccounts['workloads'][number] => ({
  ...{ kind: 'Deployment', namespace: 'default', name: 'api', desiredAtEnd: 2, readyAtEnd: 2 },
  ...{ desiredMost: 2, readyFewest: 2, readyMost: 2, desiredMicros: 0, readyMicros: 0, missingMicros: 0 },
  ...{ created: 0, unready: 0, restarts: 0, outOfMemory: 0 },
  ...some,
});

/** A cluster of two nodes with one workload of two pods, in which nothing happened for ten minutes. */
export const clusterAccounts = (some: Partial<ClusterAccounts> = {}): ClusterAccounts => ({
  fromMicros: 0,
  toMicros: 600e6,
  nodes: [{ pool: 'blue', pricePerHour: 0.3, atEnd: 2, fewest: 2, most: 2, nodeMicros: 1200e6 }],
  pods: {
    ...{ atEnd: 2, most: 2, created: 0, deleted: 0 },
    ...{ unschedulableAtEnd: 0, unschedulableMost: 0, unschedulableMicros: 0, startup: sketchOf() },
  },
  workloads: [workloadAccount({ desiredMicros: 1200e6, readyMicros: 1200e6 })],
  autoscalers: [],
  apiRequests: 0,
  ...some,
});
