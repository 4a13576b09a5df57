/**
 * Fidelity: the part of PromQL (Prometheus 3) that analyses mostly use: selectors with matchers, ranges and offsets, functions,
 * aggregations by labels, arithmetic, comparisons and set operators. What it has no rule for is an error that names it:
 * subqueries, `@`, `on`, `ignoring`, `group_left` and `^`.
 */
import { parseDuration } from '../../../../../base/time.ts';
import type { Matcher } from '../../../../../telemetry/reader.ts';

export type Query =
  | { readonly kind: 'number'; readonly value: number }
  | {
      readonly kind: 'selector';
      readonly matchers: readonly Matcher[];
      /** Null: an instant. */
      readonly rangeMicros: number | null;
      readonly offsetMicros: number;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Query[] }
  | {
      readonly kind: 'aggregate';
      readonly operator: string;
      /** Whether the labels are kept or dropped. */
      readonly grouping: 'by' | 'without';
      readonly labels: readonly string[];
      readonly of: Query;
    }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly bool: boolean;
      readonly left: Query;
      readonly right: Query;
    }
  | { readonly kind: 'negative'; readonly of: Query };

/** What can't be read or isn't known here. */
export class QueryProblem extends Error {}

const token =
  /\s*(?:#[^\n]*\n\s*)*(?:((?:\d+(?:ms|[smhdwy]))+(?![\w.]))|(0x[\da-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|([A-Za-z_:][\w:]*)|(==|!=|=~|!~|<=|>=|[-+*/%^<>=()[\]{},@:]))/y;

type Kind = 'duration' | 'number' | 'text' | 'name' | 'sign' | 'end';
type Token = readonly [kind: Kind, text: string];

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (match === null)
      throw new QueryProblem(`unexpected character: ${text.slice(from).trim().slice(0, 10)}`);
    const [, duration, number, quoted, name, sign] = match;
    if (duration !== undefined) tokens.push(['duration', duration]);
    else if (number !== undefined) tokens.push(['number', number]);
    else if (quoted !== undefined) tokens.push(['text', unquoted(quoted)]);
    else if (name !== undefined) tokens.push(['name', name]);
    else tokens.push(['sign', sign]);
  }
  tokens.push(['end', '']);
  return tokens;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquoted(quoted: string): string {
  const inner = quoted.slice(1, -1);
  return quoted[0] === '`' ? inner : inner.replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char);
}

const levels: readonly (readonly string[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '<=', '<', '>=', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

export const aggregations: ReadonlySet<string> = new Set(['sum', 'avg', 'min', 'max', 'count', 'group']);
const otherAggregations: ReadonlySet<string> = new Set([
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
  'count_values',
  'limitk',
]);
const matching: ReadonlySet<string> = new Set(['on', 'ignoring', 'group_left', 'group_right']);
const weeksAndYears = /(\d+)([wy])/g;

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  whole(): Query {
    const query = this.#binary(0);
    if (this.#kind !== 'end') throw this.#unexpected();
    return query;
  }

  get #kind(): Kind {
    return this.#tokens[this.#at][0];
  }

  get #text(): string {
    return this.#tokens[this.#at][1];
  }

  #unexpected(): QueryProblem {
    if (this.#text === '^') return new QueryProblem('unsupported: the operator ^');
    if (this.#text === '@') return new QueryProblem('unsupported: the modifier @');
    if (this.#text.startsWith(':')) return new QueryProblem('unsupported: subqueries');
    return new QueryProblem(`parse error: unexpected ${this.#text === '' ? 'end of input' : this.#text}`);
  }

  #takes(text: string): boolean {
    if (this.#text !== text || this.#kind === 'text') return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) throw this.#unexpected();
  }

  #binary(level: number): Query {
    if (level === levels.length) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = levels[level].find((each) => this.#takes(each));
      if (operator === undefined) return left;
      const bool = this.#takes('bool');
      if (matching.has(this.#text)) throw new QueryProblem(`unsupported: ${this.#text}`);
      left = { kind: 'binary', operator, bool, left, right: this.#binary(level + 1) };
    }
  }

  #unary(): Query {
    if (this.#takes('-')) return { kind: 'negative', of: this.#unary() };
    if (this.#takes('+')) return this.#unary();
    return this.#primary();
  }

  #primary(): Query {
    if (this.#kind === 'number') return { kind: 'number', value: Number(this.#tokens[this.#at++][1]) };
    if (this.#takes('(')) {
      const query = this.#binary(0);
      this.#expect(')');
      return query;
    }
    if (this.#text === '{') return this.#selector([]);
    if (this.#kind !== 'name') throw this.#unexpected();
    const name = this.#tokens[this.#at++][1];
    const lower = name.toLowerCase();
    if (otherAggregations.has(lower)) throw new QueryProblem(`unsupported: ${lower}`);
    if (aggregations.has(lower) && /^(?:\(|by$|without$)/.test(this.#text)) return this.#aggregate(lower);
    if (this.#text === '(') return { kind: 'call', name, args: this.#args() };
    if (lower === 'inf' || lower === 'nan')
      return { kind: 'number', value: lower === 'inf' ? Number.POSITIVE_INFINITY : Number.NaN };
    return this.#selector([{ label: '__name__', operator: '=', value: name }]);
  }

  #args(): Query[] {
    this.#expect('(');
    const args: Query[] = [];
    if (this.#takes(')')) return args;
    do args.push(this.#binary(0));
    while (this.#takes(','));
    this.#expect(')');
    return args;
  }

  #aggregate(operator: string): Query {
    const before = this.#grouping();
    const args = this.#args();
    const { grouping, labels } = before ?? this.#grouping() ?? { grouping: 'by' as const, labels: [] };
    if (args.length !== 1) throw new QueryProblem(`expected 1 argument to ${operator}, got ${args.length}`);
    return { kind: 'aggregate', operator, grouping, labels, of: args[0] };
  }

  #grouping(): { readonly grouping: 'by' | 'without'; readonly labels: string[] } | null {
    const grouping = this.#takes('by') ? 'by' : this.#takes('without') ? 'without' : null;
    if (grouping === null) return null;
    const labels: string[] = [];
    this.#expect('(');
    while (!this.#takes(')')) {
      if (this.#kind !== 'name') throw this.#unexpected();
      labels.push(this.#tokens[this.#at++][1]);
      this.#takes(',');
    }
    return { grouping, labels };
  }

  #selector(named: readonly Matcher[]): Query {
    const matchers = [...named];
    if (this.#takes('{'))
      while (!this.#takes('}')) {
        matchers.push(this.#matcher());
        this.#takes(',');
      }
    const rangeMicros = this.#takes('[') ? this.#duration() : null;
    if (rangeMicros !== null) this.#expect(']');
    const offsetMicros = this.#takes('offset') ? this.#offset() : 0;
    if (this.#text === '@') throw this.#unexpected();
    return { kind: 'selector', matchers, rangeMicros, offsetMicros };
  }

  #matcher(): Matcher {
    if (this.#kind !== 'name') throw this.#unexpected();
    const label = this.#tokens[this.#at++][1];
    const operator = (['=~', '!~', '!=', '='] as const).find((each) => this.#takes(each));
    const [kind, value] = this.#tokens[this.#at];
    if (operator === undefined || kind !== 'text') throw this.#unexpected();
    this.#at++;
    return { label, operator, value };
  }

  #offset(): number {
    return this.#takes('-') ? -this.#duration() : this.#duration();
  }

  #duration(): number {
    if (this.#kind !== 'duration') throw this.#unexpected();
    const text = this.#tokens[this.#at++][1].replace(
      weeksAndYears,
      (_, amount: string, unit: string) => `${Number(amount) * (unit === 'w' ? 7 : 365)}d`,
    );
    const micros = parseDuration(text);
    if (micros === null || micros === 0) throw new QueryProblem('parse error: not a valid duration string');
    return micros;
  }
}

/** Throws `QueryProblem`. */
export function parseQuery(text: string): Query {
  return new Parser(text).whole();
}
