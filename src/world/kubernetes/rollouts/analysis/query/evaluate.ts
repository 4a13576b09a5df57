/**
 * Fidelity: instant queries as Prometheus evaluates them (promql/engine.go), for the syntax of `syntax.ts`, over what the
 * system's own telemetry has: samples of the last five minutes count, series without one are absent. Simplified: both
 * sides of an operator match by equal labels only.
 */
import type { Labels, Reader } from '../../../../../telemetry/reader.ts';
import type { Measure, Measured } from '../measure.ts';
import { type RangeFunction, rangeFunctions } from './range.ts';
import { parseQuery, type Query, QueryProblem } from './syntax.ts';

const lookbackMicros = 300e6;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

type Result =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'vector'; readonly samples: readonly Sample[] };

/** Answers an analysis' queries from telemetry. What it can't answer is an error that names it. */
export function measureFrom(reader: Reader): Measure {
  return (query, atMicros): Measured => {
    try {
      const result = new Evaluation(reader, atMicros).of(parseQuery(query));
      return result.kind === 'scalar'
        ? result
        : { kind: 'vector', values: result.samples.map(({ value }) => value) };
    } catch (problem) {
      if (problem instanceof QueryProblem) return { kind: 'error', message: problem.message };
      throw problem;
    }
  };
}

class Evaluation {
  readonly #reader: Reader;
  readonly #atMicros: number;

  constructor(reader: Reader, atMicros: number) {
    this.#reader = reader;
    this.#atMicros = atMicros;
  }

  of(query: Query): Result {
    switch (query.kind) {
      case 'number':
        return { kind: 'scalar', value: query.value };
      case 'selector':
        return this.#instant(query);
      case 'negative':
        return mapped(this.of(query.of), (value) => -value);
      case 'call':
        return this.#called(query);
      case 'aggregate':
        return aggregated(query, samplesOf(this.of(query.of)));
      case 'binary':
        return combined(query, this.of(query.left), this.of(query.right));
    }
  }

  #instant({ matchers, rangeMicros, offsetMicros }: Extract<Query, { kind: 'selector' }>): Result {
    if (rangeMicros !== null)
      throw new QueryProblem('invalid expression type "range vector" for instant query');
    const to = this.#atMicros - offsetMicros;
    const samples: Sample[] = [];
    for (const { labels, timesMicros, values } of this.#reader.select(
      matchers,
      to - lookbackMicros + 1,
      to,
    )) {
      const last = values[timesMicros.length - 1];
      if (last !== undefined && !Number.isNaN(last)) samples.push({ labels, value: last });
    }
    return { kind: 'vector', samples };
  }

  #called({ name, args }: Extract<Query, { kind: 'call' }>): Result {
    if (Object.hasOwn(rangeFunctions, name)) return this.#overRange(name, rangeFunctions[name], args);
    const [first] = args;
    if (name === 'time') return { kind: 'scalar', value: this.#atMicros / 1e6 };
    if (first === undefined) throw new QueryProblem(`unsupported: ${name}()`);
    if (name === 'vector') {
      const { value } = scalarOf(this.of(first));
      return { kind: 'vector', samples: [{ labels: {}, value }] };
    }
    if (name === 'scalar') {
      const samples = samplesOf(this.of(first));
      return { kind: 'scalar', value: samples.length === 1 ? samples[0].value : Number.NaN };
    }
    if (Object.hasOwn(pointwise, name)) return this.#pointwise(name, args);
    throw new QueryProblem(`unsupported: ${name}()`);
  }

  #pointwise(name: string, args: readonly Query[]): Result {
    const limits = args.slice(1).map((arg) => scalarOf(this.of(arg)).value);
    const samples = samplesOf(this.of(args[0]));
    const change = (value: number) => pointwise[name](value, ...limits);
    return {
      kind: 'vector',
      samples: samples.map(({ labels, value }) => ({ labels: unnamed(labels), value: change(value) })),
    };
  }

  #overRange(name: string, compute: RangeFunction, [selector]: readonly Query[]): Result {
    if (selector?.kind !== 'selector' || selector.rangeMicros === null)
      throw new QueryProblem(`expected type range vector in call to function "${name}"`);
    const toMicros = this.#atMicros - selector.offsetMicros;
    const fromMicros = toMicros - selector.rangeMicros;
    const samples: Sample[] = [];
    for (const series of this.#reader.select(selector.matchers, fromMicros + 1, toMicros)) {
      const times: number[] = [];
      const values: number[] = [];
      for (const [at, value] of series.values.entries()) {
        if (Number.isNaN(value)) continue;
        times.push(series.timesMicros[at]);
        values.push(value);
      }
      const value = compute({ timesMicros: times, values, fromMicros, toMicros });
      const labels = name === 'last_over_time' ? series.labels : unnamed(series.labels);
      if (value !== null) samples.push({ labels, value });
    }
    return { kind: 'vector', samples };
  }
}

const pointwise: Readonly<Record<string, (value: number, ...limits: readonly number[]) => number>> = {
  abs: Math.abs,
  ceil: (value) => Math.ceil(value),
  floor: (value) => Math.floor(value),
  round: (value, step = 1) => Math.floor(value / step + 0.5) * step,
  clamp: (value, low, high) => Math.max(low, Math.min(high, value)),
  clamp_min: (value, low) => Math.max(low, value),
  clamp_max: (value, high) => Math.min(high, value),
};

function samplesOf(result: Result): readonly Sample[] {
  if (result.kind === 'scalar') throw new QueryProblem('expected type instant vector, got scalar');
  return result.samples;
}

function scalarOf(result: Result): { readonly value: number } {
  if (result.kind === 'vector') throw new QueryProblem('expected type scalar, got instant vector');
  return result;
}

function mapped(result: Result, change: (value: number) => number): Result {
  if (result.kind === 'scalar') return { kind: 'scalar', value: change(result.value) };
  const samples = result.samples.map(({ labels, value }) => ({
    labels: unnamed(labels),
    value: change(value),
  }));
  return { kind: 'vector', samples };
}

function unnamed(labels: Labels): Labels {
  const { __name__: _, ...rest } = labels;
  return rest;
}

function signature(labels: Labels): string {
  return JSON.stringify(
    Object.entries(labels)
      .filter(([name, value]) => name !== '__name__' && value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

type Aggregate = Extract<Query, { kind: 'aggregate' }>;

function aggregated(query: Aggregate, samples: readonly Sample[]): Result {
  const groups = new Map<string, { readonly labels: Labels; readonly values: number[] }>();
  for (const { labels, value } of samples) {
    const kept = groupLabels(query, labels);
    const key = signature(kept);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels: kept, values: [value] });
    else group.values.push(value);
  }
  const found = [...groups.values()].map(({ labels, values }) => ({
    labels,
    value: reduced(query.operator, values),
  }));
  return { kind: 'vector', samples: found };
}

function groupLabels({ grouping, labels: named }: Aggregate, labels: Labels): Labels {
  const kept = Object.entries(labels).filter(
    ([name]) => name !== '__name__' && named.includes(name) === (grouping === 'by'),
  );
  return Object.fromEntries(kept);
}

function reduced(operator: string, values: readonly number[]): number {
  switch (operator) {
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'count':
      return values.length;
    case 'group':
      return 1;
  }
  const sum = values.reduce((total, value) => total + value, 0);
  return operator === 'avg' ? sum / values.length : sum;
}

type Binary = Extract<Query, { kind: 'binary' }>;

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};
const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

function combined(query: Binary, left: Result, right: Result): Result {
  const { operator } = query;
  if (operator === 'and' || operator === 'or' || operator === 'unless')
    return sets(operator, samplesOf(left), samplesOf(right));
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    if (operator in comparisons && !query.bool)
      throw new QueryProblem('comparisons between scalars must use BOOL modifier');
    return { kind: 'scalar', value: compute(query, left.value, right.value) };
  }
  if (left.kind === 'vector' && right.kind === 'vector') return matched(query, left.samples, right.samples);
  const samples = left.kind === 'vector' ? left.samples : samplesOf(right);
  const found: Sample[] = [];
  for (const sample of samples) {
    const a = left.kind === 'scalar' ? left.value : sample.value;
    const b = right.kind === 'scalar' ? right.value : sample.value;
    pushOutcome(found, query, sample, a, b);
  }
  return { kind: 'vector', samples: found };
}

function compute({ operator }: Binary, a: number, b: number): number {
  return operator in arithmetic ? arithmetic[operator](a, b) : Number(comparisons[operator](a, b));
}

/** A comparison without `bool` lets samples through as they are. */
function pushOutcome(found: Sample[], query: Binary, sample: Sample, a: number, b: number): void {
  const filter = query.operator in comparisons && !query.bool;
  if (!filter) found.push({ labels: unnamed(sample.labels), value: compute(query, a, b) });
  else if (comparisons[query.operator](a, b)) found.push(sample);
}

function matched(query: Binary, left: readonly Sample[], right: readonly Sample[]): Result {
  const others = new Map<string, number>();
  for (const { labels, value } of right) {
    const key = signature(labels);
    if (others.has(key))
      throw new QueryProblem(
        'found duplicate series for the match group on the right hand-side of the operation',
      );
    others.set(key, value);
  }
  const found: Sample[] = [];
  for (const sample of left) {
    const other = others.get(signature(sample.labels));
    if (other !== undefined) pushOutcome(found, query, sample, sample.value, other);
  }
  return { kind: 'vector', samples: found };
}

function sets(operator: 'and' | 'or' | 'unless', left: readonly Sample[], right: readonly Sample[]): Result {
  const keysOf = (samples: readonly Sample[]) => new Set(samples.map(({ labels }) => signature(labels)));
  if (operator === 'or') {
    const known = keysOf(left);
    return {
      kind: 'vector',
      samples: [...left, ...right.filter(({ labels }) => !known.has(signature(labels)))],
    };
  }
  const known = keysOf(right);
  const wanted = operator === 'and';
  return { kind: 'vector', samples: left.filter(({ labels }) => known.has(signature(labels)) === wanted) };
}
