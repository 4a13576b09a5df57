import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readTrace, type Trace, type TraceQuestion } from './trace.ts';

const plain: TraceQuestion = {
  format: 'counts',
  intervalMicros: null,
  timeColumn: null,
  countColumn: null,
  attributes: [],
  fromMicros: 0,
  toMicros: null,
  offsetMicros: 0,
};

function read(text: string, question: Partial<TraceQuestion> = {}): Trace {
  const { trace, problems } = readTrace(text, { ...plain, ...question });
  assert.deepEqual(problems, []);
  assert.ok(trace);
  return trace;
}

function codes(text: string, question: Partial<TraceQuestion> = {}): string[] {
  return readTrace(text, { ...plain, ...question }).problems.map(
    (one) => `${one.code}:${one.line}:${one.column}`,
  );
}

test('counts per interval, with intervals that the file skips', () => {
  const trace = read(
    'minute,requests\n1995-07-13T00:00:00,4\n1995-07-13T00:01:00,7\n1995-07-13T00:04:00,1\n',
  );
  assert.deepEqual(trace.load, { kind: 'counts', intervalMicros: 60e6, counts: [4, 7, 0, 0, 1] });
  assert.equal(trace.startsAt, '1995-07-13T00:00:00Z');
  assert.equal(trace.endMicros, 300e6);
  assert.equal(trace.requests, 12);
});

test('seconds of a day without a header; two lines for one interval add up', () => {
  const trace = read('0,1\n1,2\n1,3\n3,4\n');
  assert.deepEqual(trace.load, { kind: 'counts', intervalMicros: 1e6, counts: [1, 5, 0, 4] });
  assert.equal(trace.startsAt, null);
});

test('a column of counts alone needs its interval', () => {
  assert.deepEqual(read('count\n3\n0\n5\n', { intervalMicros: 30e6 }).load, {
    kind: 'counts',
    intervalMicros: 30e6,
    counts: [3, 0, 5],
  });
  assert.deepEqual(codes('count\n3\n0\n5\n'), ['trace-interval-unknown:0:1']);
});

test('a window cuts, an offset delays', () => {
  const text = 't,n\n0,1\n60,2\n120,3\n180,4\n';
  const trace = read(text, { fromMicros: 60e6, toMicros: 180e6, offsetMicros: 120e6 });
  assert.deepEqual(trace.load, { kind: 'counts', intervalMicros: 60e6, counts: [0, 0, 2, 3] });
  assert.deepEqual(codes(text, { fromMicros: 600e6 }), ['trace-window:0:1']);
  assert.deepEqual(codes(text, { fromMicros: 30e6 }), ['trace-inside-interval:0:1']);
});

test('one line for each request, out of order, with attributes', () => {
  const text =
    'TIMESTAMP,Context,Generated\n2023-11-16 18:17:04.50,30,3\n2023-11-16 18:17:03.25,10,1\n2023-11-16 18:17:03.75,20,2\n';
  const trace = read(text, {
    format: 'timestamps',
    timeColumn: 'TIMESTAMP',
    attributes: ['Generated', 'context'],
  });
  assert.deepEqual(trace.load, {
    kind: 'timestamps',
    atMicros: [0, 500_000, 1_250_000],
    attributes: { Generated: [1, 2, 3], context: [10, 20, 30] },
  });
  assert.equal(trace.startsAt, '2023-11-16T18:17:03.25Z');
});

test('the clock at virtual time zero counts window and delay', () => {
  const text = 't,n\n2026-03-01T09:00:00Z,1\n2026-03-01T09:01:00Z,2\n2026-03-01T09:02:00Z,3\n';
  assert.equal(read(text, { fromMicros: 60e6 }).startsAt, '2026-03-01T09:01:00Z');
  assert.equal(read(text, { fromMicros: 60e6, offsetMicros: 300e6 }).startsAt, '2026-03-01T08:56:00Z');
});

test('malformed lines are told with line and column, and only so many of them', () => {
  assert.deepEqual(codes('t,n\n0,1\nnoon,2\n120,many\n180\n240,5\n'), [
    'trace-time:3:1',
    'trace-number:4:2',
    'trace-short-line:5:1',
  ]);
  const bad = `t,n\n0,1\n60,1\n${'x,1\n'.repeat(100)}`;
  const { problems } = readTrace(bad, plain);
  assert.equal(problems.length, 6);
  assert.match(problems[5].message, /95 more lines/);
});

test('a column that is not there, an empty file, an open quote, times between intervals', () => {
  assert.deepEqual(codes('t,n\n0,1\n', { countColumn: 'requests' }), ['trace-column:1:1']);
  assert.deepEqual(codes('t,n\n'), ['trace-empty:0:1']);
  assert.deepEqual(codes(''), ['trace-empty:0:1']);
  assert.deepEqual(codes('t,n\n0,1\n60,"2\n'), ['trace-quote:3:1']);
  assert.deepEqual(codes('t,n\n0,1\n60,1\n90,1\n'), ['trace-interval:4:1']);
});

test('a span of more intervals than memory holds is an error, not a crash', () => {
  assert.deepEqual(codes('t,n\n0,1\n1,1\n90000000,1\n'), ['trace-too-long:0:1']);
});

test('property: counts are preserved, whatever the order of lines and the gaps', () => {
  const rows = fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(
      rows,
      fc.integer({ min: 1, max: 3600 }),
      fc.infiniteStream(fc.nat(1000)),
      (bins, seconds, stream) => {
        const counts = bins.map(() => stream.next().value as number);
        const text = `time,count\n${bins.map((bin, i) => `${bin * seconds},${counts[i]}`).join('\n')}`;
        const { load, requests } = read(text, { intervalMicros: seconds * 1e6 });
        const total = counts.reduce((sum, one) => sum + one, 0);
        assert.ok(load.kind === 'counts');
        assert.equal(
          load.counts.reduce((sum, one) => sum + one, 0),
          total,
        );
        assert.equal(requests, total);
        assert.equal(load.counts.length, Math.max(...bins) - Math.min(...bins) + 1);
      },
    ),
  );
});

test('property: timestamps keep their number and their distances', () => {
  const times = fc.array(fc.integer({ min: 0, max: 4_000_000_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: 10_000_000 }), (micros, offset) => {
      const text = `at\n${micros.map((at) => `${Math.floor(at / 1e6)}.${String(at % 1e6).padStart(6, '0')}`).join('\n')}`;
      const { load } = read(text, { format: 'timestamps', offsetMicros: offset });
      const sorted = [...micros].sort((a, b) => a - b);
      assert.ok(load.kind === 'timestamps');
      assert.deepEqual(
        load.atMicros,
        sorted.map((at) => at - sorted[0] + offset),
      );
    }),
  );
});

test('property: no text makes it throw', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 80, unit: fc.constantFrom(...'01,;"\n\r\t#-: .TZe+ab\ufeff') }),
      (text) => {
        readTrace(text, plain);
        readTrace(text, { ...plain, format: 'timestamps', attributes: ['a'] });
      },
    ),
    { numRuns: 500 },
  );
});
