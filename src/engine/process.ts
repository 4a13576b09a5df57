import { assert } from '../base/assert.ts';
import type { Engine } from './engine.ts';

/** Something to wait for: a signal, the end of a process, a unit of a resource, an item of a store. */
export interface Waitable<Value> {
  /** Calls back once, at a later event. Returns what withdraws the wait; harmless afterwards. */
  wait(callback: (value: Value) => void): () => void;
}

/** What a process yields: a delay in microseconds, or something to wait for. */
export type Wait = number | Waitable<unknown>;

/** The body of a process. A `yield` evaluates to the value that was waited for; what the body returns is its result. */
export type ProcessBody<Result = void> = Generator<Wait, Result, unknown>;

/**
 * Something that happens, perhaps more than once. `fire` wakes all who wait, in their order of waiting, at the present
 * time but after what is already due.
 */
export class Signal<Value = void> implements Waitable<Value> {
  readonly #processes: Processes;
  /** By number of the wait; a Map keeps the order and forgets one wait at little cost. */
  #waiting = new Map<number, (value: Value) => void>();
  #next = 0;

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  wait(callback: (value: Value) => void): () => void {
    const key = this.#next++;
    let withdraw = (): void => {
      this.#waiting.delete(key);
    };
    this.#waiting.set(key, (value) => {
      withdraw = this.#processes.soon(() => callback(value));
    });
    return () => withdraw();
  }

  fire(value: Value): void {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const wake of waiting.values()) wake(value);
  }
}

/** A generator that lives in virtual time. Those who wait for it get its result, undefined when it was stopped. */
export class Process<Result = unknown> implements Waitable<Result | undefined> {
  readonly name: string;
  readonly #processes: Processes;
  readonly #body: ProcessBody<Result>;
  readonly #ended: Signal<Result | undefined>;
  #withdraw: () => void;
  #running = false;
  #done = false;
  #result: Result | undefined;

  /** Begins at the present time, after what is already due. */
  constructor(processes: Processes, name: string, body: ProcessBody<Result>) {
    this.name = name;
    this.#processes = processes;
    this.#body = body;
    this.#ended = new Signal(processes);
    this.#withdraw = processes.soon(() => this.#resume(undefined));
  }

  get done(): boolean {
    return this.#done;
  }

  /** What the body returned; undefined before that, and when it was stopped. */
  get result(): Result | undefined {
    return this.#result;
  }

  wait(callback: (result: Result | undefined) => void): () => void {
    return this.#done ? this.#processes.soon(() => callback(this.#result)) : this.#ended.wait(callback);
  }

  /**
   * Ends the process where it waits: its `finally` blocks run now (they may not wait), and what it waited for is
   * withdrawn. Not for a process to call on itself: that one returns.
   */
  stop(): void {
    if (this.#done) return;
    assert(!this.#running, `the process ${this.name} cannot stop itself: let it return`);
    this.#withdraw();
    const step = this.#body.return(undefined as Result);
    assert(step.done === true, `the process ${this.name} waits while it is stopped`);
    this.#finish(undefined);
  }

  #resume(value: unknown): void {
    this.#running = true;
    const step = this.#body.next(value);
    this.#running = false;
    if (step.done === true) this.#finish(step.value);
    else this.#withdraw = this.#await(step.value);
  }

  #await(wait: Wait): () => void {
    if (typeof wait !== 'number') return wait.wait((value) => this.#resume(value));
    assert(wait >= 0, `the process ${this.name} waits for ${wait} microseconds`);
    return this.#processes.later(wait, () => this.#resume(undefined));
  }

  #finish(result: Result | undefined): void {
    this.#done = true;
    this.#result = result;
    this.#ended.fire(result);
  }
}

/**
 * Processes over an engine: for the slow control loops, where a generator reads better than callbacks and an
 * allocation per step does not matter. One engine handler serves them all.
 */
export class Processes {
  readonly engine: Engine;
  readonly #handler: number;
  readonly #callbacks = new Map<number, () => void>();
  #next = 0;

  /** `name` is the engine handler's, unique. */
  constructor(engine: Engine, name = 'processes') {
    this.engine = engine;
    this.#handler = engine.register(name, (key) => {
      const callback = this.#callbacks.get(key);
      assert(callback !== undefined, 'a wait ended twice');
      this.#callbacks.delete(key);
      callback();
    });
  }

  /** Starts a process: `start('sync', sync())` with a generator function `sync`. */
  start<Result>(name: string, body: ProcessBody<Result>): Process<Result> {
    return new Process(this, name, body);
  }

  signal<Value = void>(): Signal<Value> {
    return new Signal(this);
  }

  /** Calls back after the delay. Returns what withdraws it. */
  later(delayMicros: number, callback: () => void): () => void {
    const key = this.#next;
    this.#next = (key + 1) | 0;
    const id = this.engine.schedule(this.engine.now + delayMicros, this.#handler, key, 0);
    this.#callbacks.set(key, callback);
    return () => {
      if (this.engine.cancel(id)) this.#callbacks.delete(key);
    };
  }

  /** Calls back at the present time, after what is already due. */
  soon(callback: () => void): () => void {
    return this.later(0, callback);
  }
}
