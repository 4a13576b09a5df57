import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { canonicalJson, hashText, TraceHash } from './hash.ts';

/** How many of the bits of two hexadecimal texts differ. */
function distance(a: string, b: string): number {
  let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  for (; bits > 0n; bits >>= 1n) count += Number(bits & 1n);
  return count;
}

test('a hash of text is 128 bits that stay what they are', () => {
  // Stored results carry these hashes: a change here makes all of them unfindable.
  assert.equal(hashText(''), '9c67a2ee991792573ad5da0b4b9d9848');
  assert.equal(hashText('DevOps Simulator'), 'c877c3ba831bd40de05c0281d7611aa4');
});

test('short texts do not collide, not even in half of their hash', () => {
  const whole = new Set<string>();
  const left = new Set<string>();
  const right = new Set<string>();
  const count = 50_000;
  for (let i = 0; i < count; i++) {
    const hash = hashText(i % 2 === 0 ? `${i}` : `stream/${i}`);
    whole.add(hash);
    left.add(hash.slice(0, 16));
    right.add(hash.slice(16));
  }
  assert.deepEqual([whole.size, left.size, right.size], [count, count, count]);
});

test('a changed character changes about half of the bits, each as often as not', () => {
  const flips = new Array<number>(128).fill(0);
  let total = 0;
  const rounds = 4000;
  for (let i = 0; i < rounds; i++) {
    const text = `component ${i}`.padEnd(8 + (i % 40), 'x');
    const at = i % text.length;
    const other =
      text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << (i % 7))) + text.slice(at + 1);
    const bits = BigInt(`0x${hashText(text)}`) ^ BigInt(`0x${hashText(other)}`);
    for (let bit = 0; bit < 128; bit++) flips[bit] += Number((bits >> BigInt(bit)) & 1n);
    total += distance(hashText(text), hashText(other));
  }
  // Five standard deviations of a fair coin.
  const sigma = Math.sqrt(rounds) / 2;
  for (const [bit, count] of flips.entries()) {
    assert.ok(Math.abs(count - rounds / 2) < 5 * sigma, `bit ${bit} flips ${count} times of ${rounds}`);
  }
  assert.ok(Math.abs(total / rounds - 64) < 1, `${total / rounds} bits flip`);
});

test('canonical JSON does not depend on the order of keys, and is JSON', () => {
  assert.equal(
    canonicalJson({ b: 1, a: [{ d: null, c: 'x' }], e: undefined }),
    '{"a":[{"c":"x","d":null}],"b":1}',
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      assert.equal(canonicalJson(reversed), canonicalJson(value));
      assert.equal(JSON.stringify(JSON.parse(canonicalJson(value))).length, canonicalJson(value).length);
    }),
  );
});

test('canonical JSON is equal for equal values only', () => {
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => {
      assert.equal(canonicalJson(a) === canonicalJson(b), isDeepStrictEqual(plain(a), plain(b)));
    }),
  );
});

type Mixed = readonly [number, number, number, number];
const int32 = fc.integer({ min: -2_147_483_648, max: 2_147_483_647 });
const mixed = fc.tuple(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), fc.nat(1000), int32, int32);

function digestOf(events: readonly Mixed[]): string {
  const hash = new TraceHash();
  for (const event of events) hash.mix(...event);
  return hash.digest();
}

test('a trace hash tells apart traces that differ in one event, one field or the order', () => {
  assert.match(digestOf([]), /^[0-9a-f]{16}$/);
  fc.assert(
    fc.property(
      fc.array(mixed, { minLength: 1, maxLength: 20 }),
      fc.array(mixed, { minLength: 1, maxLength: 20 }),
      (a, b) => {
        assert.equal(digestOf(a) === digestOf(b), JSON.stringify(a) === JSON.stringify(b));
      },
    ),
  );
  fc.assert(
    fc.property(
      fc.array(mixed, { maxLength: 10 }),
      mixed,
      mixed,
      fc.array(mixed, { maxLength: 10 }),
      (before, a, b, after) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        assert.notEqual(digestOf([...before, a, b, ...after]), digestOf([...before, b, a, ...after]));
      },
    ),
  );
});

test('a trace hash sees every bit of every field, however long ago', () => {
  const base: Mixed = [1_234_567, 3, 5, 7];
  const rest: Mixed[] = Array.from({ length: 30 }, (_, i) => [2_000_000 + i, i % 4, i, -i]);
  const seen = new Set([digestOf([base, ...rest])]);
  let variants = 1;
  for (let field = 0; field < 4; field++) {
    for (let bit = 0; bit < (field === 0 ? 53 : field === 1 ? 16 : 31); bit++) {
      const changed = [...base] as [number, number, number, number];
      changed[field] += 2 ** bit;
      seen.add(digestOf([changed, ...rest]));
      variants++;
    }
  }
  assert.equal(seen.size, variants);
});

test('small changes spread over the digest', () => {
  let total = 0;
  const rounds = 2000;
  for (let i = 0; i < rounds; i++) {
    const events: Mixed[] = Array.from({ length: 8 }, (_, j) => [i * 100 + j * 13, j % 3, i + j, 0]);
    const changed = events.map(
      (event, j): Mixed => (j === i % 8 ? [event[0] + 1, event[1], event[2], event[3]] : event),
    );
    total += distance(digestOf(events), digestOf(changed));
  }
  assert.ok(Math.abs(total / rounds - 32) < 1, `${total / rounds} of 64 bits flip`);
});
