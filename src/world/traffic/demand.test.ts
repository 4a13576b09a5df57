import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelBuilder, second } from '../../../test/validation/builder.ts';
import { simulate } from '../../run/simulate.ts';
import type { Load, Step } from './model.ts';
import { cpu, fixed, runOne } from './small-system.cases.ts';

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
