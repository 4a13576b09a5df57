import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Engine } from '../../engine/engine.ts';
import { CfsQuota } from './cfs.ts';
import { FreeCpu, SharedCpu } from './cpu.ts';
import { EndpointCpu } from './endpoint-cpu.ts';
import { WorkPool } from './work-pool.ts';

interface Burst {
  readonly at: number;
  readonly demand: number;
  readonly endpoint?: number;
}

const endpoints = 3;

/** Works 0, 1, 2 …, one for each burst, and the account of their endpoints. */
function worksOf(bursts: readonly Burst[]): { works: WorkPool; endpointCpu: EndpointCpu } {
  const works = new WorkPool();
  for (const { endpoint = 0 } of bursts) {
    const work = works.take();
    works.endpoint[work] = endpoint;
  }
  return { works, endpointCpu: new EndpointCpu(endpoints, works) };
}

const usedBy = (endpointCpu: EndpointCpu, now: number) =>
  Array.from({ length: endpoints }, (_, endpoint) => endpointCpu.usedMicros(endpoint, now));

/** When each burst ends on a shared CPU, and what each endpoint has used at the instants asked about. */
function run(
  bursts: readonly Burst[],
  cores: number,
  limitCores: number | null,
  looks: readonly number[] = [],
): { ends: number[]; cpu: SharedCpu; shares: number[][] } {
  const engine = new Engine();
  const ends: number[] = bursts.map(() => Number.NaN);
  const quota = limitCores === null ? null : new CfsQuota(limitCores, 100_000, 0);
  const wakeHandler = engine.register('wake', () => cpu.wake());
  const { works, endpointCpu } = worksOf(bursts);
  const options = { wakeHandler, replica: 0, cores, quota, works, endpointCpu };
  const cpu: SharedCpu = new SharedCpu(engine, options, (work) => {
    ends[work] = engine.now;
  });
  const start = engine.register('start', (work) => cpu.start(work, bursts[work].demand));
  for (const [work, { at }] of bursts.entries()) engine.schedule(at, start, work, 0);
  const shares = [...looks, 100_000_000].map((at) => {
    engine.runUntil(at);
    cpu.settle();
    cpu.attribute();
    return usedBy(endpointCpu, at);
  });
  return { ends, cpu, shares };
}

test('two bursts share one core', () => {
  const { ends } = run(
    [
      { at: 0, demand: 10_000 },
      { at: 0, demand: 20_000 },
    ],
    1,
    null,
  );
  assert.deepEqual(ends, [20_000, 30_000]);
});

test('bursts do not disturb each other while there are cores', () => {
  const { ends } = run(
    [
      { at: 0, demand: 10_000 },
      { at: 5_000, demand: 20_000 },
    ],
    2,
    null,
  );
  assert.deepEqual(ends, [10_000, 25_000]);
});

test('four threads use up a quota of two cores in half the period', () => {
  const bursts = [0, 1, 2, 3].map(() => ({ at: 0, demand: 60_000 }));
  const { ends, cpu } = run(bursts, 8, 2);
  // 50 ms each until 50 ms, all stopped until 100 ms, 10 ms more.
  assert.deepEqual(ends, [110_000, 110_000, 110_000, 110_000]);
  assert.equal(Math.round(cpu.usedMicros), 240_000);
  assert.equal(Math.round(cpu.throttledMicros), 50_000);
});

/** The same by small steps of time. */
function runStepwise(
  bursts: readonly Burst[],
  cores: number,
  limitCores: number | null,
  step: number,
): number[] {
  const left = bursts.map(({ demand }) => demand);
  const ends = bursts.map(() => Number.NaN);
  let quota = limitCores === null ? Number.POSITIVE_INFINITY : limitCores * 100_000;
  for (let now = 0; ends.some(Number.isNaN); now += step) {
    if (limitCores !== null && now % 100_000 === 0) quota = limitCores * 100_000;
    const running = bursts.flatMap(({ at }, work) => (at <= now && left[work] > 0 ? [work] : []));
    const rate = running.length <= cores ? 1 : cores / running.length;
    for (const work of running) {
      if (quota < step * rate) break;
      left[work] -= step * rate;
      quota -= step * rate;
      if (left[work] <= 1e-6) ends[work] = now + step;
    }
  }
  return ends;
}

test('sharing and throttling agree with small steps of time (property)', () => {
  const burst = fc.record({ at: fc.integer({ min: 0, max: 200 }), demand: fc.integer({ min: 1, max: 120 }) });
  fc.assert(
    fc.property(
      fc.array(burst, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      fc.option(fc.integer({ min: 1, max: 6 })),
      (drawn, cores, halves) => {
        const bursts = drawn.map(({ at, demand }) => ({ at: at * 1_000, demand: demand * 1_000 }));
        const limit = halves === null ? null : halves / 2;
        // A burst that ends where the quota does may end a period later for the smallest difference in demand.
        const around = (change: number) =>
          bursts.map(({ at, demand }) => ({ at, demand: Math.max(50, demand + change) }));
        const earliest = runStepwise(around(-400), cores, limit, 50);
        const latest = runStepwise(around(400), cores, limit, 50);
        for (const [work, end] of run(bursts, cores, limit).ends.entries())
          assert.ok(
            end >= earliest[work] - 3_000 && end <= latest[work] + 3_000,
            `burst ${work} ended at ${end}, not from ${earliest[work]} to ${latest[work]}`,
          );
      },
    ),
    { numRuns: 30 },
  );
});

test('endpoints are credited with what their bursts have had, also of bursts that still run', () => {
  const bursts = [
    { at: 0, demand: 10_000, endpoint: 0 },
    { at: 0, demand: 20_000, endpoint: 2 },
  ];
  const { shares } = run(bursts, 1, null, [8_000, 25_000]);
  assert.deepEqual(shares, [
    [4_000, 0, 4_000],
    [10_000, 0, 15_000],
    [10_000, 0, 20_000],
  ]);
});

test('bursts that a quota stops are credited with what they had until then', () => {
  const bursts = [0, 1, 1, 1].map((endpoint) => ({ at: 0, demand: 60_000, endpoint }));
  const { shares } = run(bursts, 8, 2, [75_000]);
  assert.deepEqual(
    shares.map((each) => each.map(Math.round)),
    [
      [50_000, 150_000, 0],
      [60_000, 180_000, 0],
    ],
  );
});

test('a burst on a processor of its own has had all the time since its start', () => {
  const engine = new Engine();
  const bursts = [
    { at: 0, demand: 10_000, endpoint: 1 },
    { at: 4_000, demand: 9_000, endpoint: 2 },
  ];
  const { endpointCpu } = worksOf(bursts);
  const end = engine.register('end', (_replica, work) => cpu.end(work));
  const cpu: FreeCpu = new FreeCpu(engine, endpointCpu, end, 0);
  const start = engine.register('start', (work) => cpu.start(work, bursts[work].demand));
  for (const [work, { at }] of bursts.entries()) engine.schedule(at, start, work, 0);
  engine.runUntil(6_000);
  assert.deepEqual(usedBy(endpointCpu, 6_000), [0, 6_000, 2_000]);
  engine.runUntil(20_000);
  cpu.settle();
  assert.deepEqual(usedBy(endpointCpu, 20_000), [0, 10_000, 9_000]);
  assert.equal(cpu.usedMicros, 19_000);
});

test('whatever runs, the endpoints add up to what the CPU has done (property)', () => {
  const burst = fc.record({
    at: fc.integer({ min: 0, max: 200_000 }),
    demand: fc.integer({ min: 1, max: 120_000 }),
    endpoint: fc.nat(endpoints - 1),
  });
  fc.assert(
    fc.property(
      fc.array(burst, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 4 }),
      fc.option(fc.integer({ min: 1, max: 6 })),
      fc.integer({ min: 1, max: 400_000 }),
      (bursts, cores, halves, look) => {
        const { cpu, shares } = run(bursts, cores, halves === null ? null : halves / 2, [look]);
        const [during, after] = shares;
        assert.ok(Math.abs(after.reduce((sum, each) => sum + each, 0) - cpu.usedMicros) < 1e-3);
        for (const [endpoint, used] of after.entries()) {
          const own = bursts.filter((each) => each.endpoint === endpoint);
          const demand = own.reduce((sum, each) => sum + each.demand, 0);
          // The clock's step: a burst ends up to half a microsecond early, or as late as a microsecond allows.
          assert.ok(Math.abs(used - demand) <= 2 * own.length, `${used} of ${demand}`);
          assert.ok(during[endpoint] >= 0 && during[endpoint] <= used + 1e-6);
        }
      },
    ),
    { numRuns: 100 },
  );
});
