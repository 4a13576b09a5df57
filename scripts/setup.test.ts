import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(path.join(tmpdir(), 'setup-'));
after(() => rmSync(folder, { recursive: true }));

/** Stands in for npm: notes what it was asked, then installs what the lock file names, or fails. */
const npm = path.join(folder, 'npm-cli.js');
writeFileSync(
  npm,
  `const fs = require('node:fs');
fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
if (fs.existsSync('offline')) { console.error('npm error ENOTFOUND'); process.exit(1); }
fs.mkdirSync('node_modules/node-here/bin', { recursive: true });
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
fs.writeFileSync('node_modules/node-here/package.json', '{ "bin": { "node": "bin/node" } }');
fs.writeFileSync('node_modules/node-here/bin/node', fs.readFileSync('bundled-node'), { mode: 0o755 });
if (fs.existsSync('npm-10')) process.exit(0);
fs.mkdirSync('node_modules/.bin', { recursive: true });
fs.symlinkSync('../node-here/bin/node', 'node_modules/.bin/node');
`,
);

const here = { os: [process.platform], cpu: [process.arch] };
const lock = (version: string) => ({
  packages: {
    '': { name: 'clone' },
    'node_modules/yaml': { version },
    'node_modules/here': { version: '1.0.0', optional: true, ...here },
    'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['plan9'] },
    'node_modules/linked': { link: true },
  },
});

/** A clone with its own lock file and an `npm ci` that brings the given Node.js. */
function clone(name: string, bundledNode = '#!/bin/sh\necho v26.0.0\n') {
  const root = path.join(folder, name);
  mkdirSync(path.join(root, 'scripts'), { recursive: true });
  cpSync(new URL('setup.mjs', import.meta.url), path.join(root, 'scripts', 'setup.mjs'));
  const write = (file: string, text: string) => writeFileSync(path.join(root, file), text);
  write('package-lock.json', JSON.stringify(lock('1.0.0')));
  write('bundled-node', bundledNode);
  mkdirSync(path.join(root, 'tools', 'node-runtime'), { recursive: true });
  write(
    'tools/node-runtime/package.json',
    '{ "optionalDependencies": { "node-elsewhere": "1", "node-here": "1" } }',
  );
  const run = (...nodeOptions: string[]) => {
    const env = { ...process.env, npm_execpath: npm, npm_node_execpath: process.execPath };
    return spawnSync(process.execPath, [...nodeOptions, 'scripts/setup.mjs'], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
  };
  const calls = () => {
    const file = path.join(root, 'npm-calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  return { root, write, run, calls };
}

const asOldNode = `--import=data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.1.0'}})`;

test('set-up: installs once, whatever npm leaves out by default, and then says nothing', () => {
  const { run, calls } = clone('once');
  assert.match(run().stderr, /^Installing what is needed/);
  assert.deepEqual(calls(), ['ci --include=dev --include=optional --loglevel=error']);
  const again = run();
  assert.deepEqual([again.status, again.stderr, again.stdout], [0, '', '']);
  assert.equal(calls().length, 1);
});

test('set-up: another lock file means another installation', () => {
  const { run, calls, write } = clone('another');
  run();
  write('package-lock.json', JSON.stringify(lock('1.0.1')));
  run();
  assert.equal(calls().length, 2);
});

test('set-up: what somebody installed by hand is good enough', () => {
  const { run, calls, root, write } = clone('by-hand');
  mkdirSync(path.join(root, 'node_modules'));
  const { packages } = lock('1.0.0');
  const { 'node_modules/elsewhere': _, ...installed } = packages;
  write('node_modules/.package-lock.json', JSON.stringify({ packages: installed }));
  assert.equal(run().status, 0);
  assert.deepEqual(calls(), []);
});

test('set-up: without a registry it fails with a reason and leaves nothing that looks installed', () => {
  const { run, calls, write, root } = clone('offline');
  write('offline', '');
  const first = run();
  assert.equal(first.status, 1);
  assert.match(
    first.stderr,
    /ENOTFOUND[\s\S]*The installation failed; npm says why above\. .*offline, connect it/,
  );
  rmSync(path.join(root, 'offline'));
  assert.equal(run().status, 0);
  assert.equal(calls().length, 2);
});

test('set-up: the bundled Node.js is put on the path where npm forgets to', () => {
  const { run, root, write } = clone('forgotten');
  write('npm-10', '');
  assert.equal(run().status, 0);
  const asked = spawnSync(path.join(root, 'node_modules/.bin/node'), ['--version'], { encoding: 'utf8' });
  assert.equal(asked.stdout, 'v26.0.0\n');
});

test('set-up: a bundled Node.js that does not run here gives way to the machine’s own', () => {
  const { run, root } = clone('broken', '#!/no/such/loader\n');
  assert.equal(run().status, 0);
  assert.equal(existsSync(path.join(root, 'node_modules', '.bin', 'node')), false);
});

test('set-up: an old Node.js will do as long as the bundled one runs, else the user learns what is needed', () => {
  assert.equal(clone('old').run(asOldNode).status, 0);
  const { run, write } = clone('older', '#!/no/such/loader\n');
  const first = run(asOldNode);
  assert.equal(first.status, 1);
  assert.match(first.stderr, /Node\.js 24 or newer is needed .* this is Node\.js 20\.1\.0/);
  write('node_modules/.bin/node', '#!/bin/sh\n');
  assert.equal(run(asOldNode).status, 0);
});
