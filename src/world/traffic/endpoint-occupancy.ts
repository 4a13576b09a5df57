/**
 * Fidelity: exact time integrals of how many requests of one endpoint are inside and waiting, kept beside the
 * mechanisms; no real mechanism is simulated here.
 */

/**
 * Requests of one endpoint inside its service and waiting in its queues, over all replicas. The integrals are kept in
 * another way than `Occupancy` keeps those of the service: each stay counts its end minus its beginning. So nothing has
 * to be settled, and the sums over endpoints are an independent account of the service's, equal by Little's law.
 */
export class EndpointOccupancy {
  inFlight = 0;
  queued = 0;
  inFlightMax = 0;
  queuedMax = 0;
  /** Sum of the stays of requests that have left. Whole microseconds, as all sums here: exact below 2^53. */
  private stayMicros = 0;
  /** Sum over the requests inside of the instants of their arrival. */
  private arrivalSumMicros = 0;
  /** Instants at which requests stopped waiting minus instants at which they began to. */
  private waitMicros = 0;

  arrive(nowMicros: number): void {
    this.arrivalSumMicros += nowMicros;
    if (++this.inFlight > this.inFlightMax) this.inFlightMax = this.inFlight;
  }

  leave(nowMicros: number, arrivedMicros: number): void {
    this.inFlight--;
    this.arrivalSumMicros -= arrivedMicros;
    this.stayMicros += nowMicros - arrivedMicros;
  }

  /** `change` requests more wait to be started. */
  queue(nowMicros: number, change: number): void {
    this.waitMicros -= change * nowMicros;
    this.queued += change;
    if (this.queued > this.queuedMax) this.queuedMax = this.queued;
  }

  /**
   * Request-microseconds inside since the beginning: the stays of those who left plus the stays so far of those inside.
   * An arrival that was forgotten or told wrong would shift as much between the two, and so it shows where the second
   * leaves its bounds: at the latest when nobody is inside.
   */
  inFlightMicros(nowMicros: number): number {
    const longest = this.inFlight * nowMicros;
    return this.stayMicros + Math.min(longest, Math.max(0, longest - this.arrivalSumMicros));
  }

  /** Request-microseconds spent waiting since the beginning, those of requests still waiting up to now. */
  queuedMicros(nowMicros: number): number {
    return this.waitMicros + this.queued * nowMicros;
  }

  /** Forgets the largest values: the measured window begins. */
  resetMaxima(): void {
    this.inFlightMax = this.inFlight;
    this.queuedMax = this.queued;
  }
}
