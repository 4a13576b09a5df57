/**
 * Fidelity: the autoscaler's view of its pods, as the pod lister and the selectors of all autoscalers give it (1.32). Kept up
 * with the store's changes, so that looking at a few pods of a large namespace costs only those.
 */
import type { LabelSelector } from '../../objects/meta.ts';
import { type Pod, pods as podType } from '../../objects/resource-types.ts';
import { selects } from '../../objects/selector.ts';
import type { Change, Store } from '../../store/store.ts';

interface Selection {
  readonly key: string;
  readonly namespace: string;
  readonly text: string;
  readonly selector: LabelSelector;
  readonly names: Set<string>;
}

/** The pods that each autoscaler's selector selects. */
export class SelectedPods {
  readonly #store: Store;
  readonly #byKey = new Map<string, Selection>();
  readonly #byNamespace = new Map<string, Set<Selection>>();

  constructor(store: Store) {
    this.#store = store;
    store.observe(podType, (change) => this.#changed(change));
  }

  /** The pods of an autoscaler's selector, in the order of their creation. */
  of(key: string, namespace: string, text: string, selector: LabelSelector): readonly Pod[] {
    let selection = this.#byKey.get(key);
    if (selection === undefined || selection.text !== text) {
      this.forget(key);
      selection = this.#select(key, namespace, text, selector);
    }
    const found: Pod[] = [];
    for (const name of selection.names) {
      const pod = this.#store.get(podType, namespace, name);
      if (pod !== undefined) found.push(pod);
    }
    return found;
  }

  /** Keys of all autoscalers that one of these pods belongs to, ascending. */
  keysOf(namespace: string, pods: readonly Pod[]): string[] {
    const neighbours = this.#byNamespace.get(namespace);
    if (neighbours === undefined || neighbours.size < 2) return [];
    const found: string[] = [];
    for (const selection of neighbours)
      if (pods.some(({ metadata }) => selection.names.has(metadata.name))) found.push(selection.key);
    return found.sort();
  }

  forget(key: string): void {
    const selection = this.#byKey.get(key);
    if (selection === undefined) return;
    this.#byKey.delete(key);
    this.#byNamespace.get(selection.namespace)?.delete(selection);
  }

  #select(key: string, namespace: string, text: string, selector: LabelSelector): Selection {
    const names = new Set<string>();
    for (const { metadata } of this.#store.table(podType).values(namespace))
      if (selects(selector, metadata.labels)) names.add(metadata.name);
    const selection = { key, namespace, text, selector, names };
    this.#byKey.set(key, selection);
    const neighbours = this.#byNamespace.get(namespace) ?? new Set();
    this.#byNamespace.set(namespace, neighbours.add(selection));
    return selection;
  }

  #changed({ kind, object, previous }: Change<Pod>): void {
    const selections = this.#byNamespace.get(object.metadata.namespace ?? '');
    if (selections === undefined || selections.size === 0) return;
    const { name, labels } = object.metadata;
    if (kind === 'MODIFIED' && previous?.metadata.labels === labels) return;
    for (const { selector, names } of selections)
      if (kind === 'DELETED' || !selects(selector, labels)) names.delete(name);
      else names.add(name);
  }
}
