import { type Evidence, modelCalls } from './evidence.ts';

/** Causes in words that finish "failed: …". Refusals have two, which `causeInWords` tells apart. */
const inWords: Readonly<Record<string, string>> = {
  timeout: 'timed out',
  deadline: 'passed their deadline',
  shed: 'were shed',
  rateLimited: 'were rate limited',
  unavailable: 'found no replica',
  breakerOpen: 'were stopped by an open breaker',
  bulkheadFull: 'were stopped by a full bulkhead',
  poolTimeout: 'got no connection in time',
  application: 'failed of themselves',
  dependency: 'failed because a call failed',
  cancelled: 'were cancelled',
  terminated: 'were cut off as their replica was stopped',
};

const refusedInWords = {
  queue: 'were refused by a full queue',
  process: 'were refused a connection by a process that was not listening yet or any more',
  either: 'were refused, by a full queue or by a process that was not listening',
} as const;

/** A cause in words that finish "failed: …"; `services` are those that the requests went to. */
export function causeInWords(evidence: Evidence, cause: string, services: readonly string[]): string {
  if (cause === 'refused') return refusedInWords[refusalBy(evidence, services)];
  return inWords[cause] ?? cause;
}

/** What refused requests to these services, as far as it can be told. */
function refusalBy(evidence: Evidence, services: readonly string[]): keyof typeof refusedInWords {
  if (processesStood(evidence)) return 'queue';
  const never = services.length > 0 && services.every((name) => neverFull(evidence, name));
  return never ? 'process' : 'either';
}

/** Where no process began or ended, each has been listening all the time. */
function processesStood({ cluster }: Evidence): boolean {
  if (cluster === null) return true;
  const { pods, workloads } = cluster;
  return pods.created + pods.deleted === 0 && workloads.every(({ restarts }) => restarts === 0);
}

/** Whether no queue of the service was ever full: it has no limit, or all its queues together stayed below it. */
function neverFull({ traffic, truth }: Evidence, name: string): boolean {
  const capacity = traffic.services.find((service) => service.name === name)?.queue.capacity;
  if (capacity === undefined) return false;
  if (capacity === null) return true;
  const account = truth.services.find((service) => service.name === name);
  return account !== undefined && account.queueMax < capacity;
}

/** The services that requests of a source go to first. */
export function servicesOf(evidence: Evidence, source: string): string[] {
  const client = `source/${source}`;
  const called = evidence.truth.calls.filter((call) => call.client === client);
  return [
    ...new Set(called.filter((call) => modelCalls(evidence, call).length > 0).map((call) => call.service)),
  ];
}
