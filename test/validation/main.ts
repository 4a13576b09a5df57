// Writes docs/validation.md and its plots, or, with --case, shows one system on the terminal and writes nothing.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawPlot, shownPerUnit, tailsOf } from './charts.ts';
import { type CaseResult, compareCase, contains, type Effort, reportEffort } from './compare.ts';
import { documentOf, type Validated } from './document.ts';
import { systems } from './systems/catalogue.ts';
import { halfWidth } from './theory/statistics.ts';

const usage = `node test/validation/main.ts [--case ID] [--replications N] [--length X] [--family K]
  --case          one system by its id (or the ids that begin so); prints, writes nothing
  --replications  independent runs of each system
  --length        multiplies the measured time of each run
  --family        chooses other seeds`;

/** Beyond this a deviation is no chance: the report is written all the same, and the command fails. */
const alarmConfidence = 0.9999;

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

function positive(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value >= 0)) throw new RangeError(`${text} is not a number`);
  return value;
}

function compareAll(prefix: string, effort: Effort): Validated[] {
  return systems
    .map((system) => {
      const cases = system.cases.filter(({ id }) => id.startsWith(prefix));
      const results = cases.map((of) => {
        if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${of.id}`);
        return compareCase(of, effort, tailsOf(systems, of.id));
      });
      return { system, results };
    })
    .filter(({ results }) => results.length > 0);
}

/** What must not be: laws broken in a run, or theory far outside the interval. */
function alarmsOf(results: readonly CaseResult[]): string[] {
  return results.flatMap((result) => [
    ...result.brokenLaws.map((law) => `${result.case.id}: ${law}`),
    ...result.comparisons
      .filter((comparison) => !contains(comparison, alarmConfidence))
      .map(
        ({ quantity, standardErrors }) =>
          `${result.case.id}: ${quantity.name} is ${standardErrors.toFixed(1)} standard errors off`,
      ),
  ]);
}

function show(result: CaseResult): void {
  console.log(`${result.case.id}: ${result.case.parameters}`);
  for (const { quantity, estimate, deviation, standardErrors } of result.comparisons) {
    const factor = shownPerUnit[quantity.unit];
    const cells = [quantity.theory, estimate.mean, halfWidth(estimate, 0.999)].map((value) =>
      (value * factor).toPrecision(6).padStart(12),
    );
    console.log(
      `  ${quantity.name.padEnd(42)} theory${cells[0]}  simulated${cells[1]} ±${cells[2]} (99.9 %)  ${(deviation * 100).toFixed(2).padStart(7)} %  ${standardErrors.toFixed(1).padStart(5)} s.e.`,
    );
  }
}

function write(all: readonly Validated[], effort: Effort): void {
  rmSync(`${docs}validation`, { recursive: true, force: true });
  mkdirSync(`${docs}validation`, { recursive: true });
  writeFileSync(`${docs}validation.md`, documentOf(all, effort));
  const results = all.flatMap((validated) => validated.results);
  for (const plot of systems.flatMap((system) => system.plots)) {
    writeFileSync(`${docs}validation/${plot.file}.svg`, drawPlot(plot, results));
  }
}

const { values } = parseArgs({
  options: {
    case: { type: 'string' },
    replications: { type: 'string' },
    length: { type: 'string' },
    family: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  console.log(usage);
} else {
  const effort: Effort = {
    replications: positive(values.replications, reportEffort.replications),
    length: positive(values.length, reportEffort.length),
    family: positive(values.family, reportEffort.family),
  };
  const all = compareAll(values.case ?? '', effort);
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const results = all.flatMap((validated) => validated.results);
  if (results.length === 0) throw new Error(`no system’s id begins with ${values.case}`);
  if (values.case === undefined) write(all, effort);
  else for (const result of results) show(result);
  const alarms = alarmsOf(results);
  for (const alarm of alarms) console.error(alarm);
  if (alarms.length > 0) process.exitCode = 1;
}
