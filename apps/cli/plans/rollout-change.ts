import { Diagnostics } from '../../../src/base/diagnostics.ts';
import { collectDrafts } from '../../../src/model/collect.ts';
import { namesKind } from '../../../src/model/draft.ts';
import { apiVersionOf, type Kind } from '../../../src/model/kind.ts';
import { catalogue } from '../../../src/run/catalogue.ts';
import type { ClusterView, KubeObject } from '../../../src/run/cluster-view.ts';
import type { LiveApi } from '../../../src/run/session.ts';
import { UsageError } from '../exit-code.ts';
import { didYouMean } from '../input/did-you-mean.ts';
import { readManifestSets } from '../input/manifest-set.ts';

export interface ChangeOptions {
  readonly image: readonly string[];
  readonly patch?: string;
  readonly manifest?: string;
}

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'];

/** A workload by the words of the command line: `deployment/web`, `-n shop deploy/web`, `rollout/shop/web`. */
export interface WorkloadName {
  readonly kind: Kind;
  /** Null: whichever namespace has one. */
  readonly namespace: string | null;
  readonly name: string;
}

/** Reads `deployment/web` or `deployment/shop/web`. Throws UsageError. */
export function workloadName(text: string): WorkloadName {
  const [word = '', ...rest] = text.split('/');
  const [name, namespace] = rest.length === 2 ? [rest[1]!, rest[0]!] : [rest[0], null];
  const kind = catalogue.kinds.find((each) => kinds.includes(each.kind) && namesKind(each, word));
  if (kind === undefined || name === undefined || name === '' || rest.length > 2)
    throw new UsageError(
      `${text} names no workload that is rolled out.`,
      'Write deployment/web, statefulset/db, daemonset/agent or rollout/web; with a namespace: deployment/shop/web.',
    );
  return { kind, namespace, name };
}

/** The workload in the cluster. Throws UsageError when there is none, or several. */
export function findWorkload(view: ClusterView, { kind, namespace, name }: WorkloadName): KubeObject {
  const all = view.objects(kind.kind, namespace ?? undefined);
  const found = all.filter(({ metadata }) => metadata.name === name);
  if (found.length === 1) return found[0]!;
  const names = all.map(({ metadata }) => metadata.name);
  if (found.length === 0)
    throw new UsageError(
      `There is no ${kind.kind} ${name}.`,
      didYouMean(name, names) ??
        (names.length === 0 ? undefined : `${kind.plural} there: ${names.slice(0, 10).join(', ')}`),
    );
  const where = found.map(({ metadata }) => `${kind.kind.toLowerCase()}/${metadata.namespace}/${name}`);
  throw new UsageError(`Several namespaces have a ${kind.kind} ${name}.`, `Choose one: ${where.join(', ')}`);
}

export interface Change {
  /** In words, for people. */
  readonly words: string;
  readonly request: Parameters<LiveApi['request']>[0];
}

/** The address of a workload in the API. */
export function addressOf(kind: Kind, { metadata }: KubeObject): string {
  return `/apis/${apiVersionOf(kind)}/namespaces/${metadata.namespace}/${kind.plural}/${metadata.name}`;
}

/** What is to be sent to the API server. Exactly one of the options says what. Throws UsageError. */
export function changeOf(
  workload: KubeObject,
  kind: Kind,
  { image, patch, manifest }: ChangeOptions,
  workingFolder: string,
): Change {
  const given = [image.length > 0, patch !== undefined, manifest !== undefined].filter(Boolean).length;
  if (given !== 1)
    throw new UsageError(
      given === 0 ? 'Nothing says what is to be rolled out.' : 'Only one change can be rolled out at a time.',
      'Give one of --image, --patch and --manifest.',
    );
  const path = addressOf(kind, workload);
  if (image.length > 0) return imageChange(workload, image, path);
  if (patch !== undefined) {
    // Custom resources know no strategic merge.
    const type = kind.kind === 'Rollout' ? 'merge-patch' : 'strategic-merge-patch';
    return {
      words: `patch ${patch}`,
      request: call(path, `application/${type}+json`, documentIn(patch, workingFolder)),
    };
  }
  const body = documentIn(manifest!, workingFolder) as unknown as KubeObject;
  if (body.kind !== workload.kind || body.metadata?.name !== workload.metadata.name)
    throw new UsageError(
      `${manifest} holds ${body.kind} ${body.metadata?.name}, not ${workload.kind} ${workload.metadata.name}.`,
    );
  const named = { ...body, metadata: { ...body.metadata, namespace: workload.metadata.namespace } };
  return { words: `apply ${manifest}`, request: call(path, 'application/apply-patch+yaml', named) };
}

function call(path: string, contentType: string, body: unknown): Change['request'] {
  const query: Record<string, string> = {};
  query['fieldManager'] = 'rollout-plan';
  if (contentType.includes('apply-patch')) query['force'] = 'true';
  return {
    method: 'PATCH',
    path,
    query,
    accept: 'application/json',
    contentType,
    userAgent: 'devops-sim',
    body,
  };
}

interface Templated {
  readonly template?: { readonly spec?: { readonly containers?: readonly { readonly name: string }[] } };
}

function imageChange(workload: KubeObject, images: readonly string[], path: string): Change {
  const containers = (workload.spec as Templated).template?.spec?.containers ?? [];
  const names = containers.map(({ name }) => name);
  const operations = images.map((text) => {
    const split = /^([a-z0-9-]+)=(.+)$/.exec(text);
    const container = split === null ? names[0]! : split[1]!;
    const index = names.indexOf(container);
    if (index < 0)
      throw new UsageError(
        `${workload.kind} ${workload.metadata.name} has no container ${container}.`,
        `Containers: ${names.join(', ')}`,
      );
    const value = split === null ? text : split[2]!;
    return { op: 'replace', path: `/spec/template/spec/containers/${index}/image`, value };
  });
  if (names.length > 1 && images.some((text) => !text.includes('=')))
    throw new UsageError(
      `${workload.kind} ${workload.metadata.name} has several containers.`,
      `Say which one, for example --image ${names[0]}=${images[0]}`,
    );
  return {
    words: operations.map(({ value }) => `image ${value}`).join(', '),
    request: call(path, 'application/json-patch+json', operations),
  };
}

/** The one document of a file. */
function documentIn(path: string, workingFolder: string): Record<string, unknown> {
  const [set] = readManifestSets({ scenarios: [], files: [path] }, workingFolder);
  const diagnostics = new Diagnostics();
  const drafts = collectDrafts(set!.files, diagnostics, []);
  const [trouble] = diagnostics.list;
  if (trouble !== undefined) {
    const { position } = trouble;
    const where = position === undefined ? path : `${position.file}:${position.line}:${position.column}`;
    throw new UsageError(`${where}: ${trouble.message}`, trouble.remedy);
  }
  if (drafts.length !== 1) throw new UsageError(`${path} holds ${drafts.length} documents; one is wanted.`);
  return drafts[0]!.value;
}
