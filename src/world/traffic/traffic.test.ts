import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelBuilder, millisecond, second } from '../../../test/validation/builder.ts';
import type { Command } from '../../model/model.ts';
import { simulate } from '../../run/simulate.ts';
import type { Load } from './model.ts';
import { at, cpu, runOne, wait } from './small-system.cases.ts';

test('an event loop serves one callback at a time, in order', () => {
  const { source } = runOne({ load: at(0, 0, 0) });
  assert.equal(source.outcomes.ok, 3);
  assert.equal(source.latency.sum, 600 * millisecond);
});

test('an event loop does not wait while a request waits', () => {
  const { source } = runOne({ steps: [wait(second)], load: at(0, 0, 0) });
  assert.equal(source.latency.max, second);
});

test('a thread waits with its request', () => {
  const { source, service } = runOne({
    service: { concurrency: { kind: 'threadPool', threads: 1 } },
    steps: [wait(second)],
    load: at(0, 0, 0),
  });
  assert.equal(source.latency.max, 3 * second);
  assert.equal(service.queueMax, 2);
});

test('a full queue refuses', () => {
  const { source, endpoint } = runOne({
    service: { queue: { capacity: 1, discipline: 'fifo' } },
    load: at(0, 0, 0),
  });
  assert.equal(source.outcomes.ok, 2);
  assert.equal(source.outcomes.refused, 1);
  assert.equal(endpoint.offered, 3);
});

test('the newest first, when told so', () => {
  const stays = (discipline: 'fifo' | 'lifo') =>
    runOne({ service: { queue: { capacity: null, discipline } }, load: at(0, 0.01, 0.02, 0.03) }).source
      .latency.max;
  assert.equal(stays('fifo'), 370 * millisecond);
  assert.equal(stays('lifo'), 390 * millisecond);
});

test('newest first is about requests that are not started: begun ones go on before them', () => {
  // Each request computes, waits and computes again, and more come than one thread can do: 1.2 of its time.
  const overload: Load = { kind: 'open', rate: { atMicros: [0], values: [60] }, arrivals: 'regular' };
  const { endpoint, service } = runOne({
    service: { queue: { capacity: null, discipline: 'lifo' } },
    steps: [cpu(18 * millisecond), wait(millisecond), cpu(2 * millisecond)],
    load: overload,
  });
  // Whatever the thread has done was for requests that are answered, but for the one or two in progress.
  assert.ok(endpoint.outcomes.ok * 20 * millisecond >= service.cpuMicros - 60 * millisecond);
});

test('a CPU limit stretches work, and the accounts say by how much', () => {
  const { source, service } = runOne({
    service: { cpu: { cores: null, limitCores: 0.5, periodMicros: 100 * millisecond, requestCores: 0.5 } },
    steps: [cpu(120 * millisecond)],
  });
  assert.equal(source.latency.max, 220 * millisecond);
  assert.equal(service.cpuMicros, 120 * millisecond);
  assert.equal(service.throttledMicros, 100 * millisecond);
});

test('a step happens as often as its probability says', () => {
  const load: Load = { kind: 'open', rate: { atMicros: [0], values: [1000] }, arrivals: 'regular' };
  const { service } = runOne({ steps: [cpu(100, 0.3)], load, seconds: 100 });
  const share = service.cpuMicros / 100 / service.arrivals;
  // Standard deviation of the share over 100,000 draws: 0.0014.
  assert.ok(Math.abs(share - 0.3) < 0.006, `${share}`);
});

test('shedding and rate limits turn requests away at the door', () => {
  const shedding = { maxInFlight: 2, maxQueueDelayMicros: null };
  assert.equal(runOne({ service: { shedding }, load: at(0, 0, 0, 0) }).source.outcomes.shed, 2);
  const rateLimit = { perSecond: 1, burst: 1 };
  assert.equal(runOne({ service: { rateLimit }, load: at(0, 0, 0, 2) }).source.outcomes.rateLimited, 2);
});

test('shedding by age drops what waited too long', () => {
  const shedding = { maxInFlight: null, maxQueueDelayMicros: 150 * millisecond };
  const { source, service } = runOne({ service: { shedding }, load: at(0, 0, 0, 0) });
  assert.equal(source.outcomes.ok, 2);
  assert.equal(source.outcomes.shed, 2);
  assert.equal(service.cpuMicros, 200 * millisecond);
});

test('scaling up helps after the start-up, scaling down drains', () => {
  const load: Load = { kind: 'open', rate: { atMicros: [0], values: [5] }, arrivals: 'regular' };
  const commands: Command[] = [
    { atMicros: 2 * second, kind: 'scale', service: 'api', replicas: 3 },
    { atMicros: 6 * second, kind: 'scale', service: 'api', replicas: 1 },
  ];
  const { service, source, run } = runOne({ service: { startupMicros: second }, load, commands });
  assert.equal(service.replicasAtEnd, 1);
  // One replica for ten seconds and two for four; the request in progress may keep one a little longer.
  assert.ok(service.replicaMicros >= 18 * second && service.replicaMicros <= 18.2 * second);
  assert.equal(source.offered - source.inFlightAtEnd, source.outcomes.ok);
  assert.equal(run.events.filter(({ kind }) => kind === 'scale').length, 2);
});

test('scaled to zero and back, a service serves again', () => {
  const load: Load = { kind: 'open', rate: { atMicros: [0], values: [20] }, arrivals: 'regular' };
  const commands: Command[] = [
    { atMicros: 2 * second, kind: 'scale', service: 'api', replicas: 0 },
    { atMicros: 4 * second, kind: 'scale', service: 'api', replicas: 2 },
    // Called off while it starts.
    { atMicros: 4.5 * second, kind: 'scale', service: 'api', replicas: 1 },
  ];
  for (const balancer of ['roundRobin', 'leastRequest', 'powerOfTwo', 'consistentHash'] as const) {
    const service = { startupMicros: second };
    const given = { service, steps: [cpu(millisecond)], call: { balancer }, load, commands };
    const { source, service: account } = runOne(given);
    // From 2 s until 5 s there is nobody; both ends are within a request of it.
    assert.ok(Math.abs(source.outcomes.unavailable - 60) <= 1, `${source.outcomes.unavailable}`);
    assert.equal(source.outcomes.ok + source.outcomes.unavailable + source.inFlightAtEnd, source.offered);
    assert.equal(account.replicasAtEnd, 1);
    assert.ok(Math.abs(account.replicaMicros - (2 + 6 + 0.5) * second) <= millisecond);
  }
});

test('the measured window leaves the warm-up out', () => {
  const builder = new ModelBuilder('warm');
  const service = builder.service('api');
  const load: Load = { kind: 'open', rate: { atMicros: [0], values: [10] }, arrivals: 'regular' };
  builder.source('users', [builder.call(null, builder.endpoint(service, 'GET /', [cpu(50_000)]))], load);
  const { truth } = simulate(builder.model({ warmupMicros: 4 * second, durationMicros: 10 * second }));
  assert.equal(truth.fromMicros, 4 * second);
  // Both ends of the window belong to it: 4.0 s, 4.1 s … 10.0 s.
  assert.equal(truth.sources[0].offered, 61);
  assert.equal(truth.services[0].replicaMicros, 6 * second);
  assert.equal(truth.services[0].cpuMicros, 3 * second);
});

test('the way a session is advanced does not change the run', async () => {
  const { openSession } = await import('../../run/session.ts');
  const builder = new ModelBuilder('steps');
  const service = builder.service('api', { replicas: 2 });
  const load: Load = { kind: 'open', rate: { atMicros: [0], values: [50] }, arrivals: 'poisson' };
  builder.source('users', [builder.call(null, builder.endpoint(service, 'GET /', [cpu(30_000)]))], load);
  const model = builder.model({ warmupMicros: second, durationMicros: 20 * second });
  const stepwise = openSession(model);
  for (let now = 0; now < 20 * second; now += 777_777) stepwise.advance(now);
  stepwise.advance(20 * second);
  assert.equal(stepwise.finish().traceHash, simulate(model).traceHash);
});

test('what is added to a model shifts nobody else’s luck', () => {
  const latencyOf = (neighbour: boolean) => {
    const builder = new ModelBuilder('neighbours', { kind: 'exponential', mean: 1_000 });
    if (neighbour) {
      const other = builder.service('other');
      builder.source(
        'others',
        [builder.call(null, builder.endpoint(other, 'GET /', [cpu(100)]))],
        at(0, 1, 2),
      );
    }
    const [front, back] = [builder.service('front'), builder.service('back', { replicas: 5 })];
    const call = builder.call(front, builder.endpoint(back, 'work', [cpu(1_000)]));
    const entry = builder.endpoint(front, 'GET /', [{ kind: 'call', probability: 1, call }]);
    const load: Load = { kind: 'open', rate: { atMicros: [0], values: [50] }, arrivals: 'poisson' };
    builder.source('users', [builder.call(null, entry)], load, {
      latency: { kind: 'exponential', mean: 500 },
    });
    const { truth } = simulate(builder.model({ warmupMicros: 0, durationMicros: 10 * second }));
    return truth.sources.find(({ name }) => name === 'users')?.latency;
  };
  assert.deepEqual(latencyOf(true), latencyOf(false));
});

test('two seeds differ, one seed does not', () => {
  const load: Load = { kind: 'open', rate: { atMicros: [0], values: [50] }, arrivals: 'poisson' };
  const builder = new ModelBuilder('seeds');
  const service = builder.service('api');
  builder.source('users', [builder.call(null, builder.endpoint(service, 'GET /', [cpu(1_000)]))], load);
  const model = builder.model({ warmupMicros: 0, durationMicros: 10 * second });
  assert.equal(simulate(model, 1).traceHash, simulate(model, 1).traceHash);
  assert.notEqual(simulate(model, 1).traceHash, simulate(model, 2).traceHash);
});
