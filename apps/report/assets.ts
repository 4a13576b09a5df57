import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { linkScript } from './link-script.ts';

/** Scripts and styles that every report carries inside. */
export interface Assets {
  readonly plotScript: string;
  readonly plotStyle: string;
  readonly clientScript: string;
  /** The licence of what was not written here, to travel with it. */
  readonly notice: string;
}

let loaded: Assets | null = null;

/** Reads the assets, once. Works from the sources and from the built package alike. */
export function assets(): Assets {
  loaded ??= load();
  return loaded;
}

function load(): Assets {
  const resolve = createRequire(import.meta.url).resolve;
  const read = (path: string) => readFileSync(resolve(`uplot/${path}`), 'utf8');
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const plotScript = read('dist/uPlot.iife.min.js');
  const clientScript = linkScript(new URL(`./client/main.${extension}`, import.meta.url));
  for (const script of [plotScript, clientScript]) {
    assert(!/<\/script|<!--/i.test(script), 'a script must not hold what would end its element');
  }
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const notice = `Charts are drawn by uPlot ${version}.\n\n${read('LICENSE').trim()}`;
  return { plotScript, plotStyle: read('dist/uPlot.min.css'), clientScript, notice };
}
