// Proves that the import rules bite: each planted breach is caught by the rule that is meant for it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const sound = {
  'src/base/time.ts': 'export const second = 1;',
  'src/engine/engine.ts': "import '../base/time.ts';",
  'src/engine/engine.test.ts':
    "import test from 'node:test';\nimport '../world/world.ts';\ntest('a', () => {});",
  'src/model/parse.ts': "import { parse } from 'yaml';\nparse('');",
  'src/world/world.ts': "import '../engine/engine.ts';\nimport '../model/parse.ts';",
  'src/run/run.ts': "import '../world/world.ts';",
  'apps/cli/main.ts': "import fs from 'node:fs';\nimport '../../src/run/run.ts';\nfs.existsSync('a');",
};

const breaches = {
  'room-base': { 'src/base/up.ts': "import '../engine/engine.ts';" },
  'room-engine': { 'src/engine/side.ts': "import '../world/world.ts';" },
  'room-policy': { 'src/policy/cheat.ts': "import '../world/world.ts';" },
  'room-analysis': { 'src/analysis/truth.ts': "import '../world/world.ts';" },
  'no-circles': { 'src/base/a.ts': "import './b.ts';", 'src/base/b.ts': "import './a.ts';" },
  'src-is-pure': { 'src/base/file.ts': "import fs from 'node:fs';\nfs.existsSync('a');" },
  'src-has-no-npm': { 'src/world/text.ts': "import { parse } from 'yaml';\nparse('');" },
  'model-npm': { 'src/model/colour.ts': "import colours from 'picocolors';\ncolours.red('');" },
  'apps-import-down': { 'apps/cli/world.ts': "import '../../src/world/world.ts';" },
  'src-knows-no-apps': { 'src/base/app.ts': "import '../../apps/cli/main.ts';" },
  'tests-stay-out': { 'src/engine/borrowed.ts': "import './engine.test.ts';" },
  'no-unresolved': { 'src/base/gone.ts': "import './nowhere.ts';" },
};

function cruise(files: Record<string, string>): Set<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rooms-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), `${text}\n`);
    }
    for (const name of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json']) {
      cpSync(path.join(root, name), path.join(folder, name));
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    const cruiser = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
    const args = [cruiser, 'src', 'apps', '--output-type', 'json'];
    const done = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 << 20 });
    const { summary } = JSON.parse(done.stdout) as { summary: { violations: { rule: { name: string } }[] } };
    return new Set(summary.violations.map(({ rule }) => rule.name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('rooms: imports that point down pass', () => {
  assert.deepEqual([...cruise(sound)], []);
});

test('rooms: every planted breach is caught by its rule', () => {
  const planted = Object.assign({}, sound, ...Object.values(breaches));
  const caught = cruise(planted);
  assert.deepEqual(
    [...Object.keys(breaches)].filter((rule) => !caught.has(rule)),
    [],
  );
});
