import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Engine } from '../../engine/engine.ts';
import { CfsQuota } from './cfs.ts';
import { SharedCpu } from './cpu.ts';

interface Burst {
  readonly at: number;
  readonly demand: number;
}

/** When each burst ends on a shared CPU. */
function run(
  bursts: readonly Burst[],
  cores: number,
  limitCores: number | null,
): { ends: number[]; cpu: SharedCpu } {
  const engine = new Engine();
  const ends: number[] = bursts.map(() => Number.NaN);
  const quota = limitCores === null ? null : new CfsQuota(limitCores, 100_000, 0);
  const wakeHandler = engine.register('wake', () => cpu.wake());
  const cpu: SharedCpu = new SharedCpu(engine, { wakeHandler, replica: 0, cores, quota }, (work) => {
    ends[work] = engine.now;
  });
  const start = engine.register('start', (work) => cpu.start(work, bursts[work].demand));
  for (const [work, { at }] of bursts.entries()) engine.schedule(at, start, work, 0);
  engine.runUntil(100_000_000);
  cpu.settle();
  return { ends, cpu };
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
