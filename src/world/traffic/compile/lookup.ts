/**
 * Fidelity: names as a pod's resolver sees them: a Service of its own namespace by its name, one of another as
 * `name.namespace` (Kubernetes 1.32, “DNS for Services and Pods”). Beyond DNS, a workload without a Service answers to its own name.
 */
import type { ServiceModel } from '../../../model/kinds/service-model.ts';
import { type Resource, type ResourceSet, workloadKinds } from '../../../model/resource.ts';
import { isStandIn } from '../../../model/stand-in.ts';
import { resolveHost } from './cluster/reference.ts';
import type { Deployed, Deployments } from './cluster/workload.ts';
import { type EndpointDraft, endpointName, type ServiceDraft } from './draft.ts';
import { suggestion, suggestionAmong } from './report.ts';

const serving = ['Service', ...workloadKinds];

/** What a name led to, or why it leads nowhere. */
export type Found<T> =
  | { readonly value: T }
  | { readonly code: string; readonly message: string; readonly remedy: string }
  /** It may lead somewhere once the documents that were left out are mended, so there is nothing to tell. */
  | 'inDoubt';

/** Finds services and endpoints by the names that people write. */
export class Lookup {
  readonly #resources: ResourceSet;
  readonly #deployments: Deployments;
  readonly #drafts = new Map<Deployed, ServiceDraft>();
  /** Endpoints of models that are nobody's: of any service without one, for all that is known. */
  readonly #stray: ReadonlySet<string>;

  constructor(
    resources: ResourceSet,
    deployments: Deployments,
    drafts: readonly ServiceDraft[],
    stray: readonly Resource<ServiceModel>[] = [],
  ) {
    this.#stray = new Set(stray.flatMap(({ value }) => value.spec.endpoints.map(({ name }) => name)));
    this.#resources = resources;
    this.#deployments = deployments;
    for (const draft of drafts) this.#drafts.set(draft.deployed, draft);
  }

  draftOf(deployed: Deployed): ServiceDraft | null {
    return this.#drafts.get(deployed) ?? null;
  }

  /** A service by name as in DNS: `api`, `api.shop`, `api.shop.svc.cluster.local`; from a pod in `namespace`. */
  service(namespace: string, name: string): ServiceDraft | null {
    const direct = this.#byName(namespace, name);
    if (direct) return this.draftOf(direct);
    if (!name.includes('.')) return null;
    const { service } = resolveHost(name, namespace, (one) => this.#byName(one.namespace, one.name) !== null);
    return service === null ? null : this.draftOf(this.#byName(service.namespace, service.name)!);
  }

  /** `service/endpoint`, `service`, `service.namespace/endpoint` or `namespace/service/endpoint`. */
  endpoint(namespace: string, written: string): Found<EndpointDraft> {
    const [head, rest] = splitOnce(written);
    const service = this.service(namespace, head);
    if (service) return this.endpointOf(service, rest);
    if (rest !== null) {
      const [second, last] = splitOnce(rest);
      const qualified = this.#byName(head, second);
      if (qualified) return this.endpointOf(this.draftOf(qualified)!, last);
    }
    const parts = written.split('/').map((part) => part.trim().split('.')[0]);
    if (parts.some((part) => this.#resources.mayServe(part))) return 'inDoubt';
    return this.#unknownService(namespace, head);
  }

  /** By name; a workload answers to its own only where no Service of that name may have been left out. */
  #byName(namespace: string, name: string): Deployed | null {
    const found = this.#deployments.byName(namespace, name);
    const certain = found === null || this.#deployments.byService(namespace, name) !== null;
    return certain || !this.#resources.mayLack(['Service'], name) ? found : null;
  }

  /** An endpoint of a service by name; null: its first. */
  endpointOf(service: ServiceDraft, name: string | null): Found<EndpointDraft> {
    if (name === null || name === '') return { value: service.endpoints[0] };
    const exact = service.endpoints.find((endpoint) => endpoint.name === name);
    if (exact) return { value: exact };
    // What a service without a ServiceModel offers hangs on all documents together.
    if (service.model === null && !this.#resources.whole) return 'inDoubt';
    if (service.model === null && (this.#stray.has(name) || [...this.#stray].some(isStandIn)))
      return 'inDoubt';
    const names = service.endpoints.map((endpoint) => endpoint.name);
    if (names.some(isStandIn)) return 'inDoubt';
    return {
      code: 'unknown-endpoint',
      message: `Service ${service.base.name} has no endpoint "${name}".`,
      remedy: suggestion(name, names, `endpoints of ${service.base.name}`),
    };
  }

  /** Every endpoint of a namespace, `service/endpoint`. */
  endpointNames(): string[] {
    return [...this.#drafts.values()].flatMap((draft) => draft.endpoints.map(endpointName));
  }

  #unknownService(namespace: string, name: string): Found<never> {
    const local = this.#deployments.namesIn(namespace);
    const elsewhere = this.#deployments.all.filter((deployed) => deployed.namespace !== namespace);
    const plain = name.split('.')[0];
    const same = elsewhere.find((deployed) => deployed.shortName === plain);
    const others = elsewhere.map((deployed) => `${deployed.shortName}.${deployed.namespace}`);
    return {
      code: 'unknown-service',
      message: `There is no service "${name}" in namespace ${namespace}.`,
      remedy: same
        ? `Did you mean "${same.shortName}.${same.namespace}"?`
        : suggestionAmong(this.#resources, serving, name, [...local, ...others], 'services'),
    };
  }
}

function splitOnce(text: string): [string, string | null] {
  const at = text.indexOf('/');
  return at === -1 ? [text.trim(), null] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
