/**
 * Fidelity: Linux CFS bandwidth control (kernel 5.x, cpu.cfs_quota_us over cpu.cfs_period_us, 100 ms by default): a
 * container may use `limit × period` of CPU in each period and is then stopped until the next. Simplified: periods
 * begin at the replica's birth and run on while it is idle; the 5 ms slices handed to each CPU, whose remainders
 * can be lost or overrun, are left out. Source: kernel documentation, scheduler/sched-bwc.
 */

/** The CPU quota of one container. Times in microseconds. */
export class CfsQuota {
  readonly quotaMicros: number;
  readonly periodMicros: number;
  /** End of the period that `leftMicros` belongs to. */
  periodEndMicros: number;
  leftMicros: number;

  constructor(limitCores: number, periodMicros: number, bornMicros: number) {
    this.quotaMicros = limitCores * periodMicros;
    this.periodMicros = periodMicros;
    this.periodEndMicros = bornMicros + periodMicros;
    this.leftMicros = this.quotaMicros;
  }

  /** Moves on to the period that `nowMicros` lies in; a new period brings a new quota. */
  advance(nowMicros: number): void {
    if (nowMicros < this.periodEndMicros) return;
    const periods = Math.floor((nowMicros - this.periodEndMicros) / this.periodMicros) + 1;
    this.periodEndMicros += periods * this.periodMicros;
    this.leftMicros = this.quotaMicros;
  }

  /**
   * When a single thread that starts now has used `demandMicros` of CPU; takes that CPU from the quota.
   * Closed form: the rest of this period, whole periods, the last one.
   */
  finish(nowMicros: number, demandMicros: number): number {
    this.advance(nowMicros);
    const here = Math.min(this.leftMicros, this.periodEndMicros - nowMicros);
    if (demandMicros <= here) {
      this.leftMicros -= demandMicros;
      return nowMicros + demandMicros;
    }
    const perPeriod = Math.min(this.quotaMicros, this.periodMicros);
    const rest = demandMicros - here;
    const wholePeriods = Math.ceil(rest / perPeriod) - 1;
    const last = rest - wholePeriods * perPeriod;
    const start = this.periodEndMicros + wholePeriods * this.periodMicros;
    this.periodEndMicros = start + this.periodMicros;
    this.leftMicros = this.quotaMicros - last;
    return start + last;
  }
}
