/** One breach of the house style. */
export interface Finding {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What is wrong and what to do about it, one sentence. */
  readonly message: string;
}

/** A file of the project: its path from the root, with forward slashes, and what is in it. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** The 1-based line of a position in a text. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** A finding for every match of a global pattern. */
export function findAll(
  file: ProjectFile,
  pattern: RegExp,
  message: (match: RegExpExecArray) => string,
): Finding[] {
  return [...file.text.matchAll(pattern)].map((match) => ({
    path: file.path,
    line: lineAt(file.text, match.index),
    message: message(match),
  }));
}
