import type { SeriesResult } from '../model/result.ts';
import type { TrafficAccounts } from '../run/run.ts';
import type { Labels } from '../telemetry/reader.ts';
import type { PerSample, Samples } from './samples.ts';
import { endpointUtilisationOf, throttledShareOf, utilisationOf } from './service-shares.ts';

export type Column = SeriesResult['columns'][number];

/** What a column shows before it is rounded; null when the telemetry has nothing to say about it. */
type Read = (samples: Samples, labels: Labels) => PerSample | null;

interface Measure {
  readonly name: string;
  readonly unit: Column['unit'];
  readonly read: Read;
}

/** One measure for each value of a label: `errorRate/timeout`, `poolWaiting/db`. */
interface Family {
  readonly name: string;
  readonly unit: Column['unit'];
  readonly series: string;
  readonly label: string;
  readonly leaveOut: string;
  readonly read: (value: string) => Read;
}

const measure = (name: string, unit: Column['unit'], read: Read): Measure => ({ name, unit, read });

const rateOf =
  (series: string, extra: Labels = {}): Read =>
  (samples, labels) => {
    const increase = samples.increase(series, { ...labels, ...extra });
    return increase === null ? null : perSecond(increase, samples);
  };

const gaugeOf =
  (series: string, scale = 1, extra: Labels = {}): Read =>
  (samples, labels) =>
    samples.gauge(series, { ...labels, ...extra })?.map((value) => value * scale) ?? null;

/** All outcomes but success. */
const errorRateOf =
  (series: string): Read =>
  (samples, labels) => {
    const all = samples.increase(series, labels);
    if (all === null) return null;
    const ok = samples.increase(series, { ...labels, outcome: 'ok' });
    return perSecond(
      all.map((count, i) => count - (ok === null ? 0 : ok[i])),
      samples,
    );
  };

function perSecond(increase: PerSample, samples: Samples): PerSample {
  return increase.map((count, i) => (count * 1e6) / samples.lengthMicros(i));
}

const outcomeMeasures = (series: string): Measure[] => [
  measure('servedRate', 'perSecond', rateOf(series, { outcome: 'ok' })),
  measure('errorRate', 'perSecond', errorRateOf(series)),
];

const errorFamily = (series: string): Family => ({
  name: 'errorRate',
  unit: 'perSecond',
  series,
  label: 'outcome',
  leaveOut: 'ok',
  read: (outcome) => rateOf(series, { outcome }),
});

const quantileMeasures = (series: string): Measure[] =>
  (['0.5', '0.95', '0.99'] as const).map((quantile) =>
    measure(`p${Number(quantile) * 100}`, 'milliseconds', gaugeOf(series, 1000, { quantile })),
  );

const poolFamily = (name: string, series: string): Family => ({
  name,
  unit: 'count',
  series,
  label: 'pool',
  leaveOut: '',
  read: (pool) => gaugeOf(series, 1, { pool }),
});

const userRequests = 'user_requests_total';
const serverRequests = 'http_server_requests_total';
const clientCalls = 'http_client_calls_total';

interface Group {
  readonly group: Column['group'];
  readonly measures: readonly Measure[];
  readonly families: readonly Family[];
}

const sources: Group = {
  group: 'source',
  measures: [
    measure('offeredRate', 'perSecond', rateOf('user_requests_started_total')),
    ...outcomeMeasures(userRequests),
    ...quantileMeasures('user_request_duration_seconds'),
  ],
  families: [errorFamily(userRequests)],
};

const services: Group = {
  group: 'service',
  measures: [
    measure('offeredRate', 'perSecond', rateOf('http_server_requests_started_total')),
    ...outcomeMeasures(serverRequests),
    measure('utilisation', 'ratio', (samples, labels) => utilisationOf(samples, labels['service'])),
    measure('cpu', 'cores', rateOf('container_cpu_usage_seconds_total')),
    measure('throttled', 'ratio', (samples, labels) => throttledShareOf(samples, labels['service'])),
    measure('queue', 'count', gaugeOf('service_queue_length')),
    measure('inFlight', 'count', gaugeOf('service_requests_in_flight')),
    measure('retryRate', 'perSecond', rateOf('http_client_retries_total')),
    measure('replicas', 'count', gaugeOf('service_replicas')),
  ],
  families: [
    errorFamily(serverRequests),
    poolFamily('poolWaiting', 'service_pool_waiting'),
    poolFamily('poolInUse', 'service_pool_in_use'),
  ],
};

const endpoints: Group = {
  group: 'endpoint',
  measures: [
    measure('offeredRate', 'perSecond', rateOf('http_server_requests_started_total')),
    ...outcomeMeasures(serverRequests),
    ...quantileMeasures('http_server_request_duration_seconds'),
    measure('utilisation', 'ratio', (samples, labels) =>
      endpointUtilisationOf(samples, labels['service'], labels['endpoint']),
    ),
    measure('cpu', 'cores', rateOf('endpoint_cpu_usage_seconds_total')),
    measure('queue', 'count', gaugeOf('endpoint_queue_length')),
    measure('inFlight', 'count', gaugeOf('endpoint_requests_in_flight')),
    measure('retryRate', 'perSecond', rateOf('http_client_retries_total')),
  ],
  families: [errorFamily(serverRequests)],
};

const calls: Group = {
  group: 'call',
  measures: [
    measure('callRate', 'perSecond', rateOf(clientCalls)),
    measure('attemptRate', 'perSecond', rateOf('http_client_attempts_total')),
    measure('retryRate', 'perSecond', rateOf('http_client_retries_total')),
    measure('errorRate', 'perSecond', errorRateOf(clientCalls)),
  ],
  families: [errorFamily(clientCalls)],
};

/**
 * The series of a result: for each source, service, endpoint and call, in the order of the accounts, every measure
 * that the telemetry has; families only where they were ever different from zero.
 */
export function trafficColumns(samples: Samples, truth: TrafficAccounts): Column[] {
  return [
    ...truth.sources.flatMap(({ name }) => groupColumns(sources, name, { traffic: name }, samples)),
    ...truth.services.flatMap(({ name }) => groupColumns(services, name, { service: name }, samples)),
    ...truth.endpoints.flatMap(({ service, endpoint }) =>
      groupColumns(endpoints, `${service} ${endpoint}`, { service, endpoint }, samples),
    ),
    ...distinctCalls(truth).flatMap(({ client, service, endpoint }) =>
      groupColumns(calls, callSubject({ client, service, endpoint }), { client, service, endpoint }, samples),
    ),
  ];
}

/** `client → service endpoint`. */
export function callSubject(call: { client: string; service: string; endpoint: string }): string {
  return `${call.client} → ${call.service} ${call.endpoint}`;
}

/** A client that calls one endpoint at several steps has one set of series for them. */
function distinctCalls(truth: TrafficAccounts) {
  return [...new Map(truth.calls.map((call) => [callSubject(call), call])).values()];
}

function groupColumns(group: Group, subject: string, labels: Labels, samples: Samples): Column[] {
  const columns: Column[] = [];
  const add = (name: string, unit: Column['unit'], values: PerSample | null) => {
    if (values !== null)
      columns.push({ group: group.group, subject, measure: name, unit, values: rounded(values) });
  };
  for (const { name, unit, read } of group.measures) add(name, unit, read(samples, labels));
  for (const { name, unit, series, label, leaveOut, read } of group.families)
    for (const value of samples.values(series, label, labels)) {
      if (value === leaveOut) continue;
      const values = read(value)(samples, labels);
      if (values?.some((each) => each > 0)) add(`${name}/${value}`, unit, values);
    }
  return columns;
}

/** Six significant digits are more than a chart can show and keep a day's result small. */
export function rounded(values: PerSample): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null));
}

/** The values of a column, or null when the result has no such column. */
export function columnValues(
  series: SeriesResult,
  group: Column['group'],
  subject: string,
  name: string,
): readonly (number | null)[] | null {
  const found = series.columns.find(
    (column) => column.group === group && column.subject === subject && column.measure === name,
  );
  return found?.values ?? null;
}
