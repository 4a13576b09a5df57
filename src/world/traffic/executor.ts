/**
 * Fidelity: how a server process runs requests. Event loop: one thread runs callbacks first come first served (Node.js,
 * libuv); garbage collection and the libuv pool are not modelled. Threads: a request occupies a thread or slot from
 * start to answer, also while it waits (Java servlets, gunicorn, PostgreSQL backends); with unlimited slots it is a
 * processor-sharing server (Go). The accept queue is bounded; a request beyond it is refused.
 */
import type { Engine } from '../../engine/engine.ts';
import type { CfsQuota } from './cfs.ts';
import type { Cpu } from './cpu.ts';
import type { EndpointCpu } from './endpoint-cpu.ts';
import { none, type WorkPool } from './work-pool.ts';
import { WorkQueue } from './work-queue.ts';

/** What an executor needs from the server it runs in. */
export interface ExecutorHost {
  /** Whether a request at the head of the queue is still worth starting; when not, the host has ended it. */
  admit(work: number): boolean;
  /** Runs the request's program from where it is. */
  run(work: number): void;
  /** The request waits to be started (1), or does no longer (−1). */
  queued(work: number, change: number): void;
}

export interface QueueLimits {
  readonly capacity: number;
  readonly newestFirst: boolean;
}

/** Runs the requests of one replica. */
export interface Executor {
  /** Takes a request in: starts it or queues it; false when the queue is full. */
  arrive(work: number): boolean;
  /** Begins a CPU burst of a started request; the host's `run` follows when it is done. */
  burst(work: number, demandMicros: number): void;
  /** A started request has ended. */
  leave(): void;
  /** Brings the CPU accounts up to now, those of the endpoints too. */
  settle(): void;
  /**
   * The process is gone: nothing runs from now on. `lost` is called for every request that no event will mention again;
   * an event may still bring one of the others, which the caller recognises as a ghost.
   */
  abort(lost: (work: number) => void): void;
  /** The burst of a request that was inside at `abort` and not lost: it uses nothing more. */
  forget(work: number): void;
  readonly usedMicros: number;
  readonly throttledMicros: number;
}

/** One thread for all callbacks. */
export class EventLoop implements Executor {
  usedMicros = 0;
  throttledMicros = 0;
  private aborted = false;
  private running = none;
  private waiting = 0;
  private burstStartMicros = 0;
  private burstEndMicros = 0;
  private burstDemand = 0;
  private accountedMicros = 0;
  /** Callbacks, and new requests too where the oldest goes first, in the order in which they came. */
  private readonly queue: WorkQueue;
  /** New requests where the newest goes first. They wait behind all callbacks: else new ones would starve begun ones. */
  private readonly newest: WorkQueue;
  private readonly engine: Engine;
  private readonly works: WorkPool;
  private readonly endpointCpu: EndpointCpu;
  private readonly host: ExecutorHost;
  private readonly replica: number;
  private readonly endHandler: number;
  private readonly quota: CfsQuota | null;
  private readonly limits: QueueLimits;

  constructor(
    engine: Engine,
    works: WorkPool,
    host: ExecutorHost,
    options: {
      replica: number;
      endHandler: number;
      quota: CfsQuota | null;
      limits: QueueLimits;
      endpointCpu: EndpointCpu;
    },
  ) {
    this.engine = engine;
    this.works = works;
    this.host = host;
    this.replica = options.replica;
    this.endHandler = options.endHandler;
    this.endpointCpu = options.endpointCpu;
    this.quota = options.quota;
    this.limits = options.limits;
    this.queue = new WorkQueue(works);
    this.newest = new WorkQueue(works);
  }

  arrive(work: number): boolean {
    if (this.running === none) {
      this.host.run(work);
      return true;
    }
    if (this.waiting >= this.limits.capacity) return false;
    this.waiting++;
    this.host.queued(work, 1);
    this.works.demand[work] = none;
    if (this.limits.newestFirst) this.newest.pushFront(work);
    else this.queue.pushBack(work);
    return true;
  }

  burst(work: number, demandMicros: number): void {
    this.works.demand[work] = demandMicros;
    if (this.running === none) this.begin(work);
    else this.queue.pushBack(work);
  }

  leave(): void {
    // The loop holds nothing for a request between its callbacks.
  }

  /** The engine's event: the running callback has ended. */
  end(): void {
    const work = this.running;
    if (this.aborted) {
      this.running = none;
      this.works.release(work);
      return;
    }
    this.settle();
    this.running = none;
    // A callback that goes straight on computing keeps the thread; otherwise the next one in the queue has its turn.
    this.host.run(work);
    while (this.running === none && this.queue.length + this.newest.length > 0) this.turn();
  }

  settle(): void {
    if (this.running === none || this.aborted) return;
    const now = this.engine.now;
    const done = this.burstProgress(now);
    const used = done - this.accountedMicros;
    this.usedMicros += used;
    this.endpointCpu.credit(this.running, used);
    this.throttledMicros += now - this.burstStartMicros - used;
    this.accountedMicros = done;
    this.burstStartMicros = now;
  }

  abort(lost: (work: number) => void): void {
    this.settle();
    this.aborted = true;
    for (const queue of [this.queue, this.newest])
      while (queue.length > 0) {
        const work = queue.pop();
        if (this.works.demand[work] < 0) this.host.queued(work, -1);
        lost(work);
      }
  }

  forget(): void {
    // The one burst that runs was settled, and its end gives it back.
  }

  /** CPU that the running burst has had, as if throttling were spread over it evenly. */
  private burstProgress(now: number): number {
    if (now >= this.burstEndMicros) return this.burstDemand;
    const left = this.burstEndMicros - this.burstStartMicros;
    const rest = this.burstDemand - this.accountedMicros;
    return this.accountedMicros + (rest * (now - this.burstStartMicros)) / left;
  }

  /** Takes the next callback or new request from the queue. */
  private turn(): void {
    const work = this.queue.length > 0 ? this.queue.pop() : this.newest.pop();
    if (this.works.demand[work] >= 0) {
      this.begin(work);
      return;
    }
    this.waiting--;
    this.host.queued(work, -1);
    if (this.host.admit(work)) this.host.run(work);
  }

  private begin(work: number): void {
    const now = this.engine.now;
    const demand = this.works.demand[work];
    this.running = work;
    this.burstStartMicros = now;
    this.burstDemand = demand;
    this.accountedMicros = 0;
    const micros = this.quota === null ? demand : this.quota.finish(now, demand) - now;
    this.burstEndMicros = now + micros;
    this.engine.after(micros, this.endHandler, this.replica, work);
  }
}

/** A bounded or unbounded number of threads over a `Cpu`. */
export class Threads implements Executor {
  private busy = 0;
  private filling = false;
  private readonly queue: WorkQueue;
  private readonly cpu: Cpu;
  private readonly host: ExecutorHost;
  private readonly threads: number;
  private readonly limits: QueueLimits;

  constructor(
    works: WorkPool,
    cpu: Cpu,
    host: ExecutorHost,
    options: { threads: number; limits: QueueLimits },
  ) {
    this.cpu = cpu;
    this.host = host;
    this.threads = options.threads;
    this.limits = options.limits;
    this.queue = new WorkQueue(works);
  }

  get usedMicros(): number {
    return this.cpu.usedMicros;
  }

  get throttledMicros(): number {
    return this.cpu.throttledMicros;
  }

  arrive(work: number): boolean {
    if (this.busy < this.threads) {
      this.busy++;
      this.host.run(work);
      return true;
    }
    if (this.queue.length >= this.limits.capacity) return false;
    this.host.queued(work, 1);
    if (this.limits.newestFirst) this.queue.pushFront(work);
    else this.queue.pushBack(work);
    return true;
  }

  burst(work: number, demandMicros: number): void {
    this.cpu.start(work, demandMicros);
  }

  leave(): void {
    this.busy--;
    if (this.filling) return;
    // A request that ends as soon as it starts comes back here: the loop goes on, not the call stack down.
    this.filling = true;
    while (this.busy < this.threads && this.queue.length > 0) {
      const work = this.queue.pop();
      this.host.queued(work, -1);
      if (!this.host.admit(work)) continue;
      this.busy++;
      this.host.run(work);
    }
    this.filling = false;
  }

  settle(): void {
    this.cpu.settle();
    this.cpu.attribute();
  }

  abort(lost: (work: number) => void): void {
    while (this.queue.length > 0) {
      const work = this.queue.pop();
      this.host.queued(work, -1);
      lost(work);
    }
    this.cpu.abort(lost);
  }

  forget(work: number): void {
    this.cpu.forget(work);
  }
}
