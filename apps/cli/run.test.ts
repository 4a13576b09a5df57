import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Check } from 'typebox/value';
import { parse as parseYaml } from 'yaml';
import { Result } from '../../src/model/result.ts';
import { devopsSim, inFolder, said, shop, spawned, start } from './command.cases.ts';

const escapeCharacter = new RegExp(String.fromCharCode(27));

const resultOf = (text: string): Result => {
  const value: unknown = JSON.parse(text);
  assert.ok(Check(Result, value), 'what is printed fits the published schema');
  return value;
};

test('run: a scenario that holds ends with 0 and prints its verdict on standard output alone', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const { code, stdout, stderr } = await spawned(['run', 'shop.yaml'], { cwd });
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /^✓ PASS shop holds: 1 objective met, 1 threshold met\n/);
    for (const part of ['Demand', 'Objectives', 'Thresholds', 'Services', 'Cost', 'Next']) {
      assert.match(stdout, new RegExp(`^${part}`, 'm'));
    }
    assert.doesNotMatch(stdout, escapeCharacter, 'no colour outside a terminal');
    assert.ok(stdout.split('\n').every((line) => line.length <= 80));
  }));

test('run: a missed objective ends with 99', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const crowd = ['--set', 'traffic/visitors.spec.open.rate=500/s'];
    const { code, stdout } = await spawned(['run', 'shop.yaml', ...crowd, '-q'], { cwd });
    assert.equal(code, 99);
    assert.match(stdout, /^✗ FAIL shop does not hold: 1 of 1 objective missed/);
    assert.equal(stdout.trim().split('\n').length, 1, '--quiet prints the verdict only');
  }));

test('run: JSON, YAML and CSV say the same; flags may stand before the command', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const [json, yaml, csv] = await Promise.all([
      devopsSim(['-o', 'json', '--seed', '9', 'run', 'shop.yaml'], { cwd }),
      devopsSim(['run', 'shop.yaml', '-o=yaml', '--seed=9'], { cwd }),
      devopsSim(['run', '-ocsv', '--seed', '9', 'shop.yaml'], { cwd }),
    ]);
    const result = resultOf(json.stdout);
    assert.equal(result.manifest.seed, 9);
    assert.deepEqual(parseYaml(yaml.stdout), result);
    const [header, ...rows] = csv.stdout.trimEnd().split('\n');
    assert.equal(header, 'scenario,seed,group,subject,measure,value');
    assert.ok(rows.includes(`shop,9,source,visitors,offered,${result.sources[0]!.offered}`));
    assert.ok(rows.includes(`shop,9,service,web,latency.p95,${result.services[0]!.latency.p95}`));
  }));

test('run: the same seed gives the same run, in a worker as in the main thread', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const [alone, swept, oneThread] = await Promise.all([
      devopsSim(['run', 'shop.yaml', '--seed', '6', '-o', 'json'], { cwd }),
      devopsSim(['run', 'shop.yaml', '--seeds', '3', '-o', 'json'], { cwd }),
      devopsSim(['run', 'shop.yaml', '--seeds', '3', '-j', '1', '-o', 'json'], { cwd }),
    ]);
    assert.equal(swept.code, 0);
    assert.equal(swept.stdout, oneThread.stdout, 'the number of threads decides nothing');
    const sweep = JSON.parse(swept.stdout);
    assert.deepEqual(
      sweep.runs.map((run: { seed: number }) => run.seed),
      [5, 6, 7],
    );
    assert.equal(sweep.runs[1].traceHash, resultOf(alone.stdout).manifest.traceHash);
  }));

test('run: many seeds are summarised with intervals', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const { code, stdout } = await devopsSim(['run', 'shop.yaml', '--seeds', '3', '--seed', '20'], { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /✓ PASS shop holds with all of 3 seeds/);
    assert.match(stdout, /seeds 20 to 22/);
    assert.match(stdout, /MEAN \(95 %\)/);
    assert.match(stdout, / ± /);
  }));

test('run: writes a report and the result, and nothing half', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const args = ['run', 'shop.yaml', '--report', 'a.html', '--save', 'a.json', '-q'];
    assert.equal((await devopsSim(args, { cwd })).code, 0);
    assert.match(readFileSync(join(cwd, 'a.html'), 'utf8'), /^<!doctype html>/);
    resultOf(readFileSync(join(cwd, 'a.json'), 'utf8'));
    assert.deepEqual(readdirSync(cwd).sort(), ['a.html', 'a.json', 'shop.yaml']);
    const series = await devopsSim(['run', 'shop.yaml', '--save', 'a.csv'], { cwd });
    assert.match(series.stderr, /Result: a\.csv/);
    const lines = readFileSync(join(cwd, 'a.csv'), 'utf8').trimEnd().split('\n');
    assert.match(lines[0]!, /^timeSeconds,source visitors offeredRate,/);
    assert.equal(lines.length, 31, 'a header and thirty samples');
  }));

test('run: a target that cannot be written is told before the run', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const { code, stdout, stderr } = await devopsSim(['run', 'shop.yaml', '--save', 'no/a.json'], { cwd });
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /Cannot write no\/a\.json: its folder does not exist/);
  }));

test('run: standard input, several files, folders and variants', () =>
  inFolder({ 'shop.yaml': shop, 'devops-sim.yaml': '# settings\n', 'notes.txt': 'x' }, async (cwd) => {
    const documents = shop.split('---');
    const [piped, split, folder, lean] = await Promise.all([
      spawned(['run', '-f', '-', '-q'], { cwd, stdin: shop }),
      spawned(['run', '-f', '-', '-f', 'shop.yaml', '-q'], { cwd, stdin: documents[4]! }),
      devopsSim(['run', '.', '-q'], { cwd }),
      devopsSim(['run', 'shop.yaml:lean', '-o', 'json'], { cwd }),
    ]);
    for (const { code, stdout } of [piped, split, folder]) {
      assert.equal(code, 0);
      assert.match(stdout, /^✓ PASS shop /);
    }
    assert.equal(resultOf(lean.stdout).scenario, 'shop:lean');
    assert.equal(resultOf(lean.stdout).services[0]!.replicas, 1);
  }));

test('run: several scenarios follow each other; their files are told apart', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const args = ['run', 'shop.yaml', 'shop.yaml:lean', '--save', 'r.json', '-o', 'json'];
    const { code, stdout } = await devopsSim(args, { cwd });
    assert.equal(code, 0);
    const results = JSON.parse(stdout) as Result[];
    assert.deepEqual(
      results.map((result) => result.scenario),
      ['shop', 'shop:lean'],
    );
    assert.ok(existsSync(join(cwd, 'r-shop.yaml.json')) && existsSync(join(cwd, 'r-shop.yaml-lean.json')));
  }));

test('run: a scenario without any request says nothing and ends with 3', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const quiet = ['--set', 'traffic/visitors.spec.open.rate=0'];
    const { code, stderr } = await devopsSim(['run', 'shop.yaml', ...quiet], { cwd });
    assert.equal(code, 3);
    assert.match(stderr, /No request was ever sent/);
  }));

test('run: a command without effect ends with 3', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const command = 'scenario.spec.commands=[{at: 10s, scale: {service: web, replicas: 2}}]';
    const { code, stderr } = await devopsSim(['run', 'shop.yaml', '--set', command], { cwd });
    assert.equal(code, 3);
    assert.match(stderr, /had no effect: scale web to 2 at 10 s \(it already had 2 replicas\)/);
  }));

test('run: a page over several seeds says which one it shows', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const { code, stdout, stderr } = await devopsSim(['run', 'shop.yaml', '--seeds', '2', '-o', 'html'], {
      cwd,
    });
    assert.equal(code, 0);
    assert.match(stdout, /report of a run · seed 5</);
    assert.equal(stderr, 'The page shows seed 5, the first of 2.\n');
  }));

test('run: where nothing is asked, what could be asked is next', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const nothing = ['--set', 'scenario.spec.objectives=[]', '--set', 'scenario.spec.thresholds={}'];
    const { code, stdout } = await devopsSim(['run', 'shop.yaml', ...nothing], { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /• DONE shop has no verdict: nothing is asked of it/);
    assert.match(stdout, /Next\n(.*\n)* {2}devops-sim explain Scenario\.spec\.objectives/);
  }));

test('run: what is set on the command line must exist, or its run would answer another question', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const typo = ['--set', 'deployment/web.spec.replica=1'];
    const { code, stdout, stderr } = await devopsSim(['run', 'shop.yaml', ...typo], { cwd });
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /error: replica is not a field of spec\. \[unknown-field\]/);
    assert.match(stderr, /Did you mean "replicas"\?/);
  }));

test('run: a reader that has seen enough is no error', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const { child, ended } = start(['run', 'shop.yaml', '-o', 'json'], { cwd });
    child.stdin!.end();
    child.stdout!.destroy();
    const { code, stderr } = await ended;
    assert.equal(code, 0);
    assert.equal(stderr, '');
  }));

test('run: Ctrl-C prints what there is, marked as partial, and ends with 130', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const args = [
      'run',
      'shop.yaml',
      '--duration',
      '300d',
      '--set',
      'scenario.spec.sample=12h',
      '--save',
      'p.json',
      '--debug',
    ];
    const { child, ended } = start(args, { cwd });
    await said(child, /simulating shop/);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    assert.equal(code, 130);
    assert.match(stdout, /• PARTIAL shop/);
    assert.match(stdout, /partial: interrupted at/);
    const result = resultOf(readFileSync(join(cwd, 'p.json'), 'utf8'));
    assert.equal(result.status, 'partial');
    assert.notEqual(result.verdict, 'pass');
  }));

test('run: Ctrl-C keeps the seeds that are finished', () =>
  inFolder({ 'shop.yaml': shop }, async (cwd) => {
    const { child, ended } = start(['run', 'shop.yaml', '--seeds', '9999', '-o', 'json', '--debug'], { cwd });
    await said(child, /seed \d+ is done/);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    assert.equal(code, 130);
    const sweep = JSON.parse(stdout);
    assert.ok(sweep.runs.length >= 1 && sweep.runs.length < 9999);
    assert.ok(sweep.runs.every((run: { status: string }) => run.status === 'complete'));
  }));
