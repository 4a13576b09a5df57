import { type Diagnostic, Diagnostics } from '../../base/diagnostics.ts';
import { collectDrafts, type SourceFile } from '../collect.ts';
import { type Draft, identityOf, isObject } from '../draft.ts';
import { apiVersionOf, type Catalogue } from '../kind.ts';
import { customKinds } from '../kubernetes/custom-kinds.ts';
import { withoutMade } from '../kubernetes/dump.ts';
import { type ImportedPool, poolsOf } from './node-pools.ts';
import { stripped } from './strip.ts';

/** What became of a dump of a cluster. */
export interface ImportedCluster {
  /** Documents by file, without its ending: a namespace, or `cluster` for what belongs to none. */
  readonly files: readonly { readonly name: string; readonly documents: readonly Json[] }[];
  /** Machines; empty when there were none, or when their names matter and they stay as they are. */
  readonly pools: readonly ImportedPool[];
  readonly nodes: number;
  /** Why Nodes are kept one by one, in a sentence; empty: they are not. */
  readonly named: string;
  readonly leftOut: readonly { readonly what: string; readonly count: number; readonly why: string }[];
  readonly kept: number;
  readonly diagnostics: readonly Diagnostic[];
}

type Json = Record<string, unknown>;

/** Of which every cluster has its own. */
const everywhere: ReadonlySet<string> = new Set([
  'ConfigMap kube-root-ca.crt',
  'ServiceAccount default',
  'Service kubernetes',
  'PriorityClass system-cluster-critical',
  'PriorityClass system-node-critical',
  'Namespace default',
  'Namespace kube-system',
  'Namespace kube-public',
  'Namespace kube-node-lease',
]);

const accessKinds = /^(Cluster)?Role(Binding)?$/;

/** Takes a dump apart: what its users wrote is kept, what the cluster made and what nobody should pass on is not. */
export function importCluster(files: readonly SourceFile[], catalogue: Catalogue): ImportedCluster {
  const diagnostics = new Diagnostics();
  const drafts = collectDrafts(files, diagnostics, []);
  const kept = withoutMade(drafts, new Diagnostics());
  const leftOut = new LeftOut();
  const remaining = new Set(kept);
  for (const draft of drafts)
    if (!remaining.has(draft)) leftOut.add(draft, 'made by a controller, or at its end: it comes about anew');
  const known = [
    ...catalogue.kinds,
    ...customKinds(
      drafts.map(({ value }) => value),
      catalogue.kinds,
    ),
  ];
  const byName = new Map(known.map((kind) => [`${apiVersionOf(kind)} ${kind.kind}`, kind]));
  const wanted = kept.filter((draft) => {
    const { apiVersion, kind } = identityOf(draft.value);
    const why = whyNot(draft, byName.get(`${apiVersion} ${kind}`));
    if (why !== null) leftOut.add(draft, why);
    return why === null;
  });
  const nodes = wanted.filter(({ value }) => value['kind'] === 'Node').map(({ value }) => value);
  const named = whyNamed(wanted, nodes);
  const documents = wanted
    .filter(({ value }) => named !== '' || value['kind'] !== 'Node')
    .map(({ value }) => (value['kind'] === 'Node' ? nodeOf(value) : stripped(value)));
  return {
    files: grouped(documents, (document) => byName.get(kindOf(document))?.namespaced !== false),
    pools: named === '' ? poolsOf(nodes) : [],
    nodes: nodes.length,
    named,
    leftOut: leftOut.list(),
    kept: documents.length,
    diagnostics: diagnostics.list,
  };
}

const kindOf = (document: Json) => `${document['apiVersion']} ${document['kind']}`;

type Known = Catalogue['kinds'][number] | undefined;

function whyNot(draft: Draft, known: Known): string | null {
  const { kind, name } = identityOf(draft.value);
  if (kind === 'Secret') return 'secrets are never taken along';
  if (known === undefined) return 'the kind is not known here';
  if (known.support === 'none' && known.note?.startsWith('left out') === true)
    return known.note.replace(/^left out: /, '');
  if (everywhere.has(`${kind} ${name}`)) return 'every cluster has its own';
  if (accessKinds.test(kind)) return 'access rules change nothing here';
  return null;
}

/** Nodes by their names, when something else names them. */
function whyNamed(drafts: readonly Draft[], nodes: readonly Json[]): string {
  const names = new Set(nodes.map((value) => identityOf(value).name));
  for (const { value } of drafts) {
    if (value['kind'] === 'Node') continue;
    const where = namedNode(value, names);
    if (where !== null) {
      const { kind, namespace, name } = identityOf(value);
      return `${kind} ${namespace}/${name} asks for node ${where} by name`;
    }
  }
  return '';
}

function namedNode(value: unknown, names: ReadonlySet<string>): string | null {
  if (Array.isArray(value)) return first(value, names);
  if (!isObject(value)) return null;
  const { nodeName, key, values } = value;
  if (typeof nodeName === 'string' && names.has(nodeName)) return nodeName;
  const host = value['kubernetes.io/hostname'];
  if (typeof host === 'string' && names.has(host)) return host;
  if (key === 'kubernetes.io/hostname' && Array.isArray(values)) {
    const found = values.find((each) => names.has(each));
    if (found !== undefined) return found;
  }
  return first(
    Object.entries(value).flatMap(([name, item]) => (name === 'metadata' || name === 'status' ? [] : [item])),
    names,
  );
}

function first(values: readonly unknown[], names: ReadonlySet<string>): string | null {
  for (const value of values) {
    const found = namedNode(value, names);
    if (found !== null) return found;
  }
  return null;
}

/** A machine with what it can hold; what passes is left to the run. */
function nodeOf(value: Json): Json {
  const status = isObject(value['status']) ? value['status'] : {};
  const { capacity, allocatable } = status;
  const { spec, ...rest } = stripped(value);
  const taints = isObject(spec) && Array.isArray(spec['taints']) ? spec['taints'] : [];
  const own = taints.filter((taint) => !String(taint?.key).startsWith('node.kubernetes.io/'));
  return {
    ...rest,
    ...(own.length === 0 ? {} : { spec: { taints: own } }),
    status: { capacity, allocatable },
  };
}

function grouped(
  documents: readonly Json[],
  namespaced: (document: Json) => boolean,
): ImportedCluster['files'] {
  const files = new Map<string, Json[]>();
  for (const document of documents) {
    const name = namespaced(document) ? identityOf(document).namespace : 'cluster';
    files.set(name, [...(files.get(name) ?? []), document]);
  }
  return [...files]
    .map(([name, own]) => ({ name, documents: own }))
    .sort(
      (a, b) => Number(b.name === 'cluster') - Number(a.name === 'cluster') || (a.name < b.name ? -1 : 1),
    );
}

class LeftOut {
  readonly #counts = new Map<string, { what: string; count: number; why: string }>();

  add({ value }: Draft, why: string): void {
    const { kind } = identityOf(value);
    const key = `${kind} ${why}`;
    const entry = this.#counts.get(key) ?? { what: kind || 'document without a kind', count: 0, why };
    entry.count++;
    this.#counts.set(key, entry);
  }

  list(): ImportedCluster['leftOut'] {
    return [...this.#counts.values()].sort((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1));
  }
}
