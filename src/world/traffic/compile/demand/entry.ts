/**
 * Fidelity: where users come in when no Traffic says so: through Ingresses, through Services of type LoadBalancer or
 * NodePort, and where there are none, at whatever nobody else calls. Databases, caches, queues and monitoring are no entries
 * as long as there is anything else.
 */
import type { ResourceSet } from '../../../../model/resource.ts';
import { ingressRoutes } from '../cluster/ingress.ts';
import type { IngressDocument, ServiceDocument } from '../cluster/manifest.ts';
import type { EndpointDraft, ServiceDraft } from '../draft.ts';
import type { Lookup } from '../lookup.ts';
import { allEndpoints } from './target.ts';

/** A place where users come in: what they ask for there, alike. */
export interface Entry {
  /** Name of the Ingress or the service, for people. */
  readonly name: string;
  readonly endpoints: readonly EndpointDraft[];
  readonly why: string;
  readonly throughIngress: boolean;
}

/** Entries that the manifests open to the outside, in order. */
export function openEntries(
  resources: ResourceSet,
  drafts: readonly ServiceDraft[],
  lookup: Lookup,
): Entry[] {
  const entries: Entry[] = [];
  const behindIngress = new Set<ServiceDraft>();
  for (const ingress of resources.byKind<IngressDocument>('Ingress')) {
    const target = { kind: 'ingress', ingress, routes: ingressRoutes(ingress) } as const;
    const endpoints = allEndpoints(target, lookup).filter((one) => servesUsers(one.service));
    if (endpoints.length === 0) continue;
    for (const endpoint of endpoints) behindIngress.add(endpoint.service);
    entries.push({ name: ingress.name, endpoints, why: `${ingress.id} lets users in`, throughIngress: true });
  }
  for (const draft of drafts) {
    const open = draft.deployed.services.find((service) =>
      ['LoadBalancer', 'NodePort'].includes((service.value as ServiceDocument).spec?.type ?? ''),
    );
    if (!open || behindIngress.has(draft) || !servesUsers(draft)) continue;
    const type = (open.value as ServiceDocument).spec!.type;
    entries.push({ ...whole(draft), why: `${open.id} is of type ${type}` });
  }
  return entries;
}

/** What to take for entries when nothing is open: services that nobody calls. `called` holds the endpoints that are called. */
export function uncalledEntries(
  drafts: readonly ServiceDraft[],
  called: ReadonlySet<EndpointDraft>,
): Entry[] {
  const uncalled = drafts.filter((draft) => draft.endpoints.every((endpoint) => !called.has(endpoint)));
  const withService = uncalled.filter((draft) => servesUsers(draft) && draft.deployed.services.length > 0);
  const listening = uncalled.filter((draft) => servesUsers(draft) && listens(draft));
  const users = uncalled.filter(servesUsers);
  const best = [withService, listening, users, uncalled].find((list) => list.length > 0) ?? [];
  const why = 'no Ingress, LoadBalancer or NodePort lets users in, and nothing calls it';
  return best.map((draft) => ({ ...whole(draft), why }));
}

function whole(draft: ServiceDraft): Omit<Entry, 'why'> {
  return { name: draft.base.name, endpoints: draft.endpoints, throughIngress: false };
}

function servesUsers(draft: ServiceDraft): boolean {
  const { role } = draft.recognition.preset;
  return draft.model !== null ? role !== 'telemetry' : role === 'application' || role === 'proxy';
}

function listens(draft: ServiceDraft): boolean {
  return draft.deployed.workloads.some((workload) => (workload.main?.ports ?? []).length > 0);
}
