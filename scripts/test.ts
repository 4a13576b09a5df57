// `npm test`: every check and every test. `npm test -- heap`: only the test files whose path contains "heap", or,
// when there is no such file, only the tests whose name matches; no checks. Options of node --test pass through.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const testFiles = ['src', 'apps', 'test', 'scripts', 'bench'].map((room) => `${room}/**/*.test.ts`);
/** No test takes minutes: one that hangs is told as failed instead of stopping everything. */
const testTimeoutMillis = 300_000;

interface Check {
  readonly name: string;
  /** What it makes sure of, for the reader of the progress lines. */
  readonly about: string;
  /** A script for Node.js and its arguments. */
  readonly run: readonly string[];
}

interface Outcome {
  readonly passed: boolean;
  readonly output: string;
  readonly seconds: number;
}

const compiler = 'node_modules/typescript/bin/tsc';

function typeCheck(name: string, project: string, about: string): Check {
  const memory = ['--incremental', '--tsBuildInfoFile', `.cache/${name.replaceAll(' ', '-')}.tsbuildinfo`];
  return { name, about, run: [compiler, '--noEmit', '--pretty', 'false', '-p', project, ...memory] };
}

/** Those that take longest come first, because they run side by side. */
const checks: readonly Check[] = [
  typeCheck('types', '.', 'everything fits together'),
  {
    name: 'rooms',
    about: 'imports point down, form no circle, and src/ is pure',
    run: ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', ...rooms(), '--output-type', 'err'],
  },
  typeCheck('types of src', 'src', 'src/ compiles without Node.js and without a browser'),
  { name: 'tidy', about: 'sizes, names, banned words, links', run: ['scripts/tidy.ts'] },
  {
    name: 'format',
    about: 'formatting and lint',
    run: [
      'node_modules/@biomejs/biome/bin/biome',
      'ci',
      '--colors=off',
      '--error-on-warnings',
      '--max-diagnostics=10',
      '.',
    ],
  },
  ...optional('scripts/generate/main.ts', {
    name: 'generated',
    about: 'generated files are up to date (else: npm run generate)',
    run: ['scripts/generate/main.ts', '--check'],
  }),
  ...optional(
    'apps/report/client/tsconfig.json',
    typeCheck('types of report', 'apps/report/client', 'the report compiles for a browser'),
  ),
];

function rooms(): string[] {
  return ['src', 'apps', 'scripts', 'bench', 'test'].filter((room) => existsSync(path.join(root, room)));
}

function optional(file: string, check: Check): Check[] {
  return existsSync(path.join(root, file)) ? [check] : [];
}

function runCheck(check: Check): Promise<Outcome> {
  const startedAt = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, check.run, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) =>
      resolve({ passed: code === 0, output: output.trimEnd(), seconds: (Date.now() - startedAt) / 1000 }),
    );
  });
}

/** Runs them in as many lanes as there are cores and tells of each in the order of the list. */
async function runChecks(): Promise<string[]> {
  const failed: string[] = [];
  const lanes = Array.from({ length: Math.min(availableParallelism(), 4) }, () => Promise.resolve());
  const outcomes = checks.map((check, index) => {
    const lane = index % lanes.length;
    const outcome = lanes[lane]!.then(() => runCheck(check));
    lanes[lane] = outcome.then(() => undefined);
    return outcome;
  });
  for (const [index, check] of checks.entries()) {
    const { passed, output, seconds } = await outcomes[index]!;
    const mark = passed ? '✓' : '✗';
    console.log(`${mark} ${check.name.padEnd(16)} ${seconds.toFixed(1).padStart(5)} s  ${check.about}`);
    if (passed) continue;
    failed.push(check.name);
    console.log(`\n${output}\n\n  Again: node ${check.run.join(' ')}\n`);
  }
  return failed;
}

function runTests(files: readonly string[], options: readonly string[]): boolean {
  const reporter = process.stdout.isTTY ? 'spec' : './scripts/compact-reporter.ts';
  const lanes = `--test-concurrency=${availableParallelism()}`;
  const timeout = `--test-timeout=${testTimeoutMillis}`;
  const preload = ['--import', './scripts/property-tests.ts'];
  const args = ['--test', `--test-reporter=${reporter}`, lanes, timeout, ...preload];
  const done = spawnSync(process.execPath, [...args, ...options, ...files], { cwd: root, stdio: 'inherit' });
  return done.status === 0;
}

function allTests(): string[] {
  return globSync(testFiles, { cwd: root, exclude: ['**/node_modules/**'] })
    .map((file) => file.replaceAll(path.sep, '/'))
    .sort();
}

function runMatching(
  files: readonly string[],
  patterns: readonly string[],
  options: readonly string[],
): boolean {
  const named = files.filter((file) => patterns.some((pattern) => file.includes(pattern)));
  if (named.length > 0) return runTests(named, options);
  const holding = files.filter((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return patterns.some((pattern) => text.includes(pattern));
  });
  if (holding.length > 0) {
    const names = patterns.map(
      (pattern) => `--test-name-pattern=${pattern.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`,
    );
    return runTests(holding, [...names, ...options]);
  }
  console.log(`No test file and no test is named like ${patterns.join(' or ')}.`);
  return false;
}

async function main(args: readonly string[]): Promise<number> {
  const options = args.filter((arg) => arg.startsWith('-'));
  const patterns = args.filter((arg) => !arg.startsWith('-'));
  const files = allTests();
  if (patterns.length > 0) return runMatching(files, patterns, options) ? 0 : 1;
  mkdirSync(path.join(root, '.cache'), { recursive: true });
  const failed = await runChecks();
  if (!runTests(files, options)) failed.push('tests');
  if (failed.length === 0) return 0;
  console.log(`✗ failed: ${failed.join(', ')}`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2));
