import assert from 'node:assert/strict';

/** Asserts that two numbers agree to a relative error (absolute, near zero). */
export function near(actual: number, expected: number, tolerance: number, what = ''): void {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-3);
  assert.ok(
    error <= tolerance,
    `${what} ${actual} should be ${expected} to ${tolerance}; it is off by ${error}`,
  );
}
