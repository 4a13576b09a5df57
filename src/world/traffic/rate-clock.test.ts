import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { curveValue, RateClock } from './rate-clock.ts';

const second = 1_000_000;

test('a constant rate spaces arrivals evenly', () => {
  const clock = new RateClock({ atMicros: [0], values: [10] });
  assert.equal(Math.round(clock.next(0, 1)), second / 10);
  assert.equal(Math.round(clock.next(second, 5)), second * 1.5);
});

test('a ramp is inverted exactly', () => {
  // From 0 to 10 a second within 10 s: 50 arrivals in all, the n-th after the square root of 2n seconds.
  const clock = new RateClock({ atMicros: [0, 10 * second], values: [0, 10] });
  assert.equal(Math.round(clock.next(0, 2)), 2 * second);
  assert.equal(Math.round(clock.next(2 * second, 30)), 8 * second);
});

test('a rate that ends at zero never comes again', () => {
  const clock = new RateClock({ atMicros: [0, second, second], values: [4, 4, 0] });
  assert.equal(Math.round(clock.next(0, 4)), second);
  assert.equal(clock.next(second, 0.1), Number.POSITIVE_INFINITY);
});

test('a ramp down to zero gives its last arrival, or none: rounding makes no instant imaginary', () => {
  // Each of these ramps holds a whole number of arrivals, so that the last one is due where the rate is zero.
  for (const [rate, seconds] of [
    [4, 3],
    [39, 2],
    [41, 2],
    [78, 1],
    [82, 1],
    [10, 2],
  ]) {
    const clock = new RateClock({ atMicros: [0, seconds * second], values: [rate, 0] });
    let arrivals = 0;
    let last = 0;
    for (let at = clock.next(0, 1); at !== Infinity; at = clock.next(at, 1)) {
      assert.ok(at >= last && at <= seconds * second, `${at} after ${last}`);
      last = at;
      arrivals++;
    }
    const all = (rate * seconds) / 2;
    assert.ok(arrivals === all || arrivals === all - 1, `${arrivals} of ${all}`);
  }
});

test('a curve may jump, and is flat outside its knots', () => {
  const curve = { atMicros: [second, 2 * second, 2 * second], values: [10, 10, 30] };
  assert.equal(curveValue(curve, 0), 10);
  assert.equal(curveValue(curve, 1.5 * second), 10);
  assert.equal(curveValue(curve, 2 * second), 30);
  assert.equal(curveValue(curve, 9 * second), 30);
  assert.equal(Math.round(new RateClock(curve).next(0, 23)), Math.round(2.1 * second));
});

test('the integral over any curve is preserved (property)', () => {
  const knot = fc.record({
    after: fc.integer({ min: 0, max: 5 * second }),
    value: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(
      fc.array(knot, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 20 }),
      (knots, parts) => {
        let at = 0;
        const atMicros = knots.map(({ after }) => (at += after));
        const curve = { atMicros, values: knots.map(({ value }) => value) };
        const area = integral(curve, 0, at);
        if (area < 1) return;
        // Walking in equal parts of the area must end where the area ends.
        const clock = new RateClock(curve);
        let now = 0;
        for (let part = 0; part < parts; part++) now = clock.next(now, (area * (1 - 1e-9)) / parts);
        assert.ok(
          Math.abs(integral(curve, 0, now) - area) < 1e-6 * area + 1e-6,
          `${integral(curve, 0, now)} of ${area}`,
        );
      },
    ),
  );
});

function integral(
  curve: { atMicros: readonly number[]; values: readonly number[] },
  from: number,
  to: number,
): number {
  const cuts = [from, ...curve.atMicros.filter((at) => at > from && at < to), to];
  let sum = 0;
  for (let index = 1; index < cuts.length; index++) {
    const [a, b] = [cuts[index - 1], cuts[index]];
    sum +=
      (curveValue(curve, a + (b - a) * 0.25) + curveValue(curve, a + (b - a) * 0.75)) *
      0.5 *
      ((b - a) / second);
  }
  return sum;
}
