import type { Diagnostics } from '../../../../base/diagnostics.ts';
import type { Path } from '../../../../model/place.ts';
import {
  qualifiedName,
  type Resource,
  type ResourceSet,
  resourceId,
  workloadKinds,
} from '../../../../model/resource.ts';
import { isSidecar } from '../preset/recognise.ts';
import { listed, where } from '../report.ts';
import type {
  Container,
  PodDocument,
  PodSpec,
  RolloutDocument,
  ServiceDocument,
  WorkloadDocument,
} from './manifest.ts';

/**
 * Fidelity: which pods stand behind which Service: those in its namespace whose labels include its selector
 * (Kubernetes 1.32, “Service”). Simplified: session affinity is left out, which is told; the pods of a workload are what its
 * template says; when several Services select one workload (stable and canary of a Rollout, say), one service of the
 * simulation answers to all their names; when one Service selects several workloads, their replicas form one service. A
 * Deployment that a Rollout takes its template from has handed its pods over to it, as the documentation of Argo Rollouts asks.
 */

/** What keeps pods running that may answer requests, or a Pod by itself. */
export interface Workload {
  readonly resource: Resource<WorkloadDocument>;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: PodSpec;
  /** The container that serves users; null when the template has none. */
  readonly main: Container | null;
  readonly mainIndex: number;
  /** The Service that stands for it by its own word: where the old version of a Rollout is reached. */
  readonly stableService: string | null;
  /** Id of the workload that handed its pods over to this Rollout, or null. */
  readonly takesOver: string | null;
}

/** Where the pod's spec stands in a workload. */
export function podPathOf({ kind }: Pick<Resource, 'kind'>): Path {
  return kind === 'Pod' ? ['spec'] : ['spec', 'template', 'spec'];
}

/** What will be one service of the simulation. */
export interface Deployed {
  /** Unique: `web`, or `shop/web` outside the default namespace. */
  readonly name: string;
  readonly namespace: string;
  /** Without namespace: of the Service, or of the workload where no Service selects it. */
  readonly shortName: string;
  /** Empty for a Service without pods that a ServiceModel describes, and where a ServiceModel is nobody's. */
  readonly workloads: readonly Workload[];
  /** Services that lead here; the one that gives the name first. */
  readonly services: readonly Resource<ServiceDocument>[];
}

/** Everything that runs, and how to find it. */
export class Deployments {
  readonly all: readonly Deployed[];
  readonly #byService = new Map<string, Deployed>();
  readonly #byWorkload = new Map<string, Deployed>();

  constructor(all: readonly Deployed[]) {
    this.all = all;
    for (const deployed of all) {
      for (const service of deployed.services)
        this.#byService.set(key(service.namespace, service.name), deployed);
      for (const { resource, takesOver } of deployed.workloads) {
        this.#byWorkload.set(resource.id, deployed);
        if (takesOver !== null) this.#byWorkload.set(takesOver, deployed);
      }
    }
  }

  /** By the name of any of its Services. */
  byService(namespace: string, name: string): Deployed | null {
    return this.#byService.get(key(namespace, name)) ?? null;
  }

  /** By the id of its workload, e.g. `Deployment shop/web`. */
  byWorkloadId(id: string): Deployed | null {
    return this.#byWorkload.get(id) ?? null;
  }

  /** By a Service's name, or by the name of a workload that has no Service of another name. */
  byName(namespace: string, name: string): Deployed | null {
    return (
      this.byService(namespace, name) ??
      workloadKinds
        .map((kind) => this.#byWorkload.get(resourceId(kind, namespace, name)))
        .find((deployed) => deployed !== undefined) ??
      null
    );
  }

  /** Names that `byName` finds in a namespace, in order. */
  namesIn(namespace: string): string[] {
    const names = new Set<string>();
    for (const deployed of this.all) {
      if (deployed.namespace !== namespace) continue;
      names.add(deployed.shortName);
      for (const service of deployed.services) names.add(service.name);
    }
    return [...names];
  }
}

function key(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** `modelled`: ids of Services that a ServiceModel describes; they need no pods. */
export function findDeployments(
  resources: ResourceSet,
  modelled: ReadonlySet<string>,
  diagnostics: Diagnostics,
): Deployments {
  const handedOver = new Set(
    resources.byKind<RolloutDocument>('Rollout').map((rollout) => referredBy(rollout)),
  );
  const workloads = resources.all
    .filter(({ kind, id }) => workloadKinds.includes(kind) && !handedOver.has(id))
    .map((resource) => workloadOf(resource as Resource<WorkloadDocument>, resources));
  const services = resources.byKind<ServiceDocument>('Service');
  const selection = new Selection(services, workloads);
  const all = groupByPrimary(workloads, selection).map((group) => deployedOf(group, selection));
  const placed = new Set(all.flatMap((deployed) => deployed.services));
  for (const service of services) {
    const members = selection.of(service);
    if (placed.has(service) || modelled.has(service.id)) checkAffinity(service, diagnostics);
    if (members.length > 0) checkSelected(service, members, placed.has(service), diagnostics);
    else if (modelled.has(service.id)) all.push(external(service));
    else warnUnbacked(service, workloads, diagnostics);
  }
  return new Deployments(renamed(all, diagnostics));
}

/** A workload without a Service gives way where its name is taken: it takes its kind into its name. */
function renamed(all: readonly Deployed[], diagnostics: Diagnostics): Deployed[] {
  const taken = new Set(all.filter((one) => one.services.length > 0).map((one) => one.name));
  return all.map((one) => {
    if (one.services.length > 0) return one;
    const { resource } = one.workloads[0];
    let shortName = one.shortName;
    for (let n = 1; taken.has(qualifiedName(one.namespace, shortName)); n += 1) {
      shortName = `${one.shortName}-${resource.kind.toLowerCase()}${n === 1 ? '' : n}`;
    }
    const name = qualifiedName(one.namespace, shortName);
    taken.add(name);
    if (name === one.name) return one;
    diagnostics.info(
      'name-taken',
      `${resource.id} has no Service, and ${one.name} is the name of something else; it is simulated as ${name}.`,
      where(resource, ['metadata', 'name'], 'Give it a Service, or a name of its own.'),
    );
    return { ...one, name, shortName };
  });
}

/** The id of the workload that a Rollout takes its template from; null: it has its own. */
export function referredBy(rollout: Resource<RolloutDocument>): string | null {
  const reference = rollout.value.spec?.workloadRef;
  return reference === undefined
    ? null
    : resourceId(reference.kind ?? 'Deployment', rollout.namespace, reference.name ?? '');
}

function templateOf(resource: Resource<WorkloadDocument>, resources: ResourceSet): PodDocument {
  if (resource.kind === 'Pod') return resource.value as PodDocument;
  const { spec } = resource.value as RolloutDocument;
  if (spec?.workloadRef === undefined) return spec?.template ?? {};
  const { kind = 'Deployment', name = '' } = spec.workloadRef;
  const referred = resources.find<WorkloadDocument>(kind, resource.namespace, name);
  return referred?.value.spec?.template ?? {};
}

function workloadOf(resource: Resource<WorkloadDocument>, resources: ResourceSet): Workload {
  const template = templateOf(resource, resources);
  const pod = template.spec ?? {};
  const containers = pod.containers ?? [];
  const index = containers.findIndex((container) => !isSidecar(container));
  const mainIndex = index === -1 ? 0 : index;
  const { strategy } = (resource.value as RolloutDocument).spec ?? {};
  return {
    resource,
    namespace: resource.namespace,
    name: resource.name,
    labels: template.metadata?.labels ?? {},
    pod,
    main: containers[mainIndex] ?? null,
    mainIndex,
    stableService: strategy?.canary?.stableService ?? strategy?.blueGreen?.activeService ?? null,
    takesOver: resource.kind === 'Rollout' ? referredBy(resource) : null,
  };
}

/** Which Service selects which workloads, both ways. */
class Selection {
  readonly #workloads = new Map<Resource<ServiceDocument>, readonly Workload[]>();
  readonly #services = new Map<Workload, Resource<ServiceDocument>[]>();

  constructor(services: readonly Resource<ServiceDocument>[], workloads: readonly Workload[]) {
    // One label of the selector is enough to leave almost every workload out.
    const byLabel = new Map<string, Workload[]>();
    for (const workload of workloads) {
      this.#services.set(workload, []);
      for (const [label, value] of Object.entries(workload.labels)) {
        const place = labelKey(workload.namespace, label, value);
        const same = byLabel.get(place);
        if (same) same.push(workload);
        else byLabel.set(place, [workload]);
      }
    }
    for (const service of services) {
      const selected = selectedBy(service, byLabel);
      this.#workloads.set(service, selected);
      for (const workload of selected) this.#services.get(workload)!.push(service);
    }
  }

  /** Workloads that a Service selects. */
  of(service: Resource<ServiceDocument>): readonly Workload[] {
    return this.#workloads.get(service) ?? [];
  }

  /** Services that select a workload. */
  by(workload: Workload): readonly Resource<ServiceDocument>[] {
    return this.#services.get(workload) ?? [];
  }
}

function labelKey(namespace: string, label: string, value: string): string {
  return JSON.stringify([namespace, label, value]);
}

/** Labels that controllers give to pods, and to selectors while they roll out: templates do not have them. */
const givenByControllers: ReadonlySet<string> = new Set(['pod-template-hash', 'rollouts-pod-template-hash']);

function selectorOf(service: Resource<ServiceDocument>): [label: string, value: string][] {
  const written = Object.entries(service.value.spec?.selector ?? {});
  return written.filter(([label]) => !givenByControllers.has(label));
}

function selectedBy(
  service: Resource<ServiceDocument>,
  byLabel: ReadonlyMap<string, readonly Workload[]>,
): readonly Workload[] {
  const spec = service.value.spec;
  const selector = selectorOf(service);
  if (selector.length === 0 || spec?.type === 'ExternalName') return [];
  const candidates = byLabel.get(labelKey(service.namespace, ...selector[0])) ?? [];
  return candidates.filter((workload) =>
    selector.every(([label, value]) => workload.labels[label] === value),
  );
}

interface Group {
  readonly primary: Resource<ServiceDocument> | null;
  readonly members: Workload[];
}

/** Each workload belongs to the Service that means it most: the narrowest selection, the stable one, the same name, not headless, the first. */
function groupByPrimary(workloads: readonly Workload[], selection: Selection): Group[] {
  const groups: Group[] = [];
  const byService = new Map<Resource<ServiceDocument>, Group>();
  for (const workload of workloads) {
    let primary: Resource<ServiceDocument> | null = null;
    for (const service of selection.by(workload)) {
      if (primary === null || fitter(service, primary, workload, selection)) primary = service;
    }
    const known = primary === null ? undefined : byService.get(primary);
    if (known) known.members.push(workload);
    else {
      const group: Group = { primary, members: [workload] };
      groups.push(group);
      if (primary !== null) byService.set(primary, group);
    }
  }
  return groups;
}

function fitter(
  one: Resource<ServiceDocument>,
  other: Resource<ServiceDocument>,
  workload: Workload,
  selection: Selection,
): boolean {
  const rank = (service: Resource<ServiceDocument>): readonly number[] => [
    selection.of(service).length,
    service.name === workload.stableService ? 0 : 1,
    service.name === workload.name ? 0 : 1,
    service.value.spec?.clusterIP === 'None' ? 1 : 0,
  ];
  const [a, b] = [rank(one), rank(other)];
  const first = a.findIndex((value, i) => value !== b[i]);
  return first !== -1 && a[first] < b[first];
}

function deployedOf({ primary, members }: Group, selection: Selection): Deployed {
  const inside = new Set(members);
  const services = new Set(members.flatMap((workload) => selection.by(workload)));
  const aliases = [...services].filter(
    (service) => service !== primary && selection.of(service).every((workload) => inside.has(workload)),
  );
  const namespace = members[0].namespace;
  const shortName = primary?.name ?? members[0].name;
  return {
    name: qualifiedName(namespace, shortName),
    namespace,
    shortName,
    workloads: members,
    services: primary === null ? aliases : [primary, ...aliases],
  };
}

function external(service: Resource<ServiceDocument>): Deployed {
  return {
    name: qualifiedName(service.namespace, service.name),
    namespace: service.namespace,
    shortName: service.name,
    workloads: [],
    services: [service],
  };
}

function warnUnbacked(
  service: Resource<ServiceDocument>,
  workloads: readonly Workload[],
  diagnostics: Diagnostics,
): void {
  const spec = service.value.spec;
  const describe = `Describe it with a ServiceModel (spec.for.service: ${service.name}) to simulate it.`;
  if (spec?.type === 'ExternalName') {
    const message = `${service.id} stands for ${spec.externalName ?? 'a host'} outside the cluster; calls to it are not simulated.`;
    diagnostics.warning('service-external', message, where(service, ['spec', 'externalName'], describe));
    return;
  }
  if (Object.keys(spec?.selector ?? {}).length === 0) {
    const message = `${service.id} has no selector, so nothing is known of what answers it; calls to it are not simulated.`;
    diagnostics.warning('service-without-selector', message, where(service, ['spec'], describe));
    return;
  }
  const selector = Object.entries(spec!.selector!)
    .map(([label, value]) => `${label}=${value}`)
    .join(',');
  const near = workloads.filter((workload) => workload.namespace === service.namespace);
  const elsewhere = workloads.some((workload) =>
    Object.entries(spec!.selector!).every(([label, value]) => workload.labels[label] === value),
  );
  const remedy = elsewhere
    ? 'The labels match pods in another namespace; a Service selects pods in its own namespace only.'
    : `Make the selector match the labels of a pod template. Workloads there: ${listed(near.map((one) => one.resource.id))}.`;
  diagnostics.warning(
    'service-selects-nothing',
    `${service.id} selects ${selector}, which no workload in namespace ${service.namespace} has; calls to it are not simulated.`,
    where(service, ['spec', 'selector'], remedy),
  );
}

function checkSelected(
  service: Resource<ServiceDocument>,
  members: readonly Workload[],
  placed: boolean,
  diagnostics: Diagnostics,
): void {
  checkPorts(service, members[0], diagnostics);
  if (placed) {
    if (members.length > 1 && !areAlike(members)) {
      diagnostics.info(
        'service-of-several-workloads',
        `${service.id} selects ${listed(members.map((one) => one.resource.id))}; they are simulated as one service that runs what the first of them runs.`,
        where(service, ['spec', 'selector'], 'Give each its own Service to simulate them apart.'),
      );
    }
    return;
  }
  diagnostics.warning(
    'service-spans-services',
    `${service.id} selects pods that other Services select more closely (${listed(members.map((one) => one.resource.id))}); requests to it are not simulated.`,
    where(service, ['spec', 'selector'], 'Send traffic to the closer Services.'),
  );
}

/** Whether all are Pods that run the same. */
function areAlike(members: readonly Workload[]): boolean {
  return members.every(
    ({ resource, main }) => resource.kind === 'Pod' && main?.image === members[0].main?.image,
  );
}

/** kube-proxy would send all requests of one client address to one pod; here the client's balancer decides. */
function checkAffinity(service: Resource<ServiceDocument>, diagnostics: Diagnostics): void {
  if (service.value.spec?.sessionAffinity !== 'ClientIP') return;
  diagnostics.warning(
    'affinity-not-simulated',
    `${service.id} keeps each client on one pod (sessionAffinity: ClientIP), which is not simulated: requests are spread over all pods.`,
    where(
      service,
      ['spec', 'sessionAffinity'],
      'For requests that stay by key, give its callers balancer: consistentHash and the Traffic keys.',
    ),
  );
}

/** A port that leads nowhere answers “connection refused” in a cluster. */
function checkPorts(service: Resource<ServiceDocument>, workload: Workload, diagnostics: Diagnostics): void {
  const declared = [...(workload.pod.containers ?? []), ...(workload.pod.initContainers ?? [])].flatMap(
    (container) => container.ports ?? [],
  );
  (service.value.spec?.ports ?? []).forEach((port, index) => {
    const target = port.targetPort ?? port.port;
    const known = declared.some((one) =>
      typeof target === 'string' && !/^\d+$/.test(target)
        ? one.name === target
        : one.containerPort === Number(target),
    );
    // Numbers need not be declared to work; only a contradiction is worth a word.
    if (known || (declared.length === 0 && (typeof target === 'number' || /^\d+$/.test(target)))) return;
    const ports = declared.map((one) =>
      one.name ? `${one.name} (${one.containerPort})` : `${one.containerPort}`,
    );
    diagnostics.warning(
      'service-port-mismatch',
      `${service.id} sends port ${port.port} to ${target}, which ${workload.resource.id} does not declare; it is simulated as if it did.`,
      where(
        service,
        ['spec', 'ports', index, 'targetPort'],
        ports.length === 0 ? 'Name the port in the container.' : `Declared: ${listed(ports)}.`,
      ),
    );
  });
}
