import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { simulatorVersion } from '../../src/run/version.ts';
import { devopsSim, entry, inFolder, shop, spawned } from './command.cases.ts';

const escapeCharacter = new RegExp(String.fromCharCode(27));
const stackTrace = /^\s+at .*[:(]\d+/m;

test('program: help and version go to standard output and end with 0', async () => {
  const [bare, help, ofRun, version, flag] = await Promise.all([
    devopsSim([]),
    spawned(['--help']),
    devopsSim(['help', 'run']),
    devopsSim(['version', '-o', 'json']),
    spawned(['--version']),
  ]);
  for (const { code, stderr } of [bare, help, ofRun, version, flag]) {
    assert.equal(code, 0);
    assert.equal(stderr, '');
  }
  assert.equal(bare.stdout, help.stdout);
  assert.match(help.stdout, /Exit codes:/);
  assert.match(ofRun.stdout, /Examples:?\n/);
  assert.equal(JSON.parse(version.stdout).version, simulatorVersion);
  assert.equal(flag.stdout.trim(), simulatorVersion);
});

test('program: every command has a help page with examples that fits 80 columns', async () => {
  const names = ['run', 'compare', 'validate', 'explain', 'list', 'completion', 'version'];
  const pages = await Promise.all(names.map((name) => devopsSim([name, '--help'])));
  for (const [i, { code, stdout }] of pages.entries()) {
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^Usage: devops-sim ${names[i]}`));
    assert.match(stdout, /Examples:?\n/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, `${names[i]}: ${line}`);
  }
});

test('program: what is misspelt is told with what was probably meant, and ends with 2', async () => {
  const cases: [string[], RegExp][] = [
    [['rnu'], /no command "rnu"\.\nDid you mean devops-sim run\?/],
    [['mm-c'], /Did you mean devops-sim run mm-c\?/],
    [['run', '--sedd', '3'], /unknown option '--sedd'\n\(Did you mean --seed\?\)/],
    [['run', 'mm-d'], /no scenario or file "mm-d"\.\nDid you mean mm-c\?/],
    [['run', 'retry-storm:budgte'], /no variant "budgte"[\s\S]*Did you mean "budget"\?/],
    [['run', 'mm-c', '-o', 'jsn'], /Allowed choices are table, wide, json/],
    [['run', 'mm-c', '--seed', '1.5'], /must be a whole number from 0 to 4294967295/],
    [['run', 'mm-c', '--seed', '4294967295', '--seeds', '2'], /Seeds end at 4294967295/],
    [['run', 'mm-c', '--set', 'oops'], /must be PATH=VALUE/],
    [['run'], /Nothing to simulate/],
    [['explain', 'Deploymint'], /no scenario, file or kind "Deploymint"\.\nDid you mean Deployment\?/],
    [['help', 'rnu'], /Did you mean devops-sim run\?/],
    [['--seed', '3'], /There is no command\./],
    [['explain', 'ServiceModel.spec.endpoint'], /Did you mean "endpoints"\?/],
    [['compare', 'mm-c'], /nothing to compare mm-c with/],
    [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
  ];
  const ends = await Promise.all(cases.map(([args]) => devopsSim(args)));
  for (const [i, { code, stdout, stderr }] of ends.entries()) {
    const [args, message] = cases[i]!;
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.equal(stdout, '', args.join(' '));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, stackTrace);
  }
});

test('program: unreadable input is refused with a reason, never a stack trace', () =>
  inFolder(
    { 'binary.yaml': Uint8Array.of(0x7f, 0x45, 0, 1, 2), 'cut.json': '{"schema": "sim' },
    async (cwd) => {
      mkdirSync(join(cwd, 'empty'));
      mkdirSync(join(cwd, 'chart'));
      writeFileSync(join(cwd, 'chart', 'Chart.yaml'), 'name: x\n');
      writeFileSync(join(cwd, 'huge.yaml'), '');
      truncateSync(join(cwd, 'huge.yaml'), 2 ** 30);
      writeFileSync(join(cwd, 'old.json'), '{"schema": "sim.devops/result/v0"}');
      writeFileSync(join(cwd, 'thin.json'), '{"schema": "sim.devops/result/v1"}');
      const cases: [string[], RegExp][] = [
        [['run', 'binary.yaml'], /not UTF-8 text/],
        [['run', 'huge.yaml'], /larger than 64 MiB/],
        [['run', 'empty'], /holds no manifests/],
        [['run', 'chart'], /helm template chart \| devops-sim run -f -/],
        [['run', '-f', 'missing.yaml'], /it does not exist/],
        [['run', 'mm-c', '--report', 'empty'], /it is a folder/],
        [['compare', 'cut.json', 'mm-c'], /not valid JSON/],
        [['compare', 'old.json', 'mm-c'], /result\/v0, which cannot be compared/],
        [['compare', 'thin.json', 'mm-c'], /not a result that can be read/],
      ];
      const ends = await Promise.all(cases.map(([args]) => devopsSim(args, { cwd })));
      for (const [i, { code, stdout, stderr }] of ends.entries()) {
        assert.equal(code, 2, `${cases[i]![0].join(' ')}: ${stderr}`);
        assert.match(stdout + stderr, cases[i]![1]);
        assert.doesNotMatch(stdout + stderr, stackTrace);
      }
    },
  ));

test('program: settings come from flags, then the environment, then the project, then the user', () =>
  inFolder(
    { 'shop.yaml': shop, 'devops-sim.yaml': 'seed: 3\nrun: {output: json}\nfile: [shop.yaml]\n' },
    async (cwd) => {
      mkdirSync(join(cwd, 'config', 'devops-sim'), { recursive: true });
      mkdirSync(join(cwd, 'deep'));
      writeFileSync(join(cwd, 'config', 'devops-sim', 'config.yaml'), 'seed: 2\nduration: 5s\n');
      const user = { XDG_CONFIG_HOME: join(cwd, 'config') };
      const [flag, variable, project] = await Promise.all([
        devopsSim(['run', '--seed', '5'], { cwd, env: { ...user, DEVOPS_SIM_SEED: '4' } }),
        devopsSim(['run'], { cwd, env: { ...user, DEVOPS_SIM_SEED: '4' } }),
        devopsSim(['run'], { cwd: join(cwd, 'deep'), env: user }),
      ]);
      const seeds = [flag, variable, project].map(({ stdout }) => JSON.parse(stdout).manifest.seed);
      assert.deepEqual(seeds, [5, 4, 3]);
      assert.equal(JSON.parse(project.stdout).window.durationSeconds, 5, 'the user’s own comes last');
    },
  ));

test('program: settings that cannot be used are told with their place', () =>
  inFolder({ 'shop.yaml': shop, 'devops-sim.yaml': 'sead: 3\n' }, async (cwd) => {
    const [unknown, wrong] = await Promise.all([
      devopsSim(['run', 'shop.yaml'], { cwd }),
      devopsSim(['run', 'mm-c'], { env: { DEVOPS_SIM_SEEDS: 'many' } }),
    ]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /devops-sim\.yaml: there is no setting "sead"\.\nDid you mean seed\?/);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /DEVOPS_SIM_SEEDS: it must be a whole number/);
  }));

test('program: a defect ends with 1 and a request to report it; the stack only with --debug', async () => {
  const planted =
    "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';" +
    "fs.readdirSync = () => { throw new TypeError('planted'); }; syncBuiltinESMExports();";
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(planted)}` };
  const [plain, debug, variable] = await Promise.all([
    spawned(['list'], { env }),
    spawned(['list', '--debug'], { env }),
    spawned(['list'], { env: { ...env, DEBUG: 'devops-sim' } }),
  ]);
  for (const { code, stderr } of [plain, debug, variable]) {
    assert.equal(code, 1);
    assert.match(stderr, /internal: planted/);
    assert.match(stderr, /Please report it/);
  }
  assert.doesNotMatch(plain.stderr, stackTrace);
  assert.match(debug.stderr, stackTrace);
  assert.match(variable.stderr, stackTrace);
});

test('program: results that cannot be written are not lost in silence', {
  skip: !existsSync('/dev/full'),
}, () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [entry, 'list'], {
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  assert.equal(status, 2);
  assert.equal(String(stderr), 'error: Cannot write to standard output: no space is left.\n');
});

test('program: colour and letters follow the terminal and the environment', async () => {
  const [forced, refused, ascii] = await Promise.all([
    devopsSim(['version', '--help'], { env: { FORCE_COLOR: '1' } }),
    devopsSim(['version', '--help', '--no-color'], { env: { FORCE_COLOR: '1' } }),
    devopsSim(['list'], { env: { LC_ALL: 'C' } }),
  ]);
  assert.match(forced.stdout, escapeCharacter);
  assert.doesNotMatch(refused.stdout, escapeCharacter);
  assert.match(ascii.stdout, /^[\n\x20-\x7e]+$/);
});
