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
  /** Sum of the stays of requests that have left. */
  stayMicros = 0;
  arrivals = 0;
  departures = 0;
  /** Sum over the requests inside of the instants of their arrival. */
  private arrivalSumMicros = 0;
  private settledMicros = 0;

  arrive(nowMicros: number): void {
    this.settle(nowMicros);
    this.arrivals++;
    this.arrivalSumMicros += nowMicros;
    if (++this.inFlight > this.inFlightMax) this.inFlightMax = this.inFlight;
  }

  leave(nowMicros: number, arrivedMicros: number): void {
    this.settle(nowMicros);
    this.departures++;
    this.inFlight--;
    this.arrivalSumMicros -= arrivedMicros;
    this.stayMicros += nowMicros - arrivedMicros;
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

  /**
   * Little's law on this very path: the integral of the number inside equals the stays of those who left plus the
   * stays so far of those inside. Returns the difference in request-microseconds; call after `settle`.
   * An arrival that was forgotten or told wrong would shift as much between the two sums, and so it shows where the
   * second leaves its bounds: at the latest when nobody is inside.
   */
  littleError(nowMicros: number): number {
    const longest = this.inFlight * nowMicros;
    const unfinished = Math.min(longest, Math.max(0, longest - this.arrivalSumMicros));
    return this.inFlightMicros - this.stayMicros - unfinished;
  }
}
