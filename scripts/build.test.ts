import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataModule, importsOf, problemOf, withoutJsonImports } from './build.ts';

test('build: imports of every form are seen', () => {
  const script = `import a from 'a';
import { b,
  bb } from "./b.js";
import 'c';
export { d } from '../d.js';
const e = await import('./e.js');
const text = "import { x } from y";`;
  assert.deepEqual(importsOf(script).sort(), ['../d.js', './b.js', './e.js', 'a', 'c']);
});

test('build: a package that would not run elsewhere is refused', () => {
  const manifest = { bin: {}, dependencies: { yaml: '^2.0.0', '@scope/part': '^1.0.0' } };
  for (const address of ['./a.js', 'node:fs', 'yaml', 'yaml/parse', '@scope/part/deep']) {
    assert.equal(problemOf(address, manifest), null, address);
  }
  assert.match(problemOf('./a.ts', manifest)!, /no JavaScript/);
  assert.match(problemOf('./a.json', manifest)!, /no JavaScript/);
  assert.match(problemOf('fs', manifest)!, /without node:/);
  assert.match(problemOf('fast-check', manifest)!, /not among the dependencies/);
  assert.match(problemOf('@scope/other', manifest)!, /@scope\/other, which is not among/);
});

test('build: data becomes modules, because importing JSON is experimental on older Node.js', () => {
  const script = `import table from './fields.json' with { type: 'json' };\nimport { a } from "./a.js";\n`;
  assert.equal(
    withoutJsonImports(script),
    `import table from './fields.json.js';\nimport { a } from "./a.js";\n`,
  );
  assert.equal(dataModule('{\n  "a": [1, "</script>"]\n}\n'), 'export default {"a":[1,"</script>"]};\n');
});
