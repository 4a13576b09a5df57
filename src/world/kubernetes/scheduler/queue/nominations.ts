/**
 * Fidelity: pods that have been promised room on a node by preemption (backend/queue nominator, kube-scheduler 1.32): pods of less
 * priority may not take it while the victims leave.
 */
import type { Pod } from '../../objects/pod.ts';

export interface Nomination {
  readonly pod: Pod;
  readonly priority: number;
  readonly nodeName: string;
}

export class Nominations {
  readonly #byPod = new Map<string, Nomination>();
  readonly #byNode = new Map<string, Set<Nomination>>();

  get size(): number {
    return this.#byPod.size;
  }

  of(uid: string): Nomination | undefined {
    return this.#byPod.get(uid);
  }

  on(nodeName: string): Iterable<Nomination> {
    return this.#byNode.get(nodeName) ?? [];
  }

  set(nomination: Nomination): void {
    this.remove(nomination.pod.metadata.uid);
    this.#byPod.set(nomination.pod.metadata.uid, nomination);
    const set = this.#byNode.get(nomination.nodeName) ?? new Set();
    this.#byNode.set(nomination.nodeName, set.add(nomination));
  }

  remove(uid: string): void {
    const nomination = this.#byPod.get(uid);
    if (nomination === undefined) return;
    this.#byPod.delete(uid);
    const set = this.#byNode.get(nomination.nodeName);
    set?.delete(nomination);
    if (set?.size === 0) this.#byNode.delete(nomination.nodeName);
  }

  /** Those that a pod of this priority has to leave room for, itself not counted. */
  respected(nodeName: string, priority: number, uid: string): readonly Nomination[] {
    const set = this.#byNode.get(nodeName);
    if (set === undefined) return [];
    return [...set].filter((each) => each.priority >= priority && each.pod.metadata.uid !== uid);
  }
}
