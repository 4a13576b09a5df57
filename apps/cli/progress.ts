import { compact, duration } from './render/figures.ts';
import { bar } from './render/sparkline.ts';
import { cut, pad } from './render/table.ts';
import { type Terminal, toAscii } from './terminal.ts';

/** How far a task is. `simulatedSeconds` over `totalSeconds` is the share done. */
export interface ProgressState {
  readonly label: string;
  readonly simulatedSeconds: number;
  readonly totalSeconds: number;
  readonly requests: number;
  /** What stands instead of the simulated time, e.g. `3 of 10 seeds`. */
  readonly counter?: string;
}

/** A line on the terminal that follows a task and leaves no trace. */
export interface Progress {
  update(state: ProgressState): void;
  /** Removes the line; a later update draws it again. */
  clear(): void;
}

const redrawMs = 100;
/** Too short a stretch says nothing about the speed. */
const paceAfterSeconds = 0.5;
const barMin = 8;
const barMax = 24;
const clearLine = '\r\u001b[2K';
const silent: Progress = { update() {}, clear() {} };

/** A progress line on a terminal that can redraw, and silence anywhere else. */
export function openProgress(
  terminal: Terminal,
  options: { wanted: boolean; term: string | undefined; now?: () => number },
): Progress {
  if (!options.wanted || !terminal.isTerminal || options.term === 'dumb') return silent;
  return new ProgressLine(terminal, options.now ?? (() => performance.now()));
}

class ProgressLine implements Progress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  /** Where and when the first progress was seen: what came before was preparation, and would spoil the estimate. */
  #began: { ms: number; simulatedSeconds: number; requests: number } | null = null;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #visible = false;

  constructor(terminal: Terminal, now: () => number) {
    this.#terminal = terminal;
    this.#now = now;
  }

  update(state: ProgressState): void {
    const now = this.#now();
    if (now - this.#drawnMs < redrawMs) return;
    this.#drawnMs = now;
    this.#visible = true;
    // Room for the ^C that terminals write: it must not wrap, or half of the line would stay.
    const width = this.#terminal.columns() - 3;
    if (this.#began === null && state.simulatedSeconds > 0) this.#began = { ...state, ms: now };
    const since = this.#began ?? { ms: now, simulatedSeconds: 0, requests: 0 };
    const line = progressLine(state, paceSince(since, state, now), width);
    this.#terminal.write(clearLine + (this.#terminal.unicode ? line : toAscii(line)));
  }

  clear(): void {
    if (this.#visible) this.#terminal.write(clearLine);
    this.#visible = false;
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }
}

/** Speed of a task: per second of the wall clock. Null until there is something to judge by. */
export interface Pace {
  readonly simulatedSeconds: number;
  readonly requests: number;
}

function paceSince(
  since: { ms: number; simulatedSeconds: number; requests: number },
  state: ProgressState,
  nowMs: number,
): Pace | null {
  const wallSeconds = (nowMs - since.ms) / 1000;
  if (wallSeconds < paceAfterSeconds) return null;
  return {
    simulatedSeconds: (state.simulatedSeconds - since.simulatedSeconds) / wallSeconds,
    requests: (state.requests - since.requests) / wallSeconds,
  };
}

/**
 * The text of the line, at most `width` columns. What matters least is left
 * out first when the terminal is narrow.
 */
export function progressLine(state: ProgressState, pace: Pace | null, width: number): string {
  const share = state.totalSeconds > 0 ? Math.min(1, state.simulatedSeconds / state.totalSeconds) : 0;
  // Parts have fixed widths: a line that jumps cannot be read.
  const parts: readonly (readonly [text: string, width: number])[] = [
    [`${Math.floor(share * 100)} %`, 5],
    [state.counter ?? `${duration(state.simulatedSeconds)} of ${duration(state.totalSeconds)}`, 20],
    [`ETA ${eta(state, pace)}`, 14],
    [pace === null ? '' : `${compact(pace.simulatedSeconds)}× real time`, 16],
    [pace === null ? '' : `${compact(pace.requests)} requests/s`, 16],
  ];
  const label = cut(state.label, 24);
  for (let count = parts.length; count > 0; count--) {
    const shown = parts.slice(0, count);
    const room = shown.reduce((left, [, width]) => left - width - 1, width - label.length - 1);
    if (room < barMin && count > 1) continue;
    const texts = shown.map(([text, width], i) => pad(text, width, i === 0 ? 'right' : 'left'));
    return cut(
      `${label} ${bar(share, Math.max(0, Math.min(barMax, room)))} ${texts.join(' ')}`,
      width,
    ).trimEnd();
  }
  return '';
}

function eta(state: ProgressState, pace: Pace | null): string {
  if (pace === null || pace.simulatedSeconds <= 0) return '…';
  const left = Math.max(0, state.totalSeconds - state.simulatedSeconds) / pace.simulatedSeconds;
  return left < 1 ? '< 1 s' : duration(Math.round(left));
}
