import type { Check } from './check.ts';
import { apiVersionOf, type Kind } from './kind.ts';
import type { WrittenCommand } from './kinds/scenario.ts';
import type { ApiCall } from './model.ts';
import type { Path } from './place.ts';
import { didYouMean } from './suggest.ts';

/**
 * What an operator does to the cluster, as the request to its API server that kubectl would send. Where the command names
 * what it changes, it does so as kubectl's users do: `deployment/web`.
 */

interface Where {
  readonly kinds: readonly Kind[];
  /** Of the Scenario: what commands mean that name none. */
  readonly namespace: string;
  readonly check: Check;
  readonly path: Path;
}

/** Whom a run's requests come from. */
const operator = 'scenario-operator';

/** The request, or null for a command that is not one, or that cannot be understood, which is told. */
export function requestOf(written: WrittenCommand, where: Where): ApiCall | null {
  if (written.apply !== undefined) return applied(written.apply, where);
  if (written.patch !== undefined) {
    const { resource, namespace, type = 'strategic', patch } = written.patch;
    const path = pathOf(resource, namespace, 'patch', where);
    return path === null ? null : call('PATCH', path, patchTypes[type], patch);
  }
  if (written.setImage !== undefined) return imageSet(written.setImage, where);
  if (written.delete !== undefined) {
    const { resource, namespace, gracePeriodSeconds } = written.delete;
    const path = pathOf(resource, namespace, 'delete', where);
    const options = gracePeriodSeconds === undefined ? null : { gracePeriodSeconds };
    return path === null ? null : call('DELETE', path, options === null ? '' : 'application/json', options);
  }
  const [node, unschedulable] =
    written.cordon !== undefined ? [written.cordon, true] : [written.uncordon, null];
  if (node === undefined) return null;
  return call('PATCH', `/api/v1/nodes/${node}`, patchTypes.merge, { spec: { unschedulable } });
}

const patchTypes = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
} as const;

function call(
  method: ApiCall['method'],
  path: string,
  contentType: string,
  body: unknown,
  query: ApiCall['query'] = { fieldManager: operator },
): ApiCall {
  return { method, path, query, accept: 'application/json', contentType, userAgent: operator, body };
}

interface WrittenObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
}

function applied(object: WrittenObject, where: Where): ApiCall | null {
  const { apiVersion, kind, metadata } = object;
  const known = where.kinds.find(
    (each) => apiVersionOf(each) === apiVersion && each.kind === kind && !each.own,
  );
  const path = [...where.path, 'apply'];
  if (known === undefined) {
    const kinds = where.kinds.filter(({ own }) => !own).map((each) => each.kind);
    const remedy = didYouMean(String(kind), kinds);
    where.check.error('unknown-kind', path, `The cluster knows no ${kind} of ${apiVersion}.`, remedy);
    return null;
  }
  if (typeof metadata?.name !== 'string') {
    where.check.error('missing-field', path, 'The object to apply needs metadata.name.');
    return null;
  }
  const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : where.namespace;
  const query = { fieldManager: operator, force: 'true' };
  return call(
    'PATCH',
    addressOf(known, namespace, metadata.name),
    'application/apply-patch+yaml',
    object,
    query,
  );
}

function imageSet(written: NonNullable<WrittenCommand['setImage']>, where: Where): ApiCall | null {
  const path = pathOf(written.resource, written.namespace, 'setImage', where);
  if (path === null) return null;
  const { container, image } = written;
  return call('PATCH', path, patchTypes.strategic, {
    spec: { template: { spec: { containers: [{ name: container, image }] } } },
  });
}

/** The address of `deployment/web`. */
function pathOf(resource: string, namespace: string | undefined, field: string, where: Where): string | null {
  const [kind, name, ...rest] = resource.split('/');
  const path = [...where.path, field, 'resource'];
  if (name === undefined || name === '' || rest.length > 0) {
    where.check.error('bad-reference', path, `${resource} is not kind and name.`, 'Write deployment/web.');
    return null;
  }
  const known = findKind(kind, where.kinds);
  if (known === undefined) {
    const remedy = didYouMean(
      kind,
      where.kinds.filter(({ own }) => !own).map((each) => each.kind.toLowerCase()),
    );
    where.check.error('unknown-kind', path, `The cluster knows no ${kind}.`, remedy);
    return null;
  }
  return addressOf(known, namespace ?? where.namespace, name);
}

function findKind(word: string, kinds: readonly Kind[]): Kind | undefined {
  const wanted = word.toLowerCase();
  return kinds.find(
    ({ kind, plural, shortNames, own }) =>
      !own && (kind.toLowerCase() === wanted || plural === wanted || shortNames.includes(wanted)),
  );
}

function addressOf(kind: Kind, namespace: string, name: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  return `${root}${kind.namespaced ? `/namespaces/${namespace}` : ''}/${kind.plural}/${name}`;
}
