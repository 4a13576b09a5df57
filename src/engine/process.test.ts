import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from './engine.ts';
import { type Process, type ProcessBody, Processes } from './process.ts';

function world(): { engine: Engine; processes: Processes; log: string[] } {
  const engine = new Engine();
  return { engine, processes: new Processes(engine), log: [] };
}

test('a process waits in virtual time and returns a result', () => {
  const { engine, processes, log } = world();
  function* body(): ProcessBody<number> {
    log.push(`begins ${engine.now}`);
    yield 10;
    log.push(`works ${engine.now}`);
    yield 20;
    return 7;
  }
  const process = processes.start('worker', body());
  assert.deepEqual([log.length, process.done], [0, false]);
  engine.runUntil(29);
  assert.deepEqual([process.done, process.result], [false, undefined]);
  engine.runUntil(30);
  assert.deepEqual([process.done, process.result], [true, 7]);
  assert.deepEqual(log, ['begins 0', 'works 10']);
  assert.equal(engine.pending, 0);
});

test('a signal wakes all who wait, in their order, with its value', () => {
  const { engine, processes, log } = world();
  const news = processes.signal<string>();
  function* reader(name: string): ProcessBody {
    for (;;) {
      const value = yield news;
      log.push(`${name} at ${engine.now}: ${value}`);
    }
  }
  processes.start('a', reader('a'));
  processes.start('b', reader('b'));
  processes.later(5, () => news.fire('one'));
  processes.later(8, () => news.fire('two'));
  engine.runUntil(100);
  assert.deepEqual(log, ['a at 5: one', 'b at 5: one', 'a at 8: two', 'b at 8: two']);
  assert.equal(news.waiting, 2);
});

test('a signal that nobody waits for is lost', () => {
  const { engine, processes, log } = world();
  const signal = processes.signal();
  signal.fire();
  processes.start(
    'late',
    (function* (): ProcessBody {
      yield signal;
      log.push('woken');
    })(),
  );
  engine.runUntil(100);
  assert.deepEqual(log, []);
});

test('a process waits for another and gets its result, also when it has ended before', () => {
  const { engine, processes, log } = world();
  const child = processes.start(
    'child',
    (function* (): ProcessBody<string> {
      yield 10;
      return 'done';
    })(),
  );
  function* parent(delay: number): ProcessBody {
    yield delay;
    log.push(`${yield child} at ${engine.now}`);
  }
  processes.start('early', parent(1));
  processes.start('late', parent(50));
  engine.runUntil(100);
  assert.deepEqual(log, ['done at 10', 'done at 50']);
});

test('a stopped process runs its finally blocks, forgets its wait, and wakes those who wait for it', () => {
  const { engine, processes, log } = world();
  const signal = processes.signal();
  const loop = processes.start(
    'loop',
    (function* (): ProcessBody<number> {
      try {
        yield signal;
        log.push('never');
      } finally {
        log.push(`cleaned ${engine.now}`);
      }
      return 1;
    })(),
  );
  processes.start(
    'watcher',
    (function* (): ProcessBody {
      log.push(`ended with ${yield loop} at ${engine.now}`);
    })(),
  );
  processes.later(10, () => {
    loop.stop();
    loop.stop();
    signal.fire();
  });
  engine.runUntil(100);
  assert.deepEqual(log, ['cleaned 10', 'ended with undefined at 10']);
  assert.deepEqual([loop.done, loop.result, signal.waiting], [true, undefined, 0]);
});

test('a process stopped before it began never runs', () => {
  const { engine, processes, log } = world();
  const process = processes.start(
    'never',
    (function* (): ProcessBody {
      log.push('ran');
      yield 1;
    })(),
  );
  process.stop();
  engine.runUntil(100);
  assert.deepEqual([log.length, process.done, engine.pending], [0, true, 0]);
});

test('a process stopped between its signal and its waking does not wake', () => {
  const { engine, processes, log } = world();
  const signal = processes.signal();
  const process = processes.start(
    'victim',
    (function* (): ProcessBody {
      yield signal;
      log.push('woken');
    })(),
  );
  processes.later(10, () => {
    signal.fire();
    process.stop();
  });
  engine.runUntil(100);
  assert.deepEqual([log.length, process.done], [0, true]);
});

test('misuse is told by the name of the process', () => {
  const { engine, processes } = world();
  processes.start(
    'backwards',
    (function* (): ProcessBody {
      yield -1;
    })(),
  );
  assert.throws(() => engine.runUntil(1), /backwards waits for -1/);
  const state: { self?: Process<void> } = {};
  function* own(): ProcessBody {
    yield 1;
    state.self?.stop();
  }
  state.self = processes.start('own', own());
  assert.throws(() => engine.runUntil(10), /own cannot stop itself/);
});

test('an error of a process ends the run', () => {
  const { engine, processes } = world();
  processes.start(
    'wrong',
    (function* (): ProcessBody {
      yield 5;
      throw new Error('a defect');
    })(),
  );
  assert.throws(() => engine.runUntil(10), /a defect/);
  assert.equal(engine.now, 5);
});

test('withdrawn callbacks do not come', () => {
  const { engine, processes, log } = world();
  const withdraw = processes.later(5, () => log.push('no'));
  const other = processes.later(5, () => log.push('yes'));
  withdraw();
  withdraw();
  engine.runUntil(10);
  other();
  assert.deepEqual(log, ['yes']);
});
