import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { RateCurve } from '../../model.ts';
import {
  burstCurve,
  constantCurve,
  curveAt,
  curveIntegral,
  diurnalCurve,
  diurnalError,
  scaledCurve,
  spikeCurve,
  stagesCurve,
} from './curve.ts';

const minute = 60e6;
const day = 86_400e6;

function near(actual: number, expected: number, relative = 1e-9): void {
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );
}

test('stages ramp from target to target; a stage of no length jumps; the last level holds', () => {
  const curve = stagesCurve(10, [
    { durationMicros: minute, target: 40 },
    { durationMicros: 0, target: 100 },
    { durationMicros: minute, target: 100 },
    { durationMicros: 2 * minute, target: 0 },
  ]);
  assert.deepEqual(curve, {
    atMicros: [0, minute, minute, 2 * minute, 4 * minute],
    values: [10, 40, 100, 100, 0],
  });
  assert.equal(curveAt(curve, minute / 2), 25);
  assert.equal(curveAt(curve, 10 * minute), 0);
  near(curveIntegral(curve, 0, 4 * minute), 60 * 25 + 60 * 100 + 120 * 50);
});

test('bursts jump up and down and are cut by nothing but the end', () => {
  const curve = burstCurve(
    { base: 5, burst: 50, atMicros: minute, lengthMicros: 10e6, everyMicros: minute },
    150e6,
  );
  assert.equal(curveAt(curve, minute - 1), 5);
  assert.equal(curveAt(curve, minute), 50);
  assert.equal(curveAt(curve, minute + 10e6), 5);
  near(curveIntegral(curve, 0, 150e6), 5 * 130 + 50 * 20);
});

test('bursts without a pause between them are one level', () => {
  const curve = burstCurve({ base: 1, burst: 2, atMicros: 0, lengthMicros: 10, everyMicros: 10 }, 100);
  assert.equal(curveAt(curve, 50), 2);
  near(curveIntegral(curve, 0, 100) * 1e6, 200);
});

test('a spike rises, holds and falls', () => {
  const curve = spikeCurve({
    base: 10,
    peak: 110,
    atMicros: minute,
    riseMicros: 20e6,
    holdMicros: 30e6,
    fallMicros: 40e6,
  });
  assert.equal(curveAt(curve, minute + 10e6), 60);
  assert.equal(curveAt(curve, minute + 30e6), 110);
  near(curveIntegral(curve, 0, 5 * minute), 10 * 300 + 100 * (10 + 30 + 20));
  const square = spikeCurve({ base: 1, peak: 9, atMicros: 0, riseMicros: 0, holdMicros: 5, fallMicros: 0 });
  assert.deepEqual(square, { atMicros: [0, 0, 5, 5], values: [1, 9, 9, 1] });
});

test('a day has its peak where it is stated, and its trough half a day away', () => {
  const curve = diurnalCurve(
    { trough: 20, peak: 180, periodMicros: day, peakAtMicros: 14 * 60 * minute },
    day,
  );
  near(curveAt(curve, 14 * 60 * minute), 180);
  near(curveAt(curve, 2 * 60 * minute), 20);
  near(curveIntegral(curve, 0, day), 100 * 86_400);
});

test('property: between knots a day departs from the cosine by no more than is said', () => {
  const whole = fc.integer({ min: 0, max: 86_400 });
  fc.assert(
    fc.property(whole, whole, fc.integer({ min: 0, max: 1000 }), (second, peakAt, peak) => {
      const shape = { trough: 0, peak, periodMicros: day, peakAtMicros: peakAt * 1e6 };
      const curve = diurnalCurve(shape, day);
      const true_ = (peak / 2) * (1 + Math.cos(((second - peakAt) / 86_400) * 2 * Math.PI));
      assert.ok(Math.abs(curveAt(curve, second * 1e6) - true_) <= diurnalError * (peak / 2) + 1e-6);
    }),
  );
});

test('property: over whole periods the integral of a day is that of its mean, whatever the phase', () => {
  const shape = fc.record({
    mean: fc.integer({ min: 1, max: 10_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    hours: fc.integer({ min: 1, max: 48 }),
    peakAtSeconds: fc.integer({ min: 0, max: 400_000 }),
    periods: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(shape, ({ mean, share, hours, peakAtSeconds, periods }) => {
      const periodMicros = hours * 3600e6;
      const swing = mean * share;
      const curve = diurnalCurve(
        { trough: mean - swing, peak: mean + swing, periodMicros, peakAtMicros: peakAtSeconds * 1e6 },
        periods * periodMicros,
      );
      // Partial steps at both ends are where the phase could cost a little.
      near(curveIntegral(curve, 0, periods * periodMicros), mean * hours * 3600 * periods, 1e-4);
    }),
  );
});

/** Sums many thin slices of the curve as `curveAt` sees it. */
function slices(curve: RateCurve, toMicros: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += curveAt(curve, Math.floor(((i + 0.5) * toMicros) / count));
  return (sum * toMicros) / count / 1e6;
}

test('property: the integral is the sum of what the curve says, and is kept by splitting and scaling', () => {
  const stage = fc.record({ durationMicros: fc.integer({ min: 0, max: 50_000_000 }), target: fc.nat(1000) });
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.array(stage, { maxLength: 8 }),
      fc.nat(400_000_000),
      (start, stages, cut) => {
        const curve = stagesCurve(start, stages);
        const end = 400_000_000;
        const whole = curveIntegral(curve, 0, end);
        near(curveIntegral(curve, 0, cut) + curveIntegral(curve, cut, end), whole, 1e-9);
        near(curveIntegral(scaledCurve(curve, 2.5), 0, end), 2.5 * whole, 1e-9);
        assert.ok(Math.abs(slices(curve, end, 4000) - whole) <= 0.1 * 1000 * 9 + 1e-6);
        for (let i = 1; i < curve.atMicros.length; i += 1)
          assert.ok(curve.atMicros[i] >= curve.atMicros[i - 1]);
      },
    ),
    { numRuns: 60 },
  );
});

test('a constant is one knot', () => {
  assert.deepEqual(constantCurve(7), { atMicros: [0], values: [7] });
  near(curveIntegral(constantCurve(7), 5e6, 15e6), 70);
});
