import { conclusions } from '../../../src/analysis/comparison-words.ts';
import type { Comparison, MeasureComparison } from '../../../src/model/comparison-result.ts';
import type { Colors } from '../terminal.ts';
import { toCsv } from './csv.ts';
import { instant } from './figures.ts';
import { differenceText, measureText, rowsBySubject } from './measure.ts';
import { type Column, harmless, table, wrap } from './table.ts';
import { count } from './wording.ts';

export interface ComparisonStyle {
  readonly colors: Colors;
  readonly width: number;
  /** Shows the measures of services and calls too. */
  readonly wide: boolean;
}

type Verdict = MeasureComparison['verdict'];

/** Symbol and word for each verdict, so that it reads without colour. */
export const verdictMarks: Readonly<Record<Verdict, string>> = {
  better: '✓ better',
  worse: '✗ worse',
  higher: '▲ higher',
  lower: '▼ lower',
  same: '= same',
  unclear: '? unclear',
};

/** A comparison as text: in sentences, measure by measure, and why. */
export function comparisonSummary(comparison: Comparison, style: ComparisonStyle): string {
  const { colors } = style;
  const sections = [
    headline(comparison, style),
    sentences(comparison, style),
    measures(comparison, style),
    why(comparison, style),
    listed('Mind', comparison.notes, style),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
    .concat(style.wide ? '' : `\n\n${colors.dim('-o wide shows services and calls.')}`);
}

function headline({ a, b, seeds, pairing }: Comparison, { colors, width }: ComparisonStyle): string[] {
  const paired =
    pairing === 'seed' ? `${count(seeds.length, 'common seed')}: ${seedList(seeds)}` : 'no common seed';
  return [
    ...wrap(`A ${colors.bold(harmless(a.label))}`, width, '', '  '),
    ...wrap(`B ${colors.bold(harmless(b.label))}`, width, '', '  '),
    `  ${colors.dim(paired)}`,
  ];
}

function sentences(comparison: Comparison, { colors, width }: ComparisonStyle): string[] {
  const lines = conclusions(comparison).flatMap((text) => wrap(`• ${harmless(text)}`, width, '  ', '    '));
  return [colors.bold('In short'), ...lines];
}

function measures(comparison: Comparison, { colors, width, wide }: ComparisonStyle): string[] {
  const { currency, level } = comparison;
  const columns: Column[] = [
    { title: 'MEASURE', shrinks: true },
    { title: 'A', align: 'right' },
    { title: 'B', align: 'right' },
    { title: `B − A (${level * 100} %)`, align: 'right' },
    { title: 'B IS' },
  ];
  const rows = rowsBySubject(
    comparison.measures.filter((measure) => wide || isHeadline(measure)),
    (measure, name) => [
      name,
      measureText(measure.a, measure, currency),
      measureText(measure.b, measure, currency),
      differenceCell(measure, currency),
      verdictCell(measure.verdict, colors),
    ],
    colors.bold,
  );
  return [colors.bold('Measures'), ...table(columns, rows, { width, indent: 2, title: colors.dim })];
}

function why(comparison: Comparison, style: ComparisonStyle): string[] {
  const [first] = comparison.why;
  if (!first) return [];
  const at = (seconds: number) => instant(seconds, comparison.startsAt);
  const heading = `Why: what differed from ${at(first.fromSeconds)} to ${at(first.toSeconds)}`;
  return listed(
    heading,
    comparison.why.map((explanation) => explanation.message),
    style,
  );
}

function listed(heading: string, texts: readonly string[], { colors, width }: ComparisonStyle): string[] {
  if (texts.length === 0) return [];
  const lines = texts.flatMap((text) => wrap(`• ${harmless(text)}`, width, '  ', '    '));
  return [colors.bold(heading), ...lines];
}

/** The comparison's measures as CSV, one measure a row. */
export function comparisonCsv({ measures: rows }: Comparison): string {
  const header = [
    'id',
    'subject',
    'name',
    'unit',
    'a',
    'b',
    'difference',
    'relative',
    'low',
    'high',
    'pairs',
    'verdict',
  ];
  return toCsv(
    header,
    rows.map((row) => [
      row.id,
      row.subject,
      row.name,
      row.unit,
      row.a,
      row.b,
      row.difference,
      row.relative,
      row.interval?.low ?? null,
      row.interval?.high ?? null,
      row.pairs,
      row.verdict,
    ]),
  );
}

/** What users felt, what was asked, and the price. */
export function isHeadline(measure: MeasureComparison): boolean {
  return !/\{(service|call)=/.test(measure.id);
}

// A difference that does not matter is not worth its digits; the data formats have them.
function differenceCell(measure: MeasureComparison, currency: string): string {
  if (measure.verdict === 'same' && measure.difference !== 0) return '≈ 0';
  return differenceText(measure.difference, measure.interval, measure, currency);
}

function verdictCell(verdict: Verdict, { green, red, dim }: Colors): string {
  const text = verdictMarks[verdict];
  if (verdict === 'better') return green(text);
  return verdict === 'worse' ? red(text) : verdict === 'same' ? dim(text) : text;
}

function seedList(seeds: readonly number[]): string {
  const contiguous = seeds.every((seed, i) => seed === seeds[0]! + i);
  if (contiguous && seeds.length > 2) return `${seeds[0]} to ${seeds.at(-1)}`;
  return seeds.length > 8 ? `${seeds.slice(0, 8).join(', ')}, …` : seeds.join(', ');
}
