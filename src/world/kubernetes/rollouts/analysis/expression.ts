/**
 * Fidelity: the conditions of an analysis (`result[0] < 0.05 && !isNaN(result[0])`), in the part of expr-lang 1.16 that
 * they use, with the functions that Argo Rollouts 1.7 adds (utils/evaluate). Simplified: no maps, pipes or string methods;
 * `**` and `^` are refused, since powers differ between machines.
 */

export type Value = number | string | boolean | null | readonly Value[];

/** A condition that has been understood. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'index'; readonly of: Expression; readonly at: Expression }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'choice';
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/** What is wrong with a condition, or with what it was asked about. */
class Problem extends Error {}

const token =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_]\w*)|(&&|\|\||==|!=|<=|>=|\?\?|\*\*|[-+*/%<>!()[\]{},?:#^]))/y;

type Token = readonly [kind: 'number' | 'text' | 'name' | 'sign' | 'end', text: string];

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Problem(`unrecognized character: ${text.slice(from).trim().slice(0, 10)}`);
    const [, number, quoted, name, sign] = match;
    if (number !== undefined) tokens.push(['number', number]);
    else if (quoted !== undefined) tokens.push(['text', quoted.slice(1, -1).replace(/\\(.)/g, '$1')]);
    else if (name !== undefined) tokens.push(words.has(name) ? ['sign', name] : ['name', name]);
    else tokens.push(['sign', sign]);
  }
  tokens.push(['end', '']);
  return tokens;
}

const words: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in']);

const levels: readonly (readonly string[])[] = [
  ['??'],
  ['||', 'or'],
  ['&&', 'and'],
  ['==', '!=', '<', '>', '<=', '>=', 'in', 'not in'],
  ['+', '-'],
  ['*', '/', '%'],
];

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  whole(): Expression {
    const expression = this.#choice();
    const [kind, text] = this.#tokens[this.#at];
    if (kind !== 'end') throw new Problem(`unexpected token ${text}`);
    return expression;
  }

  #choice(): Expression {
    const condition = this.#binary(0);
    if (!this.#takes('?')) return condition;
    const yes = this.#choice();
    this.#expect(':');
    return { kind: 'choice', condition, yes, no: this.#choice() };
  }

  #binary(level: number): Expression {
    if (level === levels.length) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#operator(levels[level]);
      if (operator === null) return left;
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
  }

  #operator(among: readonly string[]): string | null {
    const [kind, text] = this.#tokens[this.#at];
    if (kind !== 'sign') return null;
    if (text === 'not' && among.includes('not in') && this.#tokens[this.#at + 1][1] === 'in') {
      this.#at += 2;
      return 'not in';
    }
    if (!among.includes(text)) return null;
    this.#at++;
    return text;
  }

  #unary(): Expression {
    for (const operator of ['!', 'not', '-', '+'])
      if (this.#takes(operator)) return { kind: 'unary', operator, operand: this.#unary() };
    return this.#postfix(this.#primary());
  }

  #postfix(of: Expression): Expression {
    let expression = of;
    while (this.#takes('[')) {
      const at = this.#choice();
      this.#expect(']');
      expression = { kind: 'index', of: expression, at };
    }
    return expression;
  }

  #primary(): Expression {
    const [kind, text] = this.#tokens[this.#at++];
    if (kind === 'number') return { kind: 'literal', value: Number(text) };
    if (kind === 'text') return { kind: 'literal', value: text };
    if (kind === 'name') return this.#named(text);
    if (text === '#') return { kind: 'name', name: '#' };
    if (text === '(' || text === '{') {
      const expression = this.#choice();
      this.#expect(text === '(' ? ')' : '}');
      return expression;
    }
    if (text === '[') return { kind: 'list', items: this.#items(']') };
    throw new Problem(`unexpected token ${kind === 'end' ? 'EOF' : text}`);
  }

  #named(name: string): Expression {
    if (name in constants) return { kind: 'literal', value: constants[name] };
    return this.#takes('(') ? { kind: 'call', name, args: this.#items(')') } : { kind: 'name', name };
  }

  #items(end: string): Expression[] {
    const items: Expression[] = [];
    if (this.#takes(end)) return items;
    do items.push(this.#choice());
    while (this.#takes(','));
    this.#expect(end);
    return items;
  }

  #takes(text: string): boolean {
    const [kind, here] = this.#tokens[this.#at];
    if (kind !== 'sign' || here !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text))
      throw new Problem(`expected ${text}, found ${this.#tokens[this.#at][1] || 'EOF'}`);
  }
}

const constants: Readonly<Record<string, Value>> = { true: true, false: false, nil: null };

const parsed = new Map<string, Expression | string>();

/** The condition, or what is wrong with it. */
export function parseExpression(text: string): Expression | string {
  let known = parsed.get(text);
  if (known === undefined) {
    known = guarded(() => new Parser(text).whole());
    parsed.set(text, known);
  }
  return known;
}

/** A value or the problem's words. */
function guarded<T>(compute: () => T): T | string {
  try {
    return compute();
  } catch (problem) {
    if (problem instanceof Problem) return problem.message;
    throw problem;
  }
}

/** Whether the condition holds of a result; what is wrong where that can't be said. */
export function holds(text: string, result: Value): boolean | string {
  const expression = parseExpression(text);
  if (typeof expression === 'string') return expression;
  return guarded(() => {
    const value = evaluate(expression, { result });
    if (typeof value !== 'boolean') throw new Problem(`expected bool, but got ${typeName(value)}`);
    return value;
  });
}

type Scope = Readonly<Record<string, Value>>;

function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      if (!(expression.name in scope)) throw new Problem(`unknown name ${expression.name}`);
      return scope[expression.name];
    case 'list':
      return expression.items.map((item) => evaluate(item, scope));
    case 'index':
      return indexed(evaluate(expression.of, scope), evaluate(expression.at, scope));
    case 'unary':
      return unary(expression.operator, evaluate(expression.operand, scope));
    case 'choice':
      return truth(evaluate(expression.condition, scope))
        ? evaluate(expression.yes, scope)
        : evaluate(expression.no, scope);
    case 'binary':
      return binary(expression, scope);
    case 'call':
      return called(expression.name, expression.args, scope);
  }
}

function typeName(value: Value): string {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return 'array';
  return { number: 'float64', string: 'string', boolean: 'bool' }[typeof value as 'number'];
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new Problem(`invalid operation: ${typeName(value)} is not a bool`);
  return value;
}

function numeric(value: Value): number {
  if (typeof value !== 'number') throw new Problem(`invalid operation: ${typeName(value)} is not a number`);
  return value;
}

function indexed(of: Value, at: Value): Value {
  if (!Array.isArray(of)) throw new Problem(`type ${typeName(of)} does not support indexing`);
  const index = numeric(at);
  const found = index < 0 ? of.length + index : index;
  if (!Number.isInteger(found) || found < 0 || found >= of.length)
    throw new Problem(`index out of range: ${index} (array length is ${of.length})`);
  return of[found];
}

function unary(operator: string, operand: Value): Value {
  if (operator === '!' || operator === 'not') return !truth(operand);
  return operator === '-' ? -numeric(operand) : numeric(operand);
}

function binary({ operator, left, right }: Extract<Expression, { kind: 'binary' }>, scope: Scope): Value {
  const first = evaluate(left, scope);
  // The right side counts only where the left one does not decide.
  if (operator === '&&' || operator === 'and') return truth(first) && truth(evaluate(right, scope));
  if (operator === '||' || operator === 'or') return truth(first) || truth(evaluate(right, scope));
  if (operator === '??') return first ?? evaluate(right, scope);
  const second = evaluate(right, scope);
  if (operator === '==') return same(first, second);
  if (operator === '!=') return !same(first, second);
  if (operator === 'in' || operator === 'not in') {
    if (!Array.isArray(second)) throw new Problem(`cannot use "${operator}" on ${typeName(second)}`);
    return second.some((item) => same(item, first)) === (operator === 'in');
  }
  if (typeof first === 'string' && typeof second === 'string') return ofTexts(operator, first, second);
  return ofNumbers(operator, numeric(first), numeric(second));
}

function same(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => same(item, b[index]));
  return a === b;
}

function ofTexts(operator: string, a: string, b: string): Value {
  if (operator === '+') return a + b;
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  if (operator === '<=') return a <= b;
  if (operator === '>=') return a >= b;
  throw new Problem(`invalid operation: ${operator} of strings`);
}

function ofNumbers(operator: string, a: number, b: number): Value {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    default:
      return a >= b;
  }
}

/** Functions over what each item of a list gives; in them `#` is the item. */
const predicates: Readonly<Record<string, (values: readonly boolean[]) => Value>> = {
  all: (values) => values.every(Boolean),
  any: (values) => values.some(Boolean),
  none: (values) => !values.some(Boolean),
  one: (values) => values.filter(Boolean).length === 1,
  count: (values) => values.filter(Boolean).length,
};

const functions: Readonly<Record<string, (...args: readonly Value[]) => Value>> = {
  len: (value) => {
    if (!Array.isArray(value) && typeof value !== 'string')
      throw new Problem(`invalid argument for len (type ${typeName(value)})`);
    return value.length;
  },
  isNaN: (value) => Number.isNaN(numeric(value)),
  isInf: (value) => Math.abs(numeric(value)) === Number.POSITIVE_INFINITY,
  isNil: (value) => value === null,
  default: (value, otherwise) =>
    value === null || (Array.isArray(value) && value.length === 0) ? otherwise : value,
  asInt: (value) => Math.trunc(Number(value)),
  asFloat: (value) => Number(value),
  int: (value) => Math.trunc(Number(value)),
  float: (value) => Number(value),
  abs: (value) => Math.abs(numeric(value)),
  ceil: (value) => Math.ceil(numeric(value)),
  floor: (value) => Math.floor(numeric(value)),
  round: (value) => Math.round(numeric(value)),
  max: (...values) => Math.max(...numbers(values)),
  min: (...values) => Math.min(...numbers(values)),
  sum: (...values) => numbers(values).reduce((total, value) => total + value, 0),
  mean: (...values) => {
    const all = numbers(values);
    return all.length === 0 ? 0 : all.reduce((total, value) => total + value, 0) / all.length;
  },
};

function numbers(values: readonly Value[]): number[] {
  return values.flatMap((value) => (Array.isArray(value) ? numbers(value) : [numeric(value)]));
}

function called(name: string, args: readonly Expression[], scope: Scope): Value {
  const predicate = Object.hasOwn(predicates, name) ? predicates[name] : undefined;
  if (predicate !== undefined && args.length === 2) {
    const list = evaluate(args[0], scope);
    if (!Array.isArray(list)) throw new Problem(`builtin ${name} takes only array (got ${typeName(list)})`);
    return predicate(list.map((item) => truth(evaluate(args[1], { ...scope, '#': item }))));
  }
  if (!Object.hasOwn(functions, name)) throw new Problem(`unknown name ${name}`);
  const values = args.map((arg) => evaluate(arg, scope));
  if (values.length === 0) throw new Problem(`not enough arguments to call ${name}`);
  // `default` may be asked about what an empty result lacks.
  return functions[name](...values, ...(name === 'default' && values.length === 1 ? [null] : []));
}
