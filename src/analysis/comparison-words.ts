import type { Comparison, MeasureComparison } from '../model/comparison-result.ts';
import type { Result } from '../model/result.ts';
import { counted, duration, figure, goodPercent, latency, percent, span } from './figures.ts';
import type { Pairs } from './pairing.ts';

/** What limits the conclusions of a comparison. */
export function notesOf(
  a: readonly Result[],
  b: readonly Result[],
  pairs: Pairs,
  labels: readonly [string, string],
): string[] {
  const notes: string[] = [];
  const all = [...a, ...b];
  if (pairs.pairing === 'none')
    notes.push(
      'The sides have no seed in common: they met different demand, so their differences include its luck.',
    );
  if (pairs.pairing === 'seed' && pairs.seeds.length === 1)
    notes.push(
      'One common seed: differences are those of this one run, without an interval. Use more seeds to know how sure they are.',
    );
  const left = a.length + b.length - 2 * pairs.seeds.length;
  if (pairs.pairing === 'seed' && left > 0)
    notes.push(
      `${counted(left, 'result')} without a partner of the same seed ${left === 1 ? 'is' : 'are'} left out.`,
    );
  const unfinished = all.filter(({ status }) => status !== 'complete').length;
  if (unfinished > 0)
    notes.push(
      `${counted(unfinished, 'run')} did not reach the end and ${unfinished === 1 ? 'covers' : 'cover'} less time.`,
    );
  if (new Set(all.map(({ simulator }) => simulator)).size > 1)
    notes.push('The results come from different versions of the simulator.');
  if (new Set(all.map(({ cost }) => cost.currency)).size > 1)
    notes.push('Costs are in different currencies and cannot be compared.');
  if (a[0].manifest.modelHash === b[0].manifest.modelHash && pairs.pairing === 'seed' && sameRuns(pairs))
    notes.push(`${labels[0]} and ${labels[1]} are the same runs of the same model.`);
  return notes;
}

function sameRuns({ a, b }: Pairs): boolean {
  return a.every((result, i) => result.manifest.traceHash === b[i].manifest.traceHash);
}

/** The comparison in sentences: verdicts, objectives and users, where and why, and the price. */
export function summaryOf(comparison: Comparison): string[] {
  return [
    verdictSentence(comparison),
    ...comparison.measures
      .filter((each) => isHeadline(each) && !saidByObjective(each, comparison))
      .map((each) => measureSentence(each, comparison)),
    ...comparison.divergences
      .slice(0, 1)
      .map(
        ({ subject, fromSeconds, toSeconds, a, b }) =>
          `They part most in ${subject} ${span(fromSeconds, toSeconds, comparison.startsAt)}: ` +
          `${goodPercent(a)} good in ${comparison.a.label}, ${goodPercent(b)} in ${comparison.b.label}.`,
      ),
    ...comparison.why.slice(0, 2).map(({ message }) => message),
    ...comparison.measures
      .filter(({ id, verdict }) => id === 'cost' && verdict !== 'same')
      .map((each) => measureSentence(each, comparison)),
  ];
}

/** The summary without its reasons, for readers who find those under a heading of their own. */
export function conclusions({ summary, why }: Comparison): string[] {
  const reasons = new Set(why.map(({ message }) => message));
  return summary.filter((sentence) => !reasons.has(sentence));
}

function verdictSentence({ a, b }: Comparison): string {
  const judged = (side: Comparison['a']) => side.passed + side.failed;
  if (judged(a) === 0 && judged(b) === 0)
    return 'Nothing was asked of either side: there is no verdict to compare.';
  const words = (side: Comparison['a']) =>
    `${side.label} passes with ${side.passed} of ${counted(judged(side), 'seed')}`;
  return `${words(a)}, ${words(b)}.`;
}

/** What was asked, and how users fared; the rest is in the table. */
function isHeadline({ id, verdict }: MeasureComparison): boolean {
  return /^(achieved|availability|p95)\{/.test(id) && (verdict === 'better' || verdict === 'worse');
}

/** The availability of a traffic that an objective already tells. */
function saidByObjective({ id, a, b }: MeasureComparison, { measures }: Comparison): boolean {
  const same = (other: MeasureComparison) =>
    other.id.startsWith('achieved{') && other.a === a && other.b === b;
  return id.startsWith('availability{') && measures.some(same);
}

function measureSentence(measure: MeasureComparison, { b, currency, level }: Comparison): string {
  const show = (value: number | null) => (value === null ? 'nothing' : quantity(value, measure, currency));
  const { id, name, subject, verdict, difference, interval } = measure;
  const of = id.startsWith('achieved{')
    ? ` for the objective ${subject}`
    : subject === 'all'
      ? ''
      : ` of ${subject}`;
  const word = verdict === 'unclear' ? 'not clearly different' : verdict;
  const sure = interval === null ? '' : intervalClause(interval, measure, { currency, level });
  const by = difference === null ? '' : `, ${change(difference, measure, currency)}`;
  return `${capital(name)}${of} is ${word} in ${b.label}: ${show(measure.b)} against ${show(measure.a)}${by}${sure}.`;
}

/** Left out where every pair of runs differs by the same, as costs of fixed sizes do. */
function intervalClause(
  { low, high }: { low: number; high: number },
  measure: MeasureComparison,
  { currency, level }: Pick<Comparison, 'currency' | 'level'>,
): string {
  const [from, to] = [change(low, measure, currency), change(high, measure, currency)];
  return from === to ? '' : ` (${percent(level)} interval of the difference: ${from} to ${to})`;
}

/** A value of a measure in its unit. */
export function quantity(value: number, { unit, direction }: MeasureComparison, currency: string): string {
  if (unit === 'share') return direction === 'higher' ? goodPercent(value) : percent(value);
  if (unit === 'milliseconds') return latency(value);
  if (unit === 'seconds') return value === 0 ? '0 s' : duration(value);
  if (unit === 'perSecond') return `${figure(value)}/s`;
  if (unit === 'currency') return `${figure(value)} ${currency}`;
  return figure(value);
}

/** A difference with its sign; shares differ by percentage points. */
function change(value: number, measure: MeasureComparison, currency: string): string {
  const sign = value < 0 ? '−' : '+';
  const size = Math.abs(value);
  if (measure.unit === 'share') return `${sign}${figure(size * 100)} points`;
  return `${sign}${quantity(size, measure, currency)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
