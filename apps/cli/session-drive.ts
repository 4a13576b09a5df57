import type { Session } from '../../src/run/session.ts';

/** Who follows a session and may stop it. */
export interface Watch {
  /** Called between two chunks. */
  readonly progressed: (session: Session) => void;
  readonly stopRequested: () => boolean;
  /** Where to end, when that is before the session's own end. */
  readonly untilMicros?: number;
}

/** A chunk is to take about this long: short enough for Ctrl-C and a smooth line, long enough to cost nothing. */
const chunkMs = 50;
const firstShare = 1 / 1000;

/**
 * Advances a session to its end, giving way to signals and timers about twenty times a second. Returns early when
 * a stop is requested; the session then has not finished. How time is cut does not change what is simulated.
 */
export async function driveSession(session: Session, watch: Watch): Promise<void> {
  const untilMicros = Math.min(session.endMicros, watch.untilMicros ?? session.endMicros);
  let chunkMicros = Math.max(1, Math.floor(session.endMicros * firstShare));
  while (!session.finished && session.nowMicros < untilMicros && !watch.stopRequested()) {
    const before = performance.now();
    session.advance(Math.min(untilMicros, session.nowMicros + chunkMicros));
    chunkMicros = nextChunk(chunkMicros, performance.now() - before);
    watch.progressed(session);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The next chunk's virtual length, from what the last one took; it at most doubles, because demand may rise. */
export function nextChunk(chunkMicros: number, tookMs: number): number {
  const factor = Math.min(2, Math.max(0.1, chunkMs / Math.max(tookMs, 0.01)));
  return Math.max(1, Math.floor(chunkMicros * factor));
}
