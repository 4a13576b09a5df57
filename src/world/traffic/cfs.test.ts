import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CfsQuota } from './cfs.ts';

const period = 100_000;

test('a burst within the quota takes its demand', () => {
  assert.equal(new CfsQuota(0.5, period, 0).finish(10_000, 40_000), 50_000);
});

test('a burst beyond the quota waits for the next periods', () => {
  // 50 ms at once, then stopped until 100 ms; 50 ms more until 150 ms; the last 20 ms from 200 ms on.
  assert.equal(new CfsQuota(0.5, period, 0).finish(0, 120_000), 220_000);
});

test('a burst that begins late in a period has the new quota at once', () => {
  // 20 ms until the period ends at 100 ms, 50 ms of the next, 10 ms from 200 ms on.
  assert.equal(new CfsQuota(0.5, period, 0).finish(80_000, 80_000), 210_000);
});

test('idle periods are not saved up', () => {
  // 30 ms until 980 ms, stopped until 1000 ms, the other 25 ms of the next period's 30.
  const quota = new CfsQuota(0.3, period, 0);
  assert.equal(quota.finish(950_000, 55_000), 1_025_000);
  assert.equal(quota.leftMicros, 5_000);
});

/** The same by brute force: one microsecond of CPU at a time. */
function finishStepwise(limitCores: number, bursts: readonly (readonly [number, number])[]): number[] {
  let now = 0;
  let left = limitCores * period;
  let end = period;
  return bursts.map(([idle, demand]) => {
    const advance = (to: number) => {
      for (; end <= to; end += period) left = limitCores * period;
      now = to;
    };
    advance(now + idle);
    for (let done = 0; done < demand; done++) {
      if (left < 1) advance(end);
      left--;
      now++;
      if (now === end && done + 1 < demand) advance(now);
    }
    return now;
  });
}

test('the closed form agrees with a step-by-step count (property)', () => {
  const burst = fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 1, max: 250_000 }));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(burst, { minLength: 1, maxLength: 4 }),
      (tenths, bursts) => {
        const quota = new CfsQuota(tenths / 10, period, 0);
        let now = 0;
        const closed = bursts.map(([idle, demand]) => {
          now = quota.finish(now + idle, demand);
          return now;
        });
        assert.deepEqual(
          closed.map((at) => Math.round(at)),
          finishStepwise(tenths / 10, bursts),
        );
      },
    ),
    { numRuns: 40 },
  );
});
