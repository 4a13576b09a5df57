import { writeFileSync } from 'node:fs';
import pc from 'picocolors';
import { exitCode } from './exit-code.ts';
import { fileTrouble } from './input/read.ts';

export type Colors = ReturnType<typeof pc.createColors>;

/** One output stream and what it can show. */
export interface Terminal {
  readonly isTerminal: boolean;
  readonly colors: Colors;
  readonly unicode: boolean;
  /** Current width in columns; 80 where nobody says. */
  readonly columns: () => number;
  /** Writes text as it is (data). */
  readonly write: (text: string) => void;
  /** Writes text for people: ASCII only where the terminal knows no Unicode. Adds the line end. */
  readonly print: (text: string) => void;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly fd?: number;
  write(text: string): boolean;
}

export interface Terminals {
  readonly out: Terminal;
  readonly err: Terminal;
}

/** Standard output for data, standard error for everything said along the way. */
export function openTerminals(environment: Environment, options: { noColor: boolean }): Terminals {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that has seen enough (`| head`) closes the pipe: that ends the program without a word.
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCode.pass);
      if (stream === process.stdout) {
        writeLastWords(`error: Cannot write to standard output: ${fileTrouble(error)}.\n`);
      }
      process.exit(exitCode.usage);
    });
  }
  return {
    out: openTerminal(process.stdout, environment, options),
    err: openTerminal(process.stderr, environment, options),
  };
}

export function openTerminal(
  stream: Stream,
  environment: Environment,
  options: { noColor: boolean },
): Terminal {
  const isTerminal = stream.isTTY === true;
  const unicode = knowsUnicode(environment);
  return {
    isTerminal,
    colors: pc.createColors(!options.noColor && knowsColor(environment, isTerminal)),
    unicode,
    columns: () => widthOf(stream, environment),
    write: (text) => void stream.write(text),
    print: (text) => void stream.write(`${unicode ? text : toAscii(text)}\n`),
  };
}

/** https://no-color.org and https://force-color.org: NO_COLOR wins, then FORCE_COLOR, then a terminal that can. */
export function knowsColor(environment: Environment, isTerminal: boolean): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
}

/** A locale that is set and is not UTF-8 means no; nothing set, as in most containers, means yes. */
export function knowsUnicode(environment: Environment): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'];
  if (environment['TERM'] === 'linux') return false;
  return locale ? /utf-?8/i.test(locale) : true;
}

const substitutes: Readonly<Record<string, string>> = {
  '✓': '+',
  '✗': 'x',
  '×': 'x',
  '–': '-',
  '—': '-',
  '─': '-',
  '━': '-',
  '│': '|',
  '·': '|',
  '•': '*',
  '→': '>',
  '←': '<',
  '…': '~',
  µ: 'u',
  μ: 'u',
  '≤': '<',
  '≥': '>',
  '±': '+',
  '≈': '~',
  '−': '-',
  '▲': '^',
  '▼': 'v',
  '█': '#',
  '░': '.',
  '▁': '_',
  '▂': '.',
  '▃': ',',
  '▄': '-',
  '▅': '=',
  '▆': '+',
  '▇': '*',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
};

/** One ASCII character for each other one, so that columns stay aligned. */
export function toAscii(text: string): string {
  return text.replace(/\P{ASCII}/gu, (character) => substitutes[character] ?? '?');
}

/** Writes at once, past all buffers: for the last words before the process ends. */
export function writeLastWords(text: string): void {
  try {
    writeFileSync(process.stderr.fd, text);
  } catch {
    // Nobody listens any more.
  }
}

function widthOf(stream: Stream, environment: Environment): number {
  const stated = stream.columns ?? Number(environment['COLUMNS'] ?? Number.NaN);
  return Number.isFinite(stated) && stated > 0 ? Math.min(Math.max(stated, 40), 160) : 80;
}
