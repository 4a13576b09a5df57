import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Check } from 'typebox/schema';
import { parseAllDocuments } from 'yaml';
import { examples } from '../../src/model/kinds/examples.ts';
import { ownKinds } from '../../src/model/known-kinds.ts';
import { combinedSchema, kindSchema } from './json-schema.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const documentOf = (text: string): Record<string, unknown> => parseAllDocuments(text)[0].toJS();

/** The value with one field set, removed (undefined) or added. */
function changed(value: unknown, at: readonly (string | number)[], to: unknown): unknown {
  const copy = structuredClone(value);
  let holder = copy as Record<string | number, never>;
  for (const key of at.slice(0, -1)) holder = holder[key];
  const last = at.at(-1)!;
  if (to === undefined) delete holder[last];
  else holder[last] = to as never;
  return copy;
}

test('generated files are what the schemas say now', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/generate/main.ts', '--check'], {
    cwd: root,
  });
  assert.equal(status, 0, String(stderr));
});

test('what commands print is what the published schemas say, and nothing else', () => {
  const printed = (...words: string[]) => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['apps/cli/main.ts', ...words, '--set', 'scenario.spec.duration=90s', '-o', 'json'],
      { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 },
    );
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout);
  };
  const saved = path.join(mkdtempSync(path.join(tmpdir(), 'results-')), 'seeds.json');
  const folder = path.dirname(saved);
  const sweep = printed('run', 'mm-c', '--seeds', '2', '--save', saved);
  const results = JSON.parse(readFileSync(saved, 'utf8'));
  rmSync(folder, { recursive: true });
  const values = new Map([
    ['result', printed('run', 'mm-c')],
    ['sweep', sweep],
    ['comparison', printed('compare', 'mm-c', 'mm-c')],
    ['results', results],
    ['validation', printed('validate', 'mm-c', '--set', 'scenario.spec.sead=1')],
  ]);
  assert.deepEqual([values.get('validation').valid, values.get('validation').counts.error], [false, 1]);
  for (const name of values.keys()) {
    const schema = JSON.parse(readFileSync(path.join(root, `docs/schema/${name}-v1.json`), 'utf8'));
    for (const [other, value] of values)
      assert.equal(Check(schema, value), name === other, `${name}: ${other}`);
    assert(!Check(schema, { ...values.get(name), more: 1 }), name);
  }
});

test('the JSON Schemas accept the examples, alone and combined', () => {
  const all = combinedSchema(ownKinds);
  for (const kind of ownKinds) {
    const document = documentOf(examples[kind.kind]);
    assert(Check(kindSchema(kind), document), kind.kind);
    assert(Check(all, document), kind.kind);
  }
});

test('the combined schema leaves documents of other kinds alone', () => {
  const all = combinedSchema(ownKinds);
  assert(Check(all, { apiVersion: 'apps/v1', kind: 'Deployment', spec: { anything: true } }));
  assert(!Check(all, { apiVersion: 'sim.devops/v1alpha1', kind: 'Traffic', spec: { anything: true } }));
});

test('the JSON Schemas refuse what the simulator refuses', () => {
  const of = (name: string) => ownKinds.find((kind) => kind.kind === name)!;
  const cases: [string, (string | number)[], unknown][] = [
    ['Traffic', ['spec', 'closed'], { users: 3 }],
    ['Traffic', ['spec', 'open'], undefined],
    ['Traffic', ['spec', 'open', 'stages', 0, 'target'], 'fast'],
    ['Traffic', ['spec', 'client', 'timout'], '1s'],
    ['ServiceModel', ['spec', 'startup'], 8],
    ['ServiceModel', ['spec', 'startup'], '8 s'],
    ['ServiceModel', ['spec', 'runtime', 'model'], 'eventloop'],
    ['ServiceModel', ['spec', 'endpoints', 0, 'steps', 0], { cpu: { lognormal: { p50: '1ms' } } }],
    ['ServiceModel', ['spec', 'endpoints', 0, 'steps', 0], {}],
    ['ServiceModel', ['spec', 'for', 'deployment'], 'web'],
    ['Scenario', ['spec', 'objectives', 0, 'on'], { traffic: 'a', service: 'b' }],
    ['Scenario', ['spec', 'seed'], -1],
  ];
  for (const [name, at, to] of cases) {
    const document = changed(documentOf(examples[name]), at, to);
    assert(!Check(kindSchema(of(name)), document), `${name} ${at.join('.')} ${JSON.stringify(to)}`);
  }
});

test('the scenarios that come with the simulator satisfy the combined schema', () => {
  const all = combinedSchema(ownKinds);
  const folder = path.join(root, 'scenarios');
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.yaml')) continue;
    for (const document of parseAllDocuments(readFileSync(path.join(folder, file), 'utf8')))
      assert(Check(all, document.toJS()), file);
  }
});

test('every reference inside a schema leads somewhere', () => {
  for (const schema of [combinedSchema(ownKinds), ...ownKinds.map(kindSchema)]) {
    const names = Object.keys(schema['$defs'] as object);
    for (const [, name] of JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g))
      assert(names.includes(name), name);
  }
});
