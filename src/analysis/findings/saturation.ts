import type { ServiceAccount, TrafficModel } from '../../run/run.ts';
import { counted, duration, figure, inCores, instant, latency, percent } from '../figures.ts';
import type { PerSample } from '../samples.ts';
import { throttledShareOf, utilisationOf } from '../service-shares.ts';
import {
  type Evidence,
  longest,
  meanOver,
  medianOver,
  type Observation,
  overlap,
  peakOf,
  rateOver,
  type Stretch,
  stretchesWhere,
  when,
} from './evidence.ts';

/** From this utilisation on a queue grows faster than it shrinks in any system with some randomness. */
const saturated = 0.9;

/**
 * What a service ran out of: CPU, threads, or the quota of its CPU limit; and a queue that none of them explains.
 * A symptom that overlaps with a cause of the same service is told with the cause.
 */
export function saturation(evidence: Evidence): Observation[] {
  return evidence.truth.services.flatMap((service) => {
    const causes = [cpuSaturated(evidence, service), threadsExhausted(evidence, service)].filter(
      (each) => each !== null,
    );
    const symptoms = [throttled(evidence, service), queueGrew(evidence, service)].filter(
      (each) => each !== null && !causes.some((cause) => overlap(cause.stretch, each.stretch)),
    );
    return [...causes, ...symptoms].filter((each) => each !== null);
  });
}

type Service = TrafficModel['services'][number];

function modelOf({ traffic }: Evidence, name: string): Service | undefined {
  return traffic.services.find((service) => service.name === name);
}

function cpuSaturated(evidence: Evidence, { name }: ServiceAccount): Observation | null {
  const { samples } = evidence;
  const utilisation = utilisationOf(samples, name);
  if (utilisation === null) return null;
  const stretches = stretchesWhere(evidence, (i) => utilisation[i] >= saturated);
  const stretch = longest(samples, stretches);
  if (stretch === null) return null;
  const used = meanOver(utilisation, stretch);
  const cores = coresOver(evidence, name, stretch);
  const errors = errorShare(evidence, name, stretch);
  const limit = modelOf(evidence, name)?.cpu.limitCores ?? null;
  return {
    kind: 'cpu-saturated',
    severity: evidence.missed || errors >= 0.01 ? 'problem' : 'note',
    weight: 90 + used,
    subject: name,
    message:
      `${name} used ${percent(used)} of its ${inCores(cores)}${limit === null ? '' : ' (its CPU limit)'} ` +
      `${when(evidence, stretches)}${flowClause(evidence, name, stretch)}${queueClause(evidence, name, stretch)}.`,
    stretch,
  };
}

/** CPU that could have been used, in cores over all replicas. */
function coresOver({ samples }: Evidence, service: string, stretch: Stretch): number {
  const capacity = samples.increase('container_cpu_capacity_seconds_total', { service });
  return capacity === null ? 0 : rateOver(capacity, samples, stretch);
}

function errorShare({ samples }: Evidence, service: string, stretch: Stretch): number {
  const all = samples.increase('http_server_requests_total', { service });
  const ok = samples.increase('http_server_requests_total', { service, outcome: 'ok' });
  if (all === null) return 0;
  const ended = rateOver(all, samples, stretch);
  return ended === 0 ? 0 : 1 - (ok === null ? 0 : rateOver(ok, samples, stretch)) / ended;
}

/** `; 1,830/s arrived and 1,420/s were answered`, where the two differ. */
function flowClause({ samples }: Evidence, service: string, stretch: Stretch): string {
  const started = samples.increase('http_server_requests_started_total', { service });
  const ok = samples.increase('http_server_requests_total', { service, outcome: 'ok' });
  if (started === null || ok === null) return '';
  const arrived = rateOver(started, samples, stretch);
  const answered = rateOver(ok, samples, stretch);
  if (answered > 0.98 * arrived) return `; ${figure(arrived)}/s arrived`;
  return `; ${figure(arrived)}/s arrived and ${figure(answered)}/s were answered without error`;
}

/** `; up to 1,240 requests were waiting to be started (at 09:44)`, where there was a queue worth a word. */
function queueClause({ samples, startsAt }: Evidence, service: string, stretch: Stretch): string {
  const queue = samples.gauge('service_queue_length', { service });
  const peak = queue === null ? -1 : peakOf(queue, stretch);
  if (queue === null || peak < 0 || queue[peak] < 1) return '';
  const at = instant(samples.timesMicros[peak] / 1e6, startsAt);
  return `; up to ${counted(queue[peak], 'request was', 'requests were')} waiting to be started (at ${at})`;
}

/** Requests that a replica works on at once: threads, or the limit of concurrent ones; null: no such limit. */
export function slotsOf(service: Service | undefined): { count: number; noun: string } | null {
  const concurrency = service?.concurrency;
  if (concurrency?.kind === 'threadPool') return { count: concurrency.threads, noun: 'thread' };
  if (concurrency?.kind === 'processorSharing' && concurrency.maxConcurrent !== null)
    return { count: concurrency.maxConcurrent, noun: 'slot' };
  return null;
}

/** The share of threads or slots that were occupied in each interval; null where the service has no such limit. */
export function occupancyOf(evidence: Evidence, name: string): PerSample | null {
  const slots = slotsOf(modelOf(evidence, name));
  const inside = evidence.samples.gauge('service_requests_in_flight', { service: name });
  const queue = evidence.samples.gauge('service_queue_length', { service: name });
  const replicas = evidence.samples.gauge('service_replicas', { service: name });
  if (slots === null || inside === null || queue === null || replicas === null) return null;
  return inside.map((count, i) => (replicas[i] > 0 ? (count - queue[i]) / (slots.count * replicas[i]) : NaN));
}

function threadsExhausted(evidence: Evidence, { name }: ServiceAccount): Observation | null {
  const { samples } = evidence;
  const slots = slotsOf(modelOf(evidence, name));
  const occupancy = occupancyOf(evidence, name);
  const utilisation = utilisationOf(samples, name);
  if (slots === null || occupancy === null || utilisation === null) return null;
  const stretches = stretchesWhere(
    evidence,
    (i) => occupancy[i] >= saturated && !(utilisation[i] >= saturated),
  );
  const stretch = longest(samples, stretches);
  if (stretch === null) return null;
  const noun = `${slots.noun}s`;
  return {
    kind: 'threads-exhausted',
    severity: evidence.missed || errorShare(evidence, name, stretch) >= 0.01 ? 'problem' : 'note',
    weight: 89 + meanOver(occupancy, stretch),
    subject: name,
    message:
      `${name} had ${percent(meanOver(occupancy, stretch))} of its ${noun} occupied (${slots.count} in each replica) ` +
      `${when(evidence, stretches)} while it used ${percent(meanOver(utilisation, stretch))} of its CPU` +
      `${waitingForClause(evidence, name)}${queueClause(evidence, name, stretch)}.`,
    stretch,
  };
}

/** What the requests inside waited for most: the callee with the largest sum of call times. */
function waitingForClause({ truth }: Evidence, client: string): string {
  const calls = truth.calls.filter((call) => call.client === client && call.latency.count > 0);
  if (calls.length === 0) return '';
  const slowest = calls.reduce((most, call) => (call.latency.sum > most.latency.sum ? call : most));
  const mean = slowest.latency.sum / slowest.latency.count / 1000;
  return `; they waited most for ${slowest.service} ${slowest.endpoint}, ${latency(mean)} a call`;
}

function throttled(evidence: Evidence, { name }: ServiceAccount): Observation | null {
  const { samples } = evidence;
  const share = throttledShareOf(samples, name);
  const utilisation = utilisationOf(samples, name);
  const cpu = modelOf(evidence, name)?.cpu;
  if (share === null || utilisation === null) return null;
  const stretches = stretchesWhere(evidence, (i) => share[i] >= 0.05);
  const stretch = longest(samples, stretches);
  if (stretch === null) return null;
  const limit = cpu?.limitCores == null ? 'CPU limit' : `CPU limit of ${inCores(cpu.limitCores)}`;
  const period = cpu === undefined ? '' : ` of ${duration(cpu.periodMicros / 1e6)}`;
  return {
    kind: 'cpu-throttled',
    severity: evidence.missed ? 'problem' : 'note',
    weight: 60 + meanOver(share, stretch),
    subject: name,
    message:
      `The ${limit} stopped replicas of ${name} for ${percent(meanOver(share, stretch))} of the time ` +
      `${when(evidence, stretches)}, though they used only ${percent(meanOver(utilisation, stretch))} of it: ` +
      `bursts spend the quota before its period${period} ends.`,
    stretch,
  };
}

/** A queue ten times as long as usual, with ten requests or more in it. */
function queueGrew(evidence: Evidence, { name }: ServiceAccount): Observation | null {
  const { samples, range, startsAt } = evidence;
  const queue = samples.gauge('service_queue_length', { service: name });
  if (queue === null) return null;
  const usual = medianOver(queue, range);
  const stretches = stretchesWhere(evidence, (i) => queue[i] >= Math.max(10, 10 * usual));
  const stretch = longest(samples, stretches);
  if (stretch === null) return null;
  const peak = peakOf(queue, stretch);
  return {
    kind: 'queue-grew',
    severity: evidence.missed ? 'problem' : 'note',
    weight: 70,
    subject: name,
    message:
      `Requests queued at ${name} ${when(evidence, stretches)}: ${counted(queue[peak], 'was', 'were')} waiting ` +
      `at ${instant(samples.timesMicros[peak] / 1e6, startsAt)}, usually ${figure(usual)}` +
      `${flowClause(evidence, name, stretch)}.`,
    stretch,
  };
}
