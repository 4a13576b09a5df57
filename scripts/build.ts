// Builds dist/, the plain JavaScript of the published package: the simulator, the command line and the report.
import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

interface PackageManifest {
  readonly bin: Record<string, string>;
  readonly dependencies: Record<string, string>;
}

function compile(project: string, ...options: string[]): void {
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  const done = spawnSync(process.execPath, [compiler, '-p', project, ...options], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) throw new Error(`the compiler did not accept ${project}`);
}

/** The addresses a module imports from, static and dynamic. */
export function importsOf(script: string): string[] {
  const patterns = [
    /^\s*(?:import|export)\b[^'"();]*?from\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
  ];
  const dynamic = /\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...patterns, dynamic].flatMap((pattern) => [...script.matchAll(pattern)].map((match) => match[1]!));
}

/** What would keep a built module from running where only the package and its dependencies are installed. */
export function problemOf(address: string, manifest: PackageManifest): string | null {
  if (address.startsWith('.'))
    return address.endsWith('.js') ? null : `imports ${address}, which is no JavaScript`;
  if (address.startsWith('node:')) return null;
  if (builtinModules.includes(address)) return `imports ${address} without node:`;
  const name = address.split('/', address.startsWith('@') ? 2 : 1).join('/');
  return name in manifest.dependencies ? null : `imports ${name}, which is not among the dependencies`;
}

/** A module's text with its imports of JSON turned towards the modules that `dataModule` makes. */
export function withoutJsonImports(script: string): string {
  return script.replaceAll(
    /(from\s*['"][^'"]+\.json)(['"])\s*with\s*\{\s*type:\s*['"]json['"]\s*\}/g,
    '$1.js$2',
  );
}

/** Data as a module: importing JSON makes Node.js 20 and 22 warn their users that it is experimental. */
export function dataModule(json: string): string {
  return `export default ${JSON.stringify(JSON.parse(json))};\n`;
}

function turnDataIntoModules(): void {
  for (const file of globSync('dist/**/*.json', { cwd: root }).map((name) => path.join(root, name))) {
    writeFileSync(`${file}.js`, dataModule(readFileSync(file, 'utf8')));
    rmSync(file);
  }
  for (const file of globSync('dist/**/*.js', { cwd: root }).map((name) => path.join(root, name))) {
    const script = readFileSync(file, 'utf8');
    const turned = withoutJsonImports(script);
    if (turned !== script) writeFileSync(file, turned);
  }
}

function verify(manifest: PackageManifest): void {
  const problems = globSync('dist/**/*', { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .flatMap((file) => {
      if (!file.endsWith('.js')) return [`${file} does not belong into the package`];
      const addresses = importsOf(readFileSync(file, 'utf8'));
      return addresses
        .flatMap((address) => problemOf(address, manifest) ?? [])
        .map((problem) => `${file} ${problem}`);
    });
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function finishCommands(manifest: PackageManifest): void {
  for (const command of Object.values(manifest.bin)) {
    const file = path.join(root, command);
    if (!readFileSync(file, 'utf8').startsWith('#!/usr/bin/env node\n'))
      throw new Error(`${command} has no first line for the shell`);
    chmodSync(file, 0o755);
  }
}

function build(): void {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as PackageManifest;
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  compile('tsconfig.build.json');
  const output = ['--noEmit', 'false', '--outDir', 'dist', '--rootDir', '.'];
  compile(
    'apps/report/client',
    ...output,
    '--rewriteRelativeImportExtensions',
    'true',
    '--removeComments',
    'true',
  );
  turnDataIntoModules();
  finishCommands(manifest);
  verify(manifest);
  process.stderr.write('Built dist/.\n');
}

if (import.meta.main) build();
