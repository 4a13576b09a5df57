import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import type { Diagnostic } from '../base/diagnostics.ts';
import { catalogue } from '../world/catalogue.ts';
import { compile } from './compile.ts';
import { parse } from './parse.ts';
import { type Documents, type Fault, faults, type Path, pathOf, system, trace } from './together.cases.ts';

/**
 * However many faults a set of manifests has, one pass tells every one of them at its place, and nothing that mending
 * the others would take back.
 */

/** `FUZZ_TIMES=20` plants twenty times as often. */
const times = Number(process.env['FUZZ_TIMES'] ?? 1);

/** Fields are renamed last, the innermost first, when nothing has to be found under the old name any more. */
const renamingOrder = ({ rename, at }: Fault) => (rename === undefined ? -100 : -at.length);

function planted(list: readonly Fault[]): Documents {
  const copy = structuredClone(system);
  for (const { document, at, value, rename } of [...list].sort(
    (a, b) => renamingOrder(a) - renamingOrder(b),
  )) {
    let holder = copy[document] as Record<string | number, unknown>;
    for (const key of at.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
    const last = at.at(-1)!;
    if (rename !== undefined) holder[rename] = holder[last];
    if (rename !== undefined || value === undefined) delete holder[last];
    else holder[last] = value;
  }
  return copy;
}

function errorsOf(documents: Documents): readonly Diagnostic[] {
  const text = Object.values(documents)
    .map((document) => `---\n${stringify(document)}`)
    .join('');
  const { scenario, diagnostics } = parse([{ name: 'all.yaml', text }], catalogue);
  const files = (name: string) => (name in trace ? trace[name as keyof typeof trace] : null);
  const compiled = compile(scenario, catalogue, { files });
  const errors = [...diagnostics, ...compiled.diagnostics].filter(({ severity }) => severity === 'error');
  assert.equal(compiled.model === null, errors.length > 0);
  for (const one of errors) {
    assert(one.position !== undefined || one.code === 'nothing-to-simulate', one.message);
    assert(!/\uE000|undefined|NaN/.test(JSON.stringify(one)), JSON.stringify(one));
  }
  return errors;
}

const keyOf = ({ code, resource = '', path = '' }: Diagnostic) => `${code} ${resource} ${path}`;

/** What each fault makes told when it is alone, by code and position of the path. */
const alone = new Map(faults.map((one) => [one, errorsOf(planted([one]))]));

const textOf = (path: Path) =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${text}["${key}"]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');

const nameOf = (one: Fault) => `${one.document} ${one.at.join('|')} ${one.code}`;

/** The path with misspelt fields as they were meant: what reading and compiling say of one place. */
function meant(path: string): string {
  const misspellings = faults.filter(({ rename }) => rename !== undefined);
  return misspellings.reduce(
    (text, { at, rename }) => text.replace(new RegExp(`\\b${rename}\\b`), String(at.at(-1))),
    path,
  );
}

const placeOf = ({ code, path = '' }: Diagnostic) => `${code} ${meant(path)}`;

function isTold(one: Fault, errors: readonly Diagnostic[]): boolean {
  const wanted = `${one.code} ${meant(textOf(one.told ?? one.at))}`;
  return errors.some((each) => placeOf(each) === wanted);
}

/** What a fault is only one because of: with a fault there as well, nothing can be said. */
const restsOn: readonly (readonly [document: string, at: string, code: string, on: readonly string[]])[] = [
  ['day', 'spec|warmup', 'out-of-range', ['day|spec|duration']],
  ['day', 'spec|objectives|0|on|traffic', 'unknown-reference', ['visits|metadata']],
  ['day', 'spec|objectives|1|latency', 'missing-field', ['day|spec|objectives|1|indicator']],
  ['day', 'spec|objectives|2|name', 'duplicate', ['day|spec|objectives|1|name']],
  [
    'day',
    'spec|objectives|1|on|endpoint',
    'unknown-reference',
    ['day|spec|objectives|1|on', 'api|spec|endpoints|0|name'],
  ],
  ['day', 'spec|annotations|0|until', 'out-of-range', ['day|spec|annotations|0|at']],
  ['cluster', 'spec|nodePools|0|zones|1', 'unknown-reference', ['day|spec|zones']],
  [
    'cluster',
    'spec|nodePools|0|reserved|memory',
    'out-of-range',
    ['cluster|spec|nodePools|0|instanceType', 'cluster|spec|nodePools|0|reserved'],
  ],
  [
    'cluster',
    'spec|nodePools|0|autoscaling|min',
    'out-of-range',
    ['cluster|spec|nodePools|0|autoscaling|max'],
  ],
  [
    'cluster',
    'spec|nodePools|0|provisioning|p99',
    'out-of-range',
    ['cluster|spec|nodePools|0|provisioning|p50'],
  ],
  ['web', 'spec|endpoints|0|steps|1|call', 'unknown-endpoint', ['api|spec|endpoints|0|name']],
  [
    'api',
    'spec|endpoints|0|steps|1|steps|1|call',
    'call-circle',
    ['api|spec|for', 'api|spec|endpoints|0|name', 'web|spec|for', 'web|spec|endpoints|0|steps|1|call'],
  ],
  ['api', 'spec|endpoints|0|steps|0|parallel|0|pool', 'unknown-pool', ['api|spec|pools|1|name']],
  ['users', 'spec|requests|1|endpoint', 'unknown-endpoint', ['users|spec|target', 'web|spec|for']],
  ['users', 'spec|open|diurnal|peak', 'diurnal-peak', ['users|spec|open|diurnal|mean']],
  ['visits', 'spec|requests|0|path', 'unknown-endpoint', ['visits|spec|target', 'web|spec|for']],
  ['visits', 'spec|sessions|burst|for', 'burst-overlap', ['visits|spec|sessions|burst|every']],
  ['visits', 'spec|sessions|journey|1|request', 'unknown-request', ['visits|spec|target', 'web|spec|for']],
  ['replay', 'spec|trace|to', 'trace-window', ['replay|spec|trace|from']],
  [
    'slo',
    'spec|indicator|spec|ratioMetric|total|metricSource|spec|traffic',
    'unknown-reference',
    ['visits|metadata'],
  ],
];

function groundsOf(one: Fault): Path[] {
  const grounds = restsOn.filter(
    ([document, at, code]) => document === one.document && at === one.at.join('|') && code === one.code,
  );
  return grounds.flatMap(([, , , on]) => on.map(pathOf));
}

function overlap(a: Path, b: Path): boolean {
  const shared = Math.min(a.length, b.length);
  return a.slice(0, shared).join('|') === b.slice(0, shared).join('|');
}

/** Two faults that can be there at once, each whether or not the other is mended. */
function areIndependent(a: Fault, b: Fault): boolean {
  const [placeA, placeB] = [a, b].map(({ document, at }): Path => [document, ...at]);
  // A misspelt name leaves what is below it as it is.
  const nested = overlap(placeA, placeB);
  const throughName = (outer: Fault, inner: Fault) =>
    outer.rename !== undefined && inner.at.length > outer.at.length;
  if (nested && !throughName(a, b) && !throughName(b, a)) return false;
  return (
    !groundsOf(a).some((ground) => overlap(ground, placeB)) &&
    !groundsOf(b).some((ground) => overlap(ground, placeA))
  );
}

function judge(list: readonly Fault[]): void {
  const errors = errorsOf(planted(list));
  for (const one of list)
    assert(isTold(one, errors), `hidden: ${nameOf(one)} among ${list.map(nameOf).join('; ')}`);
  const due = new Set(list.flatMap((one) => alone.get(one)!.map(placeOf)));
  for (const one of errors)
    assert(
      due.has(placeOf(one)),
      `made up: ${keyOf(one)}: ${one.message} from ${list.map(nameOf).join('; ')}`,
    );
}

test('the system that faults are planted in is sound, and each fault is told at its place', () => {
  assert.deepEqual(errorsOf(system), []);
  const astray = [...alone].filter(([one, errors]) => !isTold(one, errors) || errors.length !== 1);
  assert.deepEqual(
    astray.map(([one, errors]) => [nameOf(one), ...errors.map((each) => `${keyOf(each)}: ${each.message}`)]),
    [],
  );
});

test('any two independent faults are told in one pass', () => {
  const hidden: string[] = [];
  let pairs = 0;
  faults.forEach((one, index) => {
    for (const other of faults.slice(index + 1)) {
      // One in each so many; all of them with FUZZ_TIMES=20.
      if (!areIndependent(one, other) || (pairs++ * 7919) % 20 >= times) continue;
      try {
        judge([one, other]);
      } catch (error) {
        hidden.push((error as Error).message);
      }
    }
  });
  assert.deepEqual(hidden, []);
  assert(pairs > 3000);
});

test('property: however many independent faults are planted, one pass tells each and makes none up', () => {
  const several = fc
    .shuffledSubarray([...faults], { minLength: 2, maxLength: 40 })
    .map((list) =>
      list.reduce<Fault[]>(
        (kept, one) => (kept.every((other) => areIndependent(one, other)) ? kept.concat(one) : kept),
        [],
      ),
    );
  fc.assert(fc.property(several, judge), { numRuns: 150 * times });
});
