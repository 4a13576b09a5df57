import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelBuilder, millisecond, second } from '../../../test/validation/builder.ts';
import type { Command } from '../../model/model.ts';
import { simulate } from '../../run/simulate.ts';
import type { Call, Load, Service, Step } from './model.ts';

const fixed = (value: number) => ({ kind: 'deterministic', value }) as const;
const cpu = (micros: number, probability = 1): Step => ({
  kind: 'cpu',
  probability,
  work: { base: fixed(micros), perAttribute: [] },
});
const wait = (micros: number): Step => ({
  kind: 'wait',
  probability: 1,
  work: { base: fixed(micros), perAttribute: [] },
});
const at = (...seconds: number[]): Load => ({
  kind: 'timestamps',
  atMicros: seconds.map((each) => Math.round(each * second)),
  scale: 1,
  attributes: {},
});
const noBackoff = { initialMicros: 0, multiplier: 1, maxMicros: 0 };
const retries = (
  max: number,
  on: Call['retries']['on'] = ['timeout', 'refused', 'application'],
): Call['retries'] => ({
  max,
  backoff: noBackoff,
  jitter: 'none',
  budget: null,
  on,
});

interface Given {
  readonly service?: Partial<Service>;
  readonly steps?: readonly Step[];
  readonly errorRate?: number;
  readonly call?: Partial<Call>;
  readonly load?: Load;
  readonly commands?: readonly Command[];
  readonly seconds?: number;
}

/** Users of one service with one endpoint. */
function runOne(given: Given) {
  const builder = new ModelBuilder('one');
  const service = builder.service('api', given.service);
  const endpoint = builder.endpoint(
    service,
    'GET /',
    given.steps ?? [cpu(100 * millisecond)],
    given.errorRate ?? 0,
  );
  builder.source('users', [builder.call(null, endpoint, given.call)], given.load ?? at(0));
  const span = { warmupMicros: 0, durationMicros: (given.seconds ?? 10) * second };
  const run = simulate(builder.model({ ...span, commands: given.commands ?? [] }));
  for (const check of run.checks) assert.ok(check.passed, `${check.name}: ${check.detail}`);
  const [source] = run.truth.sources;
  const [call] = run.truth.calls;
  return { run, source, call, endpoint: run.truth.endpoints[0], service: run.truth.services[0] };
}

/** Users of a front service whose one step is what is tested, over a back service. */
function runTwo(
  given: Given & { back?: Partial<Service>; front?: Partial<Service>; step?: (call: number) => Step },
) {
  const builder = new ModelBuilder('two');
  const front = builder.service('front', given.front);
  const back = builder.service('back', given.back);
  const work = builder.endpoint(back, 'work', given.steps ?? [cpu(100 * millisecond)], given.errorRate ?? 0);
  const call = builder.call(front, work, given.call);
  const step = given.step ?? ((id: number): Step => ({ kind: 'call', probability: 1, call: id }));
  const entry = builder.endpoint(front, 'GET /', [step(call)]);
  builder.source('users', [builder.call(null, entry)], given.load ?? at(0));
  const run = simulate(builder.model({ warmupMicros: 0, durationMicros: (given.seconds ?? 10) * second }));
  for (const check of run.checks) assert.ok(check.passed, `${check.name}: ${check.detail}`);
  const [workAccount] = run.truth.endpoints;
  const inner = run.truth.calls.find(({ client }) => client === 'front');
  assert.ok(inner);
  return { run, source: run.truth.sources[0], call: inner, back: workAccount };
}

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

test('without replicas a service is unavailable, at once and again and again', () => {
  const closed: Load = { kind: 'closed', users: { atMicros: [0], values: [2] }, think: fixed(0) };
  const { source } = runOne({ service: { replicas: 0 }, load: closed, seconds: 1 });
  // Time must pass: an error that takes none is followed by a millisecond's pause.
  assert.ok(source.outcomes.unavailable >= 1998 && source.outcomes.unavailable <= 2002);
});

test('open load keeps its rate also where the clock is coarse', () => {
  // Three arrivals in two microseconds, and ten in thirty-three.
  for (const rate of [1_500_000, 303_030]) {
    for (const arrivals of ['regular', 'poisson'] as const) {
      const load: Load = { kind: 'open', rate: { atMicros: [0], values: [rate] }, arrivals };
      const { offered } = runOne({ steps: [], load, seconds: 0.2 }).source;
      const slack = arrivals === 'regular' ? 1 : 4 * Math.sqrt(rate * 0.2);
      assert.ok(Math.abs(offered - rate * 0.2) <= slack, `${offered} of ${rate * 0.2}`);
    }
  }
});

test('closed load follows its curve of users', () => {
  const users = { atMicros: [0, 5 * second, 5 * second], values: [4, 4, 1] };
  const { source } = runOne({ steps: [], load: { kind: 'closed', users, think: fixed(second) } });
  assert.equal(source.activeAtEnd, 1);
  // Four users at 1, 2, 3 and 4 s; three leave when they would send at 5 s; one goes on from 5 to 10 s.
  assert.equal(source.offered, 22);
});

test('sessions walk their journey and leave', () => {
  const builder = new ModelBuilder('sessions');
  const service = builder.service('shop');
  const calls = ['browse', 'buy'].map((name) =>
    builder.call(null, builder.endpoint(service, name, [cpu(1_000)])),
  );
  builder.source('visitors', calls, {
    kind: 'sessions',
    rate: { atMicros: [0, second, second], values: [10, 10, 0] },
    arrivals: 'regular',
    journey: [
      { request: 0, think: fixed(second), probability: 1 },
      { request: 0, think: fixed(second), probability: 1 },
      { request: 1, think: fixed(0), probability: 0.5 },
    ],
  });
  const { truth } = simulate(builder.model({ warmupMicros: 0, durationMicros: 20 * second }));
  assert.equal(truth.sources[0].activeAtEnd, 0);
  assert.equal(truth.endpoints[0].offered, 20);
  assert.ok(truth.endpoints[1].offered > 0 && truth.endpoints[1].offered < 10);
});

test('counts are replayed to the last request, in their intervals', () => {
  const load: Load = { kind: 'counts', intervalMicros: second, counts: [3, 0, 5, 2], scale: 1.5 };
  const { source, run } = runOne({ steps: [], load, seconds: 4 });
  assert.equal(source.offered, 15);
  const [series] = run.telemetry.select(
    [{ label: '__name__', operator: '=', value: 'user_requests_started_total' }],
    0,
    4 * second,
  );
  const atSecond = (seconds: number) => series.values[series.timesMicros.indexOf(seconds * second)];
  assert.deepEqual([1, 2, 3, 4].map(atSecond), [5, 5, 12, 15]);
});

test('instants are replayed with their attributes', () => {
  const builder = new ModelBuilder('tokens');
  const service = builder.service('llm', { concurrency: { kind: 'processorSharing', maxConcurrent: null } });
  const steps: Step[] = [
    {
      kind: 'cpu',
      probability: 1,
      work: { base: fixed(10), perAttribute: [{ attribute: 'tokens', micros: 1_000 }] },
    },
  ];
  const load = {
    kind: 'timestamps',
    atMicros: [0, second],
    scale: 1,
    attributes: { tokens: [5, 700] },
  } as const;
  builder.source('users', [builder.call(null, builder.endpoint(service, 'complete', steps))], load);
  const { truth } = simulate(builder.model({ warmupMicros: 0, durationMicros: 10 * second }));
  assert.equal(truth.sources[0].latency.sum, 5_010 + 700_010);
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
