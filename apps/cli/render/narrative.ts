import type { Result } from '../../../src/model/result.ts';
import { clusterLines } from './cluster-lines.ts';
import { compact, duration, goodPercent, instant, latency, money, significant } from './figures.ts';
import { sparkline } from './sparkline.ts';
import { findingText } from './summary.ts';
import {
  asked,
  budgetWords,
  demandCurve,
  endWords,
  errorShare,
  eventRuns,
  observedWords,
  peakWords,
  verdictWords,
  worstWords,
} from './wording.ts';

const linesMax = 40;
const marksMax = 15;
const figures = 2;

/**
 * A result as a short text for people, the same for the same result: what was asked, what came, why, and the
 * trace hash as its last line. Figures are rounded so that a changed line means a changed story. At most 40 lines.
 */
export function narrate(result: Result): string {
  const lines = [
    `${result.scenario} ${verdictWords(result)}.`,
    ...(endWords(result) === null ? [] : [`The result is ${endWords(result)}.`]),
    '',
    ...demandLines(result),
    ...section(
      'Objectives',
      result.objectives.map((objective) => objectiveLine(objective, result)),
    ),
    ...section('Thresholds', result.thresholds.map(thresholdLine)),
    ...section('Services', result.services.map(serviceLine)),
    ...section('Cluster', clusterLines(result)),
    ...section(
      'What happened',
      result.findings.map((finding) => `- ${findingText(finding)}`),
    ),
  ];
  const ending = ['', costLine(result), `trace ${result.manifest.traceHash} (seed ${result.manifest.seed})`];
  const room = linesMax - ending.length;
  const marks = section('Marks', markLines(result, room - lines.length - 2));
  return `${[...shortened([...lines, ...marks], room), ...ending].join('\n')}\n`;
}

function demandLines(result: Result): string[] {
  const sources = result.sources.map((source) => {
    const availability =
      source.availability === null ? 'none ended' : `${goodPercent(source.availability)} answered`;
    const { latency: measured } = source;
    const times =
      measured.count === 0
        ? ''
        : `; median ${time(measured.p50)}, p95 ${time(measured.p95)}, p99 ${time(measured.p99)}`;
    return `${source.name}: ${compact(source.offered)} requests, ${availability}${times}.`;
  });
  const curve = sparkline(demandCurve(result).values, 60);
  const length = duration(result.window.toSeconds - result.window.fromSeconds);
  return [
    `In ${length}, ${peakWords(result) ?? 'nothing sampled'}:`,
    ...(curve === '' ? [] : [`  ${curve}`]),
    ...sources,
  ];
}

function objectiveLine(objective: Result['objectives'][number], result: Result): string {
  const achieved = objective.achieved === null ? 'nothing measured' : goodPercent(objective.achieved);
  const worst = objective.passed ? null : worstWords(objective, result.window.startsAt);
  const rest = worst === null ? '' : `; ${worst}`;
  return `- ${objective.name} ${objective.passed ? 'met' : 'missed'}: ${asked(objective)}, got ${achieved} (error budget: ${budgetWords(objective)})${rest}`;
}

function thresholdLine(threshold: Result['thresholds'][number]): string {
  const { metric, expression, passed } = threshold;
  return `- ${metric} ${expression} ${passed ? 'met' : 'failed'}: ${observedWords(threshold)}`;
}

function serviceLine(service: Result['services'][number]): string {
  const failed = errorShare(service);
  const errors = failed === null ? 'no request' : `${significant(failed * 100, figures)} % errors`;
  const speed = service.latency.count === 0 ? '' : `p95 ${time(service.latency.p95)}, `;
  return (
    `- ${service.name} × ${significant(service.replicas, figures)}: ` +
    `${significant(service.offeredRate, figures)}/s, ${errors}, ${speed}` +
    `CPU ${significant(service.utilisation * 100, figures)} % (at most ${significant(service.utilisationMax * 100, figures)} %)`
  );
}

/** The first events, as many as there is room for: runs that scale all day have hundreds. */
function markLines(result: Result, room: number): string[] {
  const runs = eventRuns(result.events);
  const most = Math.max(2, Math.min(marksMax, room));
  const shown = runs.length <= most ? runs : runs.slice(0, most - 1);
  const lines = shown.map(({ event: { atSeconds, subject, message }, times }) => {
    const often = times === 1 ? '' : ` (${times} times)`;
    return `- ${instant(atSeconds, result.window.startsAt)} ${subject}: ${message}${often}`;
  });
  const left = runs.slice(shown.length).reduce((sum, { times }) => sum + times, 0);
  return left === 0 ? lines : [...lines, `… and ${left} more`];
}

function costLine(result: Result): string {
  return `Cost ${money(Number(significant(result.cost.total, 3)), result.cost.currency)}.`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function shortened(lines: readonly string[], most: number): string[] {
  if (lines.length <= most) return [...lines];
  return [...lines.slice(0, most - 1), `… and ${lines.length - most + 1} more lines`];
}

const time = (ms: number) => latency(Number(significant(ms, figures)));
