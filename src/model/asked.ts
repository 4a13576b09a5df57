import type { Diagnostics } from '../base/diagnostics.ts';
import { formatDuration } from '../base/time.ts';
import { Check } from './check.ts';
import { requestOf } from './commands.ts';
import { type Doubt, doubtsOf } from './doubt.ts';
import type { Kind } from './kind.ts';
import type { ScenarioDocument, ScenarioSpec, WrittenCommand, WrittenObjective } from './kinds/scenario.ts';
import type { Command, Inference, Model, Objective, Threshold } from './model.ts';
import { readDuration, readShare } from './notation.ts';
import { objectivesOfSlo } from './openslo.ts';
import type { Path } from './place.ts';
import { defaultNamespace, isInDoubt, qualifiedName, type Resource } from './resource.ts';
import type { ParsedScenario } from './scenario.ts';
import { knowsDuration } from './settings.ts';
import { didYouMean } from './suggest.ts';
import { type Names, namesOf, thresholdProblems } from './threshold.ts';

/** What a scenario asks of the system and does to it: objectives, thresholds, commands, prices, annotations. */

type Asked = Pick<Model, 'objectives' | 'thresholds' | 'commands' | 'prices' | 'annotations'>;

export interface AskedContext {
  readonly diagnostics: Diagnostics;
  infer(entry: Inference): void;
  readonly durationMicros: number;
  /** What commands may act upon. */
  readonly kinds: readonly Kind[];
  /** Compiled sections: what names may refer to. */
  readonly rooms: Model['rooms'];
}

export function readAsked(scenario: ParsedScenario, context: AskedContext): Asked {
  const prices = readPrices(scenario, context);
  const names = namesOf({ rooms: context.rooms });
  const inDoubt = doubtsOf(scenario.resources, names, context.diagnostics);
  const fromSlos = objectivesOfSlo(scenario.resources, { diagnostics: context.diagnostics, names, inDoubt });
  const { document } = scenario;
  if (document === null)
    return { objectives: fromSlos, thresholds: [], commands: [], prices, annotations: [] };
  const reader = new AskedReader(document, { names, inDoubt, duration: knowsDuration(scenario) }, context);
  const objectives = [...reader.objectives(), ...fromSlos];
  return {
    objectives,
    thresholds: reader.thresholds(),
    commands: reader.commands(),
    prices,
    annotations: reader.annotations(),
  };
}

interface Known {
  readonly names: Names;
  readonly inDoubt: Doubt;
  /** How long the run is: stated, or certain from the demand. */
  readonly duration: boolean;
}

class AskedReader {
  readonly #document: Resource<ScenarioDocument>;
  readonly #spec: ScenarioSpec;
  readonly #names: Names;
  readonly #inDoubt: Doubt;
  readonly #knowsDuration: boolean;
  readonly #context: AskedContext;
  readonly #check: Check;

  constructor(document: Resource<ScenarioDocument>, known: Known, context: AskedContext) {
    this.#document = document;
    this.#spec = document.value.spec;
    this.#names = known.names;
    this.#inDoubt = known.inDoubt;
    this.#knowsDuration = known.duration;
    this.#context = context;
    this.#check = new Check(document, context.diagnostics);
  }

  objectives(): Objective[] {
    const written = this.#spec.objectives ?? [];
    const path: Path = ['spec', 'objectives'];
    this.#check.unique(written, path, (each: WrittenObjective) => each.name, 'The objective');
    return written.map((each, index) => this.#objective(each, [...path, index]));
  }

  #objective(written: WrittenObjective, path: Path): Objective {
    const { on = {} } = written;
    const traffic = this.#resolve(on.traffic, this.#names.traffic, {
      path: [...path, 'on', 'traffic'],
      what: 'traffic',
    });
    const service = this.#resolve(on.service, this.#names.service, {
      path: [...path, 'on', 'service'],
      what: 'service',
    });
    const endpoint = on.endpoint ?? null;
    if (endpoint !== null) this.#checkEndpoint(service, endpoint, [...path, 'on', 'endpoint']);
    return {
      name: written.name,
      ...(written.displayName === undefined ? {} : { displayName: written.displayName }),
      indicator: written.indicator,
      traffic,
      service,
      endpoint,
      target: this.#target(written.target, [...path, 'target']),
      latencyMicros: this.#latency(written, path),
      periodMicros: this.#positive(written.timeWindow, [...path, 'timeWindow']),
    };
  }

  #target(written: string | number, path: Path): number {
    const target = readShare(written) ?? 0;
    if (target > 0 && target < 1) return target;
    this.#check.error(
      'out-of-range',
      path,
      `A target lies between 0 and 1, and neither can be budgeted for: not ${written}.`,
      'Write 99.9%, or 0.999.',
    );
    return 0.5;
  }

  #latency(written: WrittenObjective, path: Path): number | null {
    const at = [...path, 'latency'];
    if (isInDoubt(this.#document, [...path, 'indicator'])) return this.#positive(written.latency, at);
    if (written.indicator === 'latency' && written.latency === undefined)
      this.#check.error('missing-field', at, 'A latency objective needs latency.', 'Add latency: 300ms.');
    if (written.indicator === 'availability' && written.latency !== undefined)
      this.#check.error(
        'exclusive-fields',
        at,
        'An availability objective has no latency.',
        'Remove it, or set indicator to latency.',
      );
    return written.indicator === 'latency' ? this.#positive(written.latency, at) : null;
  }

  #positive(written: string | undefined, path: Path): number | null {
    if (written === undefined) return null;
    const micros = readDuration(written) ?? 0;
    if (micros === 0) this.#check.error('out-of-range', path, `${path.at(-1)} must be more than 0s.`);
    return micros;
  }

  /** The full name that a short one means: as it stands, in the scenario's namespace, or in the only one that has it. */
  #resolve(
    written: string | undefined,
    known: readonly string[],
    of: { path: Path; what: 'traffic' | 'service' },
  ): string | null {
    if (written === undefined) return null;
    const found = resolveName(written, this.#document.namespace, known);
    if (found.length === 1) return found[0];
    const { path, what } = of;
    if (this.#inDoubt(what, written)) return written;
    if (found.length > 1)
      this.#check.error(
        'ambiguous-name',
        path,
        `Several namespaces have a ${what} "${written}".`,
        `Write ${found.join(' or ')}.`,
      );
    else
      this.#check.error(
        'unknown-reference',
        path,
        `There is no ${what} "${written}".`,
        didYouMean(written, known) ||
          (known.length === 0 ? '' : `There is ${known.slice(0, 12).join(', ')}.`),
      );
    return written;
  }

  #checkEndpoint(service: string | null, endpoint: string, path: Path): void {
    if (service === null) {
      this.#check.error('missing-field', path, 'An endpoint needs its service.', 'Add service.');
      return;
    }
    const known = this.#names.endpoints
      .filter((each) => each.service === service)
      .map((each) => each.endpoint);
    if (!this.#names.service.includes(service) || known.includes(endpoint)) return;
    if (this.#inDoubt('endpoint', endpoint, service)) return;
    this.#check.error(
      'unknown-reference',
      path,
      `${service} has no endpoint "${endpoint}".`,
      didYouMean(endpoint, known) || `It has ${known.slice(0, 12).join(', ')}.`,
    );
  }

  thresholds(): Threshold[] {
    const found: Threshold[] = [];
    for (const [metric, written] of Object.entries(this.#spec.thresholds ?? {}))
      written.forEach((each, index) => {
        const threshold =
          typeof each === 'string'
            ? { metric, expression: each, abortOnFail: false }
            : { metric, expression: each.threshold, abortOnFail: each.abortOnFail ?? false };
        found.push(threshold);
        const path = ['spec', 'thresholds', metric, index];
        judge(threshold, path, { rooms: this.#context.rooms, inDoubt: this.#inDoubt, check: this.#check });
      });
    return found;
  }

  commands(): Command[] {
    const found = (this.#spec.commands ?? []).map((written, index): Command | null => {
      const path = ['spec', 'commands', index];
      const atMicros = readDuration(written.at) ?? 0;
      if (atMicros >= this.#context.durationMicros && this.#knowsDuration)
        this.#check.warning(
          'never-happens',
          [...path, 'at'],
          `The command at ${written.at} comes after the end of the run (${formatDuration(this.#context.durationMicros)}).`,
        );
      return this.#command(written, atMicros, path);
    });
    // A stable order: commands at one time happen as they are written.
    return found.filter((command) => command !== null).sort((a, b) => a.atMicros - b.atMicros);
  }

  #command(written: WrittenCommand, atMicros: number, path: Path): Command | null {
    const { scale, drain } = written;
    if (scale !== undefined) {
      const service = this.#resolve(scale.service, this.#names.service, {
        path: [...path, 'scale', 'service'],
        what: 'service',
      });
      return { atMicros, kind: 'scale', service: service!, replicas: scale.replicas };
    }
    if (drain !== undefined) {
      const { node, force = false, gracePeriodSeconds = null, timeout } = drain;
      const timeoutMicros = timeout === undefined ? null : readDuration(timeout);
      return { atMicros, kind: 'drain', node, force, gracePeriodSeconds, timeoutMicros };
    }
    const { namespace } = this.#document;
    const { kinds } = this.#context;
    const request = requestOf(written, { kinds, namespace, check: this.#check, path });
    return request && { atMicros, kind: 'request', request };
  }

  annotations(): Asked['annotations'] {
    return (this.#spec.annotations ?? []).map((written, index) => {
      const fromMicros = readDuration(written.at) ?? 0;
      const toMicros = written.until === undefined ? fromMicros : (readDuration(written.until) ?? 0);
      const at = ['spec', 'annotations', index, 'at'];
      if (toMicros < fromMicros && !isInDoubt(this.#document, at))
        this.#check.error(
          'out-of-range',
          ['spec', 'annotations', index, 'until'],
          `The annotation ends (${written.until}) before it begins (${written.at}).`,
        );
      return { fromMicros, toMicros: Math.max(fromMicros, toMicros), label: written.label };
    });
  }
}

interface Judging {
  readonly rooms: Model['rooms'];
  readonly inDoubt: Doubt;
  readonly check: Check;
}

function judge(threshold: Threshold, path: Path, { rooms, inDoubt, check }: Judging): void {
  // What is wrong with the metric is told also where the expression is not known.
  const known = !isInDoubt(check.resource, path);
  for (const problem of thresholdProblems({ thresholds: [threshold], rooms }, inDoubt))
    check.error(problem.code, known ? path : path.slice(0, -1), problem.message, problem.remedy);
}

/** Every known name that a written one may mean; the nearest first reading decides. */
export function resolveName(written: string, namespace: string, known: readonly string[]): string[] {
  const plain = written.startsWith(`${defaultNamespace}/`)
    ? written.slice(defaultNamespace.length + 1)
    : written;
  const own = plain.includes('/') ? plain : qualifiedName(namespace, plain);
  if (known.includes(own)) return [own];
  if (known.includes(plain)) return [plain];
  return plain.includes('/') ? [] : known.filter((name) => name.endsWith(`/${plain}`));
}

/** The list price of AWS Fargate, Linux on x86, us-east-1: a public price per core and GiB of nothing but compute. */
const listPrice = { currency: 'USD', perCoreHour: 0.04048, perGibHour: 0.004445 };

function readPrices(scenario: ParsedScenario, context: AskedContext): Model['prices'] {
  const written = scenario.document?.value.spec.prices;
  const resource = scenario.document?.id ?? 'Scenario';
  const { perCoreHour, perGibHour } = written ?? {};
  if (perCoreHour !== undefined || perGibHour !== undefined)
    // Who states one price means the other to cost nothing; mixing in a list price would mix currencies.
    return {
      currency: written?.currency ?? 'USD',
      perCoreHour: perCoreHour ?? 0,
      perGibHour: perGibHour ?? 0,
    };
  context.infer({
    resource,
    path: 'spec.prices',
    value: `${listPrice.perCoreHour} ${listPrice.currency} per core-hour, ${listPrice.perGibHour} per GiB-hour`,
    source: 'no prices are given: list price of AWS Fargate, Linux x86, us-east-1',
  });
  return listPrice;
}
