import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashText } from './hash.ts';
import { RandomStream, randomStream } from './random.ts';
import { normalProbability } from './special-functions.ts';
import { kolmogorovSmirnov, RunningStatistics } from './statistics.ts';

/** A statistic with a known error is allowed this many standard deviations: by chance one test in 15,000 fails. */
const sigmas = 4;

function assertNear(actual: number, expected: number, deviation: number, what: string): void {
  const off = (actual - expected) / deviation;
  assert.ok(Math.abs(off) < sigmas, `${what}: ${actual} for ${expected}, ${off.toFixed(1)} deviations off`);
}

function draw(count: number, sample: () => number): number[] {
  return Array.from({ length: count }, sample);
}

test('numbers stay what they are, on every platform', () => {
  const stream = randomStream(42, 'demand');
  const words = draw(64, () => stream.uint32());
  const others = [stream.uniform(), stream.integer(1000), stream.exponential(), stream.normal()];
  const many = draw(20_000, () => stream.exponential() + stream.normal());
  assert.deepEqual(words.slice(0, 3), [2_388_734_926, 122_685_717, 1_640_761_294]);
  assert.equal(hashText([...words, ...others, ...many].join(' ')), '8616568a8495667b82595e8ebd624908');
});

test('a stream depends on seed and name only', () => {
  const text = (stream: RandomStream): string => draw(8, () => stream.uint32()).join(' ');
  const first = text(randomStream(7, 'a'));
  randomStream(7, 'b').uniform();
  assert.equal(text(randomStream(7, 'a')), first);
  const all = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    for (let name = 0; name < 20; name++) all.add(text(randomStream(seed, `service/${name}`)));
  }
  assert.equal(all.size, 4000);
});

test('neighbouring seeds and names are not correlated', () => {
  const pairs: readonly (readonly [RandomStream, RandomStream])[] = [
    [randomStream(1, 'x'), randomStream(2, 'x')],
    [randomStream(1, 'x1'), randomStream(1, 'x2')],
    [randomStream(11, 'x'), randomStream(1, '1x')],
  ];
  const count = 100_000;
  for (const [a, b] of pairs) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
    assertNear(sum / count, 0, 1 / 12 / Math.sqrt(count), 'covariance');
  }
});

test('a restored stream goes on as the saved one', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(50), (seed, skip) => {
      const stream = randomStream(seed, 'fork');
      draw(skip, () => stream.normal());
      const other = new RandomStream(0, 0, 0, 0);
      other.restore(JSON.parse(JSON.stringify(stream.state())));
      assert.deepEqual(
        draw(20, () => other.exponential()),
        draw(20, () => stream.exponential()),
      );
    }),
  );
});

test('words have even bits, uniform numbers fill [0, 1)', () => {
  const stream = randomStream(3, 'bits');
  const count = 50_000;
  const ones = new Array<number>(32).fill(0);
  for (let i = 0; i < count; i++) {
    const word = stream.uint32();
    assert.ok(Number.isInteger(word) && word >= 0 && word < 2 ** 32);
    for (let bit = 0; bit < 32; bit++) ones[bit] += (word >>> bit) & 1;
  }
  for (const [bit, n] of ones.entries()) assertNear(n, count / 2, Math.sqrt(count) / 2, `bit ${bit}`);
  const uniform = draw(count, () => stream.uniform());
  assert.ok(uniform.every((u) => u >= 0 && u < 1 && Number.isInteger(u * 2 ** 53)));
  assert.ok(kolmogorovSmirnov(uniform, (u) => u) < 2.2 / Math.sqrt(count));
});

test('every integer below n is as likely as another', () => {
  const stream = randomStream(5, 'integers');
  for (const n of [1, 2, 3, 7, 10, 1000]) {
    const counts = new Array<number>(n).fill(0);
    const count = 20_000 + 20 * n;
    for (let i = 0; i < count; i++) counts[stream.integer(n)]++;
    // Chi-squared has n - 1 degrees of freedom, about normal with variance 2 (n - 1).
    const expected = count / n;
    const squares = counts.reduce((sum, c) => sum + ((c - expected) * (c - expected)) / expected, 0);
    if (n > 1) assertNear(squares, n - 1, Math.sqrt(2 * (n - 1)), `chi-squared for ${n}`);
    assert.equal(counts.length, n);
  }
});

test('large ranges are covered without bias', () => {
  const stream = randomStream(6, 'large');
  // Two thirds of the range of a word: taking a remainder would give the lower half twice the weight.
  for (const n of [2 ** 21, 2 ** 21 + 1, 2_863_311_531, 2 ** 45 + 12_345, 2 ** 53, 6_004_799_503_160_661]) {
    const values = draw(20_000, () => stream.integer(n));
    assert.ok(values.every((value) => Number.isInteger(value) && value >= 0 && value < n));
    assert.ok(kolmogorovSmirnov(values, (value) => value / n) < 2.2 / Math.sqrt(values.length), String(n));
  }
});

/** Checks the first four moments, each with the error that the next ones give it. */
function assertMoments(values: readonly number[], moments: readonly number[], what: string): void {
  const count = values.length;
  for (let power = 1; power <= 4; power++) {
    const powers = new RunningStatistics();
    for (const value of values) powers.add(value ** power);
    const [mean, square] = [moments[power], moments[2 * power]];
    assertNear(powers.mean, mean, Math.sqrt((square - mean * mean) / count), `${what}, moment ${power}`);
  }
}

test('exponential numbers have the exponential distribution, tail included', () => {
  const stream = randomStream(8, 'exponential');
  const values = draw(300_000, () => stream.exponential());
  assert.ok(values.every((value) => value >= 0));
  assert.ok(kolmogorovSmirnov(values, (x) => 1 - Math.exp(-x)) < 2.2 / Math.sqrt(values.length));
  assertMoments(values, [1, 1, 2, 6, 24, 120, 720, 5040, 40_320], 'exponential');
  // Both sides of 7.697, where the tail is drawn in another way.
  for (const limit of [7, 7.7, 9]) {
    const p = Math.exp(-limit);
    const beyond = values.filter((value) => value > limit).length;
    assertNear(beyond, values.length * p, Math.sqrt(values.length * p), `beyond ${limit}`);
  }
});

test('normal numbers have the normal distribution, tails included', () => {
  const stream = randomStream(9, 'normal');
  const values = draw(300_000, () => stream.normal());
  assert.ok(kolmogorovSmirnov(values, normalProbability) < 2.2 / Math.sqrt(values.length));
  assertMoments(values, [1, 0, 1, 0, 3, 0, 15, 0, 105], 'normal');
  for (const limit of [3, 3.66, 4]) {
    const p = 2 * normalProbability(-limit);
    const beyond = values.filter((value) => Math.abs(value) > limit).length;
    assertNear(beyond, values.length * p, Math.sqrt(values.length * p), `beyond ${limit}`);
  }
});

test('consecutive numbers are not correlated', () => {
  const stream = randomStream(10, 'serial');
  const count = 200_000;
  for (const sample of [
    () => stream.uniform() - 0.5,
    () => stream.exponential() - 1,
    () => stream.normal(),
  ]) {
    const values = draw(count, sample);
    const variance = values.reduce((sum, value) => sum + value * value, 0) / count;
    for (const lag of [1, 2, 3, 16]) {
      let sum = 0;
      for (let i = lag; i < count; i++) sum += values[i] * values[i - lag];
      assertNear(sum / (count - lag), 0, variance / Math.sqrt(count - lag), `lag ${lag}`);
    }
  }
});
