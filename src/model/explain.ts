import { namesKind } from './draft.ts';
import { childrenOf, type Field, fieldOf, groupsOf } from './field.ts';
import { apiVersionOf, type Kind } from './kind.ts';
import { asSchema, noDefinitions } from './schema.ts';
import { didYouMean } from './suggest.ts';
import type { Parsed } from './threshold.ts';

/** The documentation of one field, or of a whole kind. */
export interface Explanation {
  readonly kind: Kind;
  /** Field names from the top of the document; empty for the kind itself. */
  readonly path: readonly string[];
  readonly field: Field;
}

/**
 * Finds `ServiceModel.spec.endpoints.steps` among the kinds. The kind may be its plural or short name; lists, and
 * objects that are one of several, are looked through.
 */
export function explainField(kinds: readonly Kind[], text: string): Parsed<Explanation> {
  const [word, ...path] = text
    .trim()
    .split('.')
    .map((part) => part.replace(/\[\d*\]$/, ''));
  const kind = kinds.find((each) => namesKind(each, word));
  if (kind === undefined)
    return {
      problem: `There is no kind "${word.slice(0, 60)}".`,
      remedy:
        didYouMean(
          word,
          kinds.map((each) => each.kind),
        ) || 'Without anything, explain lists the kinds.',
    };
  let field = fieldOf(kind.kind, asSchema(kind.schema), { required: true, definitions: noDefinitions });
  for (const [depth, name] of path.entries()) {
    const children = childrenOf(field);
    const child = children.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (child === undefined) return noField([kind.kind, ...path.slice(0, depth)].join('.'), name, children);
    field = child;
  }
  return { value: { kind, path, field } };
}

function noField(owner: string, name: string, children: readonly Field[]): Parsed<Explanation> {
  const names = children.map((child) => child.name);
  const known = names.length === 0 ? 'It has no fields.' : `It has ${names.slice(0, 24).join(', ')}.`;
  return {
    problem: `${owner} has no field "${name.slice(0, 60)}".`,
    remedy: didYouMean(name, names) || known,
  };
}

export interface ExplainTextOptions {
  /** Fields inside fields, names and types only. */
  readonly recursive?: boolean;
  /** Characters in a line. */
  readonly width?: number;
}

/** The explanation as `kubectl explain` lays it out. */
export function explainText({ kind, path, field }: Explanation, options: ExplainTextOptions = {}): string {
  const width = Math.max(40, options.width ?? 100);
  const lines = [
    ...(kind.group === '' ? [] : [`GROUP:      ${kind.group}`]),
    `KIND:       ${kind.kind}`,
    `VERSION:    ${kind.version}`,
    '',
  ];
  if (path.length > 0)
    lines.push(`FIELD: ${path.join('.')} <${field.type}>${field.required ? ' -required-' : ''}`, '');
  lines.push('DESCRIPTION:', ...wrap(path.length === 0 ? kind.summary : field.description, 4, width), '');
  lines.push(...valueLines(field, path.length > 0));
  lines.push(...fieldLines(field, { width, recursive: options.recursive === true }));
  if (!kind.own && kind.support !== 'none') lines.push(...wrap(documentedAt(kind, path), 0, width));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Where the project that owns a kind describes its fields. */
function documentedAt(kind: Kind, path: readonly string[]): string {
  if (kind.group === 'openslo') return 'OpenSLO documents these fields: https://github.com/OpenSLO/OpenSLO';
  return `Kubernetes documents these fields: kubectl explain ${[kind.plural, ...path].join('.')}`;
}

/** What may be written, what it is by default, examples. */
function valueLines(field: Field, within: boolean): string[] {
  const lines: string[] = [];
  if (within && field.words.length > 1)
    lines.push('ALLOWED:', ...field.words.map((word) => `    ${word}`), '');
  if (field.default !== undefined) lines.push('DEFAULT:', `    ${show(field.default)}`, '');
  if (field.examples.length > 0)
    lines.push('EXAMPLES:', ...field.examples.map((example) => `    ${show(example)}`), '');
  return lines;
}

function fieldLines(field: Field, options: { width: number; recursive: boolean }): string[] {
  const groups = groupsOf(field);
  if (groups.length === 0) return [];
  const lines: string[] = [];
  for (const group of groups) {
    lines.push(groups.length === 1 ? 'FIELDS:' : `FIELDS, one of: ${group.description}`);
    if (group.exactlyOne.length > 0) lines.push(`    Exactly one of ${group.exactlyOne.join(', ')}.`);
    if (group.atMostOne.length > 0) lines.push(`    At most one of ${group.atMostOne.join(', ')}.`);
    for (const child of group.fields)
      lines.push(...childLines(child, options), ...(options.recursive ? [] : ['']));
    if (options.recursive) lines.push('');
  }
  return lines;
}

function childLines(child: Field, options: { width: number; recursive: boolean }): string[] {
  const head = `${child.name} <${child.type}>${child.required ? ' -required-' : ''}`;
  if (options.recursive) return [`  ${head}`, ...nestedLines(child, 2)];
  const notes = child.default === undefined ? '' : ` Default: ${show(child.default)}.`;
  const words = child.words.length > 1 ? ` One of ${child.words.join(', ')}.` : '';
  return [`  ${head}`, ...wrap(`${child.description}${words}${notes}`, 6, options.width)];
}

/** Deeper than this only steps inside steps and mixtures of mixtures go on, for ever. */
const depthMost = 7;

function nestedLines(field: Field, depth: number): string[] {
  if (depth > depthMost || field.type.endsWith('Distribution')) return [];
  return childrenOf(field).flatMap((child) => [
    `${'  '.repeat(depth)}${child.name} <${child.type}>${child.required ? ' -required-' : ''}`,
    ...nestedLines(child, depth + 1),
  ]);
}

/** A value as it is written in a manifest, on one line. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '""' : value;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}: ${show(item)}`)
    .join(', ')}}`;
}

function wrap(text: string, indent: number, width: number): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent);
    }
    line += line.trim() === '' ? word : ` ${word}`;
  }
  return line.trim() === '' ? lines : [...lines, line];
}

/** One line for each kind: name, apiVersion, what it is. Own kinds come first. */
export function kindList(kinds: readonly Kind[]): readonly { kind: Kind; apiVersion: string }[] {
  const rank = (kind: Kind) => (kind.own ? 0 : kind.support === 'none' ? 2 : 1);
  return kinds
    .map((kind) => ({ kind, apiVersion: apiVersionOf(kind) }))
    .sort((a, b) => rank(a.kind) - rank(b.kind));
}
