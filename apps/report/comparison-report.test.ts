import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from '../../src/analysis/comparison.ts';
import type { Result } from '../../src/model/result.ts';
import { commonTimes, differences, meanSeries } from './comparison-series.ts';
import type { Payload } from './payload.ts';
import { renderComparisonHtml } from './report.ts';
import { sampleComparison } from './sample-day.cases.ts';

const { a, b } = sampleComparison();
const comparison = compare(a, b, { labels: ['small', 'large'] });
const html = renderComparisonHtml(comparison, a, b);

function payloadOf(text: string): Payload {
  return JSON.parse(/id="payload">([\s\S]*?)<\/script>/.exec(text)![1]!) as Payload;
}

test('the same comparison gives the same bytes', () => {
  assert.equal(renderComparisonHtml(comparison, a, b), html);
});

test('every overlay has its difference beside it', () => {
  const { charts, columns } = payloadOf(html);
  const deltas = charts.filter((chart) => chart.signed);
  assert.ok(deltas.length >= 10);
  assert.equal(deltas.length * 2, charts.length);
  for (const delta of deltas) {
    const overlay = charts.find((chart) => `${chart.id}-delta` === delta.id)!;
    const [left, right, difference] = [...overlay.series, ...delta.series].map(
      (series) => columns[series.column]!,
    );
    left!.forEach((value, index) => {
      const expected = right![index]! - value!;
      assert.ok(
        Math.abs(difference![index]! - expected) <=
          2e-3 * Math.max(Math.abs(value!), Math.abs(right![index]!)),
      );
    });
  }
});

test('the measures say which side is better, in words too', () => {
  assert.match(html, />✓ better</);
  assert.match(html, /passes 0 of 3 seeds/);
  assert.match(html, /passes 3 of 3 seeds/);
});

test('hostile labels stay text', () => {
  const attack = '</script><img src=x onerror=alert(1)>';
  const text = renderComparisonHtml(compare(a, b, { labels: [attack, `${attack}B`] }), a, b);
  assert.doesNotMatch(text, /<img/);
  assert.equal([...text.matchAll(/<\/script>/g)].length, 3);
});

test('sides without a common time or service still make a page', () => {
  const other: Result = { ...b[0]!, services: [], series: { timesSeconds: [7], columns: [] } };
  const page = renderComparisonHtml(compare([a[0]!], [other]), [a[0]!], [other]);
  assert.equal(payloadOf(page).times.length, 0);
  assert.doesNotMatch(page, />(NaN|undefined)/);
});

test('means pass over what some runs lack', () => {
  const run = (values: (number | null)[]) => ({
    ...a[0]!,
    series: {
      timesSeconds: values.map((_, i) => i + 1),
      columns: [{ group: 'source', subject: 's', measure: 'p95', unit: 'milliseconds', values } as const],
    },
  });
  const runs = [run([1, null, null]), run([3, 4, null, 9])] as Result[];
  const times = commonTimes(runs);
  assert.deepEqual(times, [1, 2, 3]);
  assert.deepEqual(meanSeries(runs, times).columns[0]!.values, [2, 4, null]);
  assert.deepEqual(differences([1, null, 3], [4, 5, null]), [3, null, null]);
});
