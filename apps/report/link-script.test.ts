import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { linkScript } from './link-script.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'link-script-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function modules(files: Readonly<Record<string, string>>): URL {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return pathToFileURL(path.join(folder, Object.keys(files)[0]!));
}

test('modules run once each, after those they import, with names of their own', () => {
  const entry = modules({
    'main.ts': `import { twice, type Amount } from './twice.ts';\nimport { log as note } from './log.ts';\nconst own: Amount = 4;\nnote('main ' + twice(own));\n`,
    'twice.ts': `import {\n  log,\n} from './log.ts';\nexport type Amount = number;\nconst own = 2;\nexport function twice(n: Amount): Amount {\n  log('twice');\n  return n * own;\n}\n`,
    'log.ts': `declare const out: string[];\nout.push('log runs');\nexport const log = (text: string): void => {\n  out.push(text);\n};\n`,
  });
  const out: string[] = [];
  runInNewContext(linkScript(entry), { out });
  assert.deepEqual(out, ['log runs', 'twice', 'main 8']);
});

test('built modules are joined the same way', () => {
  const entry = modules({
    'built.js': `import { Counter } from './counter.js';\nout.push(new Counter().next());\nexport {};\n//# sourceMappingURL=built.js.map\n`,
    'counter.js': `export class Counter {\n  #n = 0;\n  next() {\n    return ++this.#n;\n  }\n}\n`,
  });
  const out: number[] = [];
  const script = linkScript(entry);
  runInNewContext(script, { out });
  assert.deepEqual(out, [1]);
  assert.doesNotMatch(script, /sourceMappingURL/);
});

test('what would be joined wrongly is refused', () => {
  const strange = [
    'export default 1;',
    "import * as all from './log.ts';",
    "export { a } from './log.ts';",
    "import './log.ts';",
  ];
  for (const [index, text] of strange.entries()) {
    const entry = modules({ [`strange${index}.ts`]: text, 'log.ts': 'export const a = 1;' });
    assert.throws(() => linkScript(entry), /cannot join/, text);
  }
  const circle = modules({
    'a.ts': `import { b } from './b.ts';\nexport const a = b;`,
    'b.ts': `import { a } from './a.ts';\nexport const b = a;`,
  });
  assert.throws(() => linkScript(circle), /imports itself/);
});

test('joining prints no warning', () => {
  const warnings: unknown[] = [];
  const note = (warning: unknown) => warnings.push(warning);
  process.on('warning', note);
  linkScript(modules({ 'quiet.ts': 'export const a: number = 1;' }));
  process.off('warning', note);
  assert.deepEqual(warnings, []);
});
