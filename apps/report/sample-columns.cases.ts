import type { Result } from '../../src/model/result.ts';

/** The series of the sample day: demand with a crowd around a launch, and what it does to four services. */
type Column = Result['series']['columns'][number];

/** One sample interval. */
export interface Moment {
  readonly offered: number;
  /** Demand over what the API can serve. */
  readonly load: number;
  /** Share of requests that fail. */
  readonly failing: number;
}

export const daySeconds = 86_400;
const launchSeconds = 9.53 * 3600;

/** CPU use of each service relative to the busiest. */
export const shares = { web: 0.35, api: 1, cache: 0.42, db: 0.61 } as const;
export type Name = keyof typeof shares;
export const services = Object.keys(shares) as Name[];

/** Noise in [-1, 1) that depends on nothing but its arguments. */
function noise(index: number, salt: number): number {
  let bits = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt + 7, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  return ((bits ^ (bits >>> 13)) >>> 0) / 2 ** 31 - 1;
}

/** Requests per second over the day: a working day and a crowd around the launch. */
function demandAt(seconds: number): number {
  const day = 260 + 190 * Math.sin(((seconds - 6 * 3600) / daySeconds) * 2 * Math.PI);
  return day + 900 * Math.exp(-(((seconds - launchSeconds) / 2400) ** 2));
}

export function momentAt(seconds: number, index: number, roomy: boolean): Moment {
  const offered = demandAt(seconds) * (1 + 0.05 * noise(index, 1));
  const load = offered / (roomy ? 1900 : 1050);
  return { offered, load, failing: Math.max(0, Math.min(0.5, (load - 0.93) * 1.6)) };
}

type ValueOf = (moment: Moment, index: number) => number | null;
type Add = (measure: string, unit: Column['unit'], value: ValueOf) => Column;

function adder(group: Column['group'], subject: string, moments: readonly Moment[]): Add {
  return (measure, unit, value) => ({ group, subject, measure, unit, values: moments.map(value) });
}

const waiting = (load: number) => (load < 0.97 ? load / (1 - load) : 32 + (load - 0.97) * 4200);
const median = (load: number, index: number, salt: number) =>
  (24 + Math.min(waiting(load), 260)) * (1 + 0.06 * noise(index, salt));

export function columnsOf(moments: readonly Moment[]): Column[] {
  const retry = adder('call', 'web → api GET /item', moments);
  return [
    ...sourceColumns(adder('source', 'visitors', moments)),
    ...services.flatMap((name) => serviceColumns(name, adder('service', name, moments), moments.length)),
    ...services.flatMap((name) => endpointColumns(name, moments)),
    retry('retryRate', 'perSecond', (m) => m.offered * m.failing * 2),
    ...objectiveColumns('pages-answered', 0.999, (m) => m.failing, moments),
    ...objectiveColumns('pages-fast', 0.95, (m) => Math.min(1, m.failing * 1.3 + 0.03 * m.load), moments),
  ];
}

function sourceColumns(add: Add): Column[] {
  return [
    add('offeredRate', 'perSecond', (m) => m.offered),
    add('servedRate', 'perSecond', (m) => m.offered * (1 - m.failing)),
    add('errorRate', 'perSecond', (m) => m.offered * m.failing),
    add('errorRate/timeout', 'perSecond', (m) => m.offered * m.failing * 0.7),
    add('errorRate/dependency', 'perSecond', (m) => m.offered * m.failing * 0.3),
    add('p50', 'milliseconds', (m, i) => median(m.load, i, 2)),
    add('p95', 'milliseconds', (m, i) => median(m.load, i, 3) * 3.1),
    add('p99', 'milliseconds', (m, i) => median(m.load, i, 4) * 6.3),
  ];
}

function serviceColumns(name: Name, add: Add, count: number): Column[] {
  const share = shares[name];
  const busy = name === 'api';
  const replicas = { web: 4, api: 5, cache: 2, db: 3 }[name];
  return [
    add('offeredRate', 'perSecond', (m) => m.offered * share * (busy ? 1 + m.failing : 1)),
    add('servedRate', 'perSecond', (m) => m.offered * share * (busy ? 1 - m.failing : 1)),
    add('errorRate', 'perSecond', (m) => (busy ? m.offered * m.failing : 0)),
    add('errorRate/shed', 'perSecond', (m) => (busy ? m.offered * m.failing : 0)),
    add('utilisation', 'ratio', (m, i) => Math.min(1, m.load * share * (1 + 0.03 * noise(i, 8)))),
    add('cpu', 'cores', (m) => Math.min(1, m.load * share) * 5),
    add('throttled', 'ratio', (m) => Math.max(0, m.load * share - 0.8) * 0.4),
    add('queue', 'count', (m) => waiting(Math.min(m.load * share, 1.2))),
    add('inFlight', 'count', (m) => waiting(Math.min(m.load * share, 1.2)) + m.load * share * 16),
    add('retryRate', 'perSecond', (m) => (busy ? m.offered * m.failing * 2 : 0)),
    add('replicas', 'count', (_m, i) => (name === 'web' && i >= count * 0.375 ? 6 : replicas)),
    ...(name === 'api' ? [add('poolInUse/db', 'count', (m) => Math.min(40, 36 * m.load))] : []),
  ];
}

function endpointColumns(name: Name, moments: readonly Moment[]): Column[] {
  const endpoints = name === 'db' ? ['GET /'] : ['GET /', 'GET /item'];
  return endpoints.flatMap((endpoint, position) => {
    const add = adder('endpoint', `${name} ${endpoint}`, moments);
    const scale = shares[name] * (1 + position / 2);
    // The second endpoint is asked half as often as the first.
    const part = endpoints.length === 1 ? 1 : (2 - position) / 3;
    return [
      add('p50', 'milliseconds', (m, i) => median(m.load * scale, i, 5) * scale),
      add('p95', 'milliseconds', (m, i) => median(m.load * scale, i, 6) * scale * 3),
      add('p99', 'milliseconds', (m, i) => median(m.load * scale, i, 7) * scale * 6),
      add('utilisation', 'ratio', (m) => Math.min(1, m.load * shares[name]) * part),
      add('queue', 'count', (m) => waiting(Math.min(m.load * shares[name], 1.2)) * part),
    ];
  });
}

function objectiveColumns(
  name: string,
  target: number,
  bad: (moment: Moment) => number,
  moments: readonly Moment[],
): Column[] {
  const add = adder('objective', name, moments);
  return [
    add('goodShare', 'ratio', (m) => 1 - bad(m)),
    add('burnRate', 'ratio', (_m, i) => {
      const hour = moments.slice(Math.max(0, i - 59), i + 1);
      return hour.reduce((sum, m) => sum + bad(m), 0) / hour.length / (1 - target);
    }),
  ];
}
