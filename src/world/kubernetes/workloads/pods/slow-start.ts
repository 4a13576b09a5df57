/**
 * Fidelity: `slowStartBatch` of the ReplicaSet, DaemonSet and Job controllers (1.32): one write, then two, four…, so that a refusal
 * that all of them would meet, a quota say, is met once and not five hundred times.
 */
import type { Reconciliation, Write } from '../../control/controller.ts';

/** Sizes of the batches for so many writes: 10 gives 1, 2, 4, 3. */
export function batchSizes(count: number): number[] {
  const sizes: number[] = [];
  let left = count;
  for (let size = 1; left > 0; size *= 2) {
    const taken = Math.min(size, left);
    sizes.push(taken);
    left -= taken;
  }
  return sizes;
}

/** Writes in growing batches until one of them is refused, and `after` in either case, told how many were refused. */
export function slowStart(
  writes: readonly Write[],
  after: (refused: number) => Reconciliation | null,
): Reconciliation {
  return batch(writes, 0, 1, after);
}

function batch(
  writes: readonly Write[],
  from: number,
  size: number,
  after: (refused: number) => Reconciliation | null,
): Reconciliation {
  const to = Math.min(from + size, writes.length);
  return {
    writes: writes.slice(from, to),
    next: (refused) =>
      refused > 0 || to === writes.length ? after(refused) : batch(writes, to, size * 2, after),
  };
}
