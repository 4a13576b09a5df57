import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breachesOf, letterOf } from './bands.ts';
import { sampleDay } from './sample-day.cases.ts';
import { largest, pointsMax, roundValue, SeriesTable, sumValues } from './series-table.ts';

test('sums pass over what was not measured', () => {
  assert.deepEqual(
    sumValues([
      [1, null, null],
      [2, 3, null],
    ]),
    [3, 3, null],
  );
  assert.equal(sumValues([]), null);
  assert.equal(largest([null, -2, -5]), -2);
});

test('values keep four digits', () => {
  assert.deepEqual([1234.56, 0.000123456, null, Number.NaN].map(roundValue), [1235, 0.0001235, null, null]);
});

test('thinning keeps the peaks of latencies and the means of rates', () => {
  const count = pointsMax * 2;
  const timesSeconds = Array.from({ length: count }, (_, i) => i + 1);
  const values = timesSeconds.map((_, i) => (i === 100 ? 9 : i === 200 ? null : 1));
  const common = { group: 'source', subject: 'a', values } as const;
  const table = new SeriesTable({
    timesSeconds,
    columns: [
      { ...common, measure: 'p95', unit: 'milliseconds' },
      { ...common, measure: 'offeredRate', unit: 'perSecond' },
    ],
  });
  assert.equal(table.times.length, pointsMax);
  assert.equal(table.times.at(-1), count);
  assert.equal(table.values('source', 'a', 'p95')![50], 9);
  assert.equal(table.values('source', 'a', 'offeredRate')![50], 5);
  assert.equal(table.values('source', 'a', 'offeredRate')![100], 1);
});

test('breaches are the measured stretches under the target', () => {
  const objective = { ...sampleDay().objectives[0]!, name: 'o', target: 0.9 };
  const values = [0.1, 0.95, 0.8, 0.7, null, 0.5, 1, 0.2];
  const timesSeconds = values.map((_, i) => (i + 1) * 60);
  const columns = [
    { group: 'objective', subject: 'o', measure: 'goodShare', unit: 'ratio', values } as const,
  ];
  const breaches = breachesOf(objective, new SeriesTable({ timesSeconds, columns: [...columns] }), 60);
  assert.deepEqual(
    breaches.map(({ fromSeconds, toSeconds }) => [fromSeconds, toSeconds]),
    [
      [120, 240],
      [300, 360],
      [420, 480],
    ],
  );
});

test('bands are lettered as columns of a spreadsheet are', () => {
  assert.deepEqual([0, 25, 26, 701, 702].map(letterOf), ['A', 'Z', 'AA', 'ZZ', 'AAA']);
});
