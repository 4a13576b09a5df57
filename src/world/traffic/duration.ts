/**
 * Fidelity: the clock has whole microseconds, and nothing lasts longer than a sketch can count: 2^43 µs, 102 days. A
 * sample of a distribution without a mean can be longer than the age of the universe; it is cut here.
 */

const longestMicros = 8_796_093_022_207;

/** A sampled duration as the clock takes it. */
export function wholeMicros(sample: number): number {
  return sample < longestMicros ? Math.round(sample) : longestMicros;
}
