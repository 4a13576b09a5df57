/**
 * Fidelity: the order in which the scheduler looks at nodes (scheduler internal/cache/node_tree.go, 1.32): one node of each zone in
 * turn, a zone being region and zone label, zones and nodes in the order in which they came.
 */

export interface OrderSnapshot {
  readonly zones: readonly (readonly [zone: string, slots: readonly number[]])[];
}

/** Slots of nodes by zone, listed zone by zone in turn. */
export class NodeOrder {
  readonly #zones = new Map<string, number[]>();
  readonly #zoneOf = new Map<number, string>();
  #list: Int32Array<ArrayBuffer> = new Int32Array(0);
  #stale = false;

  add(slot: number, zone: string): void {
    if (this.#zoneOf.get(slot) === zone) return;
    this.remove(slot);
    const slots = this.#zones.get(zone);
    if (slots === undefined) this.#zones.set(zone, [slot]);
    else slots.push(slot);
    this.#zoneOf.set(slot, zone);
    this.#stale = true;
  }

  remove(slot: number): void {
    const zone = this.#zoneOf.get(slot);
    if (zone === undefined) return;
    const slots = this.#zones.get(zone)!;
    slots.splice(slots.indexOf(slot), 1);
    if (slots.length === 0) this.#zones.delete(zone);
    this.#zoneOf.delete(slot);
    this.#stale = true;
  }

  /** The order as it is, to be restored when the same slots are there again. */
  snapshot(): OrderSnapshot {
    return { zones: [...this.#zones].map(([zone, slots]) => [zone, [...slots]] as const) };
  }

  restore({ zones }: OrderSnapshot): void {
    this.#zones.clear();
    this.#zoneOf.clear();
    for (const [zone, slots] of zones) {
      this.#zones.set(zone, [...slots]);
      for (const slot of slots) this.#zoneOf.set(slot, zone);
    }
    this.#stale = true;
  }

  /** Valid until the next change. */
  list(): Int32Array {
    if (this.#stale) this.#list = this.#interleaved();
    this.#stale = false;
    return this.#list;
  }

  #interleaved(): Int32Array<ArrayBuffer> {
    const list = new Int32Array(this.#zoneOf.size);
    const zones = [...this.#zones.values()];
    let filled = 0;
    for (let index = 0; filled < list.length; index++)
      for (const slots of zones) if (index < slots.length) list[filled++] = slots[index];
    return list;
  }
}

/** How many feasible nodes are enough in a cluster of so many. */
export function feasibleNodesWanted(nodes: number): number {
  if (nodes < 100) return nodes;
  const percentage = Math.max(5, 50 - Math.floor(nodes / 125));
  return Math.max(100, Math.floor((nodes * percentage) / 100));
}
