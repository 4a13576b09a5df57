import { compact, duration, significant } from './render/figures.ts';
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
  readonly #beganMs: number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #visible = false;

  constructor(terminal: Terminal, now: () => number) {
    this.#terminal = terminal;
    this.#now = now;
    this.#beganMs = now();
  }

  update(state: ProgressState): void {
    const now = this.#now();
    if (now - this.#drawnMs < redrawMs) return;
    this.#drawnMs = now;
    this.#visible = true;
    const width = this.#terminal.columns() - 1;
    const line = progressLine(state, (now - this.#beganMs) / 1000, width);
    this.#terminal.write(clearLine + (this.#terminal.unicode ? line : toAscii(line)));
  }

  clear(): void {
    if (this.#visible) this.#terminal.write(clearLine);
    this.#visible = false;
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }
}

/**
 * The text of the line at `wallSeconds` since the beginning, at most `width` columns. What matters least is left
 * out first when the terminal is narrow.
 */
export function progressLine(state: ProgressState, wallSeconds: number, width: number): string {
  const share = state.totalSeconds > 0 ? Math.min(1, state.simulatedSeconds / state.totalSeconds) : 0;
  const parts = [
    `${pad(significant(Math.floor(share * 100), 3), 3, 'right')} %`,
    state.counter ?? `${duration(state.simulatedSeconds)} of ${duration(state.totalSeconds)}`,
    `ETA ${eta(share, wallSeconds)}`,
    `${compact(wallSeconds > 0 ? state.simulatedSeconds / wallSeconds : 0)}× real time`,
    `${compact(wallSeconds > 0 ? state.requests / wallSeconds : 0)} requests/s`,
  ];
  const label = cut(state.label, 24);
  for (let count = parts.length; count > 0; count--) {
    const rest = parts.slice(0, count).join(' · ');
    const room = width - label.length - rest.length - 2;
    if (room >= 8) return `${label} ${bar(share, Math.min(24, room))} ${rest}`;
  }
  return cut(`${label} ${parts[0]}`, width);
}

function eta(share: number, wallSeconds: number): string {
  // A first guess from nothing would only jump about.
  if (share < 0.01 || wallSeconds < 0.3) return '…';
  const left = (wallSeconds * (1 - share)) / share;
  return left < 1 ? '< 1 s' : duration(Math.round(left));
}
