import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../exit-code.ts';

const mebibyte = 1024 * 1024;

/** Larger manifests are refused: they would take minutes to parse and are nearly always a mistake. */
export const manifestBytesMax = 64 * mebibyte;
/** Larger data files are refused: their text would not fit the memory of most machines twice. */
export const dataBytesMax = 256 * mebibyte;

/**
 * The text of a file, pipe or device (`-` is standard input), never more than `bytesMax`.
 * Throws UsageError when it cannot be read, is too large or is no text.
 */
export function readText(path: string, bytesMax: number): string {
  const name = path === '-' ? 'standard input' : path;
  return decode(readBytes(path, name, bytesMax), name);
}

/** Why an operation on a file failed, in words. */
export function fileTrouble(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'it does not exist',
    ENOTDIR: 'a part of its path is not a folder',
    EISDIR: 'it is a folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space is left',
    EMFILE: 'too many files are open',
    ENXIO: 'it is not a file',
    ELOOP: 'its links lead in a circle',
    ENAMETOOLONG: 'its name is too long',
  };
  return words[code ?? ''] ?? (code === undefined ? String((error as Error).message) : `error ${code}`);
}

// Read in pieces rather than by its size: pipes and devices have none, and files may grow.
function readBytes(path: string, name: string, bytesMax: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  const file = open(path, name);
  try {
    if (fstatSync(file).size > bytesMax) throw tooLarge(name, bytesMax);
    for (let read = readPiece(file); read.length > 0; read = readPiece(file)) {
      total += read.length;
      if (total > bytesMax) throw tooLarge(name, bytesMax);
      parts.push(read);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`Cannot read ${name}: ${fileTrouble(error)}.`);
  } finally {
    if (path !== '-') closeSync(file);
  }
  return Buffer.concat(parts);
}

function open(path: string, name: string): number {
  if (path === '-') return 0;
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new UsageError(`Cannot read ${name}: ${fileTrouble(error)}.`);
  }
}

function readPiece(file: number): Uint8Array {
  const piece = new Uint8Array(mebibyte);
  for (;;) {
    try {
      return piece.subarray(0, readSync(file, piece));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EOF') return new Uint8Array(0);
      // A pipe whose writer is slower than we are: wait for it.
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function tooLarge(name: string, bytesMax: number): UsageError {
  return new UsageError(
    `Cannot read ${name}: it is larger than ${bytesMax / mebibyte} MiB.`,
    'Leave out what does not matter, or split it.',
  );
}

function decode(bytes: Uint8Array, name: string): string {
  // Windows PowerShell redirects into UTF-16 with a byte order mark.
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const encoding = utf16 ? 'utf-16le' : 'utf-8';
  if (!utf16 && bytes.subarray(0, 8192).includes(0)) throw notText(name, bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw notText(name, bytes);
  }
}

function notText(name: string, bytes: Uint8Array): UsageError {
  const remedy =
    bytes[0] === 0x1f && bytes[1] === 0x8b ? 'It is compressed: unpack it with gunzip first.' : undefined;
  return new UsageError(
    `Cannot read ${name}: it is not UTF-8 text.`,
    remedy ?? 'Expected YAML, JSON or CSV.',
  );
}
