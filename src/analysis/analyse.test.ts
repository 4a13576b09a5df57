import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import type { Model } from '../model/model.ts';
import { Result } from '../model/result.ts';
import { openSession } from '../run/session.ts';
import { simulate } from '../run/simulate.ts';
import { analyse } from './analyse.ts';
import { columnValues } from './columns.ts';
import {
  cpuStep,
  model,
  modelCall,
  modelEndpoint,
  modelService,
  modelSource,
  objective,
  trafficModel,
} from './fixture.cases.ts';
import { abortMonitor } from './thresholds.ts';

interface Shape {
  readonly ratePerSecond: number;
  readonly replicas: number;
  readonly retries: number;
  /** Demand is this many times as high for half a minute from 0:30 on. */
  readonly burst: number;
}

const calm: Shape = { ratePerSecond: 60, replicas: 2, retries: 0, burst: 1 };

/** Two minutes of users who ask web, which asks api: ten milliseconds of CPU on average, a timeout of 300 ms. */
function twoTier({ ratePerSecond, replicas, retries, burst }: Shape, some: Partial<Model> = {}): Model {
  const high = ratePerSecond * burst;
  return model({
    durationMicros: 120e6,
    sampleMicros: 1e6,
    objectives: [
      objective({ name: 'answered', traffic: 'visitors', target: 0.99 }),
      objective({ name: 'fast', indicator: 'latency', latencyMicros: 250_000, target: 0.95 }),
    ],
    thresholds: [{ metric: 'http_req_failed', expression: 'rate<0.05', abortOnFail: false }],
    rooms: {
      traffic: trafficModel({
        services: [
          modelService({ id: 0, name: 'web' }),
          modelService({ id: 1, name: 'api', replicas, concurrency: { kind: 'threadPool', threads: 16 } }),
        ],
        endpoints: [
          modelEndpoint({
            id: 0,
            service: 0,
            steps: [cpuStep({ kind: 'exponential', mean: 500 }), { kind: 'call', probability: 1, call: 1 }],
          }),
          modelEndpoint({
            id: 1,
            service: 1,
            name: 'GET /x',
            steps: [cpuStep({ kind: 'exponential', mean: 10_000 })],
          }),
        ],
        calls: [
          modelCall({ id: 0, endpoint: 0 }),
          modelCall({
            id: 1,
            client: 0,
            endpoint: 1,
            timeoutMicros: 300_000,
            retries: { ...modelCall({}).retries, max: retries },
          }),
        ],
        sources: [
          modelSource({
            load: {
              kind: 'open',
              arrivals: 'poisson',
              rate: {
                atMicros: [0, 30e6, 30e6, 60e6, 60e6],
                values: [ratePerSecond, ratePerSecond, high, high, ratePerSecond],
              },
            },
          }),
        ],
      }),
    },
    ...some,
  });
}

function analysed(asked: Model, seed = 1): Result {
  return analyse(asked, simulate(asked, seed));
}

test('a run that holds passes, and its result keeps to the schema', () => {
  const result = analysed(twoTier(calm));
  assert.equal(result.verdict, 'pass');
  assert.deepEqual([...Value.Errors(Result, result)], []);
  assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
  assert.equal(result.objectives[0].achieved, result.sources[0].availability);
  // 60 requests per second of 10 ms on two cores.
  assert(Math.abs(result.services[1].utilisation - 0.3) < 0.03);
  assert(result.services[1].utilisationMax >= result.services[1].utilisation);
});

test('the same model and seed give the same bytes', () => {
  const asked = twoTier(calm);
  assert.equal(JSON.stringify(analysed(asked, 5)), JSON.stringify(analysed(asked, 5)));
  assert.notEqual(JSON.stringify(analysed(asked, 5)), JSON.stringify(analysed(asked, 6)));
});

test('a burst on too few replicas becomes a retry storm that the figures tell', () => {
  const storm = analysed(twoTier({ ratePerSecond: 120, replicas: 2, retries: 3, burst: 3 }));
  assert.equal(storm.verdict, 'fail');
  assert.deepEqual([...Value.Errors(Result, storm)], []);
  const kinds = storm.findings.map(({ kind }) => kind);
  for (const kind of ['retry-storm', 'users-failed', 'cpu-saturated', 'retry-amplification', 'wasted-work'])
    assert(kinds.includes(kind), `${kind} among ${kinds.join(', ')}`);
  const roomy = analysed(twoTier({ ratePerSecond: 120, replicas: 6, retries: 3, burst: 3 }));
  assert(!roomy.findings.some(({ severity }) => severity === 'problem'));
});

test('warm-up is left out of totals and objectives, and kept in series', () => {
  const whole = analysed(twoTier(calm));
  const warmed = analysed(twoTier(calm, { warmupMicros: 60e6 }));
  assert.deepEqual([warmed.window.fromSeconds, warmed.window.toSeconds], [60, 120]);
  assert.equal(warmed.series.timesSeconds.length, whole.series.timesSeconds.length);
  assert(Math.abs(warmed.sources[0].offered - whole.sources[0].offered / 2) < 300);
  assert.equal(warmed.objectives[1].total, warmed.objectives[0].total);
});

test('what was not asked has no verdict, and what was not finished cannot pass', () => {
  assert.equal(analysed(twoTier(calm, { objectives: [], thresholds: [] })).verdict, 'none');
  const asked = twoTier(calm);
  const session = openSession(asked);
  session.advance(45_500_000);
  const partial = analyse(asked, session.finish());
  assert.deepEqual([partial.status, partial.verdict], ['partial', 'none']);
  assert.equal(partial.window.toSeconds, 45.5);
  assert.equal(partial.series.timesSeconds.at(-1), 45.5);
});

test('a threshold may end a run, which then fails', () => {
  const asked = twoTier(
    { ratePerSecond: 120, replicas: 2, retries: 0, burst: 3 },
    { thresholds: [{ metric: 'http_req_failed', expression: 'rate<0.05', abortOnFail: true }] },
  );
  const session = openSession(asked, { monitor: abortMonitor(asked)! });
  session.advance(session.endMicros);
  const result = analyse(asked, session.finish());
  assert.deepEqual([result.status, result.verdict], ['aborted', 'fail']);
  assert(result.window.toSeconds > 30 && result.window.toSeconds < 60);
  assert.match(result.events.at(-1)!.message, /^threshold http_req_failed rate<0\.05 failed with 0\.\d+$/);
});

test('events, annotations, inferences and diagnostics are handed on', () => {
  const result = analysed(
    twoTier(calm, {
      durationMicros: 20e6,
      commands: [{ atMicros: 5e6, kind: 'scale', service: 'api', replicas: 3 }],
      annotations: [{ fromMicros: 1e6, toMicros: 2e6, label: 'deploy' }],
      inferences: [{ resource: 'Deployment web', path: 'endpoints', value: 'GET /', source: 'port 80' }],
      diagnostics: [
        {
          severity: 'warning',
          code: 'odd',
          message: 'Odd.',
          position: { file: 'a.yaml', line: 3, column: 1 },
        },
      ],
    }),
  );
  assert.deepEqual(result.annotations, [{ fromSeconds: 1, toSeconds: 2, label: 'deploy' }]);
  assert.deepEqual(result.diagnostics, [
    { severity: 'warning', code: 'odd', message: 'Odd.', file: 'a.yaml', line: 3 },
  ]);
  assert.equal(result.manifest.commands, 1);
  assert.equal(result.events[0].kind, 'scale');
  assert.equal(result.inferences.length, 1);
  assert.deepEqual([...Value.Errors(Result, result)], []);
});

/** Events in the measured window according to a rate column of one-second intervals. */
function eventsOf(result: Result, group: 'source' | 'service', subject: string, measure: string): number {
  const values = columnValues(result.series, group, subject, measure) ?? [];
  return values.reduce<number>((sum, rate) => sum + (rate ?? 0), 0);
}

test('property: totals, series and objectives of any run tell the same story', () => {
  const shapes = fc.record({
    ratePerSecond: fc.integer({ min: 1, max: 150 }),
    replicas: fc.integer({ min: 1, max: 3 }),
    retries: fc.integer({ min: 0, max: 3 }),
    burst: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(shapes, fc.nat(1000), (shape, seed) => {
      const result = analysed(twoTier(shape), seed);
      const [users] = result.sources;
      const failed = Object.values(users.errors).reduce((sum, count) => sum + count, 0);
      assert.equal(users.offered, users.served + failed + users.inFlightAtEnd);
      const near = (figure: number, total: number) =>
        assert(Math.abs(figure - total) <= 1e-4 * Math.max(1, total));
      near(eventsOf(result, 'source', 'visitors', 'offeredRate'), users.offered);
      near(eventsOf(result, 'source', 'visitors', 'servedRate'), users.served);
      near(eventsOf(result, 'source', 'visitors', 'errorRate'), failed);
      near(eventsOf(result, 'service', 'api', 'cpu'), result.services[1].cpuCores * 120);
      near(eventsOf(result, 'service', 'api', 'queue'), result.services[1].queue * 120);
      const [answered, fast] = result.objectives;
      assert.deepEqual([answered.good, answered.total], [users.served, users.served + failed]);
      assert.equal(fast.total, answered.total);
      assert(fast.good <= answered.good);
      const asked = [...result.objectives, ...result.thresholds];
      assert.equal(result.verdict, asked.every(({ passed }) => passed) ? 'pass' : 'fail');
    }),
    { numRuns: 12 },
  );
});
