import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccessLog } from './access-log.ts';
import { causes, type TrafficModel } from './model.ts';

const model = { endpoints: [{ name: 'GET /products' }, { name: 'query' }] } as unknown as TrafficModel;
const log = () => new AccessLog(model, (micros) => `t${micros}`);

test('a request is one line of JSON that says what was asked and how it went', () => {
  const of = log();
  of.tell(3, 5, 'listening');
  of.served(3, 0, 0, 12_345, 10);
  of.served(3, 1, causes.indexOf('dependency'), 1000, 20);
  const lines = of.lines(3, 0, 10).map(({ text }) => JSON.parse(text));
  assert.deepEqual(lines, [
    { time: 't5', level: 'info', msg: 'listening' },
    {
      time: 't10',
      level: 'info',
      method: 'GET',
      path: '/products',
      status: 200,
      duration_ms: 12.345,
      msg: 'request completed',
    },
    {
      time: 't20',
      level: 'error',
      method: 'CALL',
      path: 'query',
      status: 502,
      duration_ms: 1,
      msg: 'request failed',
      error: 'dependency',
    },
  ]);
});

test('the newest lines are kept, and given since an instant and up to a number', () => {
  const of = log();
  for (let at = 0; at < 2500; at++) of.served(1, 0, 0, 1, at);
  assert.equal(of.lines(1, 0, 10_000).length, 1000);
  assert.deepEqual(
    of.lines(1, 2400, 3).map(({ atMicros }) => atMicros),
    [2497, 2498, 2499],
  );
  assert.deepEqual(of.lines(2, 0, 10), []);
});
