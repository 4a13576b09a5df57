/**
 * Fidelity: no mechanism; reads durations, rates and distributions as they are written, within what a run can stand.
 */
import { distributionMean, validateDistribution } from '../../../base/distribution.ts';
import type { Distribution } from '../../../base/distribution-spec.ts';
import { formatDuration } from '../../../base/time.ts';
import type { CompileContext } from '../../../model/kind.ts';
import type { WrittenDistribution } from '../../../model/kinds/distribution.ts';
import type { WrittenWork } from '../../../model/kinds/service-model.ts';
import { limits } from '../../../model/limits.ts';
import { readDuration, readFineDuration, readRate } from '../../../model/notation.ts';
import type { Path } from '../../../model/place.ts';
import { readDistribution } from '../../../model/read-distribution.ts';
import type { Resource } from '../../../model/resource.ts';
import type { Work } from '../model.ts';
import { where } from './report.ts';

/** Reads written amounts and refuses those that no run could stand: every reader returns a usable value all the same. */
export class AmountReader {
  readonly #context: CompileContext;
  readonly #resource: Resource;

  constructor(context: CompileContext, resource: Resource) {
    this.#context = context;
    this.#resource = resource;
  }

  /** Whole microseconds; null when nothing is written. */
  duration(written: string | undefined, path: Path): number | null {
    if (written === undefined) return null;
    const micros = readDuration(written) ?? 0;
    if (micros <= limits.durationMicros) return micros;
    this.#tooLong(written, path);
    return limits.durationMicros;
  }

  /** As `duration`, but zero makes no sense there; `why` says what it would mean. */
  positiveDuration(written: string | undefined, path: Path, why: string): number | null {
    const micros = this.duration(written, path);
    if (micros !== 0) return micros;
    this.#context.diagnostics.error(
      'zero-duration',
      `${this.#resource.id}: ${why}.`,
      where(this.#resource, path, 'State a duration above zero.'),
    );
    return 1;
  }

  distribution(written: WrittenDistribution, path: Path): Distribution {
    const read = readDistribution(written);
    if ('problem' in read) {
      this.#context.diagnostics.error(
        'bad-distribution',
        read.problem,
        where(this.#resource, path, read.remedy),
      );
      return { kind: 'deterministic', value: 0 };
    }
    return this.#checked(read.value, path);
  }

  work(written: WrittenWork, path: Path): Work {
    if (typeof written === 'string' || !('perUnit' in written)) {
      return { base: this.distribution(written as WrittenDistribution, path), perAttribute: [] };
    }
    const base: Distribution =
      written.base === undefined
        ? { kind: 'deterministic', value: 0 }
        : this.distribution(written.base, [...path, 'base']);
    const perAttribute = Object.entries(written.perUnit).map(([attribute, each]) => ({
      attribute,
      micros: this.#fine(each, [...path, 'perUnit', attribute]),
    }));
    return { base, perAttribute };
  }

  /** Per second. */
  rate(written: string | number | undefined, path: Path): number {
    const perSecond = written === undefined ? 0 : (readRate(written) ?? 0);
    if (perSecond <= ratePerSecondMax) return perSecond;
    this.#context.diagnostics.error(
      'rate-too-high',
      `${this.#resource.id} asks for ${perSecond} a second; at most ${ratePerSecondMax} can be simulated.`,
      where(
        this.#resource,
        path,
        'Lower the rate; a smaller system under a proportional rate behaves alike.',
      ),
    );
    return ratePerSecondMax;
  }

  #fine(written: string, path: Path): number {
    const micros = readFineDuration(written) ?? 0;
    if (micros <= limits.durationMicros) return micros;
    this.#tooLong(written, path);
    return limits.durationMicros;
  }

  #checked(distribution: Distribution, path: Path): Distribution {
    const problem = validateDistribution(distribution);
    const mean = problem === null ? distributionMean(distribution) : 0;
    if (problem !== null) {
      const message = `${this.#resource.id}: the distribution's ${problem}.`;
      this.#context.diagnostics.error(
        'bad-distribution',
        message,
        where(this.#resource, path, 'Mend its parameters.'),
      );
      return { kind: 'deterministic', value: 0 };
    }
    if (mean === Number.POSITIVE_INFINITY) {
      this.#context.diagnostics.warning(
        'infinite-mean',
        `${this.#resource.id}: this distribution has no finite mean, so longer runs show ever longer times.`,
        where(this.#resource, path, 'Choose a Pareto shape above 1.'),
      );
    } else if (mean > limits.durationMicros) this.#tooLong(formatDuration(mean), path);
    else return distribution;
    return mean === Number.POSITIVE_INFINITY
      ? distribution
      : { kind: 'deterministic', value: limits.durationMicros };
  }

  #tooLong(written: string, path: Path): void {
    this.#context.diagnostics.error(
      'duration-too-long',
      `${this.#resource.id}: ${written} is longer than any run (${formatDuration(limits.durationMicros)}).`,
      where(this.#resource, path, 'State a shorter duration.'),
    );
  }
}

/** More requests a second than any machine that is modelled one request at a time. */
export const ratePerSecondMax = 10_000_000;
