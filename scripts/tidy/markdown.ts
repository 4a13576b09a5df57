// Rules about documents: a link leads somewhere, and what a document tells the reader to run or open exists.
import { matchesGlob, posix } from 'node:path';
import { type Finding, findAll, lineAt, type ProjectFile } from './finding.ts';

/** What documents may point at. */
export interface Project {
  readonly paths: ReadonlySet<string>;
  /** Texts of the documents, by path. */
  readonly documents: ReadonlyMap<string, string>;
  /** Names of the scripts in package.json. */
  readonly npmScripts: ReadonlySet<string>;
  /** Subcommands of devops-sim. */
  readonly commands: ReadonlySet<string>;
}

const link =
  /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^ {0,3}\[[^\]]+\]:\s*(\S+)|\b(?:src|href)="([^"]+)"/gm;
const elsewhere = /^[a-z][a-z0-9+.-]*:|^\/\//i;

/** The text with code blanked out, positions kept. */
function withoutCode(text: string): string {
  const blank = (code: string) => code.replaceAll(/[^\n]/g, ' ');
  return text
    .replaceAll(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, blank)
    .replaceAll(/(`+)[^`][^\n]*?\1/g, blank);
}

/** The anchors that a host makes of a document's headings, and those it names itself. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const code = withoutCode(text);
  for (const { index } of code.matchAll(/^#{1,6} /gm)) {
    const title = text
      .slice(index, text.indexOf('\n', index) + 1 || undefined)
      .replace(/^#+ /, '')
      .trim();
    const slug = slugOf(title);
    let unique = slug;
    for (let copy = 1; anchors.has(unique); copy += 1) unique = `${slug}-${copy}`;
    anchors.add(unique);
  }
  for (const [, name] of code.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(name!);
  return anchors;
}

function slugOf(title: string): string {
  return title
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** Every relative link leads to a file or folder of the project, and to a heading in it when it names one. */
export function checkLinks(file: ProjectFile, project: Project): Finding[] {
  const findings: Finding[] = [];
  for (const match of withoutCode(file.text).matchAll(link)) {
    const target = match[1] ?? match[2] ?? match[3]!;
    if (elsewhere.test(target)) continue;
    const message = linkProblem(file, target, project);
    if (message) findings.push({ path: file.path, line: lineAt(file.text, match.index), message });
  }
  return findings;
}

function linkProblem(file: ProjectFile, target: string, project: Project): string | null {
  const [place = '', anchor] = decodeURI(target).split('#');
  const path = place === '' ? file.path : posix.join(posix.dirname(file.path), place).replace(/\/$/, '');
  if (!exists(path, project)) return `the link to "${target}" leads nowhere`;
  const text = project.documents.get(path);
  if (!anchor || text === undefined || anchorsOf(text).has(anchor)) return null;
  return `the link to "${target}" names a heading that ${path} does not have`;
}

function exists(path: string, project: Project): boolean {
  if (project.paths.has(path) || path === '.') return true;
  const isPattern = /[*{]/.test(path);
  for (const known of project.paths) {
    if (isPattern ? matchesGlob(known, path) : known.startsWith(`${path}/`)) return true;
  }
  return false;
}

const npmCommand = /\bnpm (?:run(?:-script)? (?:-s |--silent )?([\w:.-]+)|(test|start)\b)/g;
const simCommand = /\b(?:devops-sim|npm run (?:-s |--silent )?sim --) ([a-z][\w-]*)/g;
const projectPath =
  /(?<![\w./-])(?:(?:src|apps|scripts|scenarios|docs|test|bench|tools|\.ci)\/[\w./*{},-]*[\w*/}]|[\w-]+\.(?:md|mjs))(?![\w-])/g;

/** What a document shows as code to run or open exists: npm scripts, subcommands of devops-sim, paths. */
export function checkPromises(file: ProjectFile, project: Project): Finding[] {
  const code = { path: file.path, text: onlyCode(file.text) };
  const unknown = (pattern: RegExp, isKnown: (name: string) => boolean, what: (name: string) => string) =>
    findAll(code, pattern, (match) => match.slice(1).find(Boolean) ?? match[0])
      .filter(({ message: name }) => !isKnown(name))
      .map((finding) => ({ ...finding, message: what(finding.message) }));
  return [
    ...unknown(
      npmCommand,
      (name) => project.npmScripts.has(name),
      (name) => `package.json has no script "${name}"`,
    ),
    ...unknown(
      simCommand,
      (name) => project.commands.has(name),
      (name) => `devops-sim has no command "${name}"`,
    ),
    ...unknown(
      projectPath,
      (name) => knownPath(name, file.path, project),
      (name) => `"${name}" does not exist`,
    ),
  ];
}

/** The text with everything but code blanked out, positions kept. */
function onlyCode(text: string): string {
  const prose = withoutCode(text);
  const shown = (character: string, at: number) =>
    character === '\n' || character !== prose[at] ? character : ' ';
  return text.split('').map(shown).join('');
}

/**
 * A path is meant from the root or from the document; a bare file name may stand anywhere. A part in capitals, such as
 * scenarios/NAME, is for the reader to fill in.
 */
function knownPath(name: string, from: string, project: Project): boolean {
  const path = name.replace(/[/.]+$/, '');
  if (/\/[A-Z]+(?:\/|$)/.test(path)) return true;
  if (exists(path, project) || exists(posix.join(posix.dirname(from), path), project)) return true;
  if (path.includes('/')) return false;
  for (const known of project.paths) if (posix.basename(known) === path) return true;
  return false;
}
