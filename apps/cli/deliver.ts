import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { UsageError } from './exit-code.ts';
import { fileTrouble } from './input/read.ts';

/** Throws UsageError when `path` cannot be written: better before a long run than after it. */
export function checkWritable(path: string, workingFolder: string): void {
  if (path === '') throw new UsageError('The name of the file to write is empty.');
  const full = resolve(workingFolder, path);
  try {
    accessSync(dirname(full), constants.W_OK);
    if (statSync(full, { throwIfNoEntry: false })?.isDirectory()) {
      throw Object.assign(new Error(), { code: 'EISDIR' });
    }
  } catch (error) {
    const trouble =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'its folder does not exist' : fileTrouble(error);
    throw new UsageError(`Cannot write ${path}: ${trouble}.`);
  }
}

/**
 * Writes a whole file or none: the text goes to a neighbour first, which then takes the name. Devices and pipes are
 * written directly. Throws UsageError when that fails.
 */
export function writeFile(path: string, text: string, workingFolder: string): void {
  const full = resolve(workingFolder, path);
  const special = statSync(full, { throwIfNoEntry: false })?.isFile() === false;
  const draft = special ? full : `${full}.${process.pid}.partial`;
  try {
    writeFileSync(draft, text);
    if (!special) renameSync(draft, full);
  } catch (error) {
    if (!special) rmSync(draft, { force: true });
    throw new UsageError(`Cannot write ${path}: ${fileTrouble(error)}.`);
  }
}

/** `report.html` for one result; `report-launch-day-large.html` for one of several. */
export function pathFor(path: string, label: string, several: boolean): string {
  if (!several) return path;
  const extension = extname(path);
  const name = label.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '');
  return `${path.slice(0, path.length - extension.length)}-${name}${extension}`;
}

/** What is said of a report that was written. */
export function reportNote(path: string): string {
  return `Report: ${path} (open it in a browser)`;
}
