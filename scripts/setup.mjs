// Makes a fresh clone ready: installs what package-lock.json names, once. Plain JavaScript, because it runs
// on whatever Node.js the machine has; the Node.js that runs everything else comes with the installation.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}node_modules/.installed`;
const wanted = createHash('sha256').update(readFileSync(`${root}package-lock.json`)).digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  process.stderr.write('Installing what is needed (once, about half a minute) …\n');
  const npm = process.env['npm_execpath'];
  const [command, before] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const done = spawnSync(command, [...before, 'ci', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) {
    process.stderr.write('The installation failed. Is the npm registry reachable? Try: npm ci\n');
    process.exit(done.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}
