/**
 * Fidelity: exact time integrals of how many requests of one endpoint are inside and waiting, kept beside the
 * mechanisms; no real mechanism is simulated here.
 */

/**
 * Requests of one endpoint inside its service and waiting in its queues, over all replicas. The integrals are kept in
 * another way than `Occupancy` keeps those of the service: a stay counts its end minus its beginning, so that nothing
 * has to be settled and the sums over endpoints are an independent account of the service's.
 */
export class EndpointOccupancy {
  inFlight = 0;
  queued = 0;
  inFlightMax = 0;
  queuedMax = 0;
  /** Instants of departures minus instants of arrivals. Whole microseconds, exact below 2^53. */
  private stays = 0;
  private waits = 0;

  arrive(nowMicros: number): void {
    this.stays -= nowMicros;
    if (++this.inFlight > this.inFlightMax) this.inFlightMax = this.inFlight;
  }

  leave(nowMicros: number): void {
    this.stays += nowMicros;
    this.inFlight--;
  }

  /** `change` requests more wait to be started. */
  queue(nowMicros: number, change: number): void {
    this.waits -= change * nowMicros;
    this.queued += change;
    if (this.queued > this.queuedMax) this.queuedMax = this.queued;
  }

  /** Request-microseconds inside since the beginning, those of requests still inside up to now. */
  inFlightMicros(nowMicros: number): number {
    return this.stays + this.inFlight * nowMicros;
  }

  /** Request-microseconds spent waiting since the beginning, those of requests still waiting up to now. */
  queuedMicros(nowMicros: number): number {
    return this.waits + this.queued * nowMicros;
  }

  /** Forgets the largest values: the measured window begins. */
  resetMaxima(): void {
    this.inFlightMax = this.inFlight;
    this.queuedMax = this.queued;
  }
}
