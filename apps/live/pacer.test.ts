import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faster, Pacer, slower } from './pacer.ts';

/** A run that takes `costMs` of a clock of its own for each virtual second. */
function clockedRun(costMs: number) {
  const state = { now: 0, wall: 0, settled: 0, longest: 0 };
  const run = {
    get nowMicros() {
      return state.now;
    },
    endMicros: 3600e6,
    get finished() {
      return state.now >= 3600e6;
    },
    advance(toMicros: number) {
      const took = ((toMicros - state.now) / 1e6) * costMs;
      state.longest = Math.max(state.longest, took);
      state.wall += took;
      state.now = toMicros;
    },
    settle: () => void state.settled++,
  };
  return { state, run };
}

function paced(costMs: number, speed: number, untilWallMs: number) {
  const { state, run } = clockedRun(costMs);
  const pacer = new Pacer(run, {
    speed,
    paused: false,
    clock: () => state.wall,
    progressed: () => {
      state.wall += 0.5;
      if (state.wall >= untilWallMs) pacer.stop();
    },
  });
  return { state, pacer };
}

test('virtual time goes as fast as was asked', async () => {
  const { state, pacer } = paced(0.001, 10, 50);
  await pacer.run();
  assert.ok(Math.abs(state.now - 500_000) < 100_000, `${state.now}`);
  assert.ok(state.settled > 0);
});

test('at full speed no stretch is long once the cost is known', async () => {
  const { state, pacer } = paced(1, Number.POSITIVE_INFINITY, 300);
  await pacer.run();
  assert.ok(state.longest <= 20, `${state.longest} ms`);
  assert.ok(state.now > 200e6, 'nearly all the time goes into simulating');
});

test('a run that can not keep up goes on from where it is', async () => {
  const { state, pacer } = paced(1000, 10, 2000);
  await pacer.run();
  assert.ok(state.longest <= 20, `${state.longest} ms`);
});

test('paused it stands still, and steps', async () => {
  const { state, pacer } = paced(0.001, 10, 20);
  pacer.paused = true;
  await pacer.run();
  assert.equal(state.now, 0);
  pacer.step(1e6);
  assert.equal(state.now, 1e6);
});

test('speeds go up to as fast as it goes, and down', () => {
  assert.equal(faster(1), 2);
  assert.equal(faster(3600), Number.POSITIVE_INFINITY);
  assert.equal(faster(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  assert.equal(slower(Number.POSITIVE_INFINITY), 3600);
  assert.equal(slower(0.1), 0.1);
});
