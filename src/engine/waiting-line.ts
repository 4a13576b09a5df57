import type { Processes } from './process.ts';

/** Calls back with what was waited for. Returns what takes it back while the callback is still to come. */
export type Grant<Value> = (value: Value) => () => void;

interface Place<Value> {
  readonly priority: number;
  readonly grant: Grant<Value>;
  /** Leaves the line, or, once granted, takes the grant back. */
  leave: () => void;
}

/** Who waits for a resource or an item: a lower priority goes first, among equals who came first. */
export class WaitingLine<Value> {
  readonly #places: Place<Value>[] = [];

  get length(): number {
    return this.#places.length;
  }

  /** Returns what leaves the line; after the grant, what takes the grant back. */
  join(priority: number, grant: Grant<Value>): () => void {
    const place: Place<Value> = { priority, grant, leave: () => this.#leave(place) };
    let at = this.#places.length;
    while (at > 0 && this.#places[at - 1].priority > priority) at--;
    this.#places.splice(at, 0, place);
    return () => place.leave();
  }

  /** Serves the first in line, which must not be empty. */
  serve(value: Value): void {
    const place = this.#places.shift()!;
    place.leave = place.grant(value);
  }

  #leave(place: Place<Value>): void {
    const at = this.#places.indexOf(place);
    if (at >= 0) this.#places.splice(at, 1);
  }
}

/** A grant that calls back at a later event of the present time; `undo` runs when it is taken back before that. */
export function grantSoon<Value>(
  processes: Processes,
  callback: (value: Value) => void,
  undo: (value: Value) => void,
): Grant<Value> {
  return (value) => {
    let open = true;
    const withdraw = processes.soon(() => {
      open = false;
      callback(value);
    });
    return () => {
      if (!open) return;
      open = false;
      withdraw();
      undo(value);
    };
  };
}
