import { simulatorVersion } from '../../src/run/version.ts';
import { shownPerUnit } from './charts.ts';
import { type CaseResult, type Comparison, contains, type Effort } from './compare.ts';
import type { System } from './systems/system.ts';
import { halfWidth } from './theory/statistics.ts';

/** A system with the results of its cases. */
export interface Validated {
  readonly system: System;
  readonly results: readonly CaseResult[];
}

/** The whole page. Equal results give equal bytes: no clock, no machine. */
export function documentOf(all: readonly Validated[], effort: Effort): string {
  const comparisons = all.flatMap(({ results }) => results.flatMap((result) => result.comparisons));
  return `${[
    introduction(effort),
    summary(comparisons, all),
    contents(all),
    ...all.map(section),
    notValidated,
    regenerate,
  ].join('\n\n')}\n`;
}

function introduction({ replications }: Effort): string {
  return `# Validation: theory beside simulation

What the simulator says is only worth something where it is right. On this page the traffic room simulates systems whose
behaviour queueing theory knows exactly, and both answers stand side by side. The systems are ordinary models: the same
services, threads, queues, pools and policies that a scenario uses, set so that they become a textbook queue. Nothing
here is a simulator of its own.

- Every row is ${replications} independent runs with seeds of their own. **±** is half the 95 % confidence interval of the mean
  over the runs, by Student’s t. **Deviation** is (simulated − theory) / theory, then the same in standard errors.
- The start of each run is left out for at least fifteen relaxation times of its queue, 1/(μ(1−√ρ)²) for M/M/1, so what
  is left of the empty start is far smaller than any interval here.
- Times are in milliseconds; the mean service time is 100 ms unless a row says otherwise, so that the clock’s microsecond
  is a hundred-thousandth of it. Quantiles are interpolated inside the buckets of the sketches that the accounts keep.
- The formulas are in \`test/validation/theory/\`, each checked there against printed tables or a second, independent
  method (balance equations, transient solutions of the chain, numerical integration).
- \`npm test\` repeats every comparison with shorter runs: the 99.9 % interval must hold the theoretical value and be
  narrower than a stated share of it. One that is outside is repeated with fresh seeds and longer runs and fails when it
  is outside again. The harness is tested too: service that is 3 % too slow is noticed.

Simulator ${simulatorVersion}.`;
}

function summary(comparisons: readonly Comparison[], all: readonly Validated[]): string {
  const random = comparisons.filter(({ quantity }) => quantity.exact === undefined);
  const exact = comparisons.filter(({ quantity }) => quantity.exact !== undefined);
  const agree = exact.every((comparison) => contains(comparison, 0.95));
  const outside = random.filter((comparison) => !contains(comparison, 0.95)).length;
  const expected = random.length * 0.05;
  const farthest = random.reduce((a, b) => (Math.abs(b.standardErrors) > Math.abs(a.standardErrors) ? b : a));
  const sizes = random.map(({ deviation }) => Math.abs(deviation)).sort((a, b) => a - b);
  const cases = all.reduce((sum, { results }) => sum + results.length, 0);
  const text = `${comparisons.length} comparisons over ${cases} settings of ${all.length} kinds of systems. Of the ${random.length} with chance in them, **${outside} lie outside their 95 % interval (marked ✱); by chance alone ${expected.toFixed(0)} would** (give or take ${(2 * Math.sqrt(expected * 0.95)).toFixed(0)}, more since those of one setting share their luck). The farthest is ${Math.abs(farthest.standardErrors).toFixed(1)} standard errors away. Half of all deviations are below ${percent(sizes[Math.floor(sizes.length / 2)])}, nine in ten below ${percent(sizes[Math.floor(sizes.length * 0.9)])}. The ${exact.length} comparisons without chance agree ${agree ? 'to the clock’s microsecond' : '**not everywhere**'}.`;
  return `## In short\n\n${wrapped(text)}`;
}

/** Breaks a paragraph into lines of at most 118 characters. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > 118) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

function contents(all: readonly Validated[]): string {
  return all.map(({ system }) => `- [${system.title}](#${anchor(system.title)})`).join('\n');
}

/** As GitHub makes anchors of headings. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}

function section({ system, results }: Validated): string {
  const rows = results.flatMap((result) => {
    return result.comparisons.map((comparison, i) => row(i === 0 ? result.case.parameters : '', comparison));
  });
  const plots = system.plots.map(({ file, title }) => `![${title}](validation/${file}.svg)`);
  return [
    `## ${system.title}`,
    wrapped(system.text),
    `*${system.reference}.*`,
    [
      '| system | quantity | theory | simulated | ± 95 % | deviation | in s.e. | account |',
      '|---|---|--:|--:|--:|--:|--:|---|',
      ...rows,
    ].join('\n'),
    ...plots,
  ].join('\n\n');
}

function row(parameters: string, comparison: Comparison): string {
  const { quantity, estimate, deviation, standardErrors } = comparison;
  const factor = shownPerUnit[quantity.unit];
  const digits = digitsAfterPoint(quantity.theory * factor, 4);
  const shown = (value: number) => (value * factor).toFixed(digits);
  const half = halfWidth(estimate, 0.95) * factor;
  const chance = quantity.exact === undefined;
  const signed = (value: number, digits: number) =>
    `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
  const cells = [
    parameters,
    quantity.name + (quantity.unit === 'milliseconds' ? ', ms' : ''),
    shown(quantity.theory),
    shown(estimate.mean),
    chance ? half.toFixed(digitsAfterPoint(half, 2)) : 'exact',
    `${signed(deviation * 100, 2)} %`,
    chance ? `${signed(standardErrors, 1)}${contains(comparison, 0.95) ? '' : ' ✱'}` : '',
    `\`${quantity.account}\``,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** How many digits after the point show this many significant ones. */
function digitsAfterPoint(value: number, significant: number): number {
  if (value === 0) return 0;
  const beforePoint = Math.floor(Math.log10(Math.abs(value)) + 1e-9) + 1;
  return Math.min(8, Math.max(0, significant - beforePoint));
}

const notValidated = `## What is not validated yet

- **The distribution of the number inside** a service. Its mean is compared everywhere, its distribution only where loss
  depends on it (M/M/c/K, bulkheads, token buckets); telemetry publishes interval means, not instants.
- **Mechanisms without a closed theory**: circuit breakers, propagated deadlines, cancellation, shedding by age, retry
  storms under load, hedging against a busy server, consistent hashing, power of two choices over more than two
  replicas. Their unit tests and the laws checked in random scenarios (\`test/simulation/\`) stand for them.
- **CPU limits under random load.** Throttling is compared exactly for single bursts and for threads that burst
  together, not for a stream of requests that share a period’s quota.
- **Load that changes.** Everything here is stationary; rate curves and traces are checked for their counts, not
  against transient theory.
- **The real systems.** That a queue is simulated right does not say that a service is that queue. How a real
  server, kernel or proxy departs from its model stands in the fidelity note at the top of each file in
  \`src/world/traffic/\`.`;

const regenerate = `## Regenerate

\`\`\`sh
npm run validate:theory                                   # this page and its plots, some minutes
npm run validate:theory -- --case mm1-0.8 --length 10     # one system on the terminal, with longer runs
npm test -- validation                                    # the quick comparisons
\`\`\`

The page follows from the code alone: the same version gives the same bytes.`;
