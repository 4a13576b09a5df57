/** Fidelity: no mechanism; a number over time with its extremes and its integral, exact. */
export class Level {
  now = 0;
  fewest = 0;
  most = 0;
  #integral = 0;
  #sinceMicros = 0;

  set(value: number, atMicros: number): void {
    this.#integral += this.now * (atMicros - this.#sinceMicros);
    this.#sinceMicros = atMicros;
    this.now = value;
    if (value > this.most) this.most = value;
    if (value < this.fewest) this.fewest = value;
  }

  add(change: number, atMicros: number): void {
    this.set(this.now + change, atMicros);
  }

  /** Since the last reset, up to an instant. */
  integral(atMicros: number): number {
    return this.#integral + this.now * (atMicros - this.#sinceMicros);
  }

  /** Extremes and integral begin anew with what there is now. */
  reset(atMicros: number): void {
    this.#integral = 0;
    this.#sinceMicros = atMicros;
    this.fewest = this.now;
    this.most = this.now;
  }
}
