import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Parser,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Diagnostics } from '../base/diagnostics.ts';
import { limits } from './limits.ts';
import { type Place, type SourceText, TextPlace } from './place.ts';

/** One document as plain values, with the place of each. */
export interface RawDocument {
  value: unknown;
  place: Place;
  /** The text of a document that was read with errors, so that what it says is in doubt. */
  flawed?: string;
}

/**
 * Reads every document of a file of YAML or JSON; empty documents are left out. What cannot be read is reported
 * and left out, the rest is read; `unread` is told the text of what is left out. Never throws.
 */
export function readDocuments(
  source: SourceText,
  diagnostics: Diagnostics,
  unread: (text: string) => void = () => {},
): RawDocument[] {
  const found: RawDocument[] = [];
  const budget = { nodes: limits.nodes, aliased: limits.aliasedNodes };
  try {
    for (const document of compose(source.text)) {
      if (found.length >= limits.documents) {
        reportTooMany(source, diagnostics);
        unread(source.text);
        break;
      }
      const before = diagnostics.list.length;
      const raw = readDocument(source, document, { diagnostics, budget });
      const flawed = hasErrorsSince(before, diagnostics) ? textOf(source, document) : null;
      if (raw !== null) found.push(flawed === null ? raw : { ...raw, flawed });
      else if (flawed !== null) unread(flawed);
      if (budget.nodes <= 0) {
        unread(source.text);
        break;
      }
    }
  } catch (error) {
    // The parser recurses into nested flow collections and may run out of stack before it says so itself.
    const reason = error instanceof Error ? error.message : String(error);
    diagnostics.error('yaml-syntax', `The file cannot be read: ${reason}.`, {
      position: source.positionAt(0),
    });
    unread(source.text);
  }
  return found;
}

function hasErrorsSince(before: number, { list }: Diagnostics): boolean {
  return list.slice(before).some(({ severity }) => severity === 'error');
}

/** What was written as that document; all of the file where its bounds are not known. */
function textOf(source: SourceText, { range }: Document): string {
  return range ? source.text.slice(range[0], range[2]) : source.text;
}

function compose(text: string) {
  // Duplicate keys are found below in linear time; the composer's own search compares every pair of keys.
  const composer = new Composer({
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  return composer.compose(new Parser().parse(text));
}

function reportTooMany(source: SourceText, diagnostics: Diagnostics): void {
  diagnostics.error('too-many-documents', `The file has more than ${limits.documents} documents.`, {
    remedy: 'Leave out documents that the simulation does not need.',
    position: source.positionAt(0),
  });
}

interface Reading {
  readonly diagnostics: Diagnostics;
  /** What is left of the file's bounds. */
  readonly budget: { nodes: number; aliased: number };
}

function readDocument(source: SourceText, document: Document, reading: Reading): RawDocument | null {
  if (document.errors.length > 0) {
    reportSyntax(source, document, reading.diagnostics);
    return null;
  }
  for (const warning of document.warnings.slice(0, limits.syntaxErrors))
    reading.diagnostics.warning('yaml-warning', sentence(warning.message), {
      position: source.positionAt(warning.pos[0]),
    });
  const contents = document.contents as Node | null;
  if (contents === null || (isScalar(contents) && contents.value === null)) return null;
  const problemsBefore = reading.diagnostics.list.length;
  const reader = new NodeReader(source, reading);
  const raw = reader.read(contents, { keyOffset: -1, depth: 0 });
  const broken = reading.diagnostics.list
    .slice(problemsBefore)
    .some((diagnostic) => diagnostic.severity === 'error' && fatal.has(diagnostic.code));
  return broken ? null : raw;
}

/** After these the document is not what its author wrote; judging the rest of it would only mislead. */
const fatal = new Set(['too-deep', 'too-many-nodes', 'too-many-aliases', 'unknown-alias']);

const remedies: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces; YAML allows no tabs there.',
  BAD_INDENT: 'Align the lines of one object or list in the same column.',
  MISSING_CHAR: 'Close every quote, bracket and brace, and put a space after a colon.',
  BLOCK_AS_IMPLICIT_KEY: 'Put a nested object on lines of its own, or quote a text that holds ": ".',
  MULTILINE_IMPLICIT_KEY: 'Keep a field name on one line, or quote the text.',
  BAD_ALIAS: 'Quote a text that begins with "*".',
  UNEXPECTED_TOKEN:
    'Quote a text that begins with a special character; Helm templates must be rendered first.',
};

function reportSyntax(source: SourceText, document: Document, diagnostics: Diagnostics): void {
  const tooDeep = document.errors.find((error) => (error.code as string) === 'RESOURCE_EXHAUSTION');
  if (tooDeep !== undefined) {
    reportDepth(source, document.range?.[0] ?? 0, diagnostics);
    return;
  }
  for (const error of document.errors.slice(0, limits.syntaxErrors)) {
    const remedy = remedies[error.code];
    diagnostics.error('yaml-syntax', sentence(error.message), {
      ...(remedy === undefined ? {} : { remedy }),
      position: source.positionAt(error.pos[0]),
    });
  }
  const more = document.errors.length - limits.syntaxErrors;
  if (more > 0)
    diagnostics.error('yaml-syntax', `The document has ${more} more syntax errors.`, {
      position: source.positionAt(document.errors[limits.syntaxErrors].pos[0]),
    });
}

function reportDepth(source: SourceText, offset: number, diagnostics: Diagnostics): void {
  diagnostics.error('too-deep', `Objects and lists are nested more than ${limits.depth} deep.`, {
    remedy: 'Check the indentation and the brackets.',
    position: source.positionAt(offset),
  });
}

function sentence(message: string): string {
  const line = message.split('\n', 1)[0].slice(0, 200);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** Turns the nodes of one document into plain values. */
class NodeReader {
  readonly #source: SourceText;
  readonly #diagnostics: Diagnostics;
  readonly #budget: Reading['budget'];
  readonly #anchors = new Map<string, Node>();
  /** Anchored nodes that are being read: an alias to one of them would contain itself. */
  readonly #open = new Set<Node>();
  #aliasDepth = 0;

  constructor(source: SourceText, reading: Reading) {
    this.#source = source;
    this.#diagnostics = reading.diagnostics;
    this.#budget = reading.budget;
  }

  read(node: Node | null, at: { keyOffset: number; depth: number }): RawDocument {
    const offset = node?.range?.[0] ?? Math.max(at.keyOffset, 0);
    if (!this.#take(offset)) return this.#leaf(null, offset, at.keyOffset);
    if (at.depth > limits.depth) {
      if (this.#budget.nodes > 0) reportDepth(this.#source, offset, this.#diagnostics);
      this.#budget.nodes = 0;
      return this.#leaf(null, offset, at.keyOffset);
    }
    if (isAlias(node)) return this.#readAlias(node.source, offset, at);
    const anchor = node === null || isAlias(node) ? undefined : (node as Scalar).anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, node!);
    this.#open.add(node!);
    const read = this.#readContent(node, offset, at);
    this.#open.delete(node!);
    return read;
  }

  /** Counts one node; false when there are too many, which is reported once. */
  #take(offset: number): boolean {
    if (this.#budget.nodes <= 0) return false;
    this.#budget.nodes--;
    if (this.#aliasDepth > 0 && --this.#budget.aliased < 0) {
      this.#budget.nodes = 0;
      this.#report('too-many-aliases', `Aliases repeat more than ${limits.aliasedNodes} values.`, offset);
      return false;
    }
    if (this.#budget.nodes === 0)
      this.#report('too-many-nodes', `The file holds more than ${limits.nodes} values.`, offset);
    return this.#budget.nodes > 0;
  }

  #report(code: string, message: string, offset: number, remedy?: string): void {
    this.#diagnostics.error(code, message, {
      ...(remedy === undefined ? {} : { remedy }),
      position: this.#source.positionAt(offset),
    });
  }

  #leaf(value: unknown, offset: number, keyOffset: number): RawDocument {
    return { value, place: new TextPlace(this.#source, { offset, keyOffset }, null) };
  }

  #readContent(node: Node | null, offset: number, at: { keyOffset: number; depth: number }): RawDocument {
    if (isMap(node)) return this.#readMap(node, offset, at);
    if (isSeq(node)) {
      const children = new Map<string | number, Place>();
      const value = node.items.map((item, index) => {
        const read = this.read(item as Node, { keyOffset: -1, depth: at.depth + 1 });
        children.set(index, read.place);
        return read.value;
      });
      return { value, place: new TextPlace(this.#source, { offset, keyOffset: at.keyOffset }, children) };
    }
    return this.#leaf(this.#readScalar(node as Scalar | null, offset), offset, at.keyOffset);
  }

  #readScalar(node: Scalar | null, offset: number): unknown {
    const value = node?.value ?? null;
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#report('not-finite', `${node!.source ?? value} is not a number that can be used.`, offset);
      return 0;
    }
    return typeof value === 'object' && value !== null ? String(value) : value;
  }

  #readAlias(name: string, offset: number, at: { keyOffset: number; depth: number }): RawDocument {
    const target = this.#anchors.get(name);
    if (target === undefined || this.#open.has(target)) {
      const message =
        target === undefined ? `No anchor &${name} comes before *${name}.` : `*${name} contains itself.`;
      this.#report('unknown-alias', message, offset, 'Quote a text that begins with "*".');
      return this.#leaf(null, offset, at.keyOffset);
    }
    this.#aliasDepth++;
    const read = this.read(target, at);
    this.#aliasDepth--;
    return read;
  }

  #readMap(node: YAMLMap, offset: number, at: { keyOffset: number; depth: number }): RawDocument {
    const value: Record<string, unknown> = {};
    const children = new Map<string | number, Place>();
    const merged: RawDocument[] = [];
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      const keyOffset = pair.key?.range?.[0] ?? offset;
      const key = this.#readKey(pair.key, keyOffset);
      const read = this.read(pair.value, { keyOffset, depth: at.depth + 1 });
      if (key === null) continue;
      if (key === '<<' && isMergeKey(pair.key)) merged.push(read);
      else if (children.has(key))
        this.#report(
          'duplicate-key',
          `The field ${key} is given twice.`,
          keyOffset,
          'Remove one of the two.',
        );
      else {
        value[key] = read.value;
        children.set(key, read.place);
      }
    }
    for (const from of merged) this.#merge(from, { value, children });
    return { value, place: new TextPlace(this.#source, { offset, keyOffset: at.keyOffset }, children) };
  }

  #readKey(node: Node | null, offset: number): string | null {
    let key: unknown = null;
    if (isScalar(node)) key = node.value;
    else if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      key = isScalar(target) ? target.value : null;
    }
    if (isScalar(node) && (node as Scalar).anchor !== undefined)
      this.#anchors.set((node as Scalar).anchor!, node);
    const text = typeof key === 'string' ? key : key === null ? null : String(key);
    if (text === null || text === '__proto__' || typeof key === 'object') {
      this.#report(
        'bad-key',
        text === '__proto__' ? 'A field cannot be named __proto__.' : 'A field name must be a text.',
        offset,
        'Quote the name; a template in braces ({{ … }}) must be rendered first.',
      );
      return null;
    }
    return text;
  }

  /** `<<: *base` gives the fields of base that the object does not give itself. */
  #merge(from: RawDocument, into: { value: Record<string, unknown>; children: Map<string | number, Place> }) {
    const sources = Array.isArray(from.value)
      ? from.value.map((value, index) => ({ value, place: from.place.children!.get(index)! }))
      : [from];
    for (const source of sources) {
      if (typeof source.value !== 'object' || source.value === null || Array.isArray(source.value)) {
        this.#diagnostics.error('bad-merge', 'What is merged with << must be an object.', {
          position: source.place.position(),
        });
        continue;
      }
      for (const [key, item] of Object.entries(source.value)) {
        if (into.children.has(key)) continue;
        into.value[key] = item;
        into.children.set(key, source.place.children!.get(key)!);
      }
    }
  }
}

/** A quoted "<<" is an ordinary name. */
function isMergeKey(node: Node | null): boolean {
  return isScalar(node) && (node as Scalar).type === 'PLAIN';
}
