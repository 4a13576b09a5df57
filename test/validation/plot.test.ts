import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Chart, linearTicks, svgOf } from './plot.ts';

const chart: Chart = {
  title: 'a < b & "c"',
  xLabel: 'x',
  yLabel: 'y',
  xRange: [0, 10],
  yRange: [0.001, 1],
  logarithmicY: true,
  series: [
    {
      label: 'one',
      line: [
        [0, 1],
        [10, 0.01],
        [11, 5],
      ],
      points: [
        { x: 5, y: 0.1, spread: 0.2 },
        { x: 50, y: 0.1, spread: 0 },
      ],
    },
  ],
};

test('ticks are round and inside the range', () => {
  assert.deepEqual(linearTicks(0, 10), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(linearTicks(0, 1), [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
  for (const [from, to] of [
    [3, 47],
    [0.05, 0.95],
    [0, 5000],
  ]) {
    const ticks = linearTicks(from, to);
    assert.ok(ticks.length >= 4 && ticks.length <= 9, `${ticks}`);
    assert.ok(ticks[0] >= from - 1e-9 && ticks[ticks.length - 1] <= to + 1e-9);
  }
});

test('a chart is one document with escaped text, and leaves out what lies beyond its ranges', () => {
  const svg = svgOf(chart);
  assert.ok(svg.startsWith('<svg ') && svg.endsWith('</svg>\n'));
  assert.ok(svg.includes('a &lt; b &amp; &quot;c&quot;') && !svg.includes('a < b'));
  // One marker in the legend and one for the point inside.
  assert.equal(svg.match(/<circle/g)?.length, 2);
  assert.ok(!/NaN|Infinity/.test(svg));
  assert.ok(svg.includes('prefers-color-scheme: dark'));
});

test('a decade on a logarithmic axis has the same height everywhere, and error bars end at the edge', () => {
  const heights = [...svgOf(chart).matchAll(/class="grid" d="M\d+ ([\d.]+)H/g)].map(([, y]) => Number(y));
  assert.equal(heights.length, 4);
  const steps = heights.slice(1).map((y, i) => heights[i] - y);
  for (const step of steps) assert.ok(Math.abs(step - steps[0]) < 0.2, `${steps}`);
  const [, bottom] = /class="bar c0" d="M[\d.]+ ([\d.]+)V/.exec(svgOf(chart)) ?? [];
  assert.equal(Number(bottom), heights[0]);
});
