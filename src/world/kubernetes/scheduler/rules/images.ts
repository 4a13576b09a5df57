/** Fidelity: which images nodes have, as ImageLocality of kube-scheduler 1.32 sees them in `status.images`, by each of their names. */
import type { Node } from '../../objects/node.ts';

type Images = NonNullable<Node['status']['images']>;

export class ImagesOfNodes {
  /** Bytes by slot, by name of the image. */
  readonly #sizes = new Map<string, Map<number, number>>();
  readonly #listed: (Images | undefined)[] = [];

  /** The images of the node in a slot are now these. */
  put(slot: number, images: Images | undefined): void {
    if (this.#listed[slot] === images) return;
    for (const { names } of this.#listed[slot] ?? []) for (const name of names) this.#forget(name, slot);
    this.#listed[slot] = images;
    for (const { names, sizeBytes } of images ?? [])
      for (const name of names) {
        const sizes = this.#sizes.get(name) ?? new Map<number, number>();
        this.#sizes.set(name, sizes.set(slot, sizeBytes));
      }
  }

  /** Bytes by slot; undefined: no node has it. */
  sizes(name: string): ReadonlyMap<number, number> | undefined {
    return this.#sizes.get(name);
  }

  #forget(name: string, slot: number): void {
    const sizes = this.#sizes.get(name);
    sizes?.delete(slot);
    if (sizes?.size === 0) this.#sizes.delete(name);
  }
}
