import type { Session } from '../../../src/run/session.ts';
import type { Pacer } from '../../live/pacer.ts';
import type { Terminal } from '../terminal.ts';

const redrawMs = 100;

/** How a live run stands, in one line that is written over; nothing where there is no terminal. */
export class StatusLine {
  readonly #terminal: Terminal;
  readonly #shown: boolean;
  #drawnMs = 0;
  #text = '';

  constructor(terminal: Terminal, term: string | undefined, quiet: boolean) {
    this.#terminal = terminal;
    this.#shown = terminal.isTerminal && term !== 'dumb' && !quiet;
  }

  show(session: Session, pacer: Pacer, changes: number): void {
    if (!this.#shown || performance.now() - this.#drawnMs < redrawMs) return;
    this.#drawnMs = performance.now();
    const text = statusText(session, pacer, changes).slice(0, this.#terminal.columns() - 1);
    if (text === this.#text) return;
    this.#text = text;
    this.#terminal.write(`\r${text}\u001b[K`);
  }

  clear(): void {
    if (this.#text !== '') this.#terminal.write('\r\u001b[K');
    this.#text = '';
  }
}

type Standing = Pick<Session, 'nowMicros' | 'endMicros' | 'finished' | 'requestCount'>;

export function statusText(
  { nowMicros, endMicros, finished, requestCount }: Standing,
  { paused, speed }: Pick<Pacer, 'paused' | 'speed'>,
  changes: number,
): string {
  const pace = Number.isFinite(speed) ? `${speed}x` : 'as fast as it goes';
  const state = finished ? 'ended' : paused ? 'paused' : pace;
  const changed = changes === 1 ? '1 change' : `${changes} changes`;
  return `${clockText(nowMicros)} of ${clockText(endMicros)}  ${state}  ${requestCount} requests  ${changed}`;
}

/** `1:02:03` of virtual time. */
export function clockText(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const pad = (amount: number) => String(amount).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}
