// Rules about what any file may be called and may contain.
import { type Finding, findAll, type ProjectFile } from './finding.ts';

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+([-_][a-z0-9]+)*)*$/;
/** Names that others have decided: conventions of hosts and tools, whose files stand at the root. */
const givenNames = /^(\.[\w.-]+|[A-Z]+(\.md)?|Dockerfile)$/;

/** Folders and files are named in kebab-case: lower-case words joined by hyphens. */
export function checkName(path: string): Finding[] {
  return path
    .split('/')
    .filter((part) => !kebab.test(part) && !givenNames.test(part))
    .map((part) => ({ path, line: 1, message: `"${part}" is not kebab-case: lower-case words and hyphens` }));
}

const locks = /(^|\/)package-lock\.json$/;
const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`, 'g');
/** A folder of one machine; a route such as "GET /home" is none. */
const machinePath = /(?<![\w.*\-/])\/(?:work|root|home|Users)\/[\w.-]+/g;
const registryHost = /\b(?:registry\.(?:npmjs|yarnpkg)|npm\.pkg\.github)\.\w+/g;
const resolvedFromHost = /"resolved": *"https?:[^"]*"/g;

/** What no file may say. */
export function checkText(file: ProjectFile): Finding[] {
  if (locks.test(file.path)) {
    return findAll(
      file,
      resolvedFromHost,
      () => 'the lock file names a registry host; .npmrc leaves them out, so lock again with it in place',
    ).slice(0, 1);
  }
  return [
    ...findAll(file, unfinished, ([mark]) => `"${mark}": finish it now or file it as an issue`),
    ...findAll(file, machinePath, ([path]) => `"${path}" exists on one machine only`),
    ...findAll(file, registryHost, ([host]) => `"${host}": which registry is used is the user's own choice`),
  ];
}
