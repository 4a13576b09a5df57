import type { Result } from '../../../src/model/result.ts';
import type { Colors } from '../terminal.ts';
import { compact, shortLatency, significant } from './figures.ts';
import { type Column, harmless, table } from './table.ts';
import { errorShare } from './wording.ts';

/** The tables of a summary: services, and with `-o wide` endpoints and calls. */

export interface TableStyle {
  readonly colors: Colors;
  readonly width: number;
}

const left = (title: string): Column => ({ title, shrinks: true });
const right = (title: string): Column => ({ title, align: 'right' });
const latencies = [right('P50'), right('P95'), right('P99')];

/**
 * Each service in a row: rate, errors, latencies, use of the CPU, longest queue, pods. The names of services stay
 * whole as long as the rest can do with fewer columns.
 */
export function servicesSection(result: Result, { colors, width }: TableStyle): string[] {
  if (result.services.length === 0) return [];
  const namespace = commonNamespace(result);
  const columns = [
    left('SERVICE'),
    right('RATE/S'),
    right('ERRORS'),
    { ...right('P50'), spare: 1 },
    right('P95'),
    { ...right('P99'), spare: 3 },
    right('CPU'),
    right('MAX'),
    { ...right('QUEUE'), spare: 2 },
    right('PODS'),
  ];
  const rows = result.services.map((service) => [
    harmless(service.name.slice(namespace.length)),
    compact(service.offeredRate),
    errorCell(errorShare(service), colors),
    ...quantiles(service.latency),
    share(service.utilisation),
    loadCell(service.utilisationMax, colors),
    compact(service.queueMax),
    significant(service.replicas, 3),
  ]);
  const heading = namespace === '' ? 'Services' : `Services of ${harmless(namespace.slice(0, -1))}`;
  return [colors.bold(heading), ...table(columns, rows, { width, indent: 2, title: colors.dim })];
}

/** Each endpoint of each service: its requests, what it took of the service's CPU, its longest queue. */
export function endpointsSection(result: Result, { colors, width }: TableStyle): string[] {
  const rows = result.services.flatMap((service) =>
    service.endpoints.map((endpoint) => [
      harmless(`${shortName(service.name, result)} ${endpoint.endpoint}`),
      compact(endpoint.offeredRate),
      compact(total(endpoint.errors)),
      compact(endpoint.wasted),
      compact(endpoint.retries),
      share(endpoint.utilisation),
      compact(endpoint.queueMax),
      ...quantiles(endpoint.latency),
    ]),
  );
  if (rows.length === 0) return [];
  const columns = [
    left('ENDPOINT'),
    right('RATE/S'),
    right('ERRORS'),
    { ...right('WASTED'), spare: 3 },
    { ...right('RETRIES'), spare: 4 },
    right('CPU'),
    right('QUEUE'),
    { ...right('P50'), spare: 1 },
    right('P95'),
    { ...right('P99'), spare: 2 },
  ];
  return [colors.bold('Endpoints'), ...table(columns, rows, { width, indent: 2, title: colors.dim })];
}

/** Each call between two services, with its failures by cause. */
export function callsSection(result: Result, { colors, width }: TableStyle): string[] {
  const hedged = result.calls.some((call) => call.hedges > 0);
  const rows = result.calls.map((call) => [
    harmless(`${shortName(call.client, result)} → ${shortName(call.service, result)} ${call.endpoint}`),
    compact(call.calls),
    compact(call.retries),
    ...(hedged ? [compact(call.hedges)] : []),
    causes(call.errors),
    ...quantiles(call.latency),
  ]);
  if (rows.length === 0) return [];
  const columns = [
    left('CALL'),
    right('CALLS'),
    right('RETRIES'),
    ...(hedged ? [right('HEDGES')] : []),
    left('ERRORS'),
    ...latencies,
  ];
  return [colors.bold('Calls'), ...table(columns, rows, { width, indent: 2, title: colors.dim })];
}

// Saying a namespace once leaves room for the names.
function commonNamespace({ services }: Result): string {
  const namespace = services[0]?.name.match(/^[^/]+\//)?.[0] ?? '';
  const shared = services.every((service) => service.name.startsWith(namespace));
  return services.length > 1 && shared ? namespace : '';
}

function shortName(name: string, result: Result): string {
  const plain = name.replace(/^source\//, '');
  const namespace = commonNamespace(result);
  return plain.startsWith(namespace) ? plain.slice(namespace.length) : plain;
}

function quantiles(value: { count: number; p50: number; p95: number; p99: number }): string[] {
  if (value.count === 0) return ['–', '–', '–'];
  return [shortLatency(value.p50), shortLatency(value.p95), shortLatency(value.p99)];
}

function errorCell(value: number | null, { red }: Colors): string {
  if (value === null) return '–';
  return value >= 0.01 ? red(share(value)) : share(value);
}

function loadCell(ratio: number, { yellow }: Colors): string {
  return ratio >= 0.9 ? yellow(share(ratio)) : share(ratio);
}

function causes(errors: Readonly<Record<string, number>>): string {
  const entries = Object.entries(errors).sort((a, b) => b[1] - a[1]);
  return entries.map(([cause, amount]) => `${cause} ${compact(amount)}`).join(', ') || '0';
}

function total(errors: Readonly<Record<string, number>>): number {
  return Object.values(errors).reduce((sum, value) => sum + value, 0);
}

const share = (ratio: number) => `${significant(ratio * 100, 2)} %`;
