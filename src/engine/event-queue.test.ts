import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../base/random.ts';
import { EventQueue } from './event-queue.ts';

interface Event {
  readonly time: number;
  readonly order: number;
  readonly a: number;
  readonly id: number;
}

/** The same set as a plain list, to compare with. */
class PlainList {
  readonly events: Event[] = [];

  takeLeast(until: number): Event | undefined {
    const { events } = this;
    let least = 0;
    for (let i = 1; i < events.length; i++) {
      const { time, order } = events[i];
      if (time < events[least].time || (time === events[least].time && order < events[least].order))
        least = i;
    }
    return events.length > 0 && events[least].time <= until ? events.splice(least, 1)[0] : undefined;
  }

  remove(id: number): boolean {
    const at = this.events.findIndex((event) => event.id === id);
    if (at >= 0) this.events.splice(at, 1);
    return at >= 0;
  }
}

/** Both sets side by side; every step is done to both and must have the same outcome. */
class Pair {
  readonly queue = new EventQueue();
  readonly list = new PlainList();
  readonly ids: number[] = [];

  push(time: number, order: number, a: number): void {
    const id = this.queue.idOf(this.queue.push(time, order, a % 7, a, ~a));
    assert.ok(id > 0 && Number.isSafeInteger(id));
    this.list.events.push({ time, order, a, id });
    this.ids.push(id);
    this.check();
  }

  pop(until: number): void {
    const expected = this.list.takeLeast(until);
    assert.equal(this.queue.pop(until), expected !== undefined);
    if (expected !== undefined) {
      const { time, handler, a, b } = this.queue;
      assert.deepEqual([time, handler, a, b], [expected.time, expected.a % 7, expected.a, ~expected.a]);
    }
    this.check();
  }

  cancel(id: number): void {
    assert.equal(this.queue.cancel(id), this.list.remove(id));
    this.check();
  }

  check(): void {
    assert.equal(this.queue.size, this.list.events.length);
  }

  drain(): void {
    while (this.list.events.length > 0) this.pop(Infinity);
    assert.equal(this.queue.pop(Infinity), false);
  }
}

type Step =
  | { readonly kind: 'push'; readonly time: number; readonly priority: number }
  | { readonly kind: 'pop'; readonly until: number }
  | { readonly kind: 'cancel'; readonly which: number };

/** Few different times, so that most are shared by several events. */
const time = fc.integer({ min: 0, max: 20 });
const push = fc.record({
  kind: fc.constant('push' as const),
  time,
  priority: fc.integer({ min: -2, max: 2 }),
});
const pop = fc.record({ kind: fc.constant('pop' as const), until: fc.oneof(time, fc.constant(Infinity)) });
const cancel = fc.record({ kind: fc.constant('cancel' as const), which: fc.nat() });

function play(steps: readonly Step[]): void {
  const pair = new Pair();
  steps.forEach((step, i) => {
    if (step.kind === 'push') pair.push(step.time, step.priority * 2 ** 45 + i, i);
    else if (step.kind === 'pop') pair.pop(step.until);
    // Any id ever given: pending, taken, or cancelled before.
    else if (pair.ids.length > 0) pair.cancel(pair.ids[step.which % pair.ids.length]);
  });
  pair.drain();
}

test('events come by time and order whatever is added, taken and cancelled between', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: push },
    { weight: 2, arbitrary: pop },
    { weight: 2, arbitrary: cancel },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 120 }), play), { numRuns: 300 });
});

test('the same when most are cancelled, so that the heap is cleaned up', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: push },
    { weight: 1, arbitrary: pop },
    { weight: 5, arbitrary: cancel },
  );
  fc.assert(fc.property(fc.array(step, { minLength: 400, maxLength: 800, size: 'max' }), play), {
    numRuns: 20,
  });
});

test('many events come sorted', () => {
  const queue = new EventQueue();
  const stream = randomStream(1, 'events');
  // Beyond the part of the heap that is near the root, and with many equal times.
  const count = 60_000;
  const keys = Array.from({ length: count }, (_, i) => ({ time: stream.integer(count / 4), order: i }));
  for (const { time, order } of keys) queue.push(time, order, 0, order, 0);
  keys.sort((x, y) => x.time - y.time || x.order - y.order);
  for (const { time, order } of keys) {
    assert.ok(queue.pop(Infinity));
    assert.ok(queue.time === time && queue.a === order);
  }
  assert.equal(queue.size, 0);
});

test('a large queue keeps its order while events come and go', () => {
  const queue = new EventQueue();
  const stream = randomStream(2, 'hold');
  let order = 0;
  for (; order < 50_000; order++) queue.push(stream.integer(1_000_000), order, 0, order, 0);
  let last = -1;
  let lastOrder = -1;
  for (let i = 0; i < 100_000; i++) {
    assert.ok(queue.pop(Infinity));
    assert.ok(queue.time > last || (queue.time === last && queue.a > lastOrder));
    last = queue.time;
    lastOrder = queue.a;
    order++;
    queue.push(last + 1 + stream.integer(1_000_000), order, 0, order, 0);
  }
  assert.equal(queue.size, 50_000);
});

test('payloads are int32 of any value', () => {
  const queue = new EventQueue();
  queue.push(5, 1, 3, -2_147_483_648, 2_147_483_647);
  assert.ok(queue.pop(5));
  assert.deepEqual([queue.handler, queue.a, queue.b], [3, -2_147_483_648, 2_147_483_647]);
});

test('a bound that no event reaches takes nothing', () => {
  const queue = new EventQueue();
  queue.push(10, 1, 0, 0, 0);
  assert.equal(queue.pop(9), false);
  assert.equal(queue.pop(Number.NaN), false);
  assert.equal(queue.size, 1);
  assert.equal(queue.pop(10), true);
});

test('ids are never reused nearby: a late cancel hits nobody', () => {
  const queue = new EventQueue();
  const stale = queue.idOf(queue.push(1, 1, 0, 1, 0));
  assert.ok(queue.pop(Infinity));
  const live = queue.idOf(queue.push(2, 2, 0, 2, 0));
  assert.equal(queue.cancel(stale), false);
  for (const nobody of [0, -1, 1, Number.NaN, Infinity, 2 ** 53, live + 1])
    assert.equal(queue.cancel(nobody), false);
  assert.equal(queue.cancel(live), true);
  assert.equal(queue.cancel(live), false);
  assert.equal(queue.size, 0);
  assert.equal(queue.pop(Infinity), false);
});

test('cancelled events never take more room than live ones', () => {
  const queue = new EventQueue();
  let order = 0;
  queue.push(1e12, order++, 0, 0, 0);
  // A million timeouts far in the future, cancelled at once: the slots in use must stay few.
  let highest = 0;
  for (let i = 0; i < 1_000_000; i++) {
    const slot = queue.push(1e9 + i, order++, 0, 0, 0);
    highest = Math.max(highest, slot);
    assert.ok(queue.cancel(queue.idOf(slot)));
  }
  assert.ok(highest < 200, `slot ${highest} was used`);
  assert.equal(queue.size, 1);
  assert.ok(queue.pop(Infinity) && queue.time === 1e12);
});

test('a large queue is cancelled one event after the other, in random order', () => {
  const queue = new EventQueue();
  const stream = randomStream(3, 'cancel');
  const count = 300_000;
  const ids = Array.from({ length: count }, (_, i) =>
    queue.idOf(queue.push(stream.integer(1000), i, 0, i, 0)),
  );
  for (let left = count; left > 0; left--) {
    const at = stream.integer(left);
    assert.ok(queue.cancel(ids[at]));
    ids[at] = ids[left - 1];
    // Were each of these cancellations to look at all events, the test would take hours.
    assert.equal(queue.size, left - 1);
  }
  assert.equal(queue.pop(Infinity), false);
});
