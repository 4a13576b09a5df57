// Packs the package, installs the tarball where nothing else is, and runs it there under the machine's own Node.js and
// under the bundled one: `npm run verify:package`. All must agree with the sources on every event of a run.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const mustHold = [
  'README.md',
  'dist/apps/cli/main.js',
  'scenarios/launch-day/scenario.yaml',
  'LICENSE',
  'NOTICE',
];
const mustNotHold = /\.ts$|\.test\.|(^|\/)node_modules\/|^(src|apps|tools|scripts|test|bench)\//;
/** Long enough to draw from every distribution of a scenario, short enough to play all under several Node.js. */
const sample = (scenario: string) => [
  'run',
  scenario,
  '--duration',
  '12m',
  '--seed',
  '11',
  '--output',
  'json',
];
const scenarios = readdirSync(path.join(root, 'scenarios')).filter((name) => !name.includes('.'));

/** What npm tells the scripts that it runs must not reach the npm that is run here. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  firstOnPath?: string,
): { stdout: string; stderr: string } {
  const searched = [firstOnPath, environment['PATH']].filter(Boolean).join(path.delimiter);
  const env = { ...environment, PATH: searched };
  const done = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 256 << 20 });
  const ended = done.status ?? done.error?.message ?? done.signal;
  // 99 says that an objective was missed, which is no failure of the package.
  check(
    ended === 0 || ended === 99,
    `${command} ${args.join(' ')} ended with ${ended}:\n${done.stdout}${done.stderr}`,
  );
  return done;
}

function pack(folder: string): string {
  const { stdout } = run('npm', ['pack', '--json', '--pack-destination', folder], root);
  const [{ filename, files, size }] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [
    { filename: string; size: number; files: { path: string }[] },
  ];
  const paths = files.map((file) => file.path);
  for (const file of mustHold) check(paths.includes(file), `the tarball lacks ${file}`);
  for (const file of paths) check(!mustNotHold.test(file), `the tarball holds ${file}`);
  console.log(`${filename}: ${paths.length} files, ${Math.round(size / 1024)} kB`);
  return path.join(folder, filename);
}

function install(tarball: string, folder: string): void {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "elsewhere", "private": true }\n');
  run('npm', ['install', '--no-audit', '--no-fund', tarball], folder);
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    dependencies: object;
  };
  const expected = [...Object.keys(manifest.dependencies), 'devops-simulator'].sort();
  const installed = readdirSync(path.join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
  check(installed.sort().join() === expected.join(), `users would install ${installed.join(', ')}`);
}

/** The folders of the different `node`s on the path, the bundled one first. */
function nodeFolders(): string[] {
  const bundled = path.join(root, 'node_modules', '.bin');
  const folders = [bundled, ...(environment['PATH'] ?? '').split(path.delimiter)].filter(hasNode);
  const versions = new Map(
    folders.toReversed().map((folder) => [run('node', ['--version'], root, folder).stdout, folder]),
  );
  return [...versions.values()].toReversed();
}

function hasNode(folder: string): boolean {
  try {
    accessSync(path.join(folder, 'node'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The trace hash of each sample, played by `command` with what comes before the command's own arguments. */
function play(command: readonly string[], cwd: string, nodeFolder: string): string[] {
  return scenarios.map((scenario) => {
    const [program, ...before] = command;
    const { stdout, stderr } = run(program!, [...before, ...sample(scenario)], cwd, nodeFolder);
    // Cut short, a scenario may not come to all that its operators do.
    check(!/warning:(?!.*\[never-happens\])/i.test(stderr), `${scenario}: ${stderr}`);
    const { manifest } = JSON.parse(stdout) as { manifest: { traceHash: string } };
    check(/^[0-9a-f]{16}$/.test(manifest.traceHash), `"${manifest.traceHash}" is no trace hash`);
    return manifest.traceHash;
  });
}

/** Runs the installed command under one Node.js; returns the trace hashes of the samples. */
function tryOut(folder: string, nodeFolder: string): string[] {
  const command = path.join(folder, 'node_modules', '.bin', 'devops-sim');
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  check(
    run(command, ['--version'], folder, nodeFolder).stdout.trim() === version,
    'devops-sim tells another version',
  );
  const started = Date.now();
  const hashes = play([command], folder, nodeFolder);
  run(command, ['run', 'mm-c', '--duration', '2m', '--report', 'mm-c.html', '--quiet'], folder, nodeFolder);
  check(statSync(path.join(folder, 'mm-c.html')).size > 50_000, 'the report is empty');
  rmSync(path.join(folder, 'mm-c.html'));
  const node = run('node', ['--version'], folder, nodeFolder).stdout.trim();
  console.log(`Node.js ${node}: ${hashes.join(' ')}, ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return hashes;
}

function main(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'package-'));
  try {
    const elsewhere = path.join(folder, 'elsewhere');
    install(pack(folder), elsewhere);
    const [bundled, ...others] = nodeFolders();
    const fromSources = play(['node', 'apps/cli/main.ts'], root, bundled!).join(' ');
    console.log(`Traces of ${scenarios.join(', ')}: ${fromSources}`);
    for (const nodeFolder of [bundled!, ...others]) {
      check(tryOut(elsewhere, nodeFolder).join(' ') === fromSources, 'the package and the sources disagree');
    }
    console.log('The package and the sources agree on every event.');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main();
