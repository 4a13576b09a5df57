import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Engine } from './engine.ts';
import { type ProcessBody, Processes } from './process.ts';
import { Resource, Store } from './resource.ts';

function world(): { engine: Engine; processes: Processes; log: string[] } {
  const engine = new Engine();
  return { engine, processes: new Processes(engine), log: [] };
}

test('units are handed out in the order of asking', () => {
  const { engine, processes, log } = world();
  const desk = new Resource(processes, 2);
  function* customer(name: string): ProcessBody {
    yield desk.acquire();
    log.push(`${name} begins ${engine.now}`);
    yield 10;
    desk.release();
  }
  for (const name of ['a', 'b', 'c', 'd', 'e']) processes.start(name, customer(name));
  engine.runUntil(5);
  assert.deepEqual([desk.inUse, desk.waiting], [2, 3]);
  engine.runUntil(100);
  assert.deepEqual(log, ['a begins 0', 'b begins 0', 'c begins 10', 'd begins 10', 'e begins 20']);
  assert.deepEqual([desk.inUse, desk.waiting], [0, 0]);
});

test('a lower priority goes first, among equals who came first', () => {
  const { engine, processes, log } = world();
  const desk = new Resource(processes, 1);
  function* customer(name: string, priority: number): ProcessBody {
    yield desk.acquire(priority);
    log.push(name);
    yield 10;
    desk.release();
  }
  for (const [name, priority] of [
    ['first', 9],
    ['b1', 1],
    ['a1', 0],
    ['b2', 1],
    ['a2', 0],
  ] as const) {
    processes.start(name, customer(name, priority));
  }
  engine.runUntil(100);
  assert.deepEqual(log, ['first', 'a1', 'a2', 'b1', 'b2']);
});

test('who is stopped while waiting leaves the line; whose unit was just granted passes it on', () => {
  const { engine, processes, log } = world();
  const desk = new Resource(processes, 1);
  function* customer(name: string): ProcessBody {
    yield desk.acquire();
    log.push(`${name} ${engine.now}`);
    yield 10;
    desk.release();
  }
  processes.start('a', customer('a'));
  const waiting = processes.start('b', customer('b'));
  const granted = processes.start('c', customer('c'));
  processes.start('d', customer('d'));
  processes.later(5, () => waiting.stop());
  // Scheduled after the release of a at 10, and before c hears of its unit.
  processes.later(9, () => processes.later(1, () => granted.stop()));
  engine.runUntil(100);
  assert.deepEqual(log, ['a 0', 'd 10']);
  assert.equal(desk.inUse, 0);
});

test('a resource can grow and shrink', () => {
  const { engine, processes, log } = world();
  const desk = new Resource(processes, 1);
  function* customer(name: string): ProcessBody {
    yield desk.acquire();
    log.push(`${name} ${engine.now}`);
    yield 10;
    desk.release();
  }
  for (const name of ['a', 'b', 'c', 'd', 'e']) processes.start(name, customer(name));
  processes.later(3, () => desk.resize(3));
  processes.later(4, () => desk.resize(1));
  engine.runUntil(100);
  assert.deepEqual(log, ['a 0', 'b 3', 'c 3', 'd 13', 'e 23']);
  assert.equal(desk.capacity, 1);
});

test('misuse of a resource is refused', () => {
  const { processes } = world();
  assert.throws(() => new Resource(processes, 1).release(), /nobody held/);
  for (const wrong of [-1, 1.5, Number.NaN])
    assert.throws(() => new Resource(processes, wrong), /not a capacity/);
  assert.throws(() => new Resource(processes, 1).resize(-1), /not a capacity/);
});

test('no more units are in use than there are, and all who ask are served', () => {
  const visit = fc.record({
    at: fc.nat(50),
    priority: fc.nat(2),
    stay: fc.integer({ min: 0, max: 20 }),
    patience: fc.nat(60),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(visit, { maxLength: 30 }), (capacity, visits) => {
      const { engine, processes } = world();
      const desk = new Resource(processes, capacity);
      let inside = 0;
      let served = 0;
      let left = 0;
      const inTurn = visits.map(({ at, priority, stay, patience }) => {
        let holds = false;
        const process = processes.start(
          'visit',
          (function* (): ProcessBody {
            yield at;
            yield desk.acquire(priority);
            holds = true;
            inside++;
            assert.ok(inside <= capacity && desk.inUse >= inside);
            yield stay;
            inside--;
            desk.release();
            served++;
          })(),
        );
        // The impatient leave when they have not been let in.
        processes.later(at + patience, () => {
          if (holds || process.done) return;
          process.stop();
          left++;
        });
        return process;
      });
      engine.runUntil(10_000);
      assert.equal(served + left, visits.length);
      assert.ok(inTurn.every((process) => process.done));
      assert.deepEqual([desk.inUse, desk.waiting, engine.pending], [0, 0, 0]);
    }),
  );
});

test('a store hands items over in order, waits when empty and when full', () => {
  const { engine, processes, log } = world();
  const store = new Store<string>(processes, 2);
  processes.start(
    'producer',
    (function* (): ProcessBody {
      for (const item of ['a', 'b', 'c', 'd']) {
        yield store.put(item);
        log.push(`put ${item} ${engine.now}`);
      }
    })(),
  );
  processes.start(
    'consumer',
    (function* (): ProcessBody {
      for (let i = 0; i < 5; i++) {
        yield 10;
        log.push(`took ${yield store.take()} ${engine.now}`);
      }
    })(),
  );
  engine.runUntil(45);
  assert.deepEqual(log, [
    'put a 0',
    'put b 0',
    'took a 10',
    'put c 10',
    'took b 20',
    'put d 20',
    'took c 30',
    'took d 40',
  ]);
  assert.equal(store.length, 0);
  processes.later(50, () => assert.equal(store.offer('e'), true));
  engine.runUntil(200);
  assert.equal(log.at(-1), 'took e 95');
});

test('a full store refuses an offer; a withdrawn take gives its item back', () => {
  const { engine, processes, log } = world();
  const store = new Store<number>(processes, 1);
  assert.equal(store.offer(1), true);
  assert.equal(store.offer(2), false);
  const withdraw = store.take().wait((item) => log.push(`never ${item}`));
  assert.equal(store.length, 0);
  withdraw();
  assert.equal(store.length, 1);
  store.take().wait((item) => log.push(`took ${item}`));
  engine.runUntil(1);
  withdraw();
  assert.deepEqual(log, ['took 1']);
  assert.throws(() => new Store(processes, -1), /not a capacity/);
});
