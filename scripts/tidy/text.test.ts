import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkName, checkText } from './text.ts';

const said = (text: string, path = 'docs/a.md') =>
  checkText({ path, text }).map(({ line, message }) => `${line}: ${message}`);

test('names: kebab-case everywhere, but for names that others have decided', () => {
  const good = [
    ...[
      'src/world/traffic/event-queue.test.ts',
      'docs/decisions/0001-pinned-node.md',
      'README.md',
      'LICENSE',
    ],
    ...['.ci/run', '.dependency-cruiser.mjs', 'tsconfig.json', 'scenarios/mmc/golden.txt', 'a.d.ts'],
  ];
  for (const path of good) assert.deepEqual(checkName(path), [], path);
  for (const path of [
    'src/EventQueue.ts',
    'src/event_queue.ts',
    'src/World/a.ts',
    'docs/a b.md',
    'a--b.ts',
  ]) {
    assert.match(checkName(path)[0]?.message ?? '', /kebab-case/, path);
  }
});

test('texts: nothing is left for later', () => {
  assert.match(said(`a\nb ${'TO'}DO c`)[0]!, /^2: .* finish it/);
  assert.match(said(`${'FIX'}ME`)[0]!, /finish it/);
  assert.deepEqual(said('mastodons and todos'), []);
});

test('texts: no path of one machine and no registry host', () => {
  const folder = ['', 'root', 'project'].join('/');
  assert.match(said(`see ${folder}`)[0]!, /one machine only/);
  assert.match(said(`\`${['', 'Users', 'me', 'x'].join('/')}\``)[0]!, /one machine only/);
  assert.deepEqual(said(`GET /home, /work and docs/${'root'}/a`), []);
  assert.match(said(['registry', 'npmjs', 'org'].join('.'))[0]!, /own choice/);
});

test('texts: a lock file names no host', () => {
  const lock = '{\n"resolved": "https://somewhere/a.tgz",\n"resolved": "https://somewhere/b.tgz"}';
  assert.deepEqual(said(lock, 'package-lock.json').length, 1);
  assert.deepEqual(said('{"resolved": "tools/node-runtime"}', 'package-lock.json'), []);
});
