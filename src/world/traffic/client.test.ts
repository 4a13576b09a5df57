import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelBuilder, millisecond, second } from '../../../test/validation/builder.ts';
import { simulate } from '../../run/simulate.ts';
import type { Load, Step } from './model.ts';
import { at, cpu, fixed, retries, runOne, runTwo, wait } from './small-system.cases.ts';

test('a client gives up at its timeout, and the server finishes for nobody', () => {
  const { source, endpoint } = runOne({ call: { timeoutMicros: 50 * millisecond } });
  assert.equal(source.outcomes.timeout, 1);
  assert.equal(source.latency.max, 50 * millisecond);
  assert.equal(endpoint.outcomes.ok, 1);
  assert.equal(endpoint.wasted, 1);
});

test('a server that notices hang-ups drops what nobody waits for', () => {
  const given = { call: { timeoutMicros: 150 * millisecond }, load: at(0, 0, 0, 0) };
  const deaf = runOne(given);
  const alert = runOne({ ...given, service: { cancellation: 'disconnect' } });
  assert.equal(deaf.endpoint.outcomes.ok, 4);
  assert.equal(deaf.service.cpuMicros, 400 * millisecond);
  // The second was started before its client left; the last two never are.
  assert.equal(alert.endpoint.outcomes.cancelled, 3);
  assert.equal(alert.service.cpuMicros, 200 * millisecond);
});

test('a propagated deadline stops work that is too late', () => {
  const { endpoint, service } = runOne({
    service: { cancellation: 'deadline' },
    call: { timeoutMicros: 150 * millisecond, propagateDeadline: true },
    load: at(0, 0, 0, 0),
  });
  assert.equal(endpoint.outcomes.ok, 1);
  assert.equal(endpoint.outcomes.deadline, 3);
  assert.equal(service.cpuMicros, 200 * millisecond);
});

test('a deadline cuts the timeouts of calls further down', () => {
  const builder = new ModelBuilder('chain');
  const front = builder.service('front');
  const back = builder.service('back', { cancellation: 'deadline' });
  const slow = builder.endpoint(back, 'slow', [wait(5 * second), cpu(second)]);
  const inner = builder.call(front, slow, { timeoutMicros: 20 * second, propagateDeadline: true });
  const entry = builder.endpoint(front, 'GET /', [{ kind: 'call', probability: 1, call: inner }]);
  builder.source(
    'users',
    [builder.call(null, entry, { timeoutMicros: second, propagateDeadline: true })],
    at(0),
  );
  const { truth } = simulate(builder.model({ warmupMicros: 0, durationMicros: 10 * second }));
  assert.equal(truth.calls[0].outcomes.deadline, 1);
  assert.equal(truth.calls[0].latency.max, second);
  assert.equal(truth.services[1].cpuMicros, 0);
});

test('failures are tried again as often as allowed', () => {
  const { source, call, endpoint } = runOne({ errorRate: 1, call: { retries: retries(3) } });
  assert.equal(source.outcomes.application, 1);
  assert.equal(call.attempts, 4);
  assert.equal(call.retries, 3);
  assert.equal(endpoint.offered, 4);
});

test('only the named causes are tried again', () => {
  assert.equal(runOne({ errorRate: 1, call: { retries: retries(3, ['timeout']) } }).call.attempts, 1);
});

test('backoff doubles up to its bound', () => {
  const { source } = runOne({
    steps: [],
    errorRate: 1,
    call: { retries: { ...retries(4), backoff: { initialMicros: 100, multiplier: 2, maxMicros: 300 } } },
  });
  assert.equal(source.latency.max, 100 + 200 + 300 + 300);
});

test('a retry budget holds retries to its share', () => {
  const load: Load = { kind: 'open', rate: { atMicros: [0], values: [100] }, arrivals: 'regular' };
  const call = { retries: { ...retries(3), budget: { ratio: 0.1, burst: 1 } } };
  const { call: account } = runOne({ steps: [], errorRate: 1, call, load, seconds: 100 });
  assert.ok(Math.abs(account.retries - account.calls * 0.1) <= 2, `${account.retries} of ${account.calls}`);
});

test('a hedge answers when the first attempt is slow', () => {
  const { source, call } = runOne({
    service: { replicas: 2 },
    steps: [cpu(100 * millisecond)],
    call: { balancer: 'roundRobin', hedge: { afterMicros: 10 * millisecond, max: 1 } },
    // The first replica is busy with an earlier request when the second one comes to it.
    load: at(0, 0.001, 0.002),
  });
  assert.equal(source.outcomes.ok, 3);
  assert.ok(call.hedges >= 1);
  assert.equal(call.attempts, 3 + call.hedges);
});

test('every attempt may have its hedges, and no more', () => {
  const { call } = runOne({
    service: { concurrency: { kind: 'threadPool', threads: 100 } },
    steps: [wait(second)],
    call: {
      timeoutMicros: 100 * millisecond,
      retries: retries(2),
      hedge: { afterMicros: 10 * millisecond, max: 3 },
    },
  });
  assert.equal(call.hedges, 3 * 3);
  assert.equal(call.attempts, 3 + 3 * 3);
});

test('an open breaker refuses without asking', () => {
  const load: Load = { kind: 'open', rate: { atMicros: [0], values: [10] }, arrivals: 'regular' };
  const breaker = {
    errorRatio: 0.5,
    minRequests: 5,
    windowMicros: 10 * second,
    openMicros: 100 * second,
    halfOpenRequests: 1,
  };
  const { call, back, run } = runTwo({ steps: [], errorRate: 1, call: { breaker }, load });
  assert.equal(back.offered, 5);
  assert.equal(call.outcomes.application, 5);
  assert.equal(call.outcomes.breakerOpen, call.calls - 5);
  assert.equal(run.events.filter(({ kind }) => kind === 'breaker').length, 1);
});

test('a bulkhead refuses no trial, and a breaker takes no place in a bulkhead', () => {
  const breaker = {
    errorRatio: 0.5,
    minRequests: 1,
    windowMicros: 10 * second,
    openMicros: second,
    halfOpenRequests: 1,
  };
  const back = { concurrency: { kind: 'threadPool', threads: 10 } } as const;
  // One fails and opens the breaker; after its pause each second brings one trial, which fails again.
  const { call } = runTwo({
    back,
    errorRate: 1,
    call: { breaker, bulkhead: 1 },
    load: at(0, 0.5, 1.2, 1.25, 1.5, 2.4, 2.45, 3.6),
  });
  assert.equal(call.outcomes.application, 4);
  assert.equal(call.outcomes.bulkheadFull, 2);
  assert.equal(call.outcomes.breakerOpen, 2);
});

test('a bulkhead refuses what is beyond it', () => {
  const { call } = runTwo({ call: { bulkhead: 2 }, load: at(0, 0, 0, 0, 0) });
  assert.equal(call.outcomes.bulkheadFull, 3);
  assert.equal(call.outcomes.ok, 2);
});

test('a pool makes calls wait in order, and not for ever', () => {
  const pool = { name: 'db', size: 1, maxWaiting: null, maxWaitMicros: 150 * millisecond };
  const back = { concurrency: { kind: 'threadPool', threads: 100 } } as const;
  const { call } = runTwo({ front: { pools: [pool] }, back, call: { pool: 0 }, load: at(0, 0, 0) });
  assert.equal(call.outcomes.ok, 2);
  assert.equal(call.outcomes.poolTimeout, 1);
  assert.equal(call.latency.max, 200 * millisecond);
});

test('a pool bounds how many wait', () => {
  const pool = { name: 'db', size: 1, maxWaiting: 1, maxWaitMicros: null };
  const { call } = runTwo({ front: { pools: [pool] }, call: { pool: 0 }, load: at(0, 0, 0) });
  assert.equal(call.outcomes.ok, 2);
  assert.equal(call.outcomes.poolTimeout, 1);
});

test('a deadline ends the wait for a connection, in the middle of the queue too', () => {
  const builder = new ModelBuilder('pool');
  const front = builder.service('front', {
    pools: [{ name: 'db', size: 1, maxWaiting: null, maxWaitMicros: null }],
  });
  const back = builder.service('back');
  const work = builder.endpoint(back, 'work', [cpu(100 * millisecond)]);
  const inner = builder.call(front, work, { pool: 0, propagateDeadline: true });
  const entry = builder.endpoint(front, 'GET /', [{ kind: 'call', probability: 1, call: inner }]);
  const patient = (timeoutMicros: number) =>
    builder.call(null, entry, { timeoutMicros, propagateDeadline: true });
  builder.source('patient', [patient(second)], at(0, 0.01, 0.03));
  builder.source('hasty', [patient(50 * millisecond)], at(0.02));
  const run = simulate(builder.model({ warmupMicros: 0, durationMicros: 10 * second }));
  assert.ok(run.checks.every(({ passed }) => passed));
  const call = run.truth.calls.find(({ client }) => client === 'front');
  assert.equal(call?.outcomes.ok, 3);
  assert.equal(call?.outcomes.deadline, 1);
  assert.equal(call?.attempts, 3);
  assert.equal(run.truth.sources[0].latency.max, 270 * millisecond);
});

test('a retry joins the end of the line for a connection', () => {
  const pool = { name: 'db', size: 1, maxWaiting: null, maxWaitMicros: 160 * millisecond };
  const { call } = runTwo({
    front: { pools: [pool] },
    call: { pool: 0, retries: retries(1, ['poolTimeout']) },
    load: at(0, 0, 0, 0.15),
  });
  // The third gives up at 160 ms and waits again, behind the fourth, which goes first at 200 ms.
  assert.equal(call.outcomes.ok, 4);
  assert.equal(call.retries, 1);
  assert.equal(call.latency.max, 400 * millisecond);
});

test('a single flight answers all that ask the same', () => {
  const { call, back, source } = runTwo({ call: { singleFlight: true }, load: at(0, 0.01, 0.02, 0.5) });
  assert.equal(source.outcomes.ok, 4);
  assert.equal(back.offered, 2);
  assert.equal(call.shared, 2);
});

test('only who asks the server earns retries: followers of a flight do not', () => {
  const budget = { ratio: 1, burst: 2 };
  const { call } = runTwo({
    errorRate: 1,
    call: { singleFlight: true, retries: { ...retries(9), budget } },
    load: at(...Array.from({ length: 30 }, (_, index) => index / 100)),
  });
  assert.equal(call.shared, 29);
  // Two in hand at first; the leader's own deposit finds the purse full.
  assert.equal(call.retries, 2);
});

test('an optional call may fail', () => {
  const strict = runTwo({ errorRate: 1 });
  const lenient = runTwo({ errorRate: 1, call: { optional: true } });
  assert.equal(strict.source.outcomes.dependency, 1);
  assert.equal(lenient.source.outcomes.ok, 1);
});

test('parallel calls take as long as the slowest, and fail with the first', () => {
  const step = (call: number): Step => ({ kind: 'parallel', probability: 1, calls: [call, call, call] });
  const back = { concurrency: { kind: 'threadPool', threads: 3 } } as const;
  assert.equal(runTwo({ step, back }).source.latency.max, 100 * millisecond);
  const failing = runTwo({ step, back, errorRate: 1, steps: [cpu(100 * millisecond)] });
  assert.equal(failing.source.outcomes.dependency, 1);
  assert.equal(failing.call.outcomes.application, 3);
});

test('without replicas a service is unavailable, at once and again and again', () => {
  const closed: Load = { kind: 'closed', users: { atMicros: [0], values: [2] }, think: fixed(0) };
  const { source } = runOne({ service: { replicas: 0 }, load: closed, seconds: 1 });
  // Time must pass: an error that takes none is followed by a millisecond's pause.
  assert.ok(source.outcomes.unavailable >= 1998 && source.outcomes.unavailable <= 2002);
});
