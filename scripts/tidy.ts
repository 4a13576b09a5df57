// Style as a test: sizes, names, banned words, purity, fidelity notes, links. Prints every breach with its place and
// exits with 1 when there is one. `node scripts/tidy.ts src/engine` looks at some files only.
import { fileURLToPath } from 'node:url';
import { projectPaths, readTexts, trackedOutput } from './tidy/files.ts';
import type { Finding, ProjectFile } from './tidy/finding.ts';
import { checkLinks, checkPromises, type Project } from './tidy/markdown.ts';
import { checkSource, isSource } from './tidy/source.ts';
import { checkName, checkText } from './tidy/text.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function projectOf(paths: readonly string[], files: readonly ProjectFile[]): Project {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  const manifest = JSON.parse(texts.get('package.json') ?? '{}') as { scripts?: Record<string, string> };
  const commands = paths.flatMap((path) => /^apps\/cli\/commands\/([\w-]+)\.ts$/.exec(path)?.[1] ?? []);
  return {
    paths: new Set(paths),
    documents: new Map([...texts].filter(([path]) => path.endsWith('.md'))),
    npmScripts: new Set(Object.keys(manifest.scripts ?? {})),
    commands: new Set([...commands, 'help']),
  };
}

function checkFile(file: ProjectFile, project: Project): Finding[] {
  return [
    ...checkText(file),
    ...(isSource(file.path) ? checkSource(file) : []),
    ...(file.path.endsWith('.md') ? [...checkLinks(file, project), ...checkPromises(file, project)] : []),
  ];
}

function main(only: readonly string[]): number {
  const paths = projectPaths(root);
  const files = readTexts(root, paths);
  const project = projectOf(paths, files);
  const findings = [
    ...paths.flatMap(checkName),
    ...trackedOutput(root).map((path) => ({
      path,
      line: 1,
      message: 'output of a build is tracked: git rm --cached',
    })),
    ...files.flatMap((file) => checkFile(file, project)),
  ].filter(({ path }) => only.length === 0 || only.some((start) => path.startsWith(start)));
  for (const { path, line, message } of findings) console.log(`${path}:${line}: ${message}`);
  console.log(`${files.length} files, ${findings.length} findings`);
  return findings.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
