import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  callStep,
  constant,
  cpu,
  exponential,
  ModelBuilder,
  millisecond,
  open,
  second,
} from '../../../test/validation/builder.ts';
import { simulate } from '../../run/simulate.ts';
import type { EndpointAccount, TrafficAccounts } from './accounts.ts';
import type { Service } from './model.ts';
import { at, retries, runOne, runTwo } from './small-system.cases.ts';

// What each endpoint takes of its service, against hand calculation and against theory.

/** Two endpoints of one server: mean CPU in microseconds and requests per second of each. */
const light = { name: 'light', mean: 50 * millisecond, perSecond: 4 };
const heavy = { name: 'heavy', mean: 200 * millisecond, perSecond: 2 };
const seeds = 10;
/** Student's t with nine degrees of freedom for a 99.9 % interval. */
const reach = 4.781;

function mixed(seed: number, service: Partial<Service>): TrafficAccounts {
  const builder = new ModelBuilder('mixed');
  const api = builder.service('api', service);
  for (const { name, mean, perSecond } of [light, heavy]) {
    const endpoint = builder.endpoint(api, name, [cpu(exponential(mean))]);
    builder.source(name, [builder.call(null, endpoint)], open(perSecond));
  }
  const span = { warmupMicros: 100 * second, durationMicros: 6_100 * second };
  const { truth, checks } = simulate(builder.model(span), seed);
  for (const check of checks) assert.ok(check.passed, `${check.name}: ${check.detail}`);
  return truth;
}

/** The interval over seeds holds what theory says, and is narrow enough to mean something. */
function agrees(what: string, values: readonly number[], theory: number, halfWidthMax: number): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const half = reach * Math.sqrt(squares / (values.length - 1) / values.length);
  assert.ok(half <= halfWidthMax * theory, `${what}: ${mean} ± ${half} is too vague`);
  assert.ok(Math.abs(mean - theory) <= half, `${what}: ${mean} ± ${half}, theory says ${theory}`);
}

const runsOf = (service: Partial<Service>) =>
  Array.from({ length: seeds }, (_, index) => mixed(index + 1, service));

const valuesOf = (runs: readonly TrafficAccounts[], endpoint: string, of: (e: EndpointAccount) => number) =>
  runs.map(({ endpoints, fromMicros, toMicros }) => {
    const found = endpoints.find((each) => each.endpoint === endpoint);
    assert.ok(found);
    return of(found) / (toMicros - fromMicros);
  });

test('first come first served: each endpoint waits in proportion to its rate (Pollaczek and Khinchine)', () => {
  const runs = runsOf({});
  const both = [light, heavy];
  const load = both.reduce((sum, { mean, perSecond }) => sum + (mean * perSecond) / second, 0);
  // Half the rate times the mean square of the service time, over what is free of the server; exponentials have 2 m².
  const rest = both.reduce((sum, { mean, perSecond }) => sum + (perSecond * mean * mean) / second, 0);
  const waitMicros = rest / (1 - load);
  for (const { name, mean, perSecond } of both) {
    const rate = perSecond / second;
    agrees(
      `${name}: CPU`,
      valuesOf(runs, name, (each) => each.cpuMicros),
      rate * mean,
      0.03,
    );
    agrees(
      `${name}: waiting`,
      valuesOf(runs, name, (each) => each.queueMicros),
      rate * waitMicros,
      0.12,
    );
    agrees(
      `${name}: inside`,
      valuesOf(runs, name, (each) => each.inFlightMicros),
      rate * (waitMicros + mean),
      0.1,
    );
  }
});

test('processor sharing: endpoints share the CPU, and are inside, in proportion to their demand', () => {
  const runs = runsOf({
    concurrency: { kind: 'processorSharing', maxConcurrent: null },
    cpu: { cores: 1, limitCores: null, periodMicros: 100 * millisecond, requestCores: 1 },
  });
  const load = (light.perSecond * light.mean + heavy.perSecond * heavy.mean) / second;
  for (const { name, mean, perSecond } of [light, heavy]) {
    const own = (perSecond * mean) / second;
    agrees(
      `${name}: CPU`,
      valuesOf(runs, name, (each) => each.cpuMicros),
      own,
      0.03,
    );
    agrees(
      `${name}: inside`,
      valuesOf(runs, name, (each) => each.inFlightMicros),
      own / (1 - load),
      0.1,
    );
    assert.ok(valuesOf(runs, name, (each) => each.queueMax).every((most) => most === 0));
  }
});

test('the largest numbers at once are of the endpoint, not of its service', () => {
  const builder = new ModelBuilder('bursts');
  const api = builder.service('api');
  const names = ['first', 'second'];
  for (const [index, name] of names.entries()) {
    const endpoint = builder.endpoint(api, name, [cpu(constant(10 * millisecond))]);
    // Three at once, and two at once ten milliseconds later.
    const instants = index === 0 ? [1, 1, 1] : [1.01, 1.01];
    builder.source(name, [builder.call(null, endpoint)], at(...instants));
  }
  const { truth } = simulate(builder.model({ warmupMicros: 0, durationMicros: 10 * second }));
  const most = truth.endpoints.map(({ inFlightMax, queueMax }) => [inFlightMax, queueMax]);
  assert.deepEqual(most, [
    [3, 2],
    [2, 2],
  ]);
  // Waits of 10 and 20 ms, and of 20 and 30 ms.
  assert.deepEqual(
    truth.endpoints.map(({ queueMicros }) => queueMicros / millisecond),
    [30, 50],
  );
  assert.equal(truth.services[0].inFlightMax, 4);
});

test('CPU of work that was given up on belongs to its endpoint, and retries to the endpoint they are sent to', () => {
  const { endpoint, call, service } = runOne({
    call: { timeoutMicros: 40 * millisecond, retries: retries(2) },
  });
  assert.equal(call.outcomes.timeout, 1);
  assert.equal(endpoint.retries, 2);
  assert.equal(endpoint.wasted, 3);
  assert.equal(endpoint.cpuMicros, 300 * millisecond);
  assert.equal(endpoint.cpuMicros, service.cpuMicros);
});

test('retries of services and of users add up at the endpoint, each at its own', () => {
  const { run, back } = runTwo({ errorRate: 1, call: { retries: retries(3) }, step: (id) => callStep(id) });
  const front = run.truth.endpoints.find(({ service }) => service === 'front');
  assert.equal(back.retries, 3);
  assert.equal(front?.retries, 0);
});

test('the measured window alone counts, with what was inside when it began', () => {
  const builder = new ModelBuilder('window');
  const api = builder.service('api');
  const endpoint = builder.endpoint(api, 'GET /', [cpu(constant(4 * second))]);
  builder.source('users', [builder.call(null, endpoint)], at(1, 1));
  const { truth } = simulate(builder.model({ warmupMicros: 2 * second, durationMicros: 10 * second }));
  const [account] = truth.endpoints;
  // The first runs from 1 s to 5 s, the second waits until then and runs to 9 s.
  assert.equal(account.cpuMicros, 7 * second);
  assert.equal(account.queueMicros, 3 * second);
  assert.equal(account.inFlightMicros, 10 * second);
  assert.deepEqual([account.inFlightMax, account.queueMax], [2, 1]);
});
