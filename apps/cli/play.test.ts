import assert from 'node:assert/strict';
import { test } from 'node:test';
import { obey } from './play/keys.ts';
import { clockText, statusText } from './play/status-line.ts';

function steered() {
  const pacer = {
    paused: false,
    speed: 1,
    stepped: 0,
    step: (micros: number) => void (pacer.stepped += micros),
  };
  let quits = 0;
  const press = (keys: string) => {
    for (const key of keys) obey(key, pacer, () => void quits++);
  };
  return { pacer, press, quits: () => quits };
}

test('keys pause, step, change the speed and end', () => {
  const { pacer, press, quits } = steered();
  press(' ');
  assert.equal(pacer.paused, true);
  press(' s');
  assert.equal(pacer.paused, true, 'a step pauses');
  assert.equal(pacer.stepped, 1e6);
  press('++-x');
  assert.equal(pacer.speed, 2);
  press('q\u0003');
  assert.equal(quits(), 2);
});

test('the status line says where the run is and how it goes', () => {
  const session = { nowMicros: 3_723e6, endMicros: 7_200e6, finished: false, requestCount: 42 };
  const pacer = { paused: false, speed: 60 };
  assert.equal(statusText(session, pacer, 1), '1:02:03 of 2:00:00  60x  42 requests  1 change');
  assert.match(statusText(session, { ...pacer, paused: true }, 0), /paused/);
  assert.match(statusText(session, { ...pacer, speed: Number.POSITIVE_INFINITY }, 0), /as fast as it goes/);
  assert.match(statusText({ ...session, finished: true }, pacer, 0), /ended/);
  assert.equal(clockText(59_999_999), '0:00:59');
});
