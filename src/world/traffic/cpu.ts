/**
 * Fidelity: threads of one container on a multi-core node under CFS (Linux 5.x): runnable threads share the cores
 * equally, each on at most one core; a CPU limit stops all of them when the period's quota is used up. Simplified:
 * sharing is fluid (no time slices, no context-switch cost) and the node's cores are never short for other reasons.
 */
import { assert } from '../../base/assert.ts';
import type { Engine } from '../../engine/engine.ts';
import type { CfsQuota } from './cfs.ts';
import type { EndpointCpu } from './endpoint-cpu.ts';
import { grownFloats, grownInts } from './slots.ts';
import { none, type WorkPool } from './work-pool.ts';

/** Runs bursts of many threads at once. */
export interface Cpu {
  /** Begins a burst of `demandMicros`; `ended(work)` is called when it is done. */
  start(work: number, demandMicros: number): void;
  /** Brings the accounts up to now. */
  settle(): void;
  /** Credits endpoints with what their running bursts have had up to the last settlement. */
  attribute(): void;
  /** The process is gone; as `Executor.abort` and `forget`. */
  abort(lost: (work: number) => void): void;
  forget(work: number): void;
  readonly usedMicros: number;
  readonly throttledMicros: number;
}

/** No limit and as many cores as threads: a burst takes as long as its demand. */
export class FreeCpu implements Cpu {
  usedMicros = 0;
  readonly throttledMicros = 0;
  private running = 0;
  private settledMicros: number;
  private readonly engine: Engine;
  private readonly endpointCpu: EndpointCpu;
  private readonly endHandler: number;
  private readonly replica: number;

  /** `endHandler(replica, work)` is the engine's event for the end of a burst; it must call `end(work)`. */
  constructor(engine: Engine, endpointCpu: EndpointCpu, endHandler: number, replica: number) {
    this.engine = engine;
    this.endpointCpu = endpointCpu;
    this.endHandler = endHandler;
    this.replica = replica;
    this.settledMicros = engine.now;
  }

  start(work: number, demandMicros: number): void {
    this.settle();
    this.running++;
    this.endpointCpu.start(work, this.engine.now);
    this.engine.after(demandMicros, this.endHandler, this.replica, work);
  }

  /** A burst has ended. */
  end(work: number): void {
    this.settle();
    this.running--;
    this.endpointCpu.stop(work, this.engine.now);
  }

  settle(): void {
    this.usedMicros += this.running * (this.engine.now - this.settledMicros);
    this.settledMicros = this.engine.now;
  }

  attribute(): void {
    // The endpoints' account runs on by itself while a burst does.
  }

  abort(): void {
    this.settle();
  }

  forget(work: number): void {
    this.end(work);
  }
}

/**
 * Cores shared equally by all runnable threads, with an optional quota. Each burst's end is known in virtual time
 * (the service that every running burst has had), so arrivals and ends cost one heap operation, never a scan.
 */
export class SharedCpu implements Cpu {
  usedMicros = 0;
  throttledMicros = 0;
  private readonly cores: number;
  private readonly quota: CfsQuota | null;
  private readonly engine: Engine;
  private readonly wakeHandler: number;
  private readonly replica: number;
  private readonly pool: WorkPool;
  private readonly endpointCpu: EndpointCpu;
  private readonly ended: (work: number) => void;
  /** Service that each running burst has received since the beginning. */
  private attained = 0;
  private settledMicros: number;
  private throttled = false;
  /** Bursts that follow on ended ones join before the next wake is set. */
  private waking = false;
  private wakeEvent = none;
  private running = 0;
  private finish = new Float64Array(16);
  private works = new Int32Array(16);

  constructor(
    engine: Engine,
    options: {
      wakeHandler: number;
      replica: number;
      cores: number;
      quota: CfsQuota | null;
      works: WorkPool;
      endpointCpu: EndpointCpu;
    },
    ended: (work: number) => void,
  ) {
    this.engine = engine;
    this.wakeHandler = options.wakeHandler;
    this.replica = options.replica;
    this.cores = options.cores;
    this.quota = options.quota;
    this.pool = options.works;
    this.endpointCpu = options.endpointCpu;
    this.ended = ended;
    this.settledMicros = engine.now;
  }

  start(work: number, demandMicros: number): void {
    this.settle();
    this.pool.creditedAt[work] = this.attained;
    this.push(this.attained + demandMicros, work);
    if (!this.waking) this.arm();
  }

  /** The engine's wake event: bursts have ended, or the quota ran out or was renewed. */
  wake(): void {
    this.wakeEvent = none;
    this.settle();
    this.waking = true;
    // A burst within half a microsecond of its end has ended: the clock has no finer step.
    while (this.running > 0 && this.finish[0] - this.attained <= 0.5) {
      const work = this.pop();
      this.credit(work);
      this.ended(work);
    }
    this.waking = false;
    this.arm();
  }

  settle(): void {
    const now = this.engine.now;
    const elapsed = now - this.settledMicros;
    this.settledMicros = now;
    if (elapsed === 0) return;
    if (this.throttled) this.throttledMicros += elapsed;
    else if (this.running > 0) this.consume(elapsed, now);
    this.quota?.advance(now);
  }

  abort(lost: (work: number) => void): void {
    this.settle();
    this.attribute();
    if (this.wakeEvent !== none) this.engine.cancel(this.wakeEvent);
    this.wakeEvent = none;
    while (this.running > 0) lost(this.works[--this.running]);
    this.throttled = false;
  }

  forget(): void {
    // All bursts are in the heap, and were lost with it.
  }

  attribute(): void {
    for (let index = 0; index < this.running; index++) this.credit(this.works[index]);
  }

  private credit(work: number): void {
    const creditedAt = this.pool.creditedAt;
    this.endpointCpu.credit(work, this.attained - creditedAt[work]);
    creditedAt[work] = this.attained;
  }

  /** Between two settlements the running set, the rate and the period are constant but for quota renewals. */
  private consume(elapsed: number, now: number): void {
    const rate = this.rate();
    const used = elapsed * rate * this.running;
    this.attained += elapsed * rate;
    this.usedMicros += used;
    const quota = this.quota;
    if (quota === null) return;
    if (now < quota.periodEndMicros) {
      quota.leftMicros -= used;
      return;
    }
    quota.advance(now);
    const inPeriod = now - (quota.periodEndMicros - quota.periodMicros);
    quota.leftMicros -= inPeriod * rate * this.running;
  }

  /** Sets the next wake: the first burst to end, the quota's end, or its renewal. */
  private arm(): void {
    if (this.wakeEvent !== none) this.engine.cancel(this.wakeEvent);
    this.wakeEvent = none;
    if (this.running === 0) {
      this.throttled = false;
      return;
    }
    const now = this.engine.now;
    const quota = this.quota;
    // The clock's step is one microsecond: a quota that lasts less than half of one is used up.
    this.throttled = quota !== null && quota.leftMicros <= 0.5 * Math.min(this.running, this.cores);
    const at = this.throttled ? (quota as CfsQuota).periodEndMicros : this.nextChange(now);
    this.wakeEvent = this.engine.schedule(at, this.wakeHandler, this.replica, 0);
  }

  private nextChange(now: number): number {
    const rate = this.rate();
    const end = now + Math.max(0, (this.finish[0] - this.attained) / rate);
    const quota = this.quota;
    if (quota === null) return end;
    const totalRate = rate * this.running;
    const exhausted = now + quota.leftMicros / totalRate;
    if (exhausted < quota.periodEndMicros) return Math.min(end, exhausted);
    const nextExhausted = quota.periodEndMicros + quota.quotaMicros / totalRate;
    return nextExhausted < quota.periodEndMicros + quota.periodMicros ? Math.min(end, nextExhausted) : end;
  }

  /** Speed of each running burst. */
  private rate(): number {
    return this.running <= this.cores ? 1 : this.cores / this.running;
  }

  private push(finish: number, work: number): void {
    if (this.running === this.works.length) this.grow();
    let hole = this.running++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (this.finish[parent] <= finish) break;
      this.finish[hole] = this.finish[parent];
      this.works[hole] = this.works[parent];
      hole = parent;
    }
    this.finish[hole] = finish;
    this.works[hole] = work;
  }

  private pop(): number {
    assert(this.running > 0, 'A burst ends only while one runs.');
    const work = this.works[0];
    const last = --this.running;
    const finish = this.finish[last];
    const moved = this.works[last];
    let hole = 0;
    for (let child = 1; child < last; child = 2 * hole + 1) {
      if (child + 1 < last && this.finish[child + 1] < this.finish[child]) child++;
      if (this.finish[child] >= finish) break;
      this.finish[hole] = this.finish[child];
      this.works[hole] = this.works[child];
      hole = child;
    }
    this.finish[hole] = finish;
    this.works[hole] = moved;
    return work;
  }

  private grow(): void {
    const capacity = this.works.length * 2;
    this.finish = grownFloats(this.finish, capacity);
    this.works = grownInts(this.works, capacity);
  }
}
