import { assert } from '../base/assert.ts';
import type { Engine } from './engine.ts';

/** What a process yields: a delay in microseconds, or something that will wake it. */
export type Wait = number | Signal<unknown> | Process;

/** The body of a process; what it returns is its result. */
export type ProcessBody<Result = void> = Generator<Wait, Result, unknown>;

/**
 * Something that happens and that processes and callbacks wait for. `fire` wakes all who wait, in their order of
 * waiting, at the present time but after what is already due.
 */
export class Signal<Value = void> {
  readonly #processes: Processes;
  #waiting: ((value: Value) => void)[] = [];

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Calls back at the next `fire`, once. Returns what withdraws the wait. */
  wait(callback: (value: Value) => void): () => void {
    // An own function for each wait, so that withdrawing one never withdraws another with the same callback.
    const entry = (value: Value): void => callback(value);
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  fire(value: Value): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) this.#processes.soon(() => callback(value));
  }
}

/** A generator that lives in virtual time. */
export class Process<Result = unknown> {
  readonly name: string;
  readonly #processes: Processes;
  readonly #body: ProcessBody<Result>;
  readonly #ended: Signal<Result>;
  #withdraw: (() => void) | null = null;
  #done = false;
  #result: Result | undefined;

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

  /** What the body returned; undefined before and after `stop`. */
  get result(): Result | undefined {
    return this.#result;
  }

  /** Ends the process where it waits: its `finally` blocks run now, and those who wait for it are woken. */
  stop(): void {
    if (this.#done) return;
    this.#withdraw?.();
    this.#withdraw = null;
    this.#body.return(undefined as Result);
    this.#finish(undefined);
  }

  /** Calls back when the process has ended, at once after the present event if it has already. */
  whenDone(callback: (result: Result | undefined) => void): () => void {
    if (this.#done) return this.#processes.soon(() => callback(this.#result));
    return this.#ended.wait(callback);
  }

  #resume(value: unknown): void {
    this.#withdraw = null;
    const step = this.#body.next(value);
    if (this.#done) return;
    if (step.done === true) this.#finish(step.value);
    else this.#withdraw = this.#await(step.value);
  }

  #await(wait: Wait): () => void {
    const resume = (value: unknown): void => this.#resume(value);
    if (typeof wait === 'number') return this.#processes.later(wait, () => resume(undefined));
    return wait instanceof Process ? wait.whenDone(resume) : wait.wait(resume);
  }

  #finish(result: Result | undefined): void {
    this.#done = true;
    this.#result = result;
    this.#ended.fire(result as Result);
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

  constructor(engine: Engine, name = 'processes') {
    this.engine = engine;
    this.#handler = engine.register(name, (key) => {
      const callback = this.#callbacks.get(key);
      assert(callback !== undefined, 'a wait of a process ended twice');
      this.#callbacks.delete(key);
      callback();
    });
  }

  /** Starts a process; its body begins at the present time, after what is already due. */
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
      if (this.#callbacks.delete(key)) this.engine.cancel(id);
    };
  }

  /** Calls back at the present time, after what is already due. */
  soon(callback: () => void): () => void {
    return this.later(0, callback);
  }
}
