import type { TSchema } from 'typebox';
import type { Diagnostics } from '../base/diagnostics.ts';
import { microsPerDay } from '../base/time.ts';
import { Check } from './check.ts';
import type { Doubt } from './doubt.ts';
import type { Kind } from './kind.ts';
import type { Objective } from './model.ts';
import { readDuration, readShare } from './notation.ts';
import type { Path } from './place.ts';
import { isInDoubt, type Resource, type ResourceSet } from './resource.ts';
import type { Schema } from './schema.ts';
import { didYouMean } from './suggest.ts';
import type { Names } from './threshold.ts';

/**
 * OpenSLO `SLO` and `SLI` documents (openslo/v1), read as objectives where the simulator measures them: a ratio
 * metric whose sources have the type `sim.devops`. `total` names what is counted (traffic, service, endpoint), and
 * `good` the same, with `latency` where a slow answer is no good one. Other sources cannot be asked here; such a
 * document is reported and left out.
 */

const text: Schema = { type: 'string' };
const source: Schema = {
  type: 'object',
  properties: {
    metricSource: {
      type: 'object',
      properties: { type: text, metricSourceRef: text, spec: { type: 'object' } },
      required: ['spec'],
      additionalProperties: false,
    },
  },
  required: ['metricSource'],
  additionalProperties: false,
};
const ratio: Schema = {
  type: 'object',
  properties: {
    counter: { type: 'boolean' },
    good: source,
    bad: source,
    total: source,
    raw: source,
    rawType: text,
  },
  additionalProperties: false,
};
const indicatorSpec: Schema = {
  type: 'object',
  properties: { description: text, thresholdMetric: source, ratioMetric: ratio },
  additionalProperties: false,
};
const objective: Schema = {
  type: 'object',
  properties: {
    displayName: text,
    op: text,
    value: { type: 'number' },
    target: { type: 'number' },
    targetPercent: { type: 'number' },
    timeSliceTarget: { type: 'number' },
    timeSliceWindow: { anyOf: [{ type: 'number' }, text] },
    indicator: {},
    indicatorRef: text,
    compositeWeight: { type: 'number' },
  },
  additionalProperties: false,
};
const sloSpec: Schema = {
  type: 'object',
  properties: {
    description: text,
    service: text,
    indicator: {
      type: 'object',
      properties: { metadata: { type: 'object' }, spec: indicatorSpec },
      required: ['spec'],
      additionalProperties: false,
    },
    indicatorRef: text,
    timeWindow: {
      type: 'array',
      items: {
        type: 'object',
        properties: { duration: text, isRolling: { type: 'boolean' }, calendar: { type: 'object' } },
        additionalProperties: false,
      },
    },
    budgetingMethod: text,
    objectives: { type: 'array', minItems: 1, maxItems: 100, items: objective },
    alertPolicies: { type: 'array' },
  },
  required: ['objectives'],
  additionalProperties: false,
};

function kindOf(name: string, summary: string, more: { spec?: Schema; support: Kind['support'] }): Kind {
  const base: Schema = { type: 'object', properties: { apiVersion: text, kind: text, metadata: {} } };
  const schema: Schema =
    more.spec === undefined
      ? base
      : {
          ...base,
          properties: { ...base.properties, spec: more.spec },
          required: ['spec'],
          additionalProperties: false,
        };
  return {
    group: 'openslo',
    version: 'v1',
    kind: name,
    plural: `${name.toLowerCase()}s`,
    shortNames: [],
    namespaced: true,
    summary,
    schema: schema as TSchema,
    own: false,
    support: more.support,
  };
}

/** The kinds of OpenSLO: SLO and SLI are read, the others belong to tools that alert and catalogue. */
export const openSloKinds: readonly Kind[] = [
  kindOf('SLO', 'A service-level objective, as OpenSLO defines it.', { spec: sloSpec, support: 'full' }),
  kindOf('SLI', 'An indicator that SLOs refer to, as OpenSLO defines it.', {
    spec: indicatorSpec,
    support: 'full',
  }),
  ...['Service', 'DataSource', 'AlertPolicy', 'AlertCondition', 'AlertNotificationTarget'].map((name) =>
    kindOf(name, 'Known, and not simulated.', { support: 'none' }),
  ),
];

interface Slo {
  readonly spec: {
    readonly indicator?: { readonly spec: IndicatorSpec };
    readonly indicatorRef?: string;
    readonly timeWindow?: readonly { readonly duration?: string }[];
    readonly budgetingMethod?: string;
    readonly objectives: readonly {
      readonly displayName?: string;
      readonly target?: number;
      readonly targetPercent?: number;
    }[];
  };
}

interface IndicatorSpec {
  readonly thresholdMetric?: unknown;
  readonly ratioMetric?: { readonly good?: MetricSource; readonly total?: MetricSource };
}

interface MetricSource {
  readonly metricSource: { readonly type?: string; readonly spec: Readonly<Record<string, unknown>> };
}

/** The objectives of every SLO that can be measured here, in order. */
export function objectivesOfSlo(
  resources: ResourceSet,
  context: { diagnostics: Diagnostics; names: Names; inDoubt: Doubt },
): Objective[] {
  return resources.byKind<Slo>('SLO').flatMap((slo) => new SloReader(slo, resources, context).read());
}

class SloReader {
  readonly #slo: Resource<Slo>;
  readonly #resources: ResourceSet;
  readonly #names: Names;
  readonly #inDoubt: Doubt;
  readonly #check: Check;

  constructor(
    slo: Resource<Slo>,
    resources: ResourceSet,
    context: { diagnostics: Diagnostics; names: Names; inDoubt: Doubt },
  ) {
    this.#slo = slo;
    this.#resources = resources;
    this.#names = context.names;
    this.#inDoubt = context.inDoubt;
    this.#check = new Check(slo, context.diagnostics);
  }

  read(): Objective[] {
    const { spec } = this.#slo.value;
    const indicator = this.#indicator();
    if (indicator === null) return [];
    if (spec.budgetingMethod !== undefined && spec.budgetingMethod !== 'Occurrences')
      this.#check.warning(
        'slo-budgeting',
        ['spec', 'budgetingMethod'],
        `${spec.budgetingMethod} is read as Occurrences: requests are counted, not time slices.`,
      );
    return spec.objectives.map((objective, index) => {
      const path: Path = ['spec', 'objectives', index];
      const suffix = spec.objectives.length === 1 ? '' : ` ${index + 1}`;
      return {
        ...indicator,
        name: `${this.#slo.name}${suffix}`,
        ...(objective.displayName === undefined ? {} : { displayName: objective.displayName }),
        target: this.#target(objective, path),
        periodMicros: this.#period(),
      };
    });
  }

  #leaveOut(path: Path, message: string): null {
    this.#check.warning(
      'slo-not-measured',
      path,
      `${message}; the SLO is left out.`,
      'Give ratioMetric sources of type sim.devops, or state the objective in the Scenario.',
    );
    return null;
  }

  #indicator(): Omit<Objective, 'name' | 'target' | 'periodMicros'> | null {
    const { spec } = this.#slo.value;
    const reference = spec.indicatorRef;
    const sli =
      reference === undefined
        ? null
        : this.#resources.find<{ spec: IndicatorSpec }>('SLI', this.#slo.namespace, reference);
    const indicator = spec.indicator?.spec ?? sli?.value.spec;
    if (indicator === undefined && reference !== undefined && this.#resources.mayLack(['SLI'], reference))
      return null;
    if (indicator === undefined)
      return this.#leaveOut(
        ['spec'],
        reference === undefined ? 'There is no indicator' : `There is no SLI "${reference}"`,
      );
    const { good, total } = indicator.ratioMetric ?? {};
    if (good === undefined || total === undefined)
      return this.#leaveOut(['spec', 'indicator'], 'Only a ratioMetric of good and total is measured');
    for (const each of [good, total])
      if (each.metricSource.type !== 'sim.devops')
        return this.#leaveOut(
          ['spec', 'indicator'],
          `The simulator cannot ask ${each.metricSource.type ?? 'a source without type'}`,
        );
    return this.#subject(total.metricSource.spec, good.metricSource.spec);
  }

  #subject(
    total: Readonly<Record<string, unknown>>,
    good: Readonly<Record<string, unknown>>,
  ): Omit<Objective, 'name' | 'target' | 'periodMicros'> {
    const path: Path = ['spec', 'indicator'];
    const name = (field: string) => (typeof total[field] === 'string' ? (total[field] as string) : null);
    const [traffic, service, endpoint] = [name('traffic'), name('service'), name('endpoint')];
    this.#known('traffic', traffic, this.#names.traffic);
    this.#known('service', service, this.#names.service);
    const limit = good['latency'];
    const latencyMicros = typeof limit === 'string' ? readDuration(limit) : null;
    if (limit !== undefined && latencyMicros === null)
      this.#check.error('bad-notation', path, 'latency must be a duration.', 'Write it like 300ms.');
    return {
      indicator: limit === undefined ? 'availability' : 'latency',
      traffic,
      service,
      endpoint,
      latencyMicros,
    };
  }

  #known(what: 'traffic' | 'service', name: string | null, known: readonly string[]): void {
    if (name === null || known.includes(name) || this.#inDoubt(what, name)) return;
    this.#check.error(
      'unknown-reference',
      ['spec', 'indicator'],
      `There is no ${what} "${name}".`,
      didYouMean(name, known),
    );
  }

  #target(objective: Slo['spec']['objectives'][number], path: Path): number {
    const written = objective.target ?? (objective.targetPercent ?? 0) / 100;
    const target = readShare(written) ?? 0;
    if ((target > 0 && target < 1) || isInDoubt(this.#slo, path)) return target;
    this.#check.error(
      'out-of-range',
      path,
      'An objective needs a target between 0 and 1.',
      'Write target: 0.999.',
    );
    return 0.5;
  }

  #period(): number | null {
    const written = this.#slo.value.spec.timeWindow?.[0]?.duration;
    const match = written === undefined ? null : /^(\d{1,4})([wMQY])$/.exec(written);
    if (match !== null) return Number(match[1]) * daysOf[match[2] as keyof typeof daysOf] * microsPerDay;
    return written === undefined ? null : readDuration(written);
  }
}

/** OpenSLO's longer units, months and more as their usual number of days. */
const daysOf = { w: 7, M: 30, Q: 90, Y: 365 } as const;
