import type { Diagnostics } from '../base/diagnostics.ts';
import type { Distribution } from '../base/distribution-spec.ts';
import {
  formatDuration,
  microsPerDay,
  microsPerHour,
  microsPerMinute,
  microsPerSecond,
} from '../base/time.ts';
import { Check } from './check.ts';
import type { ScenarioSettings } from './kind.ts';
import type { WrittenDistribution } from './kinds/distribution.ts';
import type { ScenarioSpec } from './kinds/scenario.ts';
import type { TopologyDocument } from './kinds/topology.ts';
import { limits } from './limits.ts';
import type { Inference } from './model.ts';
import { readDuration } from './notation.ts';
import type { Path } from './place.ts';
import { readDistribution } from './read-distribution.ts';
import { isInDoubt } from './resource.ts';
import type { ParsedScenario } from './scenario.ts';

/** The settings of the whole scenario: what the Scenario says, and defaults for the rest, each recorded. */

export interface SettingsContext {
  readonly diagnostics: Diagnostics;
  infer(entry: Inference): void;
  /** How long the demand itself lasts, or null when it has no end. */
  horizonMicros(): number | null;
  /** What the demand itself says of the time of day at its start, or null. */
  startsAt(): string | null;
}

const defaults = {
  durationMicros: 10 * microsPerMinute,
  seed: 1,
  sameZoneMicros: 250,
  crossZoneMicros: 500,
} as const;

export function readSettings(scenario: ParsedScenario, context: SettingsContext): ScenarioSettings {
  return new SettingsReader(scenario, context).read();
}

/** Whether the duration is certain. Where none is stated, a demand that was left out may be what says it. */
export function knowsDuration({ document, resources }: ParsedScenario): boolean {
  const written = document?.value.spec.duration;
  if (document === null && resources.mayLack(['Scenario'])) return false;
  if (document !== null && isInDoubt(document, ['spec', 'duration'])) return false;
  if (written !== undefined) return isRunnable(readDuration(written) ?? 0);
  return resources.whole && resources.byKind('Traffic').every(({ doubts }) => doubts === undefined);
}

function isRunnable(micros: number): boolean {
  return micros > 0 && micros <= limits.durationMicros;
}

class SettingsReader {
  readonly #scenario: ParsedScenario;
  readonly #context: SettingsContext;
  readonly #spec: ScenarioSpec;
  readonly #check: Check | null;

  constructor(scenario: ParsedScenario, context: SettingsContext) {
    this.#scenario = scenario;
    this.#context = context;
    this.#spec = scenario.document?.value.spec ?? {};
    this.#check = scenario.document === null ? null : new Check(scenario.document, context.diagnostics);
  }

  read(): ScenarioSettings {
    const spec = this.#spec;
    const stated = this.#duration();
    // The shortest run there is makes nothing too large or too often.
    const durationMicros = knowsDuration(this.#scenario) ? stated : microsPerSecond;
    return {
      name: this.#name(),
      description: spec.description ?? '',
      seed: spec.seed ?? this.#infer('seed', defaults.seed, String(defaults.seed), 'no seed is given'),
      durationMicros,
      warmupMicros: this.#warmup(durationMicros),
      sampleMicros: this.#sample(durationMicros),
      startsAt: spec.startsAt ?? this.#startsAt(),
      zones: this.#zones(),
      network: {
        sameZone: this.#delay('sameZone', defaults.sameZoneMicros),
        crossZone: this.#delay('crossZone', defaults.crossZoneMicros),
      },
    };
  }

  #startsAt(): string | null {
    const startsAt = this.#context.startsAt();
    return startsAt === null ? null : this.#infer('startsAt', startsAt, startsAt, 'the dates in the trace');
  }

  #infer<T>(path: string, value: T, written: string, source: string): T {
    const resource = this.#scenario.document?.id ?? 'Scenario';
    this.#context.infer({ resource, path: `spec.${path}`, value: written, source });
    return value;
  }

  #error(field: string, message: string, remedy: string): void {
    this.#check?.error('out-of-range', ['spec', field], message, remedy);
  }

  #name(): string {
    const { document, name, variant } = this.#scenario;
    if (document === null)
      this.#context.infer({
        resource: 'Scenario',
        path: 'metadata.name',
        value: name,
        source: 'there is no Scenario: the name of the file, or "simulation"',
      });
    return variant === null ? name : `${name}:${variant}`;
  }

  #duration(): number {
    const written = this.#spec.duration;
    if (written !== undefined) return this.#statedDuration(written);
    const horizon = this.#context.horizonMicros();
    const usable = horizon !== null && horizon > 0 && horizon <= limits.durationMicros;
    const micros = usable ? horizon : defaults.durationMicros;
    const source = usable ? 'the end of the trace or of the stages' : 'no duration is given';
    return this.#infer('duration', micros, formatDuration(micros), source);
  }

  #statedDuration(written: string): number {
    const micros = readDuration(written) ?? 0;
    if (isRunnable(micros)) return micros;
    const most = formatDuration(limits.durationMicros);
    this.#error(
      'duration',
      `A run lasts more than 0s and at most ${most}, not ${written}.`,
      'Write 10m, or 24h.',
    );
    return defaults.durationMicros;
  }

  #warmup(durationMicros: number): number {
    const written = this.#spec.warmup;
    if (written === undefined) return this.#infer('warmup', 0, '0s', 'no warmup is given');
    const micros = readDuration(written) ?? 0;
    if (micros < durationMicros || !knowsDuration(this.#scenario)) return micros;
    this.#error(
      'warmup',
      `The warmup (${written}) leaves nothing of the duration (${formatDuration(durationMicros)}) to measure.`,
      'Shorten the warmup or lengthen the duration.',
    );
    return 0;
  }

  #sample(durationMicros: number): number {
    const written = this.#spec.sample;
    if (written === undefined) {
      const micros = niceSample(durationMicros);
      return this.#infer(
        'sample',
        micros,
        formatDuration(micros),
        'about 1/720 of the duration, at least 1s',
      );
    }
    const micros = readDuration(written) ?? 0;
    if (micros > 0 && micros <= durationMicros && durationMicros / micros <= limits.samples) return micros;
    if (micros > 0 && !knowsDuration(this.#scenario)) return niceSample(durationMicros);
    const least = formatDuration(Math.max(1, Math.ceil(durationMicros / limits.samples)));
    this.#error(
      'sample',
      `The sample interval must be between ${least} and the duration, not ${written}.`,
      `Leave it out for ${formatDuration(niceSample(durationMicros))}.`,
    );
    return niceSample(durationMicros);
  }

  #zones(): readonly string[] {
    const written = this.#spec.zones;
    const ofPools = this.#zonesOfPools();
    if (written === undefined && ofPools.length > 0)
      return this.#infer('zones', ofPools, ofPools.join(', '), 'the zones of the machines');
    if (written === undefined)
      return this.#infer('zones', ['a'], 'a', 'no zones are given: all replicas in one');
    this.#check?.unique(written, ['spec', 'zones'], (zone: string) => zone, 'The zone');
    return written;
  }

  /** Zones that the node pools of a Topology name, or Nodes where it names none, in order. */
  #zonesOfPools(): string[] {
    const { resources } = this.#scenario;
    const topologies = resources.byKind<TopologyDocument>('Topology');
    const pools = topologies.flatMap(({ value }) => value.spec.nodePools ?? []);
    const named = pools.flatMap(({ zones }) => zones ?? []);
    if (named.length > 0) return [...new Set(named)];
    const nodes = resources.byKind<{ metadata?: { labels?: Readonly<Record<string, string>> } }>('Node');
    return [...new Set(nodes.flatMap(({ value }) => value.metadata?.labels?.[zoneLabel] ?? []))];
  }

  #delay(which: 'sameZone' | 'crossZone', micros: number): Distribution {
    const written = this.#spec.network?.[which];
    if (written !== undefined) return this.#readDelay(written, ['spec', 'network', which]);
    const source = `a usual one-way delay ${which === 'sameZone' ? 'within a data centre' : 'between zones of a region'}`;
    const value: Distribution = { kind: 'deterministic', value: micros };
    return this.#infer(`network.${which}`, value, formatDuration(micros), source);
  }

  #readDelay(written: WrittenDistribution, path: Path): Distribution {
    const read = readDistribution(written);
    if ('value' in read) return read.value;
    this.#check?.error('bad-distribution', path, read.problem, read.remedy);
    return { kind: 'deterministic', value: 0 };
  }
}

const zoneLabel = 'topology.kubernetes.io/zone';

const niceSteps: readonly number[] = [
  ...[1, 2, 5, 10, 15, 20, 30].map((seconds) => seconds * microsPerSecond),
  ...[1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * microsPerMinute),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * microsPerHour),
  microsPerDay,
];

/** About 1/720 of the duration, rounded up to an interval that divides minutes, hours or days; never the whole run. */
export function niceSample(durationMicros: number): number {
  const wanted = durationMicros / 720;
  const step = niceSteps.find((each) => each >= wanted) ?? microsPerDay;
  // A run shorter than a second still gets a sample of its own.
  return Math.min(step, durationMicros);
}
