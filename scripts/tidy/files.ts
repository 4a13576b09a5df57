import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ProjectFile } from './finding.ts';

const notText = /\.(png|jpe?g|gif|webp|ico|woff2?|gz|zip|tgz|pdf)$/;
/** A text longer than this is data (a trace), which no rule reads. */
const longestText = 2_000_000;

/**
 * All files of the project but those that .gitignore names, new ones included, in order. A source archive without
 * git is walked instead.
 */
export function projectPaths(root: string): string[] {
  const asked = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  const paths = asked.status === 0 ? asked.stdout.split('\0').filter(Boolean) : walk(root);
  return [...new Set(paths)].filter((file) => isFile(path.join(root, file))).sort();
}

function walk(root: string): string[] {
  const outputs = new Set(['node_modules', 'dist', 'coverage', '.cache', '.git']);
  const exclude = (entry: { name: string } | string) =>
    outputs.has(path.basename(typeof entry === 'string' ? entry : entry.name));
  return globSync('**/{*,.*}', { cwd: root, exclude }).map((file) => file.replaceAll(path.sep, '/'));
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The texts among them. */
export function readTexts(root: string, paths: readonly string[]): ProjectFile[] {
  return paths
    .filter((file) => !notText.test(file) && statSync(path.join(root, file)).size <= longestText)
    .map((file) => ({ path: file, text: readFileSync(path.join(root, file), 'utf8') }));
}

/** Files that git keeps although .gitignore calls them output. */
export function trackedOutput(root: string): string[] {
  const asked = spawnSync('git', ['ls-files', '-z', '--cached', '--ignored', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return asked.status === 0 ? asked.stdout.split('\0').filter(Boolean) : [];
}
