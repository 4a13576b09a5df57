import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import type { Diagnostic } from '../base/diagnostics.ts';
import { catalogue } from '../world/catalogue.ts';
import { compile } from './compile.ts';
import { examples } from './kinds/examples.ts';
import { type ParseOptions, parse } from './parse.ts';

/**
 * Whatever is thrown at the input: an answer in bounded time, never an exception; every problem with its place.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Whole systems, each as one text: the scenarios, and manifests as others write them. */
const systems = ['scenarios', 'test/fixtures'].flatMap((folder) =>
  readdirSync(path.join(root, folder)).map((name) => {
    const files = readdirSync(path.join(root, folder, name)).filter((file) => file.endsWith('.yaml'));
    return files.map((file) => readFileSync(path.join(root, folder, name, file), 'utf8')).join('\n---\n');
  }),
);
const seeds = [...systems, ...Object.values(examples)];

const traces: Readonly<Record<string, string>> = {
  'nasa-1995-07-13.csv': 'minute_start,requests\n1995-07-13T00:00:00,100\n1995-07-13T00:01:00,120\n',
  'azure-llm-2023-code.csv': 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.97,4808,10\n',
};

/** `FUZZ_TIMES=20` runs twenty times as many inputs. */
const times = Number(process.env['FUZZ_TIMES'] ?? 1);

/** No input of these sizes may take longer, by far, on any machine. */
const slowestMillis = 20_000;

function withinLines(text: string, { position }: Diagnostic): void {
  if (position === undefined || position.file !== 'fuzz.yaml') return;
  const lines = text.split('\n');
  assert(position.line >= 1 && position.line <= lines.length, `line ${position.line} of ${lines.length}`);
  assert(position.column >= 1 && position.column <= lines[position.line - 1].length + 1);
}

/** Reads and compiles; asserts all that must hold of the answer, and returns what it says. */
function judge(text: string, options: ParseOptions = {}): readonly Diagnostic[] {
  const startedAt = performance.now();
  const { scenario, diagnostics } = parse([{ name: 'fuzz.yaml', text }], catalogue, options);
  const compiled = compile(scenario, catalogue, { files: (name) => traces[name] ?? null });
  assert(performance.now() - startedAt < slowestMillis, 'too slow');
  const all = [...diagnostics, ...compiled.diagnostics];
  for (const diagnostic of all) {
    withinLines(text, diagnostic);
    assert.match(diagnostic.code, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.notEqual(diagnostic.message, '');
    assert(
      !/undefined|\[object|NaN/.test(diagnostic.message) || /undefined|object|NaN/.test(text),
      diagnostic.message,
    );
  }
  const broken = all.some(({ severity }) => severity === 'error');
  assert.equal(compiled.model === null, broken);
  if (compiled.model !== null) assert.deepEqual(JSON.parse(JSON.stringify(compiled.model)), compiled.model);
  return all;
}

test('the systems that the fuzz starts from have no error', () => {
  assert(systems.length >= 4);
  for (const text of systems)
    assert.deepEqual(
      judge(text).filter(({ severity }) => severity === 'error'),
      [],
    );
});

test('fuzz: any bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 400 }).map((each) => String.fromCharCode(...each));
  const unicode = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(
    fc.property(fc.oneof(bytes, unicode), (text) => void judge(text)),
    { numRuns: 120 * times },
  );
});

test('fuzz: pieces of YAML in any order', () => {
  const pieces = [
    ...['a', 'b:', '- ', ': ', '? ', '{', '}', '[', ']', ',', '&x ', '*x', '<<: ', '!t ', '|', '>', "'", '"'],
    ...[
      '\n',
      '\n  ',
      '\n    ',
      '\t',
      '#',
      '---\n',
      '...\n',
      '%YAML 1.2\n',
      'null',
      '.inf',
      '0x1f',
      '\u0000',
      '\r',
    ],
    ...[
      'apiVersion: v1\n',
      'kind: List\n',
      'items:\n',
      'metadata: {name: a}\n',
      'spec: ',
      '~',
      '1e999',
      '__proto__: ',
    ],
  ];
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 80 }).map((list) => list.join(''));
  fc.assert(
    fc.property(soup, (text) => void judge(text)),
    { numRuns: 500 * times },
  );
});

type Edit = { at: number; length: number; insert: string };

function edited(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { at, length, insert } of edits) {
    const start = Math.floor(at * result.length);
    result = result.slice(0, start) + insert + result.slice(start + length);
  }
  return result;
}

const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const edit: fc.Arbitrary<Edit> = fc.record({
  at,
  length: fc.nat({ max: 40 }),
  insert: fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '\n',
      '\t',
      ':',
      '-',
      '{',
      '"',
      '*a',
      '&a ',
      '0',
      '-1',
      '\n---\n',
      '  ',
      '9'.repeat(40),
    ),
    fc.string({ maxLength: 8 }),
  ),
});

test('fuzz: real manifests, cut off and mutated', () => {
  fc.assert(
    fc.property(fc.constantFrom(...seeds), at, fc.array(edit, { maxLength: 4 }), (text, cut, edits) => {
      judge(edited(text, edits));
      judge(text.slice(0, Math.floor(cut * text.length)));
    }),
    { numRuns: 80 * times },
  );
});

/** Every path to a value inside plain JSON. */
function pathsIn(value: unknown, prefix: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[...prefix]];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  return [[...prefix], ...entries.flatMap(([key, item]) => pathsIn(item, [...prefix, key]))];
}

function replaced(root: unknown, where: readonly (string | number)[], by: unknown): unknown {
  if (where.length === 0) return by;
  const copy = structuredClone(root) as Record<string | number, unknown>;
  let holder = copy;
  for (const key of where.slice(0, -1)) holder = holder[key] as typeof holder;
  if (by === undefined) delete holder[where.at(-1)!];
  else holder[where.at(-1)!] = by;
  return copy;
}

const nasty: readonly unknown[] = [
  ...[undefined, null, true, '', 0, -1, 0.5, 1e308, 5e-324, 2 ** 53, 4_294_967_296],
  ...['0s', '1ns', '9999999h', '-5s', '0/s', '1e30/s', '100%', '101%', '0%', '1e400', '9'.repeat(400)],
  ...[
    'nowhere',
    'nowhere/GET /',
    'web/GET /',
    'web',
    '*',
    '../../etc/passwd',
    'constructor',
    '__proto__',
    '\u0000',
  ],
  ...[[], {}, [[]], [null], { name: 'x' }, { '': 1 }, [{}, {}], 'a'.repeat(5000)],
];

test('fuzz: real documents with impossible values', () => {
  const documents = systems.map((text) => parseAllDocuments(text).map((document) => document.toJS()));
  fc.assert(
    fc.property(
      fc.constantFrom(...documents),
      fc.array(fc.tuple(at, fc.constantFrom(...nasty)), { minLength: 1, maxLength: 3 }),
      (system, changes) => {
        let items: unknown = system;
        for (const [where, by] of changes) {
          const paths = pathsIn(items).slice(1);
          items = replaced(items, paths[Math.floor(where * paths.length)] ?? [], by);
        }
        judge(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 1));
      },
    ),
    { numRuns: 120 * times },
  );
});

test('fuzz: calls in circles, and to nowhere', () => {
  const call = fc.record({
    from: fc.nat({ max: 4 }),
    to: fc.nat({ max: 6 }),
    repeat: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 12 }), (calls) => {
      const documents = [0, 1, 2, 3, 4].flatMap((service) => [
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: `s${service}` },
          spec: { selector: { app: `s${service}` }, ports: [{ port: 80 }] },
        },
        deployment(`s${service}`),
        serviceModel(service, calls),
      ]);
      judge(documents.map((each) => JSON.stringify(each)).join('\n---\n'));
    }),
    { numRuns: 40 * times },
  );
});

function deployment(name: string): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: 'node:22' }] } },
    },
  };
}

function serviceModel(
  service: number,
  calls: readonly { from: number; to: number; repeat: number }[],
): object {
  const steps = calls
    .filter((each) => each.from === service)
    .map((each) => ({ call: `s${each.to}/x`, repeat: each.repeat, retries: { max: 3 } }));
  return {
    apiVersion: 'sim.devops/v1alpha1',
    kind: 'ServiceModel',
    metadata: { name: `s${service}` },
    spec: { for: { service: `s${service}` }, endpoints: [{ name: 'x', steps: [{ cpu: '1ms' }, ...steps] }] },
  };
}

test('fuzz: options', () => {
  const [text] = systems;
  const option = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.constantFrom('everyday', '1h', '', '-1s', 'scenario.spec=1'),
  );
  fc.assert(
    fc.property(option, option, option, fc.boolean(), (set, variant, duration, strict) => {
      judge(text, { set: [set, `deployment/web.spec.${set}=${duration}`], variant, duration, strict });
    }),
    { numRuns: 30 * times },
  );
});

test('large inputs of every shape end in time', () => {
  const document = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata: {a: b}\n---\n';
  const shapes = [
    '[{'.repeat(20_000),
    'a: &a [*a, *a]\n'.repeat(2000),
    `a: ${'"x" '.repeat(20_000)}`,
    '- '.repeat(10_000),
    ': '.repeat(5_000),
    `{${'a: b, '.repeat(20_000)}}`,
    `${'#'.repeat(200)}\n`.repeat(2_000),
    Array.from({ length: 2_000 }, (_, index) => document.replace('NAME', `c${index}`)).join(''),
    Array.from({ length: 2_000 }, (_, index) => `unknown${index}: 1`).join('\n'),
    `apiVersion: sim.devops/v1alpha1\nkind: Scenario\nmetadata: {name: a}\nspec: {${Array.from({ length: 3_000 }, (_, index) => `x${index}: 1`).join(', ')}}`,
  ];
  for (const text of shapes) judge(text);
});
