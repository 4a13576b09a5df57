/**
 * Fidelity: a control loop as controller-runtime and the kube-controller-manager build them (1.32): a queue of keys without
 * duplicates, a number of workers, failed keys again after 5 ms, 10 ms… up to 1000 s. A worker is busy until every write
 * of its key has been answered, as client calls block. Simplified: deciding takes no time.
 */
import type { Engine } from '../../../engine/engine.ts';
import type { Failure, Outcome } from '../store/failure.ts';
import type { ApiClient } from './client.ts';

/** A write that a control loop has decided on; it is done when the API server gets to it. */
export type Write = () => Outcome<unknown>;

export interface Reconciliation {
  readonly writes?: readonly Write[];
  /** Look again after so long, whatever happens. */
  readonly againMicros?: number;
  /** Try again with back-off, as after an error. */
  readonly failed?: boolean;
  /** What comes next once the writes have been answered, given how many were refused; the worker stays with the key. */
  readonly next?: (refused: number) => Reconciliation | null;
}

export interface ControllerParts {
  readonly engine: Engine;
  readonly client: ApiClient;
  /** Unique among controllers. */
  readonly name: string;
  /** Keys that are worked on at once. */
  readonly workers: number;
  /** Decides what is to be done about the object of a key, from the store as it is. */
  readonly reconcile: (key: string) => Reconciliation | null;
  /** Told of refusals other than conflicts and objects that are gone. */
  readonly refused?: (key: string, failure: Failure) => void;
}

const firstBackoffMicros = 5_000;
const lastBackoffMicros = 1_000_000_000;

export class Controller {
  readonly #parts: ControllerParts;
  readonly #handler: number;
  readonly #laterHandler: number;
  /** Keys that wait for a worker, in order. */
  readonly #queue = new Set<string>();
  /** Keys that a worker has, and their outstanding writes. */
  readonly #busy = new Map<string, number>();
  /** Keys that came up again while a worker had them. */
  readonly #dirty = new Set<string>();
  readonly #failures = new Map<string, number>();
  /** Keys to look at later, by slot. */
  readonly #later: string[] = [];
  readonly #freeSlots: number[] = [];
  #scheduled = false;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    const { engine, name } = parts;
    this.#handler = engine.register(`kubernetes/controller/${name}`, () => this.#work());
    this.#laterHandler = engine.register(`kubernetes/controller/${name}/later`, (slot) => {
      this.#freeSlots.push(slot);
      this.enqueue(this.#later[slot]);
    });
  }

  /** Asks for a look at an object; asking twice is asking once. */
  enqueue(key: string): void {
    if (this.#busy.has(key)) this.#dirty.add(key);
    else {
      this.#queue.add(key);
      this.#wake();
    }
  }

  enqueueAfter(key: string, delayMicros: number): void {
    const slot = this.#freeSlots.pop() ?? this.#later.length;
    this.#later[slot] = key;
    this.#parts.engine.after(Math.max(0, Math.ceil(delayMicros)), this.#laterHandler, slot, 0);
  }

  /** Nothing waits and nothing is being done. */
  get idle(): boolean {
    return this.#queue.size === 0 && this.#busy.size === 0;
  }

  #wake(): void {
    if (this.#scheduled || this.#busy.size >= this.#parts.workers) return;
    this.#scheduled = true;
    this.#parts.engine.after(0, this.#handler, 0, 0);
  }

  #work(): void {
    this.#scheduled = false;
    for (const key of this.#queue) {
      if (this.#busy.size >= this.#parts.workers) return;
      this.#queue.delete(key);
      this.#reconcile(key);
    }
  }

  #reconcile(key: string): void {
    this.#step(key, this.#parts.reconcile(key), false);
  }

  /** One stage of a reconciliation; `failed` tells of those before it. */
  #step(key: string, result: Reconciliation | null, failed: boolean): void {
    if (result?.againMicros !== undefined) this.enqueueAfter(key, result.againMicros);
    const failing = failed || result?.failed === true;
    const writes = result?.writes ?? [];
    if (writes.length > 0) this.#send(key, writes, result?.next, failing);
    else if (result?.next !== undefined) this.#step(key, result.next(0), failing);
    else this.#release(key, failing);
  }

  #send(key: string, writes: readonly Write[], next: Reconciliation['next'], failing: boolean): void {
    this.#busy.set(key, writes.length);
    let refused = 0;
    for (const write of writes)
      this.#parts.client.send(() => {
        if (!this.#accepted(key, write())) refused++;
        const left = this.#busy.get(key)! - 1;
        this.#busy.set(key, left);
        if (left === 0) this.#step(key, next?.(refused) ?? null, failing || refused > 0);
      });
  }

  /** Whether a write went well enough; what is gone already needs no second try. */
  #accepted(key: string, outcome: Outcome<unknown>): boolean {
    if (outcome.ok || outcome.failure.reason === 'NotFound') return true;
    if (outcome.failure.reason !== 'Conflict') this.#parts.refused?.(key, outcome.failure);
    return false;
  }

  #release(key: string, failed: boolean): void {
    this.#busy.delete(key);
    if (failed) this.#backOff(key);
    else this.#failures.delete(key);
    if (this.#dirty.delete(key)) this.#queue.add(key);
    if (this.#queue.size > 0) this.#wake();
  }

  #backOff(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    let delay = firstBackoffMicros;
    for (let doubling = 0; doubling < failures && delay < lastBackoffMicros; doubling++) delay *= 2;
    this.enqueueAfter(key, Math.min(delay, lastBackoffMicros));
  }
}
