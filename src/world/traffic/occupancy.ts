/**
 * Fidelity: exact time integrals of how many requests are inside and waiting, kept beside the mechanisms.
 */

/** Requests inside one service and waiting in its queues, over all replicas. */
export class Occupancy {
  inFlight = 0;
  queued = 0;
  inFlightMax = 0;
  queuedMax = 0;
  /** Request-microseconds since the beginning. */
  inFlightMicros = 0;
  queuedMicros = 0;
  arrivals = 0;
  private settledMicros = 0;

  arrive(nowMicros: number): void {
    this.settle(nowMicros);
    this.arrivals++;
    if (++this.inFlight > this.inFlightMax) this.inFlightMax = this.inFlight;
  }

  leave(nowMicros: number): void {
    this.settle(nowMicros);
    this.inFlight--;
  }

  queue(nowMicros: number, change: number): void {
    this.settle(nowMicros);
    this.queued += change;
    if (this.queued > this.queuedMax) this.queuedMax = this.queued;
  }

  /** Brings the integrals up to now. */
  settle(nowMicros: number): void {
    const elapsed = nowMicros - this.settledMicros;
    if (elapsed === 0) return;
    this.inFlightMicros += elapsed * this.inFlight;
    this.queuedMicros += elapsed * this.queued;
    this.settledMicros = nowMicros;
  }

  /** Forgets the largest values: the measured window begins. */
  resetMaxima(): void {
    this.inFlightMax = this.inFlight;
    this.queuedMax = this.queued;
  }
}
