import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { simulatorVersion } from '../../src/run/version.ts';
import {
  type CaseResult,
  type Comparison,
  compareCase,
  contains,
  type Effort,
  quickEffort,
  relativeHalfWidth,
  replayCommand,
  secondEffort,
} from './compare.ts';
import { systems } from './systems/catalogue.ts';
import { singleServer } from './systems/single-server.ts';
import { type Case, rateAt, serviceMicros } from './systems/system.ts';

// Every simulated mean must agree with theory inside its 99.9 % interval, which must be narrow enough to mean
// something. One comparison in a thousand falls outside by chance; it is then repeated with fresh seeds and eight
// times the length, and fails only when it is outside again.
const confidence = 0.999;

for (const system of systems) {
  for (const of of system.cases.filter((candidate) => candidate.reportOnly !== true)) {
    test(`${system.title}: ${of.parameters} (${of.id})`, (context) => {
      const first = compareCase(of, quickEffort);
      assert.deepEqual(first.brokenLaws, [], replay(of, quickEffort));
      const vague = first.comparisons.filter(
        (comparison) => relativeHalfWidth(comparison, confidence) > widthMax(comparison),
      );
      assert.ok(
        vague.length === 0,
        `${describe(vague)}\nthe interval is too wide to prove anything\n${replay(of, quickEffort)}`,
      );
      const outside = outsideOf(first);
      if (outside.length === 0) return;
      context.diagnostic(`outside at first: ${describe(outside)}`);
      const names = new Set(outside.map(({ quantity }) => quantity.name));
      const again = outsideOf(compareCase(of, secondEffort)).filter(({ quantity }) =>
        names.has(quantity.name),
      );
      assert.ok(
        again.length === 0,
        `theory and simulation disagree\n${describe(again)}\n${replay(of, secondEffort)}`,
      );
    });
  }
}

/** Exact comparisons have no interval; some are too vague at this effort to be asked for one. */
function widthMax({ quantity }: Comparison): number {
  return quantity.halfWidthMax ?? Number.POSITIVE_INFINITY;
}

function outsideOf(result: CaseResult): Comparison[] {
  return result.comparisons.filter((comparison) => !contains(comparison, confidence));
}

function describe(comparisons: readonly Comparison[]): string {
  return comparisons
    .map((comparison) => {
      const { quantity, estimate, deviation, standardErrors } = comparison;
      const wide = (relativeHalfWidth(comparison, confidence) * 100).toFixed(2);
      return `${quantity.name}: theory ${quantity.theory}, simulated ${estimate.mean} (${(deviation * 100).toFixed(2)} %, ${standardErrors.toFixed(1)} standard errors; half-width ${wide} %, allowed ${(quantity.halfWidthMax ?? 0) * 100} %)`;
    })
    .join('\n');
}

function replay(of: Case, effort: Effort): string {
  return `replay: ${replayCommand(of, effort)}`;
}

test('docs/validation.md shows every system of this version (else: npm run validate:theory)', () => {
  const docs = new URL('../../docs/', import.meta.url);
  const page = readFileSync(new URL('validation.md', docs), 'utf8');
  assert.ok(page.includes(`Simulator ${simulatorVersion}.`), 'it is of another version');
  for (const system of systems) {
    assert.ok(page.includes(`## ${system.title}\n`), system.title);
    for (const { parameters } of system.cases) assert.ok(page.includes(`| ${parameters} |`), parameters);
    for (const { file } of system.plots) assert.ok(existsSync(new URL(`validation/${file}.svg`, docs)), file);
  }
});

test('every case has its own id and a stated precision', () => {
  const cases = systems.flatMap((system) => system.cases);
  assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length);
  for (const { id, quantities } of cases) {
    for (const { name, halfWidthMax, theory } of quantities) {
      assert.ok(Number.isFinite(theory) && theory > 0, `${id}: ${name} has no theory`);
      assert.ok(
        halfWidthMax === null || (halfWidthMax > 0 && halfWidthMax <= 0.2),
        `${id}: ${name} is vague`,
      );
    }
  }
});

test('the harness can fail: service that is 3 % slower than theory says is noticed', () => {
  const of = systems[0].cases[1];
  const slower = { kind: 'exponential', mean: serviceMicros * 1.03 } as const;
  const wrong = { ...of, build: singleServer({ perSecond: rateAt(0.5), service: slower }) };
  const outside = outsideOf(compareCase(wrong, secondEffort)).map(({ quantity }) => quantity.name);
  assert.ok(outside.includes('mean sojourn') && outside.includes('utilisation of server'), outside.join());
  assert.ok(!outside.some((name) => name.startsWith('Little')), 'Little’s law holds all the same');
});
