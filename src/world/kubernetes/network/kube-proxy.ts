/**
 * Fidelity: kube-proxy (pkg/proxy, 1.32): connections to a Service go to its ready endpoints, and to serving terminating
 * ones where none is ready (ProxyTerminatingEndpoints), once each node's proxy has written its rules. What the endpoints
 * lead to is the pod's address, so a container that starts anew is reached at once. Simplified: one proxy for all nodes; each
 * change takes its own time up to the sync period, in order for each Service. Local traffic policies are left out.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import type { Serving } from '../model.ts';
import type { Kubelet } from '../node/kubelet/kubelet.ts';
import type { ContainerRun } from '../node/kubelet/pod-run.ts';
import {
  type Endpoint,
  type EndpointSlice,
  endpointSlices,
  pods,
  services,
} from '../objects/resource-types.ts';
import type { Change } from '../store/store.ts';
import { serviceNameLabel } from './endpoint-slices.ts';

interface Rule {
  readonly namespace: string;
  readonly service: string;
  /** In how many slices each pod is as a ready endpoint, and as a serving one that is terminating. */
  readonly ready: Map<string, number>;
  readonly draining: Map<string, number>;
  /** Pods that the rules will lead to once all changes are written, and whether those are ready ones. */
  readonly planned: Set<string>;
  leadsToReady: boolean;
  /** Pods that they lead to now, with the process behind the address; null: nothing listens there. */
  readonly written: Map<string, number | null>;
  /** When its last change so far is written. */
  lastMicros: number;
}

interface RuleChange {
  readonly rule: Rule;
  readonly uid: string;
  readonly adds: boolean;
}

export class KubeProxy {
  readonly #plane: ControlPlane;
  readonly #kubelet: Kubelet;
  readonly #rules = new Map<string, Rule>();
  /** Rules that lead to a pod, by its uid. */
  readonly #rulesOfPod = new Map<string, Set<Rule>>();
  readonly #containers = new Map<string, string>();
  readonly #stream: ReturnType<ControlPlane['random']>;
  readonly #writeHandler: number;
  readonly #changes: (RuleChange | null)[] = [];
  readonly #freeSlots: number[] = [];

  constructor(plane: ControlPlane, kubelet: Kubelet) {
    this.#plane = plane;
    this.#kubelet = kubelet;
    this.#stream = plane.random('kube-proxy');
    for (const serving of plane.model.servings) this.#learn(serving);
    this.#writeHandler = plane.engine.register('kubernetes/kube-proxy/write', (slot) => this.#write(slot));
    const { watch } = plane.component('kube-proxy', { qps: 50, burst: 100 });
    watch.on(endpointSlices, (change) => this.#changed(change));
    watch.on(services, ({ kind, object }) => {
      const rule = this.#rules.get(`${object.metadata.namespace}/${object.metadata.name}`);
      // Its slices go later, and what they held is then planned no more.
      if (kind === 'DELETED' && rule !== undefined)
        for (const uid of [...rule.planned]) this.#drop(rule, uid);
    });
    kubelet.onStart((container) => this.#started(container));
  }

  #learn({ namespace, services: names, container }: Serving): void {
    for (const name of names) this.#containers.set(`${namespace}/${name}`, container);
  }

  #changed({ kind, object, previous }: Change<EndpointSlice>): void {
    const key = serviceKeyOf(object);
    if (key === undefined) return;
    const { namespace = '', labels = {} } = object.metadata;
    if (!this.#plane.routing.routes(namespace, labels[serviceNameLabel])) return;
    const rule = this.#rules.get(key) ?? this.#newRule(key);
    const before = previous?.endpoints ?? [];
    const now = kind === 'DELETED' ? [] : (object.endpoints ?? []);
    const touched = new Set<string>();
    // What a slice keeps, it mostly keeps in its place; what has only moved is counted out and in again.
    for (let at = Math.max(before.length, now.length) - 1; at >= 0; at--) {
      if (before[at] === now[at]) continue;
      if (at < before.length) count(rule, before[at], -1, touched);
      if (at < now.length) count(rule, now[at], 1, touched);
    }
    this.#plan(rule, touched);
  }

  /** Plans changes for the pods that something has happened to, or for all when other kinds of endpoints serve now. */
  #plan(rule: Rule, touched: ReadonlySet<string>): void {
    const { ready, draining, planned } = rule;
    const leadsToReady = ready.size > 0;
    const wanted = leadsToReady ? ready : draining;
    const uids = leadsToReady === rule.leadsToReady ? touched : new Set([...planned, ...wanted.keys()]);
    rule.leadsToReady = leadsToReady;
    for (const uid of uids) if (planned.has(uid) && !wanted.has(uid)) this.#drop(rule, uid);
    for (const uid of uids) {
      if (planned.has(uid) || !wanted.has(uid)) continue;
      planned.add(uid);
      this.#schedule({ rule, uid, adds: true });
    }
  }

  #drop(rule: Rule, uid: string): void {
    rule.planned.delete(uid);
    this.#schedule({ rule, uid, adds: false });
  }

  #newRule(key: string): Rule {
    const slash = key.indexOf('/');
    const rule: Rule = {
      namespace: key.slice(0, slash),
      service: key.slice(slash + 1),
      ready: new Map(),
      draining: new Map(),
      planned: new Set(),
      leadsToReady: false,
      written: new Map(),
      lastMicros: 0,
    };
    this.#rules.set(key, rule);
    return rule;
  }

  #schedule(change: RuleChange): void {
    const { engine, model, starting } = this.#plane;
    const delay = starting ? 0 : this.#stream.uniform() * model.settings.proxySyncMicros;
    const { rule } = change;
    rule.lastMicros = Math.max(rule.lastMicros, Math.round(engine.now + delay));
    const slot = this.#freeSlots.pop() ?? this.#changes.length;
    this.#changes[slot] = change;
    engine.after(rule.lastMicros - engine.now, this.#writeHandler, slot, 0);
  }

  #write(slot: number): void {
    const change = this.#changes[slot];
    this.#changes[slot] = null;
    this.#freeSlots.push(slot);
    if (change === null) return;
    const { rule, uid, adds } = change;
    const { namespace, service, written } = rule;
    const { routing } = this.#plane;
    if (adds) {
      if (written.has(uid)) return;
      const process = this.#processOf(rule, uid);
      written.set(uid, process);
      this.#remember(uid, rule);
      if (process !== null) routing.add(namespace, service, process);
      return;
    }
    const process = written.get(uid);
    written.delete(uid);
    this.#forget(uid, rule);
    if (process !== undefined && process !== null) routing.remove(namespace, service, process);
  }

  #processOf({ namespace, service }: Rule, uid: string): number | null {
    const pod = this.#kubelet.podOf(uid);
    if (pod === undefined) return null;
    const name = this.#containers.get(`${namespace}/${service}`) ?? pod.pod.spec.containers[0].name;
    return pod.containers.find(({ spec }) => spec.name === name)?.process ?? null;
  }

  #remember(uid: string, rule: Rule): void {
    const rules = this.#rulesOfPod.get(uid);
    if (rules === undefined) this.#rulesOfPod.set(uid, new Set([rule]));
    else rules.add(rule);
  }

  #forget(uid: string, rule: Rule): void {
    const rules = this.#rulesOfPod.get(uid);
    if (rules?.delete(rule) === true && rules.size === 0) this.#rulesOfPod.delete(uid);
  }

  /** Behind the address of a pod another process listens now. */
  #started({ pod, process }: ContainerRun): void {
    const rules = this.#rulesOfPod.get(pod.uid);
    if (rules === undefined || process === null) return;
    for (const rule of rules) {
      const now = this.#processOf(rule, pod.uid);
      const before = rule.written.get(pod.uid) ?? null;
      if (now === before) continue;
      rule.written.set(pod.uid, now);
      if (before !== null) this.#plane.routing.remove(rule.namespace, rule.service, before);
      if (now !== null) this.#plane.routing.add(rule.namespace, rule.service, now);
    }
  }

  /** Names of pods that connections to a Service are sent to now. */
  targetsOf(namespace: string, service: string): readonly string[] {
    const rule = this.#rules.get(`${namespace}/${service}`);
    if (rule === undefined) return [];
    const names: string[] = [];
    for (const pod of this.#plane.store.table(pods).values(namespace))
      if (rule.written.has(pod.metadata.uid)) names.push(pod.metadata.name);
    return names;
  }
}

/** Counts an endpoint in or out. */
function count(rule: Rule, { conditions, targetRef }: Endpoint, by: 1 | -1, touched: Set<string>): void {
  if (targetRef === undefined) return;
  const { uid } = targetRef;
  const { ready, serving, terminating } = conditions;
  touched.add(uid);
  if (ready) add(rule.ready, uid, by);
  else if (serving && terminating) add(rule.draining, uid, by);
}

function add(counts: Map<string, number>, uid: string, by: 1 | -1): void {
  const next = (counts.get(uid) ?? 0) + by;
  if (next === 0) counts.delete(uid);
  else counts.set(uid, next);
}

/** Of all slices, whoever made them. */
function serviceKeyOf({ metadata }: EndpointSlice): string | undefined {
  const service = metadata.labels?.[serviceNameLabel];
  return service === undefined ? undefined : `${metadata.namespace}/${service}`;
}
