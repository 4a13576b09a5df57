/**
 * Fidelity: what a server's container writes to its standard output: one JSON line for each request that it has answered, as
 * pino and other structured loggers of Express applications have them, and lines about its start and end. Kept only where
 * somebody may read them, and of each process only the newest; bodies and headers are not modelled, so not logged.
 */
import { causes, type TrafficModel } from './model.ts';

const linesKept = 1000;

/** HTTP status by outcome; what a server never answers has none. */
const statusOf: Readonly<Partial<Record<(typeof causes)[number], number>>> = {
  ok: 200,
  shed: 503,
  rateLimited: 429,
  refused: 503,
  application: 500,
  dependency: 502,
  deadline: 504,
  cancelled: 499,
};

/** One process's newest lines, oldest first from `first` on. */
class Ring {
  readonly atMicros = new Float64Array(linesKept);
  readonly endpoint = new Int32Array(linesKept);
  readonly cause = new Uint8Array(linesKept);
  readonly tookMicros = new Float64Array(linesKept);
  readonly messages: { atMicros: number; level: 'info' | 'warn' | 'error'; text: string }[] = [];
  count = 0;
}

/** A line that a process has written. */
export interface LogLine {
  readonly atMicros: number;
  readonly text: string;
}

/** The logs of all processes, by the id of their replicas. */
export class AccessLog {
  private readonly rings = new Map<number, Ring>();
  private readonly names: readonly { readonly method: string; readonly path: string }[];
  /** What clocks show at virtual time zero, as RFC 3339 without fraction would: given an instant, its text. */
  private readonly timestamp: (micros: number) => string;

  constructor(model: TrafficModel, timestamp: (micros: number) => string) {
    this.timestamp = timestamp;
    this.names = model.endpoints.map(({ name }) => {
      const space = name.indexOf(' ');
      return space < 0
        ? { method: 'CALL', path: name }
        : { method: name.slice(0, space), path: name.slice(space + 1) };
    });
  }

  /** A request has been answered, or its connection broke. */
  served(replica: number, endpoint: number, cause: number, tookMicros: number, atMicros: number): void {
    const ring = this.ringOf(replica);
    const at = ring.count++ % linesKept;
    ring.atMicros[at] = atMicros;
    ring.endpoint[at] = endpoint;
    ring.cause[at] = cause;
    ring.tookMicros[at] = tookMicros;
  }

  /** Something about the process itself. */
  tell(replica: number, atMicros: number, text: string, level: 'info' | 'warn' | 'error' = 'info'): void {
    const { messages } = this.ringOf(replica);
    messages.push({ atMicros, level, text });
    if (messages.length > linesKept) messages.shift();
  }

  /** The newest lines since an instant, oldest first, at most `tail`. */
  lines(replica: number, sinceMicros: number, tail: number): readonly LogLine[] {
    const ring = this.rings.get(replica);
    if (ring === undefined) return [];
    const lines: LogLine[] = ring.messages
      .filter(({ atMicros }) => atMicros >= sinceMicros)
      .map(({ atMicros, level, text }) => ({ atMicros, text: this.line(atMicros, level, { msg: text }) }));
    for (let index = Math.max(0, ring.count - linesKept); index < ring.count; index++) {
      const at = index % linesKept;
      if (ring.atMicros[at] >= sinceMicros) lines.push(this.request(ring, at));
    }
    lines.sort((a, b) => a.atMicros - b.atMicros);
    return tail < lines.length ? lines.slice(lines.length - tail) : lines;
  }

  forget(replica: number): void {
    this.rings.delete(replica);
  }

  private request(ring: Ring, at: number): LogLine {
    const atMicros = ring.atMicros[at];
    const cause = causes[ring.cause[at]];
    const status = statusOf[cause] ?? 0;
    const level = cause === 'ok' ? 'info' : status === 429 || status === 499 ? 'warn' : 'error';
    const fields = {
      ...this.names[ring.endpoint[at]],
      ...(status === 0 ? {} : { status }),
      duration_ms: Number((ring.tookMicros[at] / 1000).toFixed(3)),
      ...(cause === 'ok' ? { msg: 'request completed' } : { msg: 'request failed', error: cause }),
    };
    return { atMicros, text: this.line(atMicros, level, fields) };
  }

  private line(atMicros: number, level: string, fields: Readonly<Record<string, unknown>>): string {
    return JSON.stringify({ time: this.timestamp(atMicros), level, ...fields });
  }

  private ringOf(replica: number): Ring {
    let ring = this.rings.get(replica);
    if (ring === undefined) {
      ring = new Ring();
      this.rings.set(replica, ring);
    }
    return ring;
  }
}
