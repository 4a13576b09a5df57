/**
 * Fidelity: discovery of an API server (apiserver endpoints/discovery and discovery/aggregated, 1.32): all groups in one answer
 * (apidiscovery.k8s.io v2 and v2beta1), or group by group as before.
 */
import { apiVersionOf } from '../objects/resource-types.ts';
import { refuse } from '../store/failure.ts';
import { type DiscoveryForm, discoveryForm } from './accept.ts';
import type { ApiRequest, ApiResponse } from './request.ts';
import type { Served } from './served-resource.ts';
import { json, refusal, unknownPath } from './status.ts';

/** Versions that come first in their group, whatever the order of their names. */
const preferred: Readonly<Record<string, string>> = { autoscaling: 'v2' };

interface Group {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly Version[];
}

interface Version {
  readonly version: string;
  readonly resources: readonly Served[];
}

/** Groups as they are listed: Kubernetes' own first, in the order of their registration, then what is added. */
const order = [
  '',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
];

function rank(name: string): number {
  const at = order.indexOf(name);
  return at < 0 ? order.length : at;
}

function groupsOf(resources: readonly Served[]): Group[] {
  const groups = new Map<string, Map<string, Served[]>>();
  for (const one of resources) {
    const versions = groups.get(one.group) ?? new Map<string, Served[]>();
    groups.set(one.group, versions);
    versions.set(one.version, [...(versions.get(one.version) ?? []), one]);
  }
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([name, versions]) => ({ name, versions: sorted(name, versions) }));
}

function sorted(group: string, versions: ReadonlyMap<string, readonly Served[]>): Version[] {
  return [...versions]
    .map(([version, resources]) => ({ version, resources }))
    .sort((a, b) => {
      if (a.version === preferred[group]) return -1;
      if (b.version === preferred[group]) return 1;
      return compareVersions(a.version, b.version);
    });
}

/** Kubernetes' order of versions: `v2`, `v1`, `v1beta1`, `v1alpha1`, then what has no such form by name. */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [versionParts(a), versionParts(b)];
  if (first === null || second === null) return first === second ? (a < b ? -1 : 1) : first === null ? 1 : -1;
  for (let at = 0; at < 3; at++) if (first[at] !== second[at]) return second[at] - first[at];
  return 0;
}

const stages = ['alpha', 'beta', ''];

function versionParts(version: string): readonly [number, number, number] | null {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  return match === null ? null : [stages.indexOf(match[2] ?? ''), Number(match[1]), Number(match[3] ?? 0)];
}

/** Answers `/api`, `/apis` and what stands at `/api/v1`, `/apis/<group>` and `/apis/<group>/<version>`. */
export function discover(request: ApiRequest, resources: readonly Served[]): ApiResponse {
  const parts = request.path.split('/').filter((part) => part !== '');
  if (parts.length === 1) return root(parts[0], request.accept, groupsOf(resources));
  const group = parts[0] === 'api' ? '' : parts[1];
  const version = parts[0] === 'api' ? parts[1] : parts[2];
  const found = groupsOf(resources).find(({ name }) => name === group);
  if (found === undefined) return refusal(unknownPath);
  if (version === undefined) return json(200, { kind: 'APIGroup', apiVersion: 'v1', ...plainGroup(found) });
  const served = found.versions.find((one) => one.version === version);
  return served === undefined ? refusal(unknownPath) : json(200, resourceList(group, served));
}

function root(path: string, accept: string, groups: readonly Group[]): ApiResponse {
  const wanted = groups.filter(({ name }) => (name === '') === (path === 'api'));
  const form = discoveryForm(accept);
  if (form === null)
    return refusal(
      refuse('NotAcceptable', 'only the following media types are accepted: application/json').failure,
    );
  if (form !== 'plain') return aggregated(wanted, form);
  return json(
    200,
    path === 'api'
      ? coreVersions
      : { kind: 'APIGroupList', apiVersion: 'v1', groups: wanted.map(plainGroup) },
  );
}

const coreVersions = {
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
};

function plainGroup({ name, versions }: Group) {
  const listed = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: listed, preferredVersion: listed[0] };
}

function resourceList(group: string, { version, resources }: Version) {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: resources.flatMap(plainResources),
  };
}

function plainResources({ type, verbs, subresources }: Served) {
  const { plural, singular, namespaced, kind, shortNames, categories } = type;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
  const parts = subresources.map((part) => ({
    name: `${plural}/${part.name}`,
    singularName: '',
    namespaced,
    // Named even where they are the resource's own: kubectl looks for pods/eviction with its group and version.
    ...(part.kind.group === '' ? {} : { group: part.kind.group }),
    version: part.kind.version,
    kind: part.kind.kind,
    verbs: part.verbs,
  }));
  return [main, ...parts];
}

function aggregated(groups: readonly Group[], form: Exclude<DiscoveryForm, 'plain'>): ApiResponse {
  const body = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${form}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: { name: group.name === '' ? undefined : group.name, creationTimestamp: null },
      versions: group.versions.map(({ version, resources }) => ({
        version,
        resources: resources.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`;
  return { status: 200, contentType, body, headers: [] };
}

function aggregatedResource({ type, version, verbs, subresources }: Served) {
  const { group, plural, singular, namespaced, kind, shortNames, categories } = type;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map((part) => ({
            subresource: part.name,
            responseKind: part.kind,
            verbs: part.verbs,
          })),
        }
      : {}),
  };
}
