import type { Diagnostics } from '../base/diagnostics.ts';
import { type Draft, isObject } from './draft.ts';
import { limits } from './limits.ts';
import type { Lost } from './lost.ts';
import { SourceText } from './place.ts';
import { type RawDocument, readDocuments } from './read-yaml.ts';

/** A file of manifests, or standard input as `-`. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** Every document of every file, lists taken apart, in order; what was no document, or too much, goes to `lost`. */
export function collectDrafts(files: readonly SourceFile[], diagnostics: Diagnostics, lost: Lost[]): Draft[] {
  const drafts: Draft[] = [];
  const unread = (text: string) => void lost.push({ kind: null, name: null, text });
  let length = 0;
  for (const file of files) {
    const source = new SourceText(file.name, file.text);
    length += file.text.length;
    const what = file.text.length > limits.fileLength ? 'file' : length > limits.totalLength ? 'set' : null;
    if (what !== null) {
      reportLength(source, what, diagnostics);
      unread(source.text);
      continue;
    }
    for (const raw of readDocuments(source, diagnostics, unread))
      takeApart(raw, drafts, { diagnostics, unread, depth: 0 });
  }
  return drafts;
}

function reportLength(source: SourceText, what: 'file' | 'set', diagnostics: Diagnostics): void {
  const most = (what === 'file' ? limits.fileLength : limits.totalLength) / 1024 / 1024;
  diagnostics.error(
    'too-long',
    what === 'file'
      ? `The file is longer than ${most} MiB.`
      : `The files are longer than ${most} MiB together; this one is left out.`,
    {
      remedy: 'Leave out kinds that the simulation does not need, such as Events, Pods and Secrets.',
      position: source.positionAt(0),
    },
  );
}

interface Taking {
  readonly diagnostics: Diagnostics;
  readonly unread: (text: string) => void;
  /** Lists inside lists. */
  readonly depth: number;
}

function takeApart(raw: RawDocument, drafts: Draft[], taking: Taking): void {
  const { value, place, flawed } = raw;
  if (!isObject(value)) {
    taking.unread(flawed ?? JSON.stringify(value));
    taking.diagnostics.error('not-a-resource', 'A document must be an object with apiVersion and kind.', {
      remedy: 'Separate documents with a line "---".',
      position: place.position(),
    });
    return;
  }
  if (isList(value)) {
    takeItems({ ...raw, value }, drafts, taking);
    return;
  }
  if (drafts.length >= limits.documents) taking.unread(flawed ?? JSON.stringify(value));
  if (drafts.length === limits.documents)
    taking.diagnostics.error('too-many-documents', `There are more than ${limits.documents} documents.`, {
      remedy: 'Leave out documents that the simulation does not need.',
      position: place.position(),
    });
  if (drafts.length <= limits.documents)
    drafts.push({ value, place, ...(flawed === undefined ? {} : { flawed }) });
}

/** `List`, and the lists of one kind that the API answers with, such as `DeploymentList`. */
function isList(value: Record<string, unknown>): boolean {
  const kind = value['kind'];
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(value['items']);
}

function takeItems(
  raw: RawDocument & { value: Record<string, unknown> },
  drafts: Draft[],
  taking: Taking,
): void {
  const { value: list, place, ...how } = raw;
  const { diagnostics, unread, depth } = taking;
  if (depth === 2) {
    diagnostics.error('too-deep', 'Lists are nested in lists of lists.', { position: place.position() });
    unread(raw.flawed ?? JSON.stringify(list));
    return;
  }
  const items = list['items'] as unknown[];
  const itemsPlace = place.children!.get('items')!;
  const kind = (list['kind'] as string).slice(0, -'List'.length);
  items.forEach((item, index) => {
    // Items of a list of one kind leave out what the list says for all.
    if (isObject(item) && kind !== '' && item['kind'] === undefined) {
      item['kind'] = kind;
      item['apiVersion'] ??= list['apiVersion'];
    }
    const each = { ...how, value: item, place: itemsPlace.children!.get(index)! };
    takeApart(each, drafts, { ...taking, depth: depth + 1 });
  });
}
