import { causes } from '../base/cause.ts';
import type { Diagnostic } from '../base/diagnostics.ts';
import type { Model, Threshold } from './model.ts';

/**
 * Thresholds as k6 writes them: `http_req_duration{traffic:visitors}` with `p(95)<500`. This file holds the
 * grammar and the list of metrics; `src/analysis/thresholds.ts` holds the arithmetic.
 */

export type Operator = '<=' | '<' | '>=' | '>' | '===' | '==' | '!=';

/** One aggregate compared with one number. `quantile` is in [0, 1] for `p(N)`, else null. */
export interface ThresholdExpression {
  readonly aggregation: 'avg' | 'min' | 'med' | 'max' | 'p' | 'rate' | 'count' | 'value';
  readonly quantile: number | null;
  readonly operator: Operator;
  readonly limit: number;
}

/** A metric and the tags that narrow it, in the order they were written. */
export interface ThresholdMetric {
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
}

export interface ParsedThreshold {
  readonly metric: ThresholdMetric;
  readonly expression: ThresholdExpression;
}

/** Either a value or, in words, why the text has none. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string; readonly remedy: string };

type Tag = 'traffic' | 'service' | 'endpoint' | 'client' | 'cause' | 'expected_response';

export interface MetricKind {
  readonly name: string;
  /** As k6: a trend has a distribution, a rate is a share, a counter only grows, a gauge has one value. */
  readonly kind: 'trend' | 'rate' | 'counter' | 'gauge';
  readonly unit: 'ms' | 'share' | 'requests' | 'replicas' | 'currency';
  readonly tags: readonly Tag[];
  readonly description: string;
}

const metric = (
  name: string,
  kind: MetricKind['kind'],
  unit: MetricKind['unit'],
  tags: readonly Tag[],
  description: string,
): MetricKind => ({ name, kind, unit, tags, description });

const subject = ['traffic', 'service', 'endpoint'] as const;
const perService = ['service'] as const;

/** Every metric that a threshold may name. The first four are k6's own and mean what they mean there. */
export const thresholdMetrics: readonly MetricKind[] = [
  metric(
    'http_req_duration',
    'trend',
    'ms',
    [...subject, 'expected_response'],
    'Time until the answer or the failure. Of users, unless a service is named; {expected_response:true} leaves out failures.',
  ),
  metric('http_req_failed', 'rate', 'share', [...subject, 'cause'], 'Share of ended requests that failed.'),
  metric('http_reqs', 'counter', 'requests', subject, 'Requests that ended; rate is per second.'),
  metric('checks', 'rate', 'share', subject, 'Share of ended requests that were answered without error.'),
  metric(
    'http_req_retries',
    'counter',
    'requests',
    ['client', 'service', 'endpoint'],
    'Attempts after the first; rate is per second.',
  ),
  metric(
    'http_req_retried',
    'rate',
    'share',
    ['client', 'service', 'endpoint'],
    'Share of tries, first ones included, that were retries.',
  ),
  metric(
    'http_req_wasted',
    'rate',
    'share',
    ['service', 'endpoint'],
    'Share of the requests that a service worked on whose caller had given up.',
  ),
  metric(
    'service_utilisation',
    'trend',
    'share',
    perService,
    'CPU used over CPU available, of each sample interval.',
  ),
  metric(
    'service_throttled',
    'trend',
    'share',
    perService,
    'Share of time held back by the CPU limit, of each sample interval.',
  ),
  metric(
    'service_queue_length',
    'trend',
    'requests',
    perService,
    'Requests waiting to be started, averaged over each sample interval.',
  ),
  metric(
    'service_requests_in_flight',
    'trend',
    'requests',
    perService,
    'Requests inside, averaged over each sample interval.',
  ),
  metric('service_replicas', 'trend', 'replicas', perService, 'Replicas, at each sample.'),
  metric('cost', 'gauge', 'currency', perService, 'Cost of the measured window.'),
  metric('cost_per_million_requests', 'gauge', 'currency', [], 'Cost per million requests served to users.'),
];

const aggregationsOf: Readonly<Record<MetricKind['kind'], readonly ThresholdExpression['aggregation'][]>> = {
  trend: ['avg', 'min', 'med', 'max', 'p'],
  rate: ['rate'],
  counter: ['count', 'rate'],
  gauge: ['value'],
};

/** The metric of that name, or undefined. */
export function thresholdMetric(name: string): MetricKind | undefined {
  return thresholdMetrics.find((candidate) => candidate.name === name);
}

const expressionPattern =
  /^\s*(avg|min|med|max|rate|count|value|p\(\s*([0-9]*\.?[0-9]+)\s*\))\s*(<=|<|>=|>|===|==|!=)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*$/;

const expressionRemedy =
  'Write an aggregation (avg, min, med, max, p(N), rate, count or value), an operator (<, <=, >, >=, ==, ===, !=) and a number, such as p(95)<500.';

/** Reads `p(95)<500`. The grammar is that of k6 (metrics/thresholds_parser.go), signs and exponents included. */
export function parseExpression(text: string): Parsed<ThresholdExpression> {
  const match = expressionPattern.exec(text);
  if (match === null) return { problem: `"${text}" is not a threshold.`, remedy: expressionRemedy };
  const percent = match[2] === undefined ? null : Number(match[2]);
  if (percent !== null && percent > 100)
    return {
      problem: `"${text}" asks for a percentile above 100.`,
      remedy: 'Write p(N) with N from 0 to 100.',
    };
  const limit = Number(match[4]);
  if (!Number.isFinite(limit))
    return { problem: `"${text}" compares with a number that is too large.`, remedy: expressionRemedy };
  return {
    value: {
      aggregation: percent === null ? (match[1] as ThresholdExpression['aggregation']) : 'p',
      quantile: percent === null ? null : percent / 100,
      operator: match[3] as Operator,
      limit,
    },
  };
}

const metricPattern = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\{(.*)\})?\s*$/s;
const metricRemedy =
  'Write a metric, and after it tags in braces if it should be narrowed: http_req_duration{traffic:visitors}.';

/** Reads `http_req_duration{service:api,endpoint:"GET /x"}`; values may be quoted, and `=` does as well as `:`. */
export function parseMetric(text: string): Parsed<ThresholdMetric> {
  const match = metricPattern.exec(text);
  if (match === null) return { problem: `"${text}" is not a metric.`, remedy: metricRemedy };
  const tags = new Map<string, string>();
  for (const part of splitTags(match[2] ?? '')) {
    const tag = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*[:=]\s*(.*?)\s*$/s.exec(part);
    if (tag === null || tag[2] === '')
      return { problem: `"${part.trim()}" in "${text}" is not a tag.`, remedy: metricRemedy };
    if (tags.has(tag[1]))
      return { problem: `"${text}" has the tag ${tag[1]} twice.`, remedy: 'Name each tag once.' };
    tags.set(tag[1], unquote(tag[2]));
  }
  return { value: { name: match[1], tags } };
}

/** Parts between commas that stand outside quotes; none for blank text. A quote opens only at the start of a value. */
function splitTags(text: string): string[] {
  if (text.trim() === '') return [];
  const parts: string[] = [];
  let quote = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quote !== '') quote = character === quote ? '' : quote;
    else if ((character === '"' || character === "'") && /[:=]\s*$/.test(text.slice(from, i)))
      quote = character;
    else if (character === ',') {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function unquote(text: string): string {
  const first = text[0];
  return text.length >= 2 && (first === '"' || first === "'") && text.endsWith(first)
    ? text.slice(1, -1)
    : text;
}

/**
 * Reads metric and expression in one text, as a command line gives them: `http_req_duration{traffic:visitors} p(95)<500`,
 * with or without a colon between the two. Only the form is judged; `thresholdProblems` judges the names.
 */
export function parseThreshold(text: string): Parsed<Threshold> {
  const close = text.lastIndexOf('}');
  const head = close >= 0 ? text.slice(0, close + 1) : (/^\s*[A-Za-z_][A-Za-z0-9_]*/.exec(text)?.[0] ?? '');
  const expression = text.slice(head.length).replace(/^\s*:/, '').trim();
  const metricPart = parseMetric(head);
  if ('problem' in metricPart) return metricPart;
  const expressionPart = parseExpression(expression);
  if ('problem' in expressionPart) return expressionPart;
  return { value: { metric: head.trim(), expression, abortOnFail: false } };
}

/** The values of the tag `cause`: the outcomes of a request in the traffic room, success left out. */
export const failureCauses: readonly string[] = causes.filter((cause) => cause !== 'ok');

/** What the tags may name. */
export interface Names {
  readonly traffic: readonly string[];
  readonly service: readonly string[];
  readonly client: readonly string[];
  readonly endpoints: readonly { readonly service: string; readonly endpoint: string }[];
}

/** The part of the traffic room's section that tags refer to; the model room does not know the rest. */
interface NamedSection {
  readonly sources?: readonly { readonly name: string }[];
  readonly services?: readonly { readonly name: string }[];
  readonly endpoints?: readonly { readonly service: number; readonly name: string }[];
}

export function namesOf(model: Pick<Model, 'rooms'>): Names {
  const section = (model.rooms['traffic'] ?? {}) as NamedSection;
  const service = (section.services ?? []).map((each) => each.name);
  const traffic = (section.sources ?? []).map((each) => each.name);
  return {
    traffic,
    service,
    client: [...service, ...traffic.map((name) => `source/${name}`)],
    endpoints: (section.endpoints ?? []).map((each) => ({
      service: service[each.service],
      endpoint: each.name,
    })),
  };
}

/**
 * All that is wrong with the model's thresholds: bad grammar, unknown metrics, tags, tag values and aggregations.
 * A threshold on something that does not exist is an error, so that it can never pass by having nothing to judge;
 * except for names that are `inDoubt`, where the model is known to be incomplete.
 */
export function thresholdProblems(
  model: Pick<Model, 'thresholds' | 'rooms'>,
  inDoubt: (tag: NamingTag, value: string, service?: string) => boolean = () => false,
): Diagnostic[] {
  const known: Known = { names: namesOf(model), inDoubt };
  return model.thresholds.flatMap((threshold) => problemsOf(threshold, known));
}

/** Tags whose values are names in the model. */
export type NamingTag = 'traffic' | 'service' | 'client' | 'endpoint';

interface Known {
  readonly names: Names;
  /** Whether something of that name may exist although the names do not hold it. */
  readonly inDoubt: (tag: NamingTag, value: string, service?: string) => boolean;
}

function problemsOf(threshold: Threshold, known: Known): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (code: string, message: string, remedy: string) =>
    found.push({ severity: 'error', code, message, remedy, path: `thresholds["${threshold.metric}"]` });
  const expression = parseExpression(threshold.expression);
  if ('problem' in expression) report('threshold-expression', expression.problem, expression.remedy);
  const parsed = parseMetric(threshold.metric);
  if ('problem' in parsed) {
    report('threshold-metric', parsed.problem, parsed.remedy);
    return found;
  }
  const kind = thresholdMetric(parsed.value.name);
  if (kind === undefined) {
    report('threshold-metric', `There is no metric ${parsed.value.name}.`, metricsRemedy(parsed.value.name));
    // Whatever metric is meant, what its tags name must be there.
    for (const problem of valueProblems(parsed.value.tags, known)) report('threshold-tag', ...problem);
    return found;
  }
  if ('value' in expression && !aggregationsOf[kind.kind].includes(expression.value.aggregation))
    report('threshold-aggregation', ...aggregationProblem(kind, expression.value.aggregation));
  for (const problem of tagProblems(kind, parsed.value.tags, known)) report('threshold-tag', ...problem);
  return found;
}

function metricsRemedy(name: string): string {
  const near = thresholdMetrics.find(
    (each) => each.name.replaceAll('_', '') === name.replace(/[^A-Za-z]/g, '').toLowerCase(),
  );
  if (near !== undefined) return `Write ${near.name}.`;
  return `Use one of ${thresholdMetrics.map((each) => each.name).join(', ')}.`;
}

function aggregationProblem(kind: MetricKind, aggregation: string): [string, string] {
  const shown = (name: string) => (name === 'p' ? 'p(N)' : name);
  const allowed = aggregationsOf[kind.kind].map(shown);
  return [
    `${kind.name} is a ${kind.kind} and has no ${shown(aggregation)}.`,
    `Use ${allowed.length === 1 ? allowed[0] : `one of ${allowed.join(', ')}`}.`,
  ];
}

function tagProblems(kind: MetricKind, tags: ReadonlyMap<string, string>, known: Known): [string, string][] {
  const problems: [string, string][] = [];
  for (const tag of tags.keys())
    if (!(kind.tags as readonly string[]).includes(tag)) problems.push(unknownTag(kind, tag));
  const own = [...tags].filter(([tag]) => (kind.tags as readonly string[]).includes(tag));
  problems.push(...valueProblems(tags, known, own));
  if (kind.tags.includes('traffic') && tags.has('traffic') && (tags.has('service') || tags.has('endpoint')))
    problems.push([
      `${kind.name} is measured either at the users of a traffic or at a service, not at both.`,
      'Remove the tag traffic, or remove service and endpoint.',
    ]);
  if (tags.has('expected_response') && (tags.has('service') || tags.has('endpoint')))
    problems.push([
      'expected_response narrows what users see; services record one latency for all answers.',
      'Remove the tag expected_response, or measure at the traffic.',
    ]);
  return problems;
}

const allTags: ReadonlySet<string> = new Set(thresholdMetrics.flatMap(({ tags }) => tags));

/** Tags whose value is none of those that there are; `judged` are some of all the tags. */
function valueProblems(
  tags: ReadonlyMap<string, string>,
  { names, inDoubt }: Known,
  judged: readonly (readonly [string, string])[] = [...tags],
): [string, string][] {
  return judged.flatMap(([tag, value]): [string, string][] => {
    if (!allTags.has(tag) || candidates(tag as Tag, tags, names).includes(value)) return [];
    const doubtful = isNaming(tag) && inDoubt(tag, value, tags.get('service'));
    return doubtful ? [] : [unknownValue(tag as Tag, value, tags, names)];
  });
}

function isNaming(tag: string): tag is NamingTag {
  return ['traffic', 'service', 'client', 'endpoint'].includes(tag);
}

function unknownTag(kind: MetricKind, tag: string): [string, string] {
  return [
    `${kind.name} has no tag ${tag}.`,
    kind.tags.length === 0 ? 'Remove the tags.' : `Use ${kind.tags.join(', ')}.`,
  ];
}

function candidates(tag: Tag, tags: ReadonlyMap<string, string>, names: Names): readonly string[] {
  if (tag === 'expected_response') return ['true'];
  if (tag === 'cause') return failureCauses;
  if (tag === 'traffic' || tag === 'service' || tag === 'client') return names[tag];
  const service = tags.get('service');
  const endpoints = names.endpoints.filter((each) => service === undefined || each.service === service);
  return [...new Set(endpoints.map((each) => each.endpoint))];
}

function unknownValue(
  tag: Tag,
  value: string,
  tags: ReadonlyMap<string, string>,
  names: Names,
): [string, string] {
  const known = candidates(tag, tags, names);
  const service = tags.get('service');
  const where = tag === 'endpoint' && service !== undefined ? ` of ${service}` : '';
  return [
    `There is no ${tag} "${value}"${where}.`,
    known.length === 0 ? `Remove the tag ${tag}.` : `Use one of ${known.slice(0, 16).join(', ')}.`,
  ];
}
