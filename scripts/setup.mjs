// Makes a fresh clone ready: installs what package-lock.json names, once, and makes sure that the Node.js that
// will run the TypeScript sources is new enough. Plain JavaScript, because it runs on whatever Node.js the
// machine has. Prints nothing when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The first Node.js that runs TypeScript without a flag and without a warning. */
const oldestMajor = 24;
const root = fileURLToPath(new URL('..', import.meta.url));
const lockText = readFileSync(path.join(root, 'package-lock.json'), 'utf8');
const stampFile = path.join(root, 'node_modules', '.setup-done');
const bundledNode = path.join(
  root,
  'node_modules',
  '.bin',
  process.platform === 'win32' ? 'node.cmd' : 'node',
);

/** Changes whenever another installation is needed: for other packages, or on another kind of machine. */
const stamp = createHash('sha256').update(`${process.platform} ${process.arch}\n${lockText}`).digest('hex');

const say = (text) => process.stderr.write(`${text}\n`);

function stop(text) {
  say(text);
  process.exit(1);
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Whether somebody's own `npm ci` or `npm install` has brought everything already: npm keeps its own account. */
function isInstalled() {
  const account = readText(path.join(root, 'node_modules', '.package-lock.json'));
  if (account === '') return false;
  const installed = JSON.parse(account).packages ?? {};
  const fitsHere = (entry) =>
    (entry.os ?? [process.platform]).includes(process.platform) &&
    (entry.cpu ?? [process.arch]).includes(process.arch) &&
    entry.libc === undefined;
  return Object.entries(JSON.parse(lockText).packages).every(
    ([place, entry]) =>
      !place.startsWith('node_modules/') ||
      entry.link ||
      (entry.optional && !fitsHere(entry)) ||
      installed[place]?.version === entry.version,
  );
}

function install() {
  say('Installing what is needed (once, about half a minute) …');
  const script = process.env['npm_execpath'] ?? '';
  const byScript = path.basename(script) === 'npm-cli.js';
  // Development packages are needed whatever NODE_ENV or the user's configuration leaves out by default.
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error'];
  const done = byScript
    ? spawnSync(process.env['npm_node_execpath'] ?? process.execPath, [script, ...args], options())
    : spawnSync('npm', args, { ...options(), shell: process.platform === 'win32' });
  if (done.status === 0) return;
  stop(
    `The installation failed${done.error ? ` (${done.error.message})` : '; npm says why above'}. ` +
      'It needs npm and its registry: when this machine is offline, connect it and run the same command again.',
  );
}

function options() {
  return { cwd: root, stdio: ['ignore', 2, 2] };
}

/** Puts the bundled Node.js on the path of npm's scripts, which npm 10 forgets to do for a workspace's packages. */
function linkBundledNode() {
  if (existsSync(bundledNode)) return;
  const { optionalDependencies } = JSON.parse(
    readText(path.join(root, 'tools', 'node-runtime', 'package.json')),
  );
  const modules = path.join(root, 'node_modules');
  const name = Object.keys(optionalDependencies).find((each) => existsSync(path.join(modules, each)));
  if (name === undefined) return;
  const { bin } = JSON.parse(readText(path.join(modules, name, 'package.json')));
  const program = path.join('..', name, bin.node);
  mkdirSync(path.dirname(bundledNode), { recursive: true });
  if (process.platform === 'win32') writeFileSync(bundledNode, `@"%~dp0${program}" %*\r\n`);
  else symlinkSync(program, bundledNode);
}

/** Takes the bundled Node.js off that path again where it does not run, as on a Linux without glibc. */
function dropBrokenNode() {
  if (!existsSync(bundledNode)) return;
  const asked = spawnSync(bundledNode, ['--version'], { shell: process.platform === 'win32' });
  if (asked.status === 0) return;
  for (const ending of ['', '.cmd', '.ps1']) {
    rmSync(path.join(root, 'node_modules', '.bin', `node${ending}`), { force: true });
  }
}

if (readText(stampFile) !== stamp) {
  if (!isInstalled()) install();
  linkBundledNode();
  dropBrokenNode();
  writeFileSync(stampFile, stamp);
}

if (!existsSync(bundledNode) && Number.parseInt(process.versions.node, 10) < oldestMajor) {
  stop(
    `Node.js ${oldestMajor} or newer is needed to run the TypeScript sources; this is Node.js ${process.versions.node}, ` +
      `and npm has no Node.js that runs on ${process.platform}-${process.arch} here. ` +
      'Install a newer one from nodejs.org and run the same command again.',
  );
}
