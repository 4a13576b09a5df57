import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Check } from 'typebox/value';
import { Comparison } from '../../src/model/comparison-result.ts';
import { devopsSim, inFolder, shop } from './command.cases.ts';

const broken = shop.replace('replicas: 2', 'replicas: two').replace('rate: 30/s', 'rate: 30/fortnight');

test('validate: shows every problem with its line and a mark, counts them and ends with 2', () =>
  inFolder({ 'shop.yaml': broken }, async (cwd) => {
    const { code, stdout } = await devopsSim(['validate', 'shop.yaml'], { cwd });
    assert.equal(code, 2);
    assert.match(stdout, /^shop\.yaml:26:13: error: replicas must be a whole number/m);
    assert.match(stdout, /^ {2}26 │ {3}replicas: two\n {5}│ {13}\^$/m);
    assert.match(stdout, /^shop\.yaml:52:16: error: /m);
    assert.match(stdout, /✗ invalid {2}shop\.yaml: 2 errors/);
  }));

test('all that is wrong is told at once, by validate and by run, whatever shape it has', () => {
  const faulty = broken
    .replace(
      'apiVersion: sim.devops/v1alpha1\nkind: Scenario',
      'apiVersion: sim.devop/v1alpha1\nkind: Scenario',
    )
    .concat('---\napiVersion: sim.devops/v1alpha1\nkind: Traffic\nmetadata: {name: more}\n')
    .concat('spec:\n  target: {service: ghost}\n  client: {timeout: 3}\n  open: {rate: 1/s}\n');
  return inFolder({ 'shop.yaml': faulty }, async (cwd) => {
    for (const verb of ['validate', 'run']) {
      const { code, stdout, stderr } = await devopsSim([verb, 'shop.yaml'], { cwd });
      assert.equal(code, 2);
      const told = (stdout + stderr).match(/error: .*\[[a-z-]+\]$/gm) ?? [];
      const codes = told.map((line) => line.replace(/.*\[/, '').replace(']', ''));
      assert.deepEqual(
        codes.sort(),
        ['bad-notation', 'unknown-kind', 'unknown-service', 'wrong-type', 'wrong-type'],
        verb,
      );
    }
  });
});

test('validate: as data, and with variants', () =>
  inFolder({ 'shop.yaml': shop.replace('spec.replicas: 1', 'spec.replicas: none') }, async (cwd) => {
    const { code, stdout } = await devopsSim(['validate', 'shop.yaml', '-o', 'json'], { cwd });
    assert.equal(code, 2, 'the variant does not compile');
    const { valid, counts, diagnostics } = JSON.parse(stdout);
    assert.equal(valid, false);
    assert.equal(counts.error, 1);
    assert.equal(diagnostics[0].file, 'shop.yaml');
    assert.equal(diagnostics[0].line, 15);
  }));

test('validate: what is right ends with 0; --strict refuses unknown kinds', () =>
  inFolder(
    { 'shop.yaml': `${shop}---\napiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\n` },
    async (cwd) => {
      const [lenient, strict] = await Promise.all([
        devopsSim(['validate', 'shop.yaml'], { cwd }),
        devopsSim(['validate', 'shop.yaml', '--strict'], { cwd }),
      ]);
      assert.equal(lenient.code, 0);
      assert.match(lenient.stdout, /✓ valid {2}shop\.yaml: 1 warning.* in 1 file and 1 variant/);
      assert.equal(strict.code, 2);
      assert.match(strict.stdout, /Gadget/);
    },
  ));

test('explain: a scenario with everything that was inferred', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const [text, data] = await Promise.all([
      devopsSim(['explain', 'shop.yaml'], { cwd }),
      devopsSim(['explain', 'shop.yaml', '-o', 'json'], { cwd }),
    ]);
    assert.equal(text.code, 0);
    assert.match(text.stdout, /web {2}Deployment web\n {4}2 replicas/);
    assert.match(text.stdout, /GET \/: CPU ~10 ms \(exponential\)/);
    assert.match(text.stdout, /visitors {2}open, 30\/s/);
    const { model } = JSON.parse(data.stdout);
    assert.ok(model.inferences.length > 0);
    const words = text.stdout.replace(/\s+/g, ' ');
    for (const { value, source } of model.inferences) {
      assert.ok(words.includes(value), `shows ${value}`);
      assert.ok(words.includes(source), `shows in full: ${source}`);
    }
  }));

test('explain: calls that several endpoints make in the same way are told once', async () => {
  const { stdout } = await devopsSim(['explain', 'launch-day']);
  assert.equal(stdout.split('\n').filter((line) => line === '  launch/api → launch/cache get').length, 1);
});

test('explain: kinds, fields and the list of kinds', async () => {
  const [kinds, field, short, data] = await Promise.all([
    devopsSim(['explain']),
    devopsSim(['explain', 'ServiceModel.spec.endpoints']),
    devopsSim(['explain', 'deploy.spec.replicas']),
    devopsSim(['explain', 'traffic.spec.open', '-o', 'json', '--recursive']),
  ]);
  assert.match(kinds.stdout, /^Traffic {2}sim\.devops\/v1alpha1\n {4}Demand/m);
  assert.match(field.stdout, /FIELD: spec\.endpoints /);
  assert.match(short.stdout, /KIND: +Deployment/);
  const fields = JSON.parse(data.stdout).fields as { name: string }[];
  assert.ok(fields.some(({ name }) => name === 'rate'));
});

test('compare: one change, paired by seed, as text and as data', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const sides = ['compare', 'shop.yaml', 'shop.yaml:lean', '--seeds', '3'];
    const [text, data, csv] = await Promise.all([
      devopsSim(sides, { cwd }),
      devopsSim([...sides, '-o', 'json', '--report', 'c.html'], { cwd }),
      devopsSim([...sides, '-o', 'csv'], { cwd }),
    ]);
    assert.equal(text.code, 0);
    assert.match(text.stdout, /A shop\.yaml\nB shop\.yaml:lean\n {2}3 common seeds: 5 to 7/);
    assert.match(text.stdout, /MEASURE +A +B +B − A \(95 %\) +B IS/);
    assert.match(text.stdout, /✗ worse/);
    const comparison: unknown = JSON.parse(data.stdout);
    assert.ok(Check(Comparison, comparison));
    assert.deepEqual(comparison.seeds, [5, 6, 7]);
    assert.equal(comparison.pairing, 'seed');
    assert.equal(csv.stdout.trimEnd().split('\n').length, comparison.measures.length + 1);
    const page = readFileSync(join(cwd, 'c.html'), 'utf8');
    assert.match(page, /^<!doctype html>/);
    assert.doesNotMatch(page, /(src|href)="http/, 'nothing is fetched');
  }));

test('compare: a saved result against a scenario, and against itself', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    await devopsSim(['run', 'shop.yaml', '--seed', '8', '--save', 'one.json'], { cwd });
    await devopsSim(['run', 'shop.yaml', '--seed', '8', '--seeds', '2', '--save', 'two.json'], { cwd });
    const [fresh, saved, changed] = await Promise.all([
      devopsSim(['compare', 'one.json', 'shop.yaml:lean', '-o', 'json'], { cwd }),
      devopsSim(['compare', 'one.json', 'two.json', '-o', 'json'], { cwd }),
      devopsSim(['compare', 'one.json', 'shop.yaml', '--set-a', 'a=1'], { cwd }),
    ]);
    assert.deepEqual(JSON.parse(fresh.stdout).seeds, [8]);
    const same = JSON.parse(saved.stdout) as Comparison;
    assert.ok(same.measures.every((measure) => measure.verdict === 'same'));
    assert.equal(changed.code, 2);
    assert.match(changed.stderr, /is a saved result/);
  }));

test('compare: sides that differ by --set only have names that tell them apart', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const change = ['--set-b', 'deployment/web.spec.replicas=4'];
    const { stdout } = await devopsSim(['compare', 'shop.yaml', ...change, '--seeds', '2'], { cwd });
    assert.match(stdout, /B shop\.yaml with deployment\/web\.spec\.replicas=4/);
  }));

test('list: bundled scenarios and those of the working folder, as table, names and data', () =>
  inFolder({}, async (cwd) => {
    const { mkdirSync, writeFileSync } = await import('node:fs');
    mkdirSync(join(cwd, 'scenarios', 'my-shop'), { recursive: true });
    writeFileSync(join(cwd, 'scenarios', 'my-shop', 'a.yaml'), shop);
    const [table, names, data] = await Promise.all([
      devopsSim(['list'], { cwd }),
      devopsSim(['list', '-o', 'name'], { cwd }),
      devopsSim(['list', '-o', 'json'], { cwd }),
    ]);
    assert.match(table.stdout, /^my-shop {2}30s\n {4}A small shop\.\n {4}my-shop:lean {2}One replica\.\n/m);
    assert.deepEqual(names.stdout.trim().split('\n'), [
      'bad-canary',
      'blocked-drain',
      'hpa-flapping',
      'late-nodes',
      'launch-day',
      'llm-tokens',
      'mm-c',
      'my-shop',
      'retry-storm',
    ]);
    const { scenarios } = JSON.parse(data.stdout);
    assert.equal(scenarios.length, 9);
    const { code, stdout } = await devopsSim(['run', 'my-shop:lean', '-q'], { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /my-shop|shop:lean/);
  }));

test('completion: scripts for three shells', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await devopsSim(['completion', shell]);
    assert.equal(code, 0);
    assert.match(stdout, /__complete --/);
  }
});

test('completion: commands, options, choices, scenarios, variants, kinds and fields', async () => {
  const cases: [string[], RegExp][] = [
    [['va'], /^validate\t.*\n:none\n$/],
    [['-o', 'json', 'va'], /^validate\t/],
    [['run', 'launch'], /^launch-day\t[\s\S]*^launch-day:everyday\t[\s\S]*:file\n$/m],
    [['run', 'retry-storm:bud'], /^retry-storm:budget\t.*\n:none\n$/],
    [['run', 'mm-c', '-o', 'ya'], /^yaml\t/],
    [['run', 'mm-c', '--output=ya'], /^--output=yaml\t/],
    [['run', '--rep'], /^--report\t/],
    [['run', 'mm-c', '--report', ''], /^:file\n$/],
    [['run', 'retry-storm', '--variant', 'no'], /^no-retries\t/],
    [['explain', 'Servi'], /^ServiceModel\t/m],
    [['explain', 'ServiceModel.spec.endp'], /^ServiceModel\.spec\.endpoints\t/],
    [['completion', 'z'], /^zsh\t/],
    [['drain-plan', 'blocked'], /^blocked-drain\t/],
    [['rollout-plan', 'bad-canary', '--patch', ''], /^:file\n$/],
    [['capacity', '--zon'], /^--zones-lost\t/],
    [['import', 'cl'], /^cluster\t/],
    [['import', 'cluster', ''], /^:file\n$/],
    [['help', 'comp'], /^compare\t[\s\S]*^completion\t/m],
  ];
  const ends = await Promise.all(cases.map(([words]) => devopsSim(['__complete', '--', ...words])));
  for (const [i, { code, stdout, stderr }] of ends.entries()) {
    assert.equal(code, 0, stderr);
    assert.match(stdout, cases[i]![1]);
  }
});
