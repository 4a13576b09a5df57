/** Fidelity: no mechanism of its own; finds the selectors that may match some labels without trying them all. */
import type { LabelSelector, Labels } from '../objects/meta.ts';

/** A pair `key=value` that all that the selector selects must have; null: there is none. */
export function anchorOf(selector: LabelSelector | null | undefined): string | null {
  let anchor: string | null = null;
  for (const key in selector?.matchLabels) anchor = `${key}=${selector.matchLabels[key]}`;
  // Of an owner's labels the last, such as pod-template-hash, is mostly the one that few pods have.
  for (const { key, operator, values } of selector?.matchExpressions ?? [])
    if (operator === 'In' && values?.length === 1) anchor = `${key}=${values[0]}`;
  return anchor;
}

/** The pairs of some labels, as anchors are written. */
export function pairsOf(labels: Labels): string[] {
  return Object.keys(labels).map((key) => `${key}=${labels[key]}`);
}

/** Things by anchor; those without one may always match. */
export class Anchored<T> {
  readonly #byAnchor = new Map<string, Set<T>>();
  readonly #loose = new Set<T>();

  add(anchor: string | null, item: T): void {
    if (anchor === null) {
      this.#loose.add(item);
      return;
    }
    const items = this.#byAnchor.get(anchor);
    if (items === undefined) this.#byAnchor.set(anchor, new Set([item]));
    else items.add(item);
  }

  delete(anchor: string | null, item: T): void {
    if (anchor === null) {
      this.#loose.delete(item);
      return;
    }
    const items = this.#byAnchor.get(anchor);
    if (items?.delete(item) === true && items.size === 0) this.#byAnchor.delete(anchor);
  }

  /** Those with this anchor. */
  at(anchor: string): Iterable<T> {
    return this.#byAnchor.get(anchor) ?? [];
  }

  /** Those that may match labels with these pairs, each once. */
  *candidates(pairs: readonly string[]): Generator<T, void, undefined> {
    yield* this.#loose;
    for (const pair of pairs) yield* this.at(pair);
  }
}
