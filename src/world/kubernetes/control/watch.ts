/**
 * Fidelity: how components learn of changes: a watch delivers each change after a small lag, in order (client-go informers
 * 1.32). Simplified: the lag is constant; what a component then reads is the store as it is, so its cache is never
 * older than the notice that made it look.
 */
import type { Engine } from '../../../engine/engine.ts';
import type { KubeObject } from '../objects/meta.ts';
import type { ResourceType } from '../objects/resource-types.ts';
import type { Change, Observer, Store } from '../store/store.ts';

/** Deliveries for which room is kept. */
const roomKept = 4096;

/** One component's watches, with a common lag. */
export class Watch {
  readonly #engine: Engine;
  readonly #store: Store;
  readonly #lagMicros: number;
  readonly #handler: number;
  /** What is to be delivered to whom and when: from `done` up to `count`; null: it has been. */
  #changes: (Change | null)[] = [];
  #observers: Observer[] = [];
  #due: number[] = [];
  #done = 0;
  #count = 0;
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
    const at = this.#count++;
    // Changes of one instant share an event.
    const isFirst = at === this.#done || this.#due[at - 1] !== due;
    this.#changes[at] = change;
    this.#observers[at] = observer;
    this.#due[at] = due;
    if (isFirst) this.#engine.after(due - now, this.#handler, 0, 0);
  }

  #deliver(): void {
    const now = this.#engine.now;
    while (this.#done < this.#count && this.#due[this.#done] <= now) {
      const at = this.#done++;
      const change = this.#changes[at]!;
      this.#changes[at] = null;
      this.#observers[at](change);
    }
    if (this.#done === this.#count || this.#done > roomKept) this.#makeRoom();
  }

  /** What has been delivered makes room; where that is not much, the room is used again as it is. */
  #makeRoom(): void {
    if (this.#done > roomKept) {
      this.#changes = this.#changes.slice(this.#done, this.#count);
      this.#observers = this.#observers.slice(this.#done, this.#count);
      this.#due = this.#due.slice(this.#done, this.#count);
    }
    this.#count -= this.#done;
    this.#done = 0;
  }
}
