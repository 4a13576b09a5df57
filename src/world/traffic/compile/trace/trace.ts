/**
 * Fidelity: demand as it was recorded, in one of two forms: requests counted per interval (the instants inside an interval are
 * lost), or one line for each request. Times may be dates, epochs or seconds since the start; the first line's
 * time is the start of the trace, and what lies before `from` and at or after `to` is left out. Intervals that
 * the file skips had no requests. Lines out of order are put in order.
 */
import { formatDuration } from '../../../../base/time.ts';
import { readRecords, separatorOf } from './csv.ts';
import { formatTimestamp, parseTimestamp, type TimeFormat, timeFormatOf } from './timestamp.ts';

export interface TraceQuestion {
  readonly format: 'counts' | 'timestamps';
  /** Null: the distance of the first two times. */
  readonly intervalMicros: number | null;
  /** Null: the first column. */
  readonly timeColumn: string | null;
  /** Null: the last column. */
  readonly countColumn: string | null;
  readonly attributes: readonly string[];
  readonly fromMicros: number;
  readonly toMicros: number | null;
  /** Virtual time at which the replay begins. */
  readonly offsetMicros: number;
}

/** Something wrong in the file; line 0 is about the file as a whole. */
export interface TraceProblem {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly line: number;
  /** The column it is about, from 1. */
  readonly column: number;
}

export interface Trace {
  /** What the clock of the trace shows at virtual time zero; null for traces without dates. */
  readonly startsAt: string | null;
  /** Virtual time of its end. */
  readonly endMicros: number;
  readonly requests: number;
  readonly load:
    | { readonly kind: 'counts'; readonly intervalMicros: number; readonly counts: readonly number[] }
    | {
        readonly kind: 'timestamps';
        readonly atMicros: readonly number[];
        readonly attributes: Readonly<Record<string, readonly number[]>>;
      };
}

/** More lines with the same kind of problem are only counted. */
const problemsMax = 5;
/** Intervals of one trace, and requests of one trace: what fits into memory. */
const intervalsMax = 5_000_000;

/** Reads a trace; null when it holds nothing to replay, which the problems then say. */
export function readTrace(
  text: string,
  question: TraceQuestion,
): { readonly trace: Trace | null; readonly problems: readonly TraceProblem[] } {
  const reader = new TraceReader(question);
  reader.read(text);
  return { trace: reader.finish(), problems: reader.problems() };
}

class TraceReader {
  readonly #question: TraceQuestion;
  readonly #problems: TraceProblem[] = [];
  readonly #repeats = new Map<string, number>();
  #columns: readonly string[] | null = null;
  #timeAt = 0;
  #countAt = 0;
  #attributesAt: readonly number[] = [];
  #format: TimeFormat | null = null;
  #header = false;
  readonly #times: number[] = [];
  readonly #counts: number[] = [];
  readonly #lines: number[] = [];
  readonly #attributes: number[][];
  #usable = true;

  constructor(question: TraceQuestion) {
    this.#question = question;
    this.#attributes = question.attributes.map(() => []);
  }

  read(text: string): void {
    const open = readRecords(text, separatorOf(text), (fields, line) => this.#record(fields, line));
    if (open !== null)
      this.#problem('error', 'trace-quote', 'A quoted field is never closed.', 'Close the quote.', open, 1);
  }

  problems(): readonly TraceProblem[] {
    const more = [...this.#repeats].filter(([, count]) => count > problemsMax);
    return [
      ...this.#problems,
      ...more.map(
        ([code, count]): TraceProblem => ({
          severity: 'error',
          code,
          message: `${count - problemsMax} more lines have this problem (${code}).`,
          remedy: 'Mend the file, or name the right columns.',
          line: 0,
          column: 1,
        }),
      ),
    ];
  }

  #problem(
    severity: TraceProblem['severity'],
    code: string,
    message: string,
    remedy: string,
    line: number,
    column: number,
  ): void {
    const count = (this.#repeats.get(code) ?? 0) + 1;
    this.#repeats.set(code, count);
    if (count <= problemsMax) this.#problems.push({ severity, code, message, remedy, line, column });
  }

  #record(fields: readonly string[], line: number): void {
    if (this.#columns === null) {
      this.#begin(fields, line);
      if (this.#header) return;
    }
    if (!this.#usable) return;
    const needed = Math.max(this.#timeAt, this.#countAt, ...this.#attributesAt);
    if (fields.length <= needed) {
      const message = `The line has ${fields.length} of at least ${needed + 1} columns.`;
      this.#problem('error', 'trace-short-line', message, 'Complete the line, or take it out.', line, 1);
      return;
    }
    this.#row(fields, line);
  }

  /** Decides from the first record whether it is a header, and where the columns are. */
  #begin(fields: readonly string[], line: number): void {
    const { format, timeColumn, countColumn, attributes } = this.#question;
    this.#header = fields.some(
      (field) => field !== '' && timeFormatOf(field) === null && Number.isNaN(Number(field)),
    );
    this.#columns = this.#header ? fields : fields.map((_, index) => String(index + 1));
    const find = (name: string): number => {
      const at = this.#columns!.indexOf(name);
      const loose = this.#columns!.findIndex((column) => column.toLowerCase() === name.toLowerCase());
      if (at !== -1 || loose !== -1) return at === -1 ? loose : at;
      this.#usable = false;
      const known = this.#header
        ? `Its columns are ${this.#columns!.join(', ')}.`
        : 'It has no header line; name columns by number, from 1.';
      this.#problem('error', 'trace-column', `The trace has no column "${name}".`, known, line, 1);
      return 0;
    };
    this.#timeAt = timeColumn === null ? 0 : find(timeColumn);
    this.#countAt =
      format === 'timestamps' ? 0 : countColumn === null ? fields.length - 1 : find(countColumn);
    this.#attributesAt = format === 'timestamps' ? attributes.map(find) : [];
  }

  #row(fields: readonly string[], line: number): void {
    const { format } = this.#question;
    // A file of counts alone: one line is one interval.
    const countsOnly = format === 'counts' && this.#timeAt === this.#countAt;
    const time = countsOnly ? this.#counts.length : this.#time(fields[this.#timeAt], line);
    if (time === null) return;
    const count = format === 'counts' ? this.#number(fields, this.#countAt, line) : 1;
    if (count === null) return;
    const values = this.#attributesAt.map((at) => this.#number(fields, at, line));
    if (values.some((value) => value === null)) return;
    if (this.#times.length >= intervalsMax) {
      this.#problem(
        'error',
        'trace-too-long',
        `The trace has more than ${intervalsMax} lines.`,
        'Replay a part of it.',
        line,
        1,
      );
      this.#usable = false;
      return;
    }
    this.#times.push(time);
    this.#counts.push(count);
    this.#lines.push(line);
    for (const [index, value] of values.entries()) this.#attributes[index].push(value!);
  }

  #time(text: string, line: number): number | null {
    this.#format ??= timeFormatOf(text);
    const micros = this.#format === null ? null : parseTimestamp(text, this.#format);
    if (micros === null) {
      const remedy = 'Write seconds, or a date and time such as 2026-03-01 09:00:00, all lines alike.';
      this.#problem(
        'error',
        'trace-time',
        `"${shorten(text)}" is no time as the lines before have it.`,
        remedy,
        line,
        this.#timeAt + 1,
      );
    }
    return micros;
  }

  #number(fields: readonly string[], at: number, line: number): number | null {
    const text = fields[at];
    const value = text === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value >= 0) return value;
    const name = this.#header ? `Column ${this.#columns![at]}` : `Column ${at + 1}`;
    this.#problem(
      'error',
      'trace-number',
      `${name} says "${shorten(text)}", which is no number of zero or more.`,
      'Mend the line, or take it out.',
      line,
      at + 1,
    );
    return null;
  }

  finish(): Trace | null {
    if (!this.#usable) return null;
    if (this.#times.length === 0) {
      if (this.#problems.length === 0)
        this.#problem(
          'error',
          'trace-empty',
          'The trace has no lines to replay.',
          'Give it one line per interval or request.',
          0,
          1,
        );
      return null;
    }
    return this.#question.format === 'counts' ? this.#finishCounts() : this.#finishTimestamps();
  }

  /** The clock's reading at virtual time zero: `zero` as the trace counts time. */
  #startsAt(zero: number): string | null {
    const dated = this.#format !== null && this.#format !== 'relativeSeconds';
    return dated ? formatTimestamp(zero) : null;
  }

  #empty(kept: number): boolean {
    if (kept > 0) return false;
    const { fromMicros, toMicros } = this.#question;
    const until = toMicros === null ? 'the end' : formatDuration(toMicros);
    this.#problem(
      'error',
      'trace-window',
      `Nothing of the trace lies between ${formatDuration(fromMicros)} and ${until}.`,
      'Widen from and to; both count from the first line of the trace.',
      0,
      1,
    );
    return true;
  }

  #finishCounts(): Trace | null {
    const { fromMicros, toMicros, offsetMicros } = this.#question;
    const countsOnly = this.#timeAt === this.#countAt;
    const start = countsOnly ? 0 : least(this.#times);
    const interval = this.#interval(countsOnly);
    if (interval === null) return null;
    const at = countsOnly
      ? this.#times.map((index) => index * interval)
      : this.#times.map((time) => time - start);
    const bins = Math.round(greatest(at) / interval) + 1;
    const first = Math.min(bins, Math.floor(fromMicros / interval));
    const end = toMicros === null ? bins : Math.min(bins, Math.ceil(toMicros / interval));
    if (bins > intervalsMax) {
      this.#problem(
        'error',
        'trace-too-long',
        `The trace spans ${bins} intervals of ${formatDuration(interval)}; at most ${intervalsMax} can be replayed.`,
        'State a longer interval.',
        0,
        1,
      );
      return null;
    }
    this.#checkWindow(interval);
    const lead = Math.round(offsetMicros / interval);
    if (this.#empty(end - first)) return null;
    const counts = new Array<number>(lead + end - first).fill(0);
    let requests = 0;
    at.forEach((micros, row) => {
      const bin = Math.round(micros / interval);
      // An interval is known by its start; a time far from any start belongs to other intervals.
      if (Math.abs(micros - bin * interval) > interval * 0.01) {
        const message = `The time is not a whole number of intervals of ${formatDuration(interval)} after the first.`;
        this.#problem(
          'error',
          'trace-interval',
          message,
          'State the interval of the counts, or use format: timestamps.',
          this.#lines[row],
          this.#timeAt + 1,
        );
      }
      if (bin < first || bin >= end) return;
      counts[lead + bin - first] += this.#counts[row];
      requests += this.#counts[row];
    });
    return {
      startsAt: this.#startsAt(start + (first - lead) * interval),
      endMicros: counts.length * interval,
      requests,
      load: { kind: 'counts', intervalMicros: interval, counts },
    };
  }

  #interval(countsOnly: boolean): number | null {
    const { intervalMicros } = this.#question;
    const second = this.#times.findIndex((time) => time !== this.#times[0]);
    const distance = countsOnly || second === -1 ? null : Math.abs(this.#times[second] - this.#times[0]);
    const interval = intervalMicros ?? distance;
    if (interval !== null && interval > 0) return interval;
    this.#problem(
      'error',
      'trace-interval-unknown',
      'The trace does not tell how long an interval of its counts is.',
      'State trace.interval, such as 1m.',
      0,
      1,
    );
    return null;
  }

  /** Counts cannot be cut inside an interval. */
  #checkWindow(interval: number): void {
    const { fromMicros, toMicros, offsetMicros } = this.#question;
    const bounds: readonly (readonly [string, number])[] = [
      ['from', fromMicros],
      ['to', toMicros ?? 0],
      ['offset', offsetMicros],
    ];
    for (const [name, micros] of bounds) {
      if (micros % interval === 0) continue;
      const message = `${name} (${formatDuration(micros)}) lies inside an interval of ${formatDuration(interval)}; whole intervals are replayed.`;
      this.#problem('warning', 'trace-inside-interval', message, 'Use a multiple of the interval.', 0, 1);
    }
  }

  #finishTimestamps(): Trace | null {
    const { fromMicros, toMicros, offsetMicros, attributes } = this.#question;
    const start = least(this.#times);
    const order = this.#times.map((_, row) => row);
    // Stable: requests of one instant stay as they were written.
    order.sort((a, b) => this.#times[a] - this.#times[b] || a - b);
    const kept = order.filter((row) => {
      const since = this.#times[row] - start;
      return since >= fromMicros && (toMicros === null || since < toMicros);
    });
    if (this.#empty(kept.length)) return null;
    const atMicros = kept.map((row) => this.#times[row] - start - fromMicros + offsetMicros);
    const columns = attributes.map(
      (name, index) => [name, kept.map((row) => this.#attributes[index][row])] as const,
    );
    const end = toMicros === null ? atMicros[atMicros.length - 1] : toMicros - fromMicros + offsetMicros;
    return {
      startsAt: this.#startsAt(start + fromMicros - offsetMicros),
      endMicros: Math.max(end, 1),
      requests: kept.length,
      load: { kind: 'timestamps', atMicros, attributes: Object.fromEntries(columns) },
    };
  }
}

function least(values: readonly number[]): number {
  let best = values[0];
  for (const value of values) if (value < best) best = value;
  return best;
}

function greatest(values: readonly number[]): number {
  let best = values[0];
  for (const value of values) if (value > best) best = value;
  return best;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
