/**
 * Fidelity: no mechanism; the contract of the traffic section, checked.
 */
import { assert } from '../../../base/assert.ts';
import { validateDistribution } from '../../../base/distribution.ts';
import type { Distribution } from '../../../base/distribution-spec.ts';
import type { Call, Load, RateCurve, Service, Step, TrafficModel, Work } from '../model.ts';

/**
 * What the simulator may take for granted of a traffic model without errors: dense ids, references that lead somewhere,
 * valid distributions and shares, no number that is none. Whoever breaks it has a defect; users never see this.
 */
export function assertConsistent(model: TrafficModel): void {
  dense(model.services, 'services');
  dense(model.endpoints, 'endpoints');
  dense(model.calls, 'calls');
  dense(model.sources, 'sources');
  assert(model.zones.length > 0, 'a model has a zone');
  valid(model.network.sameZone);
  valid(model.network.crossZone);
  assert(
    new Set(model.services.map((service) => service.name)).size === model.services.length,
    'service names are unique',
  );
  for (const service of model.services) assertService(service);
  for (const call of model.calls) assertCall(model, call);
  for (const endpoint of model.endpoints) {
    within(endpoint.service, model.services, 'service');
    share(endpoint.errorRate);
    assertSteps(model, endpoint.steps);
  }
  for (const source of model.sources) {
    assert(source.requests.length > 0, 'a source asks for something');
    for (const { call, weight } of source.requests) {
      within(call, model.calls, 'call');
      notNegative(weight);
      assert(model.calls[call].client === null, 'a source makes its own calls');
    }
    assert(
      source.requests.some((request) => request.weight > 0),
      'some request has a weight',
    );
    if (source.keys) assert(source.keys.count >= 1 && source.keys.skew >= 0, 'keys are countable');
    valid(source.latency);
    assertLoad(source.load, source.requests.length);
  }
}

function dense(list: readonly { readonly id: number }[], what: string): void {
  for (const [index, one] of list.entries()) assert(one.id === index, `ids of ${what} are positions`);
}

function within(index: number, list: readonly unknown[], what: string): void {
  assert(Number.isInteger(index) && index >= 0 && index < list.length, `a ${what} exists`);
}

function valid(distribution: Distribution): void {
  const problem = validateDistribution(distribution);
  assert(problem === null, `a distribution is valid: ${problem}`);
}

function share(value: number): void {
  assert(value >= 0 && value <= 1, 'a share lies in [0, 1]');
}

function notNegative(value: number): void {
  assert(Number.isFinite(value) && value >= 0, 'a number is finite and not negative');
}

function positive(value: number | null): void {
  assert(value === null || (Number.isFinite(value) && value > 0), 'a number is finite and positive');
}

function micros(value: number | null): void {
  assert(
    value === null || (Number.isSafeInteger(value) && value >= 0),
    'a duration is a whole number of microseconds',
  );
}

function count(value: number | null, least: number): void {
  assert(value === null || (Number.isSafeInteger(value) && value >= least), 'a count is a whole number');
}

function assertService(service: Service): void {
  count(service.replicas, 0);
  if (service.concurrency.kind === 'threadPool') count(service.concurrency.threads, 1);
  if (service.concurrency.kind === 'processorSharing') count(service.concurrency.maxConcurrent, 1);
  positive(service.cpu.cores);
  positive(service.cpu.limitCores);
  positive(service.cpu.periodMicros);
  notNegative(service.cpu.requestCores);
  notNegative(service.memoryRequestBytes);
  count(service.queue.capacity, 0);
  count(service.shedding.maxInFlight, 1);
  micros(service.shedding.maxQueueDelayMicros);
  if (service.rateLimit) {
    positive(service.rateLimit.perSecond);
    count(service.rateLimit.burst, 1);
  }
  micros(service.startupMicros);
  for (const pool of service.pools) {
    count(pool.size, 1);
    count(pool.maxWaiting, 0);
    micros(pool.maxWaitMicros);
  }
}

function assertCall(model: TrafficModel, call: Call): void {
  within(call.endpoint, model.endpoints, 'endpoint');
  if (call.client !== null) within(call.client, model.services, 'service');
  if (call.pool !== null) {
    assert(call.client !== null, 'only services have pools');
    within(call.pool, model.services[call.client].pools, 'pool');
  }
  micros(call.timeoutMicros);
  assert(call.timeoutMicros !== 0, 'a timeout leaves some time');
  count(call.retries.max, 0);
  micros(call.retries.backoff.initialMicros);
  micros(call.retries.backoff.maxMicros);
  assert(call.retries.backoff.multiplier >= 1, 'backoffs do not shrink');
  if (call.retries.budget) {
    share(call.retries.budget.ratio);
    count(call.retries.budget.burst, 0);
  }
  if (call.breaker) {
    share(call.breaker.errorRatio);
    count(call.breaker.minRequests, 1);
    micros(call.breaker.windowMicros);
    micros(call.breaker.openMicros);
    count(call.breaker.halfOpenRequests, 1);
  }
  count(call.bulkhead, 1);
  if (call.hedge) {
    micros(call.hedge.afterMicros);
    count(call.hedge.max, 1);
  }
}

function assertSteps(model: TrafficModel, steps: readonly Step[]): void {
  for (const step of steps) {
    share(step.probability);
    if (step.kind === 'call') within(step.call, model.calls, 'call');
    else if (step.kind === 'parallel') for (const call of step.calls) within(call, model.calls, 'call');
    else if (step.kind === 'sequence') assertSteps(model, step.steps);
    else assertWork(step.work);
  }
}

function assertWork(work: Work): void {
  valid(work.base);
  for (const part of work.perAttribute) notNegative(part.micros);
}

function assertCurve(curve: RateCurve): void {
  assert(curve.atMicros.length > 0 && curve.atMicros.length === curve.values.length, 'a curve has knots');
  curve.atMicros.forEach((at, i) => {
    micros(at);
    assert(i === 0 || at >= curve.atMicros[i - 1], 'knots ascend');
    notNegative(curve.values[i]);
  });
}

function assertLoad(load: Load, requests: number): void {
  switch (load.kind) {
    case 'open':
      assertCurve(load.rate);
      return;
    case 'closed':
      valid(load.think);
      assertCurve(load.users);
      return;
    case 'sessions':
      assertCurve(load.rate);
      assert(load.journey.length > 0, 'a journey has a visit');
      for (const visit of load.journey) {
        assert(visit.request >= 0 && visit.request < requests, 'a visit is a request');
        share(visit.probability);
        valid(visit.think);
      }
      return;
    case 'counts':
      positive(load.intervalMicros);
      positive(load.scale);
      for (const value of load.counts) notNegative(value);
      return;
    case 'timestamps':
      positive(load.scale);
      load.atMicros.forEach((at, i) => {
        micros(at);
        assert(i === 0 || at >= load.atMicros[i - 1], 'instants ascend');
      });
      for (const column of Object.values(load.attributes)) {
        assert(column.length === load.atMicros.length, 'attributes are as long as the instants');
      }
  }
}
