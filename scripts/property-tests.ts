// Loaded by `npm test` before each test file: gives property tests one fixed seed, so that a green run stays green, and
// makes a failing one print the command that replays it. `FAST_CHECK_SEED=fresh npm test` looks for new failures.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const usualSeed = 19_950_713;

function seedFrom(text: string | undefined): number {
  if (text === undefined || text === '') return usualSeed;
  const seed = text === 'fresh' ? Math.floor(Math.random() * 2 ** 31) : Number(text);
  if (!Number.isInteger(seed))
    throw new Error(`FAST_CHECK_SEED is "${text}", which is neither a whole number nor "fresh"`);
  return seed;
}

/** Loading fast-check takes a tenth of a second, which files without properties need not pay. */
function hasProperties(file: string | undefined): file is string {
  return file?.endsWith('.test.ts') === true && readFileSync(file, 'utf8').includes("'fast-check'");
}

const file = process.argv[1];
if (hasProperties(file)) {
  const { default: fc } = await import('fast-check');
  const seed = seedFrom(process.env['FAST_CHECK_SEED']);
  const place = path.relative(process.cwd(), file).replaceAll(path.sep, '/');
  fc.configureGlobal({
    seed,
    reporter: (run) => {
      if (!run.failed) return;
      const replay = `Replay: FAST_CHECK_SEED=${seed} npm test -- ${place}`;
      throw new Error(`${fc.defaultReportMessage(run)}\n\n${replay}`, {
        cause: run.errorInstance ?? undefined,
      });
    },
  });
}
