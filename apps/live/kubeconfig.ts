import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { type Document, isMap, isSeq, parseDocument } from 'yaml';

/** A kubeconfig that can't be read or written. */
export class KubeconfigError extends Error {}

export interface ContextEntry {
  /** Of the cluster, the user and the context. */
  readonly name: string;
  readonly port: number;
}

function entries({ name, port }: ContextEntry) {
  return {
    // Some clients, the official one for JavaScript among them, speak plain HTTP only when told not to verify a certificate.
    clusters: { name, cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    users: { name, user: {} },
    contexts: { name, context: { cluster: name, user: name, namespace: 'default' } },
  };
}

/** A whole kubeconfig with this context alone. */
export function kubeconfigText(entry: ContextEntry): string {
  return merged('', entry);
}

/** The text of a kubeconfig with the context added or replaced and made the current one; all else stays as it was written. */
export function merged(text: string, entry: ContextEntry): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new KubeconfigError(document.errors[0]!.message.split('\n')[0]!);
  if (document.contents === null) document.contents = document.createNode({}) as never;
  if (!isMap(document.contents)) throw new KubeconfigError('it holds no settings by name');
  if (!document.has('apiVersion')) document.set('apiVersion', 'v1');
  if (!document.has('kind')) document.set('kind', 'Config');
  for (const [list, value] of Object.entries(entries(entry))) put(document, list, value);
  document.set('current-context', entry.name);
  return document.toString({ lineWidth: 0 });
}

function put(document: Document, list: string, value: { readonly name: string }): void {
  const known = document.get(list);
  if (!isSeq(known)) {
    document.set(list, document.createNode([value]));
    return;
  }
  const at = known.items.findIndex((item) => isMap(item) && item.get('name') === value.name);
  // An empty list written as `[]` grows as a block.
  if (known.items.length === 0) known.flow = false;
  if (at < 0) known.add(document.createNode(value));
  else known.set(at, document.createNode(value));
}

/** Where kubectl writes: the first existing file of KUBECONFIG, or its last, or ~/.kube/config. */
export function kubeconfigPath(environment: Readonly<Record<string, string | undefined>>): string {
  const listed = (environment['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file !== '');
  const home = environment['HOME'] || homedir();
  if (listed.length === 0) return path.join(home, '.kube', 'config');
  return listed.find((file) => existsSync(file)) ?? listed.at(-1)!;
}

/** Adds the context to a file, which is replaced as a whole or not at all; links stay links. */
export function mergeInto(file: string, entry: ContextEntry): void {
  try {
    const target = existsSync(file) ? realpathSync(file) : file;
    const before = existsSync(target) ? readFileSync(target, 'utf8') : '';
    writeWhole(target, merged(before, entry), existsSync(target) ? statSync(target).mode & 0o777 : 0o600);
  } catch (error) {
    throw new KubeconfigError(`${file}: ${(error as Error).message}`);
  }
}

function writeWhole(target: string, text: string, mode: number): void {
  mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
  const draft = `${target}.${process.pid}.new`;
  const descriptor = openSync(draft, 'wx', mode);
  try {
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
