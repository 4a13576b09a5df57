/**
 * Fidelity: the EndpointSlice controller (pkg/controller/endpointslice, 1.32): the pods that a Service selects become
 * endpoints in slices of 100, one set of slices for each set of ports; terminating pods stay in until they are gone. Only
 * pods that have changed are looked at again. Simplified: the time of the last trigger is not annotated.
 */

import type { ControlPlane } from '../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../control/controller.ts';
import { controlledBy, type Draft, keyOf, splitKey } from '../objects/meta.ts';
import {
  type EndpointSlice,
  endpointSlices,
  nodes,
  type Pod,
  type Service,
  services,
} from '../objects/resource-types.ts';
import { done } from '../store/failure.ts';
import type { Change } from '../store/store.ts';
import { Index } from '../store/store.ts';
import {
  type EndpointPort,
  endpointOf,
  hasFixedPorts,
  portsKey,
  portsOf,
  sameEndpoint,
  servesAsEndpoint,
} from './endpoint.ts';
import { SelectedPods } from './selected-pods.ts';
import { type Packing, type PackingChange, pack, type Slice } from './slice-packing.ts';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const sliceMaker = 'endpointslice-controller.k8s.io';
const headlessLabel = 'service.kubernetes.io/headless';
/** Before the run begins slices are made when pods have become ready. */
const latePriority = 120;

interface Tracked {
  readonly packing: Packing;
  /** Ports by their key. */
  readonly ports: Map<string, readonly EndpointPort[]>;
  /** Pods to look at, by uid; null: all of them. */
  dirty: Set<string> | null;
  /** The controller's own write is being done: what changes is known. */
  writing: boolean;
}

export class EndpointSlices {
  readonly #plane: ControlPlane;
  readonly #controller: Controller;
  readonly #selected: SelectedPods;
  readonly #tracked = new Map<string, Tracked>();
  readonly #byService: Index<EndpointSlice>;
  /** Keys whose notice is on its way. */
  readonly #coming = new Set<string>();
  readonly #noticeHandler: number;
  readonly #notices: string[] = [];

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    const { engine, store, manager } = plane;
    this.#noticeHandler = engine.register('kubernetes/endpoints/notice', () => this.#deliver());
    this.#controller = new Controller({
      engine,
      client: manager.client,
      name: 'endpointslice',
      workers: 5,
      reconcile: (key) => this.#reconcile(key),
    });
    this.#byService = new Index(store, endpointSlices, serviceKeyOfManaged);
    this.#selected = new SelectedPods(store, (key, previous, current) =>
      this.#podChanged(key, previous, current),
    );
    store.observe(endpointSlices, (change) => this.#sliceChanged(change));
    store.observe(services, (change) => this.#serviceChanged(change));
  }

  #serviceChanged({ kind, object, previous }: Change<Service>): void {
    const key = keyOf(object);
    if (kind === 'DELETED') {
      this.#selected.delete(key);
      this.#tracked.delete(key);
      return;
    }
    if (
      previous !== null &&
      previous.spec === object.spec &&
      previous.metadata.labels === object.metadata.labels
    )
      return;
    const { selector, type } = object.spec;
    const selects = selector !== undefined && Object.keys(selector).length > 0 && type !== 'ExternalName';
    if (!selects) {
      this.#selected.delete(key);
      this.#tracked.delete(key);
      return;
    }
    this.#tracked.get(key)?.ports.clear();
    const { namespace = '' } = object.metadata;
    if (previous?.spec.selector !== selector || !this.#tracked.has(key))
      this.#selected.set(key, namespace, { matchLabels: selector });
    this.#all(key);
  }

  /** Everything of the Service is to be looked at. */
  #all(key: string): void {
    const tracked = this.#tracked.get(key);
    if (tracked !== undefined) tracked.dirty = null;
    this.#notify(key);
  }

  #podChanged(key: string, previous: Pod | null, current: Pod | null): void {
    if (previous !== null && current !== null && sameForEndpoints(previous, current)) return;
    this.#tracked.get(key)?.dirty?.add((current ?? previous)!.metadata.uid);
    this.#notify(key);
  }

  #sliceChanged({ kind, object }: Change<EndpointSlice>): void {
    const key = serviceKeyOfManaged(object);
    const tracked = key === undefined ? undefined : this.#tracked.get(key);
    if (key === undefined || tracked === undefined || tracked.writing) return;
    for (const slice of tracked.packing.slices)
      if (slice.name === object.metadata.name && kind !== 'DELETED' && slice.endpoints === object.endpoints)
        return;
    // Somebody else has changed or deleted what belongs to this loop.
    this.#all(key);
  }

  /** The controller hears of it after the lag of its watches; what comes in between needs no further notice. */
  #notify(key: string): void {
    if (this.#coming.has(key)) return;
    this.#coming.add(key);
    this.#notices.push(key);
    const { engine, starting, model } = this.#plane;
    if (starting) engine.scheduleWithPriority(engine.now, latePriority, this.#noticeHandler, 0, 0);
    else engine.after(model.settings.watchLagMicros, this.#noticeHandler, 0, 0);
  }

  #deliver(): void {
    const key = this.#notices.shift();
    if (key === undefined) return;
    this.#coming.delete(key);
    this.#controller.enqueue(key);
  }

  #reconcile(key: string): Reconciliation | null {
    const [namespace, name] = splitKey(key);
    const service = this.#plane.store.get(services, namespace, name);
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return null;
    const { selector, type } = service.spec;
    if (selector === undefined || Object.keys(selector).length === 0 || type === 'ExternalName') return null;
    const tracked = this.#trackedOf(key);
    if (tracked.dirty === null) this.#resume(tracked, key);
    const touched = pack(tracked.packing, this.#changes(key, service, tracked));
    tracked.dirty = new Set();
    this.#keepPlaceholder(tracked, touched);
    return {
      writes: [...touched].map((slice) => this.#write(service, tracked, slice)),
      next: (refused) => {
        if (refused > 0) tracked.dirty = null;
        return null;
      },
    };
  }

  #trackedOf(key: string): Tracked {
    let tracked = this.#tracked.get(key);
    if (tracked === undefined) {
      tracked = {
        packing: { places: new Map(), slices: new Set() },
        ports: new Map(),
        dirty: null,
        writing: false,
      };
      this.#tracked.set(key, tracked);
    }
    return tracked;
  }

  /** Takes up what slices there are. */
  #resume({ packing, ports }: Tracked, key: string): void {
    packing.places.clear();
    packing.slices.clear();
    for (const object of this.#byService.get(key)) {
      const slicePorts = portsKey(object.ports ?? []);
      const slice: Slice = {
        name: object.metadata.name,
        ports: slicePorts,
        endpoints: object.endpoints ?? [],
      };
      ports.set(slicePorts, object.ports ?? []);
      packing.slices.add(slice);
      for (const { targetRef } of slice.endpoints)
        if (targetRef !== undefined) packing.places.set(targetRef.uid, slice);
    }
  }

  *#changes(key: string, service: Service, tracked: Tracked): Generator<PackingChange> {
    const members = this.#selected.get(key);
    const fixed = hasFixedPorts(service);
    let shared: readonly EndpointPort[] | null = null;
    const uids = tracked.dirty ?? new Set([...members.keys(), ...tracked.packing.places.keys()]);
    for (const uid of uids) {
      const pod = members.get(uid);
      if (pod === undefined || !servesAsEndpoint(pod)) {
        if (tracked.packing.places.has(uid)) yield { uid, ports: '', endpoint: null };
        continue;
      }
      const ports = fixed ? (shared ??= portsOf(service, pod)) : portsOf(service, pod);
      const portKey = portsKey(ports);
      tracked.ports.set(portKey, ports);
      const node = this.#plane.store.get(nodes, '', pod.spec.nodeName ?? '');
      const endpoint = endpointOf(pod, service, node);
      const place = tracked.packing.places.get(uid);
      const before = place?.endpoints.find(({ targetRef }) => targetRef?.uid === uid);
      if (place?.ports === portKey && before !== undefined && sameEndpoint(before, endpoint)) continue;
      yield { uid, ports: portKey, endpoint };
    }
  }

  /** A Service without endpoints has one slice without any; no other has an empty one. */
  #keepPlaceholder({ packing, ports }: Tracked, touched: Set<Slice>): void {
    if (packing.places.size > 0) {
      for (const slice of packing.slices) {
        if (slice.endpoints.length > 0) continue;
        packing.slices.delete(slice);
        touched.add(slice);
      }
      return;
    }
    if (packing.slices.size > 0) return;
    const emptied = [...touched].find(({ name }) => name !== null);
    const empty: Slice = emptied ?? { name: null, ports: '', endpoints: [] };
    if (emptied === undefined) ports.set('', []);
    packing.slices.add(empty);
    touched.add(empty);
  }

  #write(service: Service, tracked: Tracked, slice: Slice): Write {
    const { api } = this.#plane;
    const { namespace = '' } = service.metadata;
    const own = (write: Write) => () => {
      tracked.writing = true;
      const outcome = write();
      tracked.writing = false;
      return outcome;
    };
    const { name, endpoints } = slice;
    if (!tracked.packing.slices.has(slice))
      return name === null ? () => done(null) : own(() => api.delete(endpointSlices, namespace, name));
    if (name !== null)
      return own(() =>
        api.modify(endpointSlices, namespace, name, (current) => ({
          ...current,
          endpoints,
          ports: tracked.ports.get(slice.ports) ?? current.ports,
        })),
      );
    const draft = sliceDraft(service, tracked.ports.get(slice.ports) ?? [], endpoints);
    return own(() => {
      const created = api.create(endpointSlices, draft);
      if (created.ok) slice.name = created.value.metadata.name;
      return created;
    });
  }

  /** All slices of a Service that this controller made. */
  slicesOf(namespace: string, service: string): Iterable<EndpointSlice> {
    return this.#byService.get(`${namespace}/${service}`);
  }
}

function serviceKeyOfManaged(slice: EndpointSlice): string | undefined {
  const { labels = {}, namespace } = slice.metadata;
  const service = labels[serviceNameLabel];
  return service === undefined || labels[managedByLabel] !== sliceMaker
    ? undefined
    : `${namespace}/${service}`;
}

function sliceDraft(
  service: Service,
  ports: readonly EndpointPort[],
  endpoints: EndpointSlice['endpoints'],
): Draft<EndpointSlice> {
  const { name, namespace = '', labels } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: {
        ...labels,
        [serviceNameLabel]: name,
        [managedByLabel]: sliceMaker,
        ...(service.spec.clusterIP === 'None' ? { [headlessLabel]: '' } : {}),
      },
      ownerReferences: [controlledBy(service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}

function sameForEndpoints(a: Pod, b: Pod): boolean {
  return (
    a.status.podIP === b.status.podIP &&
    a.status.phase === b.status.phase &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    a.spec.nodeName === b.spec.nodeName &&
    readyText(a) === readyText(b)
  );
}

function readyText({ status }: Pod): string | undefined {
  return status.conditions?.find(({ type }) => type === 'Ready')?.status;
}
