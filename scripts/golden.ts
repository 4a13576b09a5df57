// The story of each scenario, with its trace hash, kept in scenarios/NAME/golden.txt. `npm run golden` compares all, or those
// named; `npm run golden -- --update` writes them anew: then every changed line needs an explanation.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { diff } from 'node:util';
import { readManifestSets } from '../apps/cli/input/manifest-set.ts';
import { prepare } from '../apps/cli/input/prepare.ts';
import { narrate } from '../apps/cli/render/narrative.ts';
import { openWatched } from '../apps/cli/watched-session.ts';
import { analyse } from '../src/analysis/analyse.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const scenarios = path.join(root, 'scenarios');

/** The scenarios that come with the project. */
export function scenarioNames(): string[] {
  const folders = readdirSync(scenarios, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map((entry) => entry.name).sort();
}

export function goldenFile(name: string): string {
  return path.join(scenarios, name, 'golden.txt');
}

/** What is on record; empty when nothing is. */
export function recorded(name: string): string {
  return existsSync(goldenFile(name)) ? readFileSync(goldenFile(name), 'utf8') : '';
}

/** Plays a scenario and each of its variants and tells what happened. */
export function tell(name: string): string {
  const base = play(name);
  const others = base.variants.map((variant) => play(`${name}:${variant}`).text);
  return [base.text, ...others].join('\n');
}

function play(label: string): { text: string; variants: readonly string[] } {
  const [set] = readManifestSets({ scenarios: [label], files: [] }, root);
  const { model, variants, diagnostics } = prepare(set!, { set: [], strict: true });
  if (model === null) throw new Error(`${label} does not compile: ${JSON.stringify(diagnostics, null, 2)}`);
  const session = openWatched(model, undefined);
  session.advance(session.endMicros);
  const result = analyse(model, session.finish());
  const broken = result.checks.filter((check) => !check.passed);
  if (broken.length > 0) throw new Error(`${label} broke a law: ${JSON.stringify(broken)}`);
  return { text: `== ${label} ==\n${narrate(result)}`, variants };
}

/** The lines that differ, `-` as on record and `+` as told now; empty when nothing does. */
export function differences(before: string, now: string): string[] {
  const lines = (text: string) => text.split('\n');
  const marks = new Map([
    [1, '-'],
    [-1, '+'],
  ]);
  return diff(lines(before), lines(now)).flatMap(([side, line]) => {
    const mark = marks.get(side);
    return mark === undefined ? [] : [`${mark} ${line}`];
  });
}

function main(args: readonly string[]): number {
  const update = args.includes('--update');
  const named = args.filter((arg) => !arg.startsWith('-'));
  let changed = 0;
  for (const name of named.length > 0 ? named : scenarioNames()) {
    const text = tell(name);
    const same = text === recorded(name);
    if (!same && update) writeFileSync(goldenFile(name), text);
    if (!same && !update) changed += 1;
    console.log(`${same ? '✓' : update ? '✎' : '✗'} ${name}`);
    if (!same && !update) console.log(`${differences(recorded(name), text).join('\n')}\n`);
  }
  if (changed > 0) console.log('To accept what changed: npm run golden -- --update');
  return changed === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
