/**
 * Fidelity: the accept queue of a server: a bounded list of requests that wait to be started. FIFO is what kernels
 * and thread pools do; LIFO (newest first) is what some overload-proof servers do.
 */
import { none, type WorkPool } from './work-pool.ts';

/** A linked list of works through `WorkPool.next`; a work is in at most one. */
export class WorkQueue {
  length = 0;
  private head = none;
  private tail = none;
  private readonly works: WorkPool;

  constructor(works: WorkPool) {
    this.works = works;
  }

  pushBack(work: number): void {
    this.works.next[work] = none;
    if (this.tail === none) this.head = work;
    else this.works.next[this.tail] = work;
    this.tail = work;
    this.length++;
  }

  pushFront(work: number): void {
    this.works.next[work] = this.head;
    this.head = work;
    if (this.tail === none) this.tail = work;
    this.length++;
  }

  /** `none` when empty. */
  pop(): number {
    const work = this.head;
    if (work === none) return none;
    this.head = this.works.next[work];
    if (this.head === none) this.tail = none;
    this.length--;
    return work;
  }
}
