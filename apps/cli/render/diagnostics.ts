import type { Diagnostic, Severity, SourcePosition } from '../../../src/base/diagnostics.ts';
import type { ManifestFile } from '../input/manifest-set.ts';
import type { Colors, Terminal } from '../terminal.ts';
import { harmless, wrap } from './table.ts';
import { count } from './wording.ts';

export interface DiagnosticStyle {
  readonly colors: Colors;
  /** Infinite where lines are read by programs. */
  readonly width: number;
  /** The files that were read, to quote lines from. */
  readonly files: readonly ManifestFile[];
}

/**
 * A problem as compilers show it: where, what, the line itself with a mark under the place, and the remedy.
 */
export function renderDiagnostic(diagnostic: Diagnostic, style: DiagnosticStyle): string {
  const { colors } = style;
  const { position } = diagnostic;
  const place = position ? `${placeText(position)}: ` : '';
  const about = subject(diagnostic);
  const head = `${colors.bold(harmless(place))}${severityWord(diagnostic.severity, colors)} ${harmless(diagnostic.message)}`;
  return [
    ...wrap(`${head} ${colors.dim(`[${diagnostic.code}]`)}`, style.width, '', '    '),
    ...quote(diagnostic, style),
    ...(about === '' ? [] : [`  ${colors.dim('in')} ${harmless(about)}`]),
    ...(diagnostic.remedy ? wrap(`Remedy: ${harmless(diagnostic.remedy)}`, style.width, '  ') : []),
  ].join('\n');
}

/** A window breaks lines; a file keeps one problem's first line whole, for grep and editors. */
export function lineWidth(terminal: Terminal): number {
  return terminal.isTerminal ? terminal.columns() : Number.POSITIVE_INFINITY;
}

/** `2 errors, 1 warning`, naming only what there is; `no problems`. */
export function countWords(diagnostics: readonly Diagnostic[]): string {
  const words = (['error', 'warning', 'info'] as const).map((severity) => {
    const amount = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return amount === 0 ? '' : count(amount, severity === 'info' ? 'note' : severity);
  });
  return words.filter((word) => word !== '').join(', ') || 'no problems';
}

// What was set on the command line has no lines.
function placeText({ file, line, column }: SourcePosition): string {
  if (file.startsWith('--')) return file;
  return `${file === '-' ? 'standard input' : file}:${line}:${column}`;
}

function severityWord(severity: Severity, { red, yellow, cyan, bold }: Colors): string {
  if (severity === 'error') return bold(red('error:'));
  return severity === 'warning' ? bold(yellow('warning:')) : bold(cyan('note:'));
}

function subject(diagnostic: Diagnostic): string {
  return [diagnostic.resource, diagnostic.path].filter((part) => part).join(', ');
}

// The quoted line is cut around the mark, because generated manifests have lines of many thousand characters.
function quote(diagnostic: Diagnostic, { files, width, colors }: DiagnosticStyle): string[] {
  const { position } = diagnostic;
  const text = files.find((file) => file.name === position?.file)?.text;
  const line = position && text ? lineAt(text, position.line) : undefined;
  if (!position || line === undefined || line.trim() === '') return [];
  const number = String(position.line);
  const room = Math.max(20, Math.min(width, 160) - number.length - 6);
  const start = Math.max(0, position.column - 1 - Math.floor(room * 0.7));
  const part = harmless(line.slice(start, start + room)).replaceAll('\t', ' ');
  const caret = ' '.repeat(Math.max(0, position.column - 1 - start));
  const bar = colors.dim('│');
  return [
    `  ${colors.dim(number)} ${bar} ${part}`,
    `  ${' '.repeat(number.length)} ${bar} ${caret}${colors.bold(colors.red('^'))}`,
  ];
}

// Manifests may have millions of lines; only the ones asked for are cut out.
function lineAt(text: string, line: number): string | undefined {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf('\n', start);
    if (end < 0) return undefined;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
}
