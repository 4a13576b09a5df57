/**
 * Fidelity: how components learn of changes: a watch delivers each change after a small lag, in order (client-go informers
 * 1.32). Simplified: the lag is constant; what a component then reads is the store as it is, so its cache is never
 * older than the notice that made it look.
 */
import type { Engine } from '../../../engine/engine.ts';
import type { KubeObject } from '../objects/meta.ts';
import type { ResourceType } from '../objects/resource-types.ts';
import type { Change, Observer, Store } from '../store/store.ts';

/** One component's watches, with a common lag. */
export class Watch {
  readonly #engine: Engine;
  readonly #store: Store;
  readonly #lagMicros: number;
  readonly #handler: number;
  readonly #changes: Change[] = [];
  readonly #observers: Observer[] = [];
  readonly #due: number[] = [];
  #done = 0;
  #instant = false;

  /** `name` is unique among watches. */
  constructor(engine: Engine, store: Store, name: string, lagMicros: number) {
    this.#engine = engine;
    this.#store = store;
    this.#lagMicros = lagMicros;
    this.#handler = engine.register(`kubernetes/watch/${name}`, () => this.#deliver());
  }

  /** Before the run begins, news travel at once (still in a later event). */
  set instant(instant: boolean) {
    this.#instant = instant;
  }

  /** Calls the observer for every change, one lag after it happened. */
  on<T extends KubeObject>(type: ResourceType<T>, observer: Observer<T>): void {
    const told = observer as unknown as Observer;
    this.#store.observe(type, (change) => this.#queue(change as unknown as Change, told));
  }

  #queue(change: Change, observer: Observer): void {
    const now = this.#engine.now;
    const due = this.#instant ? now : now + this.#lagMicros;
    const last = this.#due[this.#due.length - 1];
    this.#changes.push(change);
    this.#observers.push(observer);
    this.#due.push(due);
    // Changes of one instant share an event.
    if (this.#due.length - 1 === this.#done || last !== due)
      this.#engine.after(due - now, this.#handler, 0, 0);
  }

  #deliver(): void {
    const now = this.#engine.now;
    while (this.#done < this.#due.length && this.#due[this.#done] <= now) {
      const at = this.#done++;
      this.#observers[at](this.#changes[at]);
    }
    if (this.#done === this.#due.length || this.#done > 4096) this.#cut();
  }

  #cut(): void {
    this.#changes.splice(0, this.#done);
    this.#observers.splice(0, this.#done);
    this.#due.splice(0, this.#done);
    this.#done = 0;
  }
}
