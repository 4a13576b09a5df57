/**
 * Fidelity: rates over time by the shapes of load generators (k6's stages; a day's cosine; square bursts; one spike); how
 * each is drawn, `curve.ts` says.
 */
import { formatDuration } from '../../../../base/time.ts';
import type { CompileContext } from '../../../../model/kind.ts';
import type { WrittenShape } from '../../../../model/kinds/traffic.ts';
import { readDuration } from '../../../../model/notation.ts';
import type { Path } from '../../../../model/place.ts';
import { isInDoubt, type Resource } from '../../../../model/resource.ts';
import type { RateCurve } from '../../model.ts';
import { AmountReader } from '../amount.ts';
import { where } from '../report.ts';
import {
  burstCurve,
  constantCurve,
  diurnalCurve,
  knotsMax,
  knotsPerPeriod,
  type Stage,
  spikeCurve,
  stagesCurve,
} from './curve.ts';

/** Turns the shapes of a Traffic into curves; what cannot be drawn is an error and stays level. */
export class ShapeReader {
  readonly #traffic: Resource;
  readonly #context: CompileContext;
  readonly #amounts: AmountReader;

  constructor(traffic: Resource, context: CompileContext) {
    this.#traffic = traffic;
    this.#context = context;
    this.#amounts = new AmountReader(context, traffic);
  }

  /** The rate of an open load or of sessions, per second. */
  rate(written: WrittenShape, path: Path): RateCurve {
    if (written.stages !== undefined) return this.#stages(written, path);
    if (written.diurnal !== undefined) return this.#diurnal(written.diurnal, [...path, 'diurnal']);
    if (written.burst !== undefined) return this.#burst(written.burst, [...path, 'burst']);
    if (written.spike !== undefined) return this.#spike(written.spike, [...path, 'spike']);
    return constantCurve(this.#amounts.rate(written.rate, [...path, 'rate']));
  }

  /** The number of users of a closed load. */
  users(
    written: {
      readonly users?: number;
      readonly startUsers?: number;
      readonly stages?: readonly { readonly duration: string; readonly target: number }[];
    },
    path: Path,
  ): RateCurve {
    if (written.stages === undefined) return constantCurve(written.users ?? 0);
    return stagesCurve(written.startUsers ?? 0, this.#stageList(written.stages, [...path, 'stages'], Number));
  }

  #stages(written: WrittenShape, path: Path): RateCurve {
    const start =
      written.startRate === undefined ? 0 : this.#amounts.rate(written.startRate, [...path, 'startRate']);
    const at = [...path, 'stages'];
    return stagesCurve(
      start,
      this.#stageList(written.stages ?? [], at, (target, index) =>
        this.#amounts.rate(target, [...at, index, 'target']),
      ),
    );
  }

  #stageList<T>(
    written: readonly { readonly duration: string; readonly target: T }[],
    path: Path,
    read: (target: T, index: number) => number,
  ): Stage[] {
    return written.map((stage, index) => ({
      durationMicros: this.#amounts.duration(stage.duration, [...path, index, 'duration']) ?? 0,
      target: read(stage.target, index),
    }));
  }

  #diurnal(written: NonNullable<WrittenShape['diurnal']>, path: Path): RateCurve {
    const mean = this.#amounts.rate(written.mean, [...path, 'mean']);
    const peak =
      written.peak === undefined
        ? mean + this.#amounts.rate(written.amplitude, [...path, 'amplitude'])
        : this.#amounts.rate(written.peak, [...path, 'peak']);
    const period = this.#positive(written.period ?? '24h', [...path, 'period'], 'a swing takes some time');
    const peakAt = this.#amounts.duration(written.peakAt ?? '14h', [...path, 'peakAt']) ?? 0;
    const field = written.peak === undefined ? 'amplitude' : 'peak';
    if (isInDoubt(this.#traffic, path)) return constantCurve(mean);
    if (peak < mean)
      this.#wrong(
        'diurnal-peak',
        'The peak is below the mean.',
        [...path, 'peak'],
        'Give peak the larger value.',
      );
    else if (peak > 2 * mean) {
      this.#wrong(
        'diurnal-negative',
        'The rate would fall below zero at night.',
        [...path, field],
        'The swing around the mean can be as large as the mean: the peak at most twice it.',
      );
    } else if (this.#drawable(this.#duration / period, knotsPerPeriod, [...path, 'period'])) {
      return diurnalCurve(
        { trough: 2 * mean - peak, peak, periodMicros: period, peakAtMicros: peakAt },
        this.#duration,
      );
    }
    return constantCurve(mean);
  }

  #burst(written: NonNullable<WrittenShape['burst']>, path: Path): RateCurve {
    const base = this.#amounts.rate(written.base, [...path, 'base']);
    const peak = this.#amounts.rate(written.peak, [...path, 'peak']);
    const every = this.#positive(written.every, [...path, 'every'], 'bursts have some time between them');
    const length = this.#amounts.duration(written.for, [...path, 'for']) ?? 0;
    const known = !isInDoubt(this.#traffic, [...path, 'for'], [...path, 'every']);
    if (length > every && known) {
      this.#wrong(
        'burst-overlap',
        `A burst of ${formatDuration(length)} does not end before the next begins after ${formatDuration(every)}.`,
        [...path, 'for'],
        'Make the bursts shorter, or the time between their starts longer.',
      );
      return constantCurve(base);
    }
    const at = this.#amounts.duration(written.at, [...path, 'at']) ?? every;
    if (length > every || !this.#drawable(this.#duration / every, 4, [...path, 'every']))
      return constantCurve(base);
    return burstCurve(
      { base, burst: peak, atMicros: at, lengthMicros: length, everyMicros: every },
      this.#duration,
    );
  }

  #spike(written: NonNullable<WrittenShape['spike']>, path: Path): RateCurve {
    const duration = (field: 'at' | 'rise' | 'hold' | 'fall'): number =>
      this.#amounts.duration(written[field], [...path, field]) ?? 0;
    return spikeCurve({
      base: this.#amounts.rate(written.base, [...path, 'base']),
      peak: this.#amounts.rate(written.peak, [...path, 'peak']),
      atMicros: duration('at'),
      riseMicros: duration('rise'),
      holdMicros: duration('hold'),
      fallMicros: duration('fall'),
    });
  }

  get #duration(): number {
    return this.#context.scenario.durationMicros;
  }

  #positive(written: string, path: Path, why: string): number {
    const micros = this.#amounts.positiveDuration(written, path, why);
    // After the error, one swing of the whole run draws without another.
    return readDuration(written) === 0 || micros === null ? this.#duration : micros;
  }

  #drawable(periods: number, knots: number, path: Path): boolean {
    if (periods * knots <= knotsMax) return true;
    this.#wrong(
      'too-many-swings',
      `The rate would swing ${Math.ceil(periods)} times in this run, more than can be drawn (${Math.floor(knotsMax / knots)}).`,
      path,
      'Make the period longer, or the run shorter.',
    );
    return false;
  }

  #wrong(code: string, message: string, path: Path, remedy: string): void {
    this.#context.diagnostics.error(code, message, where(this.#traffic, path, remedy));
  }
}
