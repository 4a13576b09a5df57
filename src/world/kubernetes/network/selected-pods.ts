/**
 * Fidelity: no mechanism of its own: which pods each Service or PodDisruptionBudget selects, kept up at every change, so
 * that no control loop has to list a namespace. A selector is found by one of its label pairs.
 */
import type { LabelSelector, Labels } from '../objects/meta.ts';
import { type Pod, pods } from '../objects/resource-types.ts';
import { selects } from '../objects/selector.ts';
import type { Store } from '../store/store.ts';

/**
 * A pod has come under a selector (`previous` is null), has changed under it, or has left it (`current` is null). Called
 * within the write: it must not write.
 */
export type SelectionListener = (key: string, previous: Pod | null, current: Pod | null) => void;

interface Selection {
  readonly key: string;
  readonly namespace: string;
  readonly selector: LabelSelector;
  /** The pair under which it is found; null: among the general ones. */
  readonly pair: string | null;
  readonly pods: Map<string, Pod>;
}

interface Space {
  readonly byPair: Map<string, Selection[]>;
  /** Selectors without label pairs. */
  readonly general: Selection[];
}

const none: ReadonlyMap<string, Pod> = new Map();

export class SelectedPods {
  readonly #store: Store;
  readonly #listener: SelectionListener;
  readonly #selections = new Map<string, Selection>();
  readonly #spaces = new Map<string, Space>();

  constructor(store: Store, listener: SelectionListener) {
    this.#store = store;
    this.#listener = listener;
    store.observe(pods, ({ kind, object, previous }) => this.#changed(object, previous, kind === 'DELETED'));
  }

  /** Selects under a key, in place of what the key selected before. */
  set(key: string, namespace: string, selector: LabelSelector): void {
    this.delete(key);
    const space = this.#spaceOf(namespace);
    const pair = rarestPair(space, selector);
    const selection: Selection = { key, namespace, selector, pair, pods: new Map() };
    this.#selections.set(key, selection);
    const list = pair === null ? space.general : (space.byPair.get(pair) ?? []);
    list.push(selection);
    if (pair !== null) space.byPair.set(pair, list);
    for (const pod of this.#store.table(pods).values(namespace)) {
      if (!selects(selector, pod.metadata.labels)) continue;
      selection.pods.set(pod.metadata.uid, pod);
      this.#listener(key, null, pod);
    }
  }

  delete(key: string): void {
    const selection = this.#selections.get(key);
    if (selection === undefined) return;
    this.#selections.delete(key);
    const space = this.#spaceOf(selection.namespace);
    const list = selection.pair === null ? space.general : space.byPair.get(selection.pair);
    list?.splice(list.indexOf(selection), 1);
    if (selection.pair !== null && list?.length === 0) space.byPair.delete(selection.pair);
  }

  /** By uid, in the order in which they came under the selector. */
  get(key: string): ReadonlyMap<string, Pod> {
    return this.#selections.get(key)?.pods ?? none;
  }

  /** The keys whose selectors match the labels, in a namespace. */
  keysOf(namespace: string, labels: Labels | undefined): readonly string[] {
    return this.#matching(namespace, labels).map(({ key }) => key);
  }

  #spaceOf(namespace: string): Space {
    let space = this.#spaces.get(namespace);
    if (space === undefined) {
      space = { byPair: new Map(), general: [] };
      this.#spaces.set(namespace, space);
    }
    return space;
  }

  #matching(namespace: string, labels: Labels | undefined): readonly Selection[] {
    const space = this.#spaces.get(namespace);
    if (space === undefined) return nothing;
    let found: Selection[] | null = null;
    for (const key in labels) {
      const list = space.byPair.get(`${key}=${labels[key]}`);
      if (list === undefined) continue;
      for (const selection of list) if (selects(selection.selector, labels)) (found ??= []).push(selection);
    }
    for (const selection of space.general)
      if (selects(selection.selector, labels)) (found ??= []).push(selection);
    return found ?? nothing;
  }

  #changed(pod: Pod, previous: Pod | null, deleted: boolean): void {
    const { namespace = '', labels, uid } = pod.metadata;
    const moved = previous !== null && previous.metadata.labels !== labels;
    const now = deleted ? nothing : this.#matching(namespace, labels);
    for (const selection of now) {
      const before = selection.pods.get(uid) ?? null;
      selection.pods.set(uid, pod);
      this.#listener(selection.key, before, pod);
    }
    if (!moved && !deleted) return;
    for (const selection of this.#matching(namespace, previous?.metadata.labels)) {
      const before = selection.pods.get(uid);
      if (before === undefined || now.includes(selection)) continue;
      selection.pods.delete(uid);
      this.#listener(selection.key, before, null);
    }
  }
}

const nothing: readonly Selection[] = [];

function rarestPair(space: Space, { matchLabels }: LabelSelector): string | null {
  let rarest: string | null = null;
  let count = Number.POSITIVE_INFINITY;
  for (const key in matchLabels) {
    const pair = `${key}=${matchLabels[key]}`;
    const found = space.byPair.get(pair)?.length ?? 0;
    if (found >= count) continue;
    rarest = pair;
    count = found;
  }
  return rarest;
}
