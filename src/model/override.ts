import { Diagnostics, type SourcePosition } from '../base/diagnostics.ts';
import { copyOf, type Draft, identityOf, isObject, namesKind } from './draft.ts';
import type { Kind } from './kind.ts';
import { readSteps, type Step, splitAssignment, stepsText } from './override-path.ts';
import { fixedPlace, type Place, SourceText } from './place.ts';
import { readDocuments } from './read-yaml.ts';
import { defaultNamespace, qualifiedName } from './resource.ts';
import { didYouMean } from './suggest.ts';

/** A value to put into a document before it is validated. */
export interface Override {
  /** `deployment/web.spec.replicas` */
  readonly path: string;
  /** Null removes the field. */
  readonly value: unknown;
  /** Where the value is from, for messages about it. */
  readonly position: SourcePosition;
}

/** Reads `path=value` as given to `--set`; the value is YAML: a number, true, a text, `{ratio: 10%}`. */
export function readAssignment(text: string, diagnostics: Diagnostics): Override | null {
  const position = {
    file: `--set ${text.length > 100 ? `${text.slice(0, 97)}…` : text}`,
    line: 1,
    column: 1,
  };
  const parts = splitAssignment(text);
  if (parts === null || parts.path.trim() === '') {
    diagnostics.error('bad-set', `"${text.slice(0, 100)}" is not an assignment.`, {
      remedy: 'Write kind/name.path=value, such as deployment/web.spec.replicas=6.',
      position,
    });
    return null;
  }
  return { path: parts.path.trim(), value: readValue(parts.value), position };
}

/** What YAML makes of the text; what is no YAML is the text itself. */
function readValue(text: string): unknown {
  if (text.trim() === '') return '';
  const problems = new Diagnostics();
  const documents = readDocuments(new SourceText('--set', text), problems);
  if (problems.hasErrors || documents.length > 1) return text;
  return documents.length === 0 ? null : documents[0].value;
}

/** Applies overrides in order; what cannot be applied is reported and left out. */
export function applyOverrides(
  overrides: readonly Override[],
  drafts: Draft[],
  context: { kinds: readonly Kind[]; diagnostics: Diagnostics },
): void {
  for (const override of overrides) {
    const failure = apply(override, drafts, context.kinds);
    if (failure !== null)
      context.diagnostics.error('bad-set', failure.message, {
        ...(failure.remedy === undefined || failure.remedy === '' ? {} : { remedy: failure.remedy }),
        path: override.path.slice(0, 200),
        position: override.position,
      });
  }
}

interface Failure {
  readonly message: string;
  readonly remedy?: string;
}

function apply(override: Override, drafts: Draft[], kinds: readonly Kind[]): Failure | null {
  const target = findTarget(override.path, drafts, kinds);
  if ('message' in target) return target;
  const steps = readSteps(target.rest);
  if (steps === null || steps.length === 0)
    return {
      message: `"${override.path}" names no field.`,
      remedy: 'Write fields with dots and positions in brackets: spec.containers[0].image.',
    };
  return assign(target.draft, steps, override);
}

/** The document that a path begins with, and the rest of the path. */
function findTarget(
  path: string,
  drafts: Draft[],
  kinds: readonly Kind[],
): { draft: Draft; rest: string } | Failure {
  const word = /^[A-Za-z][A-Za-z0-9]*/.exec(path)?.[0] ?? '';
  const named = new Set(kinds.filter((kind) => namesKind(kind, word)).map((kind) => kind.kind));
  if (named.size === 0)
    return {
      message: word === '' ? `"${path}" begins with no kind.` : `There is no kind "${word}".`,
      remedy:
        didYouMean(
          word,
          kinds.map((kind) => kind.kind.toLowerCase()),
        ) || 'Write kind/name.path=value.',
    };
  const candidates = drafts.filter((draft) => named.has(identityOf(draft.value).kind));
  const kind = [...named].join('/');
  const rest = path.slice(word.length);
  if (!rest.startsWith('/')) return onlyOne(candidates, rest, kind);
  return byName(candidates, rest.slice(1), kind);
}

function onlyOne(candidates: Draft[], rest: string, kind: string): { draft: Draft; rest: string } | Failure {
  if (candidates.length === 1) return { draft: candidates[0], rest };
  if (candidates.length === 0) return { message: `There is no ${kind}.` };
  return {
    message: `There are ${candidates.length} documents of kind ${kind}.`,
    remedy: `Say which: ${names(candidates)
      .slice(0, 8)
      .map((name) => `${kind.toLowerCase()}/${name}`)
      .join(', ')}.`,
  };
}

function names(candidates: readonly Draft[]): string[] {
  return candidates.map(({ value }) => {
    const { namespace, name } = identityOf(value);
    return qualifiedName(namespace, name);
  });
}

/** Names may hold dots, so the longest name that the path begins with is meant. */
function byName(candidates: Draft[], text: string, kind: string): { draft: Draft; rest: string } | Failure {
  let length = 0;
  let found: Draft[] = [];
  for (const draft of candidates) {
    const { namespace, name } = identityOf(draft.value);
    for (const spelling of [name, `${namespace}/${name}`]) {
      const next = text[spelling.length];
      const fits = text.startsWith(spelling) && (next === undefined || next === '.' || next === '[');
      if (!fits || name === '' || spelling.length < length) continue;
      if (spelling.length > length) found = [];
      length = spelling.length;
      found.push(draft);
    }
  }
  const preferred =
    found.length > 1 ? found.filter(({ value }) => identityOf(value).namespace === defaultNamespace) : found;
  const draft = preferred.at(-1);
  if (draft !== undefined) return { draft, rest: text.slice(length) };
  if (found.length > 1)
    return {
      message: `Several namespaces have it: ${names(found).join(', ')}.`,
      remedy: 'Name the namespace.',
    };
  const wanted = text.split(/[.[]/, 1)[0];
  return {
    message: `There is no ${kind} "${wanted}".`,
    remedy:
      didYouMean(wanted, names(candidates)) ||
      (candidates.length === 0 ? '' : `There is ${names(candidates).slice(0, 8).join(', ')}.`),
  };
}

/** A container of fields or items with the places of what it holds. */
interface Holder {
  readonly value: Record<string, unknown> | unknown[];
  readonly children: Map<string | number, Place>;
}

function assign(draft: Draft, steps: readonly Step[], override: Override): Failure | null {
  let holder: Holder = { value: draft.value, children: draft.place.children! };
  for (let i = 0; i < steps.length - 1; i++) {
    const key = keyIn(holder, steps, i);
    if (typeof key === 'object') return key;
    const next = enter(holder, key, { steps, at: i, position: override.position });
    if ('message' in next) return next;
    holder = next;
  }
  const key = keyIn(holder, steps, steps.length - 1);
  if (typeof key === 'object') return key;
  put(holder, key, override);
  return null;
}

/** The field or position that a step means in a holder. */
function keyIn(holder: Holder, steps: readonly Step[], at: number): string | number | Failure {
  const step = steps[at];
  const where = stepsText(steps.slice(0, at)) || 'The document';
  if ('field' in step) {
    if (Array.isArray(holder.value))
      return { message: `${where} is a list.`, remedy: `Write a position: ${where}[0].` };
    return step.field;
  }
  if (!Array.isArray(holder.value)) return { message: `${where} is not a list.` };
  if ('index' in step) {
    if (step.index <= holder.value.length) return step.index;
    return { message: `${where} has only ${holder.value.length} items.` };
  }
  const index = holder.value.findIndex((item) => isObject(item) && String(item[step.where]) === step.equals);
  if (index >= 0) return index;
  const there = holder.value.map((item) => (isObject(item) ? String(item[step.where]) : '')).filter(Boolean);
  return {
    message: `${where} has no item with ${step.where} ${step.equals}.`,
    remedy: there.length === 0 ? '' : `There is ${there.slice(0, 8).join(', ')}.`,
  };
}

/** What stands at a key; where nothing does, an empty object or list is put there. */
function enter(
  holder: Holder,
  key: string | number,
  to: { steps: readonly Step[]; at: number; position: SourcePosition },
): Holder | Failure {
  const items = holder.value as Record<string | number, unknown>;
  const present = Object.hasOwn(items, key) ? items[key] : undefined;
  if (present === undefined || present === null) {
    const empty = 'field' in to.steps[to.at + 1] ? {} : [];
    put(holder, key, { value: empty, position: to.position });
    return { value: items[key] as Holder['value'], children: holder.children.get(key)!.children! };
  }
  if (typeof present !== 'object')
    return { message: `${stepsText(to.steps.slice(0, to.at + 1))} is ${String(present)} and has no fields.` };
  return { value: present as Holder['value'], children: holder.children.get(key)!.children! };
}

function put(holder: Holder, key: string | number, what: { value: unknown; position: SourcePosition }): void {
  const items = holder.value as Record<string | number, unknown>;
  if (what.value === null && !Array.isArray(holder.value)) {
    delete items[key];
    holder.children.delete(key);
    return;
  }
  const value = copyOf(what.value);
  items[key] = value;
  holder.children.set(key, fixedPlace(what.position, value));
}
