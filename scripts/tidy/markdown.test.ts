import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anchorsOf, checkLinks, checkPromises, type Project } from './markdown.ts';

const guide = '# Guide\n\n## First steps: `run` and *see*\n\n## Again\n\n## Again\n\n<a id="own"></a>\n';
const project: Project = {
  paths: new Set([
    'README.md',
    'docs/guide.md',
    'docs/images/a.png',
    'src/engine/engine.ts',
    'scripts/setup.mjs',
  ]),
  documents: new Map([['docs/guide.md', guide]]),
  npmScripts: new Set(['test', 'bench']),
  commands: new Set(['run']),
};
const links = (text: string, path = 'README.md') =>
  checkLinks({ path, text }, project).map(({ line, message }) => `${line}: ${message}`);
const promises = (text: string, path = 'docs/guide.md') =>
  checkPromises({ path, text }, project).map(({ line, message }) => `${line}: ${message}`);

test('documents: headings become anchors as hosts make them', () => {
  assert.deepEqual([...anchorsOf(guide)], ['guide', 'first-steps-run-and-see', 'again', 'again-1', 'own']);
  assert.deepEqual([...anchorsOf('```sh\n# a comment\n```\n# Café & Co.\n')], ['café--co']);
});

test('documents: relative links lead to files, folders and headings', () => {
  const good =
    '[a](docs/guide.md) [b](docs/) [c](docs/guide.md#again-1) ![d](docs/images/a.png "A") [e](https://a.b/c)';
  assert.deepEqual(links(good), []);
  assert.deepEqual(links('[up](../README.md) [self](#own)', 'docs/guide.md'), []);
  assert.match(links('a\n[b](docs/gone.md)')[0]!, /^2: the link to "docs\/gone.md" leads nowhere/);
  assert.match(links('[b](docs/guide.md#gone)')[0]!, /heading that docs\/guide.md does not have/);
  assert.match(links('[b]: ./gone.md')[0]!, /leads nowhere/);
  assert.match(links('<img src="docs/images/b.png">')[0]!, /leads nowhere/);
  assert.deepEqual(links('`[b](gone.md)`\n```\n[b](gone.md)\n```\n'), []);
});

test('documents: what is shown as a command or path exists', () => {
  assert.deepEqual(
    promises('`npm test`, `npm run bench -- --quick`, `devops-sim run x`, `src/engine/engine.ts`'),
    [],
  );
  assert.deepEqual(
    promises('`src/engine/*.ts`, `src/engine`, `src/{engine,gone}/*.ts`, `images/a.png`, `scenarios/NAME`'),
    [],
  );
  assert.match(promises('a\n`npm run gone`')[0]!, /^2: package.json has no script "gone"/);
  assert.match(promises('`npm start`')[0]!, /no script "start"/);
  assert.match(promises('```sh\ndevops-sim fly\n```')[0]!, /no command "fly"/);
  assert.match(
    promises('`node --test src/engine/gone.test.ts`')[0]!,
    /"src\/engine\/gone.test.ts" does not exist/,
  );
  assert.match(promises('`gone.md`')[0]!, /"gone.md" does not exist/);
  assert.deepEqual(promises('in prose, src/gone.ts and npm run gone are free'), []);
});
