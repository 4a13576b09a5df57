import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Engine } from './engine.ts';
import { TimerList } from './timers.ts';

test('a timer fires after its duration, unless it was stopped', () => {
  const engine = new Engine();
  const fired: number[][] = [];
  const timers = new TimerList(engine, 'timeout', 100, (a) => fired.push([engine.now, a]));
  const first = timers.start(1);
  timers.start(-2);
  engine.runUntil(40);
  timers.start(3);
  assert.equal(timers.stop(first), true);
  assert.equal(timers.running, 2);
  engine.runUntil(1000);
  assert.deepEqual(fired, [
    [100, -2],
    [140, 3],
  ]);
  assert.equal(timers.running, 0);
  assert.equal(timers.stop(first), false);
});

test('ids are never reused nearby: a late stop hits nobody', () => {
  const engine = new Engine();
  const fired: number[] = [];
  const timers = new TimerList(engine, 'timeout', 10, (a) => fired.push(a));
  const stale = timers.start(1);
  engine.runUntil(10);
  const stopped = timers.start(2);
  assert.equal(timers.stop(stopped), true);
  const live = timers.start(3);
  for (const nobody of [stale, stopped, 0, -1, Number.NaN, live + 1])
    assert.equal(timers.stop(nobody), false);
  engine.runUntil(20);
  assert.deepEqual(fired, [1, 3]);
});

test('a handler may stop and start timers, also its own', () => {
  const engine = new Engine();
  const fired: number[][] = [];
  const ids: number[] = [];
  const timers: TimerList = new TimerList(engine, 'timeout', 10, (a) => {
    fired.push([engine.now, a]);
    assert.equal(timers.stop(ids[a]), false);
    if (a === 0) {
      timers.stop(ids[1]);
      ids[3] = timers.start(3);
    }
  });
  for (let a = 0; a < 3; a++) ids[a] = timers.start(a);
  engine.runUntil(100);
  assert.deepEqual(fired, [
    [10, 0],
    [10, 2],
    [20, 3],
  ]);
});

test('a duration of nothing fires at the present time, after what is already due', () => {
  const engine = new Engine();
  const fired: string[] = [];
  const timers = new TimerList(engine, 'now', 0, () => fired.push('timer'));
  const note = engine.register('note', () => fired.push('event'));
  engine.schedule(0, note);
  timers.start(0);
  engine.schedule(0, note);
  engine.runUntil(0);
  assert.deepEqual(fired, ['event', 'timer', 'event']);
});

test('wrong durations are refused', () => {
  const engine = new Engine();
  for (const wrong of [-1, Number.NaN, Infinity]) {
    assert.throws(() => new TimerList(engine, 'wrong', wrong, () => {}), /not a duration/);
  }
});

/** Timers by plain events, to compare with. */
class PlainTimers {
  readonly #engine: Engine;
  readonly #durationMicros: number;
  readonly #handler: number;
  readonly #ids = new Map<number, number>();

  constructor(engine: Engine, name: string, durationMicros: number, handler: (a: number) => void) {
    this.#engine = engine;
    this.#durationMicros = durationMicros;
    this.#handler = engine.register(name, (a) => {
      this.#ids.delete(a);
      handler(a);
    });
  }

  start(a: number): void {
    this.#ids.set(a, this.#engine.schedule(this.#engine.now + this.#durationMicros, this.#handler, a));
  }

  stop(a: number): boolean {
    return this.#engine.cancel(this.#ids.get(a) ?? 0);
  }
}

interface Step {
  readonly delay: number;
  readonly list: number;
  /** Stop the timer started so many starts ago; null: start one. */
  readonly stop: number | null;
}

/** Plays the same with both kinds and returns everything that happened, in order. */
function play(steps: readonly Step[], durations: readonly number[], plain: boolean): string[] {
  const engine = new Engine();
  const log: string[] = [];
  const ids: number[] = [];
  const lists = durations.map((duration, list) => {
    const onExpiry = (a: number): void => {
      log.push(`${engine.now} timer ${list} ${a}`);
      // Some timers start another when they fire, and plain events mingle with them.
      if (a % 3 === 0) start(list, a + 1);
      if (a % 4 === 0) engine.schedule(engine.now + duration, note, a);
    };
    return plain
      ? new PlainTimers(engine, `list ${list}`, duration, onExpiry)
      : new TimerList(engine, `list ${list}`, duration, onExpiry);
  });
  const note = engine.register('note', (a) => log.push(`${engine.now} note ${a}`));
  const start = (list: number, a: number): void => {
    ids[a] = lists[list].start(a) ?? a;
  };
  const run = engine.register('step', (i) => {
    const step = steps[i];
    if (step.stop === null) start(step.list, 10 * i);
    else {
      const target = 10 * Math.max(0, i - step.stop);
      const wasList = steps[Math.max(0, i - step.stop)].list;
      log.push(`${engine.now} stop ${lists[wasList].stop(plain ? target : (ids[target] ?? 0))}`);
    }
    engine.schedule(engine.now + 2, note, i);
    if (i + 1 < steps.length) engine.schedule(engine.now + steps[i + 1].delay, run, i + 1);
  });
  engine.schedule(0, run);
  engine.runUntil(10_000);
  return log;
}

test('timers fire when and in the order in which plain events would', () => {
  const step = fc.record({
    delay: fc.nat(4),
    list: fc.nat(2),
    stop: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(6) }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 150, size: 'max' }), (steps) => {
      assert.deepEqual(play(steps, [6, 2, 15], false), play(steps, [6, 2, 15], true));
    }),
    { numRuns: 200 },
  );
});

test('a million timers that are stopped leave next to nothing behind', () => {
  const engine = new Engine();
  const timers = new TimerList(engine, 'timeout', 1_000_000, () => assert.fail('no timer may fire'));
  const state = { id: 0, started: 0 };
  const request = engine.register('request', () => {
    timers.stop(state.id);
    state.id = timers.start(state.started++);
    if (state.started < 1_000_000) engine.schedule(engine.now + 10, request);
    else timers.stop(state.id);
  });
  engine.schedule(0, request);
  engine.runUntil(100_000_000);
  assert.equal(state.started, 1_000_000);
  assert.equal(timers.running, 0);
  // One event of its own for each duration that passes, not one for each timer.
  assert.ok(engine.processed - 1_000_000 <= 12, `${engine.processed - 1_000_000} events of its own`);
  assert.equal(engine.pending, 0);
});
