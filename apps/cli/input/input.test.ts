import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { inFolder } from '../command.cases.ts';
import { commandFirst, withoutShortEquals } from '../command-order.ts';
import { pathFor, writeFile } from '../deliver.ts';
import { UsageError } from '../exit-code.ts';
import { options } from '../options.ts';
import { didYouMean, nearestName } from './did-you-mean.ts';
import { callFor, quoted, readManifestSets } from './manifest-set.ts';
import { outlineOf } from './outline.ts';
import { readText } from './read.ts';
import { displayPath, namedScenarios, resolveScenario } from './scenario-name.ts';

const refusal = (pattern: RegExp) => (error: unknown) =>
  error instanceof UsageError && pattern.test(error.message);

test('read: text in UTF-8 with or without mark and in UTF-16; anything else is refused', () =>
  inFolder(
    {
      'plain.yaml': 'a: é\n',
      'marked.yaml': Buffer.from('\ufeffa: é\n'),
      'windows.yaml': Buffer.from('\ufeffa: é\n', 'utf16le'),
      'latin.yaml': Uint8Array.of(0x61, 0x3a, 0x20, 0xe9),
      'packed.yaml': Uint8Array.of(0x1f, 0x8b, 8, 0),
    },
    async (folder) => {
      for (const name of ['plain.yaml', 'marked.yaml', 'windows.yaml']) {
        assert.equal(readText(join(folder, name), 1000), 'a: é\n');
      }
      assert.throws(() => readText(join(folder, 'latin.yaml'), 1000), refusal(/not UTF-8 text/));
      assert.throws(
        () => readText(join(folder, 'packed.yaml'), 1000),
        (error: UsageError) => /gunzip/.test(error.remedy ?? ''),
      );
      assert.throws(() => readText(join(folder, 'plain.yaml'), 3), refusal(/larger than/));
      assert.throws(() => readText(folder, 1_000_000), refusal(/it is a folder/));
    },
  ));

test('read: a device that never ends is cut off', { skip: process.platform === 'win32' }, () => {
  assert.throws(() => readText('/dev/zero', 4 * 1024 * 1024), refusal(/larger than 4 MiB/));
});

test('manifests: a folder in order, without its settings, data files beside it on demand', () =>
  inFolder({}, async (folder) => {
    const shop = join(folder, 'shop');
    mkdirSync(join(shop, 'deeper'), { recursive: true });
    const files = {
      'b.yml': 'b',
      'a.yaml': 'a',
      'c.json': '{}',
      'devops-sim.yaml': 'x',
      'trace.csv': 't,n\n',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(shop, name), text);
    writeFileSync(join(shop, 'deeper', 'd.yaml'), 'd');
    const [set] = readManifestSets({ scenarios: [], files: ['shop'] }, folder);
    assert.deepEqual(
      set!.files.map((file) => file.name),
      ['shop/a.yaml', 'shop/b.yml', 'shop/c.json'],
    );
    assert.equal(set!.data('trace.csv'), 't,n\n');
    assert.equal(set!.data('nothing.csv'), null);
    symlinkSync(join(shop, 'gone'), join(shop, 'e.yaml'));
    assert.throws(
      () => readManifestSets({ scenarios: [], files: ['shop'] }, folder),
      refusal(/does not exist/),
    );
  }));

test('manifests: -f is added to every scenario, or makes one', () =>
  inFolder({ 'extra.yaml': 'extra', 'own.yaml': 'own' }, async (folder) => {
    const sets = readManifestSets({ scenarios: ['mm-c', 'own.yaml:v'], files: ['extra.yaml'] }, folder);
    assert.equal(sets.length, 2);
    for (const set of sets) assert.equal(set.files.at(-1)!.text, 'extra');
    assert.deepEqual([sets[1]!.label, sets[1]!.scenario, sets[1]!.variant], ['own.yaml:v', 'own.yaml', 'v']);
    assert.equal(callFor(sets[1]!), 'own.yaml:v -f extra.yaml');
    const [alone] = readManifestSets({ scenarios: [], files: ['extra.yaml', 'own.yaml'] }, folder);
    assert.equal(alone!.label, 'extra.yaml, own.yaml');
    assert.equal(quoted("it's"), "'it'\\''s'");
  }));

test('scenarios: names, variants and paths; the working folder hides what comes with the package', () =>
  inFolder({ 'file.yaml': 'x' }, async (folder) => {
    mkdirSync(join(folder, 'scenarios', 'mm-c'), { recursive: true });
    writeFileSync(join(folder, 'scenarios', 'mm-c', 'a.yaml'), 'x');
    const names = namedScenarios(folder).map((place) => place.name);
    assert.ok(names.includes('launch-day'));
    assert.deepEqual(names, [...names].sort());
    assert.match(resolveScenario('mm-c', folder).place.path, /scenarios.mm-c$/);
    assert.ok(resolveScenario('mm-c', folder).place.path.includes('devops-sim-'));
    assert.equal(resolveScenario('retry-storm:budget', folder).variant, 'budget');
    assert.equal(resolveScenario('./file.yaml:x', folder).variant, 'x');
    assert.equal(resolveScenario('file.yaml', folder).variant, null);
    assert.throws(() => resolveScenario('lunch-day', folder), refusal(/no scenario or file "lunch-day"/));
    assert.throws(() => resolveScenario('', folder), refusal(/no scenario/));
    assert.equal(displayPath(join(folder, 'a', 'b.yaml'), folder), join('a', 'b.yaml'));
  }));

test('outline: works while the rest of the manifest is still wrong', () =>
  inFolder(
    {
      'a.yaml':
        'kind: Scenario\nspec: {description: "Two\\n words", duration: 5m, variants: [{name: v}, 3]}\n',
    },
    async (folder) => {
      const outline = outlineOf({ name: 'a', path: join(folder, 'a.yaml') }, folder);
      assert.equal(outline.description, 'Two words');
      assert.equal(outline.duration, '5m');
      assert.deepEqual(outline.variants, [{ name: 'v', description: '' }]);
    },
  ));

test('did you mean: near spellings, and beginnings that fit only one name', () => {
  const names = ['launch-day', 'llm-tokens', 'mm-c'];
  assert.equal(didYouMean('lunch-day', names), 'Did you mean launch-day?');
  assert.equal(nearestName('laun', names), 'launch-day');
  assert.equal(nearestName('zzz', names), null);
  assert.equal(nearestName('l', names), null);
});

test('command order: options before the command move behind it, with their values', () => {
  const program = new Command().exitOverride();
  program.addCommand(new Command('run').addOption(options.seed()).addOption(options.quiet()));
  assert.deepEqual(commandFirst(['--seed', '3', '-q', 'run', 'x'], program), [
    'run',
    '--seed',
    '3',
    '-q',
    'x',
  ]);
  assert.deepEqual(commandFirst(['--seed=3', 'run'], program), ['run', '--seed=3']);
  assert.deepEqual(commandFirst(['run', '--seed', '3'], program), ['run', '--seed', '3']);
  assert.deepEqual(commandFirst(['--help'], program), ['--help']);
  assert.deepEqual(commandFirst(['--', 'run'], program), ['--', 'run']);
  assert.deepEqual(withoutShortEquals(['-o=json', '--set', 'a=b', '--', '-o=x']), [
    '-ojson',
    '--set',
    'a=b',
    '--',
    '-o=x',
  ]);
});

test('options: a flag takes a value in every command or in none', async () => {
  const { commands } = await import('../commands.ts');
  const seen = new Map<string, boolean>();
  for (const define of commands) {
    for (const option of define().command.options) {
      for (const flag of [option.short, option.long]) {
        if (!flag) continue;
        assert.equal(seen.get(flag) ?? option.required, option.required, flag);
        seen.set(flag, option.required);
      }
    }
  }
  assert.ok(seen.size > 15);
});

test('deliver: writes whole files, and tells several results apart', () =>
  inFolder({ 'old.json': 'old' }, async (folder) => {
    writeFile('old.json', 'new', folder);
    assert.equal(readFileSync(join(folder, 'old.json'), 'utf8'), 'new');
    assert.throws(() => writeFile('no/such.json', 'x', folder), refusal(/Cannot write no\/such\.json/));
    assert.equal(pathFor('a/report.html', 'launch-day:large', true), 'a/report-launch-day-large.html');
    assert.equal(pathFor('a/report.html', 'launch-day:large', false), 'a/report.html');
    assert.equal(pathFor('report', './x/y.yaml', true), 'report-.-x-y.yaml');
  }));
