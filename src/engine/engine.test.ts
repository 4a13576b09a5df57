import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../base/random.ts';
import { Engine } from './engine.ts';

/** An engine and a list of what it fired, as [time, a, b]. */
function recorder(): { engine: Engine; note: number; fired: number[][] } {
  const engine = new Engine();
  const fired: number[][] = [];
  const note = engine.register('note', (a, b) => fired.push([engine.now, a, b]));
  return { engine, note, fired };
}

test('events fire by time, then priority, then order of scheduling', () => {
  const { engine, note, fired } = recorder();
  engine.schedule(20, note, 1);
  engine.schedule(10, note, 2);
  engine.scheduleWithPriority(20, -1, note, 3);
  engine.scheduleWithPriority(20, 5, note, 4);
  engine.schedule(20, note, 5, 6);
  engine.runUntil(100);
  assert.deepEqual(fired, [
    [10, 2, 0],
    [20, 3, 0],
    [20, 1, 0],
    [20, 5, 6],
    [20, 4, 0],
  ]);
  assert.equal(engine.processed, 5);
});

interface Planned {
  readonly time: number;
  readonly priority: number;
  /** What this event schedules when it fires, after a delay. */
  readonly followers: readonly { readonly delay: number; readonly priority: number }[];
}

/** The order in which the events fire by definition: each time the least of all by (time, priority, sequence). */
function definition(events: readonly Planned[]): string[] {
  const pending = events.map((event, sequence) => ({ ...event, sequence }));
  const fired: string[] = [];
  let sequence = pending.length;
  while (pending.length > 0) {
    pending.sort((x, y) => x.time - y.time || x.priority - y.priority || x.sequence - y.sequence);
    const event = pending.shift()!;
    fired.push(`${event.time}/${event.priority}/${event.sequence}`);
    for (const { delay, priority } of event.followers) {
      pending.push({ time: event.time + delay, priority, sequence: sequence++, followers: [] });
    }
  }
  return fired;
}

test('whatever is scheduled fires in the total order', () => {
  const priority = fc.integer({ min: -128, max: 127 });
  const follower = fc.record({ delay: fc.nat(5), priority });
  const followers = fc.array(follower, { maxLength: 3 });
  const event = fc.record({ time: fc.nat(30), priority: fc.oneof(fc.constant(0), priority), followers });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const engine = new Engine();
      const known: Planned[] = [];
      const fired: string[] = [];
      const add = (planned: Planned): void => {
        engine.scheduleWithPriority(planned.time, planned.priority, handler, known.push(planned) - 1);
      };
      const handler = engine.register('event', (sequence) => {
        const { time, priority, followers } = known[sequence];
        assert.equal(engine.now, time);
        fired.push(`${time}/${priority}/${sequence}`);
        for (const next of followers)
          add({ time: time + next.delay, priority: next.priority, followers: [] });
      });
      for (const planned of events) add(planned);
      engine.runUntil(1000);
      assert.deepEqual(fired, definition(events));
    }),
  );
});

test('runUntil fires what is due at its very end, and only that', () => {
  const { engine, note, fired } = recorder();
  engine.schedule(10, note, 1);
  engine.schedule(11, note, 2);
  engine.runUntil(10);
  assert.deepEqual(fired, [[10, 1, 0]]);
  assert.deepEqual([engine.now, engine.pending], [10, 1]);
  engine.runUntil(10);
  engine.runUntil(50);
  assert.deepEqual(fired.length, 2);
  assert.deepEqual([engine.now, engine.pending], [50, 0]);
});

test('an event may schedule at its own time: it fires in the same run, after what is already due', () => {
  const { engine, note, fired } = recorder();
  const chain = engine.register('chain', (a) => {
    fired.push([engine.now, a, 0]);
    if (a > 0) engine.schedule(engine.now, chain, a - 1);
  });
  engine.schedule(5, chain, 2);
  engine.schedule(5, note, 9);
  engine.runUntil(5);
  assert.deepEqual(
    fired.map(([, a]) => a),
    [2, 9, 1, 0],
  );
});

test('times are rounded to whole microseconds', () => {
  const { engine, note, fired } = recorder();
  engine.schedule(0.4, note, 1);
  engine.schedule(0.5, note, 2);
  engine.schedule(1.49999, note, 3);
  engine.runUntil(10);
  assert.deepEqual(
    fired.map(([time]) => time),
    [0, 1, 1],
  );
  engine.schedule(10.2, note, 4);
  engine.runUntil(10);
  assert.equal(fired[3][0], 10);
});

test('a delay is scheduling at the time that far from now', () => {
  const { engine, note, fired } = recorder();
  engine.runUntil(100);
  engine.schedule(107, note, 1, 0);
  engine.after(6.6, note, 2, -3);
  engine.schedule(107, note, 3, 0);
  engine.after(0, note, 4, 0);
  engine.runUntil(200);
  assert.deepEqual(fired, [
    [100, 4, 0],
    [107, 1, 0],
    [107, 2, -3],
    [107, 3, 0],
  ]);
  for (const delay of [-1, -0.1, Number.NaN, Infinity]) {
    assert.throws(() => engine.after(delay, note, 0, 0), /note scheduled at/);
  }
});

test('the past, infinity and what is no number are refused with the name of the handler', () => {
  const { engine, note } = recorder();
  engine.runUntil(100);
  for (const time of [99, 99.9, -1, Number.NaN, Infinity, 2 ** 60]) {
    assert.throws(() => engine.schedule(time, note), /note scheduled at/);
  }
  assert.throws(() => engine.runUntil(99), /cannot run until 99/);
  assert.throws(() => engine.scheduleWithPriority(100, 128, note), /priority/);
  assert.throws(() => engine.register('note', () => {}), /registered twice/);
});

test('a cancelled event does not fire, also when an event of the same time cancels it', () => {
  const { engine, note, fired } = recorder();
  const victim = { id: 0 };
  const killer = engine.register('killer', () => assert.equal(engine.cancel(victim.id), true));
  engine.schedule(10, killer);
  victim.id = engine.schedule(10, note, 1);
  const other = engine.schedule(5, note, 2);
  engine.runUntil(20);
  assert.deepEqual(fired, [[5, 2, 0]]);
  assert.equal(engine.cancel(other), false);
  assert.equal(engine.cancel(victim.id), false);
  assert.equal(engine.cancel(0), false);
  assert.equal(engine.pending, 0);
});

test('an event that cancels itself while it fires finds nothing to cancel', () => {
  const engine = new Engine();
  const state = { id: 0, outcome: true };
  const self = engine.register('self', () => {
    state.outcome = engine.cancel(state.id);
  });
  state.id = engine.schedule(1, self);
  engine.runUntil(2);
  assert.equal(state.outcome, false);
});

test('stop ends the run after the present event; the next run goes on', () => {
  const { engine, note, fired } = recorder();
  const halt = engine.register('halt', () => engine.stop());
  engine.schedule(10, halt);
  engine.schedule(10, note, 1);
  engine.runUntil(100);
  assert.deepEqual([engine.now, fired.length, engine.pending], [10, 0, 1]);
  engine.runUntil(100);
  assert.deepEqual([engine.now, fired.length, engine.pending], [100, 1, 0]);
});

test('a run without an end ends with the last event', () => {
  const { engine, note } = recorder();
  engine.schedule(123, note);
  engine.runUntil(Infinity);
  assert.equal(engine.now, 123);
});

test('what a handler throws ends the run, and the engine is as it was before the next event', () => {
  const { engine, note, fired } = recorder();
  const wrong = engine.register('wrong', () => {
    throw new Error('wrong');
  });
  engine.schedule(1, wrong);
  engine.schedule(2, note);
  assert.throws(() => engine.runUntil(10), /wrong/);
  engine.runUntil(10);
  assert.equal(fired.length, 1);
});

/** A small random world: each event schedules and cancels others. */
function randomRun(seed: number, extraStream: boolean): { hash: string; processed: number } {
  const engine = new Engine();
  const stream = randomStream(seed, 'world');
  if (extraStream) randomStream(seed, 'another').uniform();
  const ids: number[] = [];
  const handlers = ['x', 'y', 'z'].map((name) =>
    engine.register(name, (a) => {
      const count = a > 0 ? stream.integer(3) : 0;
      for (let i = 0; i < count; i++) {
        ids.push(
          engine.schedule(engine.now + 50 * stream.exponential(), handlers[stream.integer(3)], a - 1, i),
        );
      }
      if (ids.length > 0 && stream.integer(3) === 0) engine.cancel(ids[stream.integer(ids.length)]);
    }),
  );
  for (let i = 0; i < 20; i++) engine.schedule(stream.integer(100), handlers[i % 3], 6, i);
  engine.runUntil(10_000);
  return { hash: engine.traceHash(), processed: engine.processed };
}

test('the same seed gives the same trace, another seed another', () => {
  const hashes = new Set<string>();
  for (let seed = 0; seed < 50; seed++) {
    const run = randomRun(seed, false);
    assert.deepEqual(randomRun(seed, true), run);
    assert.ok(run.processed > 20);
    hashes.add(run.hash);
  }
  assert.equal(hashes.size, 50);
});

test('the trace of a known world stays what it is, on every platform', () => {
  assert.deepEqual(randomRun(1995, false), { hash: '469a9757c328894b', processed: 93 });
});

test('virtual time may run for centuries', () => {
  const { engine, note, fired } = recorder();
  const far = 2 ** 52 + 1;
  engine.schedule(far, note, 1);
  engine.schedule(far + 1, note, 2);
  engine.runUntil(Number.MAX_SAFE_INTEGER);
  assert.deepEqual(fired, [
    [far, 1, 0],
    [far + 1, 2, 0],
  ]);
});
