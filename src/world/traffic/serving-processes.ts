/**
 * Fidelity: the processes in serving containers, as kubelets start, probe and end them. A process refuses connections
 * while it boots; on SIGTERM it closes its port and ends what it has, or ends at once, or takes no notice, as its
 * ServiceModel says; when it is killed, clients' connections are reset. HTTP and gRPC probes take their turn among the requests; a
 * TCP probe succeeds as soon as the port is open, since the kernel answers it, and an exec probe as soon as the process has
 * booted. Simplified: probes cost no CPU; a process on a lost machine resets its connections instead of falling silent.
 */
import { assert } from '../../base/assert.ts';
import { microsPerHour } from '../../base/time.ts';
import type { Engine } from '../../engine/engine.ts';
import type { ProcessModel, Release, Serving } from '../kubernetes/model.ts';
import type { Routing } from '../kubernetes/network/routing.ts';
import type { LogLine, ProbeRequest, Processes, ProcessHost } from '../kubernetes/node/processes.ts';
import { controllerOf } from '../kubernetes/objects/meta.ts';
import type { Pod } from '../kubernetes/objects/pod.ts';
import { milliOf } from '../kubernetes/objects/resources.ts';
import type { AccessLog } from './access-log.ts';
import type { Client } from './client.ts';
import type { Fleet } from './fleet.ts';
import { ok, refused, shed } from './ledger.ts';
import type { TrafficModel } from './model.ts';
import type { ReleaseCounts } from './release-counts.ts';
import { asStated, type Behaviour, type Replica } from './replica.ts';
import type { Server } from './server.ts';

export interface ServingParts {
  readonly engine: Engine;
  readonly model: TrafficModel;
  readonly fleet: Fleet;
  readonly server: Server;
  readonly client: Client;
  readonly counts: ReleaseCounts;
  /** Null where nobody reads what processes log. */
  readonly log: AccessLog | null;
}

/** One process, by the id of its replica. */
interface Process {
  readonly replica: Replica;
  readonly serving: Serving;
  readonly release: Release | null;
  readonly memory: ProcessModel['memory'];
  readonly startupMicros: number;
  /** Value of the label by which rollouts tell releases apart. */
  readonly podHash: string | null;
  readonly podUid: string;
  /** Services through which requests may go to it. */
  readonly routes: Set<string>;
  booted: boolean;
  ending: boolean;
  ended: boolean;
  /** Arrivals at some earlier time, for rates. */
  countedMicros: number;
  counted: number;
  ratePerSecond: number;
}

interface Probing {
  readonly process: number;
  readonly ticket: number;
  answered: boolean;
}

const rolloutHashLabel = 'rollouts-pod-template-hash';
const templateHashLabel = 'pod-template-hash';
/** The shortest time over which a rate is told. */
const rateWindowMicros = 15e6;

/** The workload that a pod belongs to, e.g. `Deployment/web`; of a ReplicaSet's pod the owner that its name tells. */
export function workloadOf(pod: Pod): string {
  const owner = controllerOf(pod);
  if (owner === undefined) return `Pod/${pod.metadata.name}`;
  if (owner.kind !== 'ReplicaSet') return `${owner.kind}/${owner.name}`;
  const labels = pod.metadata.labels ?? {};
  const rolloutHash = labels[rolloutHashLabel];
  const hash = rolloutHash ?? labels[templateHashLabel];
  if (hash === undefined || !owner.name.endsWith(`-${hash}`)) return `ReplicaSet/${owner.name}`;
  const name = owner.name.slice(0, -hash.length - 1);
  return `${rolloutHash === undefined ? 'Deployment' : 'Rollout'}/${name}`;
}

/** Whether `pattern` means the image: the whole of it, or its tag after a colon; `*` stands for any text. */
export function meansImage(pattern: string, image: string): boolean {
  const wanted = pattern.startsWith(':') ? `*${pattern}` : pattern;
  const [first, ...rest] = wanted.split('*');
  if (rest.length === 0) return image === wanted;
  const last = rest.pop()!;
  if (!image.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = image.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return image.length - last.length >= at && image.endsWith(last);
}

export class ServingProcesses implements Processes, Routing {
  private readonly parts: ServingParts;
  /** By `namespace/Kind/name` of the workload. */
  private readonly servings = new Map<string, Serving>();
  /** By `namespace/name` of the Service. */
  private readonly services = new Set<string>();
  private readonly processes = new Map<number, Process>();
  /** The present process of each pod, by its uid. */
  private readonly ofPod = new Map<string, number>();
  private readonly serviceIds = new Map<string, number>();
  /** The endpoint in whose name probes wait in queues, by service. */
  private readonly probeEndpoints: readonly number[];
  private readonly probings: (Probing | null)[] = [];
  private readonly freeProbings: number[] = [];
  /** Processes that are gone and whose logs are kept, oldest first. */
  private readonly past: number[] = [];
  private readonly bootHandler: number;
  private readonly crashHandler: number;
  private readonly exitHandler: number;
  private readonly probeTimeoutHandler: number;
  host!: ProcessHost;

  constructor(servings: readonly Serving[], parts: ServingParts) {
    this.parts = parts;
    const { engine, model, fleet } = parts;
    for (const serving of servings) {
      const { namespace, service } = serving;
      for (const { kind, name } of serving.workloads)
        this.servings.set(`${namespace}/${kind}/${name}`, serving);
      for (const name of serving.services) this.services.add(`${namespace}/${name}`);
      const id = fleet.serviceNamed(service);
      this.serviceIds.set(service, id);
      fleet.manage(id);
    }
    this.probeEndpoints = model.services.map(
      ({ id }) => model.endpoints.find((endpoint) => endpoint.service === id)?.id ?? 0,
    );
    this.bootHandler = engine.register('traffic/boot', (process) => this.boot(process));
    this.crashHandler = engine.register('traffic/crash', (process) => this.crash(process));
    this.exitHandler = engine.register('traffic/exit', (process, code) => this.exit(process, code));
    this.probeTimeoutHandler = engine.register('traffic/probe-timeout', (slot) => this.probeLate(slot));
  }

  /** Whether the container serves traffic. */
  claims(pod: Pod, container: string): boolean {
    return this.servingOf(pod)?.container === container;
  }

  private servingOf(pod: Pod): Serving | undefined {
    return this.servings.get(`${pod.metadata.namespace}/${workloadOf(pod)}`);
  }

  start(pod: Pod, container: string, zone: string, settled: boolean): number {
    const serving = this.servingOf(pod);
    assert(serving !== undefined, 'Only claimed containers are started.');
    const spec = pod.spec.containers.find(({ name }) => name === container);
    const image = spec?.image ?? '';
    const release = serving.process.releases.find(({ image: pattern }) => meansImage(pattern, image)) ?? null;
    const replica = this.launch(serving, zone, spec?.resources?.limits?.['cpu'], behaviourOf(release));
    const process: Process = {
      replica,
      serving,
      release,
      memory: release?.memory ?? serving.process.memory,
      startupMicros: settled ? 0 : (release?.startupMicros ?? serving.process.startupMicros),
      podHash: pod.metadata.labels?.[rolloutHashLabel] ?? null,
      podUid: pod.metadata.uid,
      routes: new Set(),
      booted: false,
      ending: false,
      ended: false,
      countedMicros: this.parts.engine.now,
      counted: 0,
      ratePerSecond: 0,
    };
    this.processes.set(replica.id, process);
    this.ofPod.set(pod.metadata.uid, replica.id);
    this.tell(replica.id, `starting ${image}`);
    replica.label = process.podHash;
    const hash = process.podHash ?? pod.metadata.labels?.[templateHashLabel] ?? '';
    replica.count = this.parts.counts.of(serving.service, hash, image);
    const { engine } = this.parts;
    if (process.startupMicros === 0) this.boot(replica.id);
    else engine.after(process.startupMicros, this.bootHandler, replica.id, 0);
    if (release?.crashAfterMicros != null)
      engine.after(release.crashAfterMicros, this.crashHandler, replica.id, 0);
    return replica.id;
  }

  private launch(
    serving: Serving,
    zone: string,
    limit: string | number | undefined,
    behaviour: Behaviour,
  ): Replica {
    const { fleet, server, model } = this.parts;
    if (behaviour !== asStated) server.vary();
    const limitCores = limit === undefined ? null : milliOf(limit) / 1000;
    return fleet.launch(this.serviceIds.get(serving.service)!, {
      zone: Math.max(0, model.zones.indexOf(zone)),
      // The kubelet writes no smaller quota than a millisecond of each period.
      limitCores: limitCores === null || limitCores === 0 ? null : Math.max(0.01, limitCores),
      behaviour,
    });
  }

  private boot(id: number): void {
    const process = this.processes.get(id);
    if (process === undefined || process.ended) return;
    process.booted = true;
    this.tell(id, 'listening');
    if (!process.ending) process.replica.refusing = false;
  }

  private crash(id: number): void {
    const process = this.processes.get(id);
    if (process === undefined || process.ended) return;
    this.tell(id, 'uncaught exception: the process ends', 'error');
    this.end(process);
    this.host.exited(id, 1, 'Error');
  }

  private exit(id: number, code: number): void {
    const process = this.processes.get(id);
    if (process === undefined || process.ended) return;
    this.end(process);
    this.host.exited(id, code, code === 0 ? 'Completed' : 'Error');
  }

  terminate(id: number): void {
    const process = this.processes.get(id);
    if (process === undefined || process.ended || process.ending) return;
    const { engine } = this.parts;
    const { shutdown } = process.serving.process;
    const { inFlight } = process.replica;
    if (shutdown === 'graceful') this.tell(id, `SIGTERM: closing, ${inFlight} requests to finish`);
    if (shutdown === 'ignore' && process.booted) return;
    process.ending = true;
    if (shutdown !== 'graceful' || !process.booted) {
      engine.after(0, this.exitHandler, id, exitBySignal);
      return;
    }
    process.replica.refusing = true;
    process.replica.draining = true;
    if (process.replica.inFlight === 0) engine.after(0, this.exitHandler, id, 0);
  }

  /** The last request has left a closing replica. */
  drained(replica: Replica): void {
    const process = this.processes.get(replica.id);
    if (process?.ending === true && !process.ended)
      this.parts.engine.after(0, this.exitHandler, replica.id, 0);
  }

  kill(id: number): void {
    const process = this.processes.get(id);
    if (process !== undefined && !process.ended) this.end(process);
  }

  private end(process: Process): void {
    const { fleet, server, client } = this.parts;
    const { replica } = process;
    process.ended = true;
    if (this.ofPod.get(process.podUid) === replica.id) this.ofPod.delete(process.podUid);
    this.keepLog(replica.id);
    // Requests that are on their way find nobody; whether others still come is a matter of routing.
    server.kill(replica);
    fleet.bury(replica);
    client.hangUp(replica.id);
    if (process.routes.size === 0) this.processes.delete(replica.id);
  }

  /** Of processes that are gone, only the last ones' logs are kept. */
  private keepLog(id: number): void {
    if (this.parts.log === null) return;
    this.past.push(id);
    if (this.past.length > pastLogs) this.parts.log.forget(this.past.shift()!);
  }

  probe(id: number, probe: ProbeRequest): void {
    const process = this.processes.get(id);
    if (process === undefined || process.ended || !process.booted) {
      this.host.probed(id, probe.ticket, false, connectionRefused);
      return;
    }
    const unready = process.release?.neverReady === true && probe.kind !== 'liveness';
    if (unready && probe.handler !== 'tcpSocket') {
      this.host.probed(id, probe.ticket, false, statusCode503);
      return;
    }
    if (probe.handler === 'exec' || probe.handler === 'tcpSocket') {
      const open = probe.handler === 'exec' || !process.replica.refusing;
      this.host.probed(id, probe.ticket, open, open ? '' : connectionRefused);
      return;
    }
    this.send(id, process, probe);
  }

  private send(id: number, { replica }: Process, probe: ProbeRequest): void {
    const slot = this.freeProbings.pop() ?? this.probings.length;
    const probing: Probing = { process: id, ticket: probe.ticket, answered: false };
    this.probings[slot] = probing;
    this.parts.server.probe(replica, this.probeEndpoints[replica.service], slot);
    if (!probing.answered) this.parts.engine.after(probe.timeoutMicros, this.probeTimeoutHandler, slot, 0);
  }

  /** The server has answered a probe. Its slot is free once its timeout has passed, or now if none is set. */
  probed(slot: number, cause: number): void {
    const probing = this.probings[slot];
    if (probing === null || probing === undefined || probing.answered) {
      if (probing === null) this.freeProbings.push(slot);
      return;
    }
    probing.answered = true;
    const detail =
      cause === ok ? '' : cause === shed ? statusCode503 : cause === refused ? connectionRefused : reset;
    this.host.probed(probing.process, probing.ticket, cause === ok, detail);
  }

  private probeLate(slot: number): void {
    const probing = this.probings[slot];
    if (probing === null || probing === undefined) return;
    if (probing.answered) {
      this.freeProbings.push(slot);
      this.probings[slot] = null;
      return;
    }
    // The probe itself still stands in the server's queue: its slot is free when the server gets to it.
    this.probings[slot] = null;
    this.host.probed(probing.process, probing.ticket, false, clientTimeout);
  }

  cpuMicros(id: number): number {
    const process = this.processes.get(id);
    if (process === undefined) return 0;
    const { replica, startupMicros, serving } = process;
    replica.executor.settle();
    const booting = Math.min(startupMicros, this.parts.engine.now - replica.bornMicros);
    return replica.executor.usedMicros + booting * serving.process.startupCores;
  }

  memoryBytes(id: number): number {
    const process = this.processes.get(id);
    if (process === undefined || process.ended) return 0;
    const { replica, memory } = process;
    const age = this.parts.engine.now - replica.bornMicros;
    return (
      memory.baseBytes +
      memory.perRequestBytes * replica.inFlight +
      (memory.leakBytesPerHour * age) / microsPerHour
    );
  }

  /** `http_requests_per_second` over the last quarter of a minute at least, and `http_requests_in_flight`. */
  metric(id: number, name: string): number {
    const process = this.processes.get(id);
    if (process === undefined || process.ended) return Number.NaN;
    if (name === 'http_requests_in_flight') return process.replica.inFlight;
    if (name !== 'http_requests_per_second' && name !== 'http_requests') return Number.NaN;
    const now = this.parts.engine.now;
    const elapsed = now - process.countedMicros;
    if (elapsed >= rateWindowMicros) {
      process.ratePerSecond = ((process.replica.arrivals - process.counted) * 1e6) / elapsed;
      process.counted = process.replica.arrivals;
      process.countedMicros = now;
    }
    return process.ratePerSecond;
  }

  logs(id: number, { sinceMicros, tail }: { sinceMicros: number; tail: number }): readonly LogLine[] {
    return this.parts.log?.lines(id, sinceMicros, tail) ?? [];
  }

  private tell(id: number, text: string, level?: 'warn' | 'error'): void {
    this.parts.log?.tell(id, this.parts.engine.now, text, level);
  }

  mayFailProbes(): boolean {
    return true;
  }

  routes(namespace: string, service: string): boolean {
    return this.services.has(`${namespace}/${service}`);
  }

  add(namespace: string, service: string, id: number): void {
    const process = this.processes.get(id);
    // Requests for one service find nothing at a server of another: its pods are left out.
    if (process === undefined || !leadsTo(process.serving, namespace, service)) return;
    process.routes.add(service);
    this.parts.fleet.admit(process.replica);
  }

  remove(_namespace: string, service: string, id: number): void {
    const process = this.processes.get(id);
    if (process === undefined) return;
    process.routes.delete(service);
    if (process.routes.size > 0) return;
    this.parts.fleet.withdraw(process.replica);
    if (process.ended) this.processes.delete(id);
  }

  /** Pods that no Service leads to receive their traffic as soon as they are ready. */
  podReady(pod: Pod, ready: boolean): void {
    const serving = this.servingOf(pod);
    const id = this.ofPod.get(pod.metadata.uid);
    if (serving === undefined || serving.services.length > 0 || id === undefined) return;
    if (ready) this.add(serving.namespace, '', id);
    else this.remove(serving.namespace, '', id);
  }

  weigh(
    service: string,
    shares: readonly { readonly podHash: string; readonly weight: number }[] | null,
  ): void {
    const id = this.serviceIds.get(service);
    if (id !== undefined)
      this.parts.fleet.ready[id].weigh(
        shares === null ? null : shares.map(({ podHash, weight }) => ({ label: podHash, weight })),
      );
  }
}

const exitBySignal = 143;
/** Processes that are gone whose logs can still be read. */
const pastLogs = 200;
const connectionRefused = 'connect: connection refused';
const reset = 'read: connection reset by peer';
const statusCode503 = 'HTTP probe failed with statuscode: 503';
const clientTimeout = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';

function leadsTo({ namespace, services }: Serving, ofNamespace: string, service: string): boolean {
  return namespace === ofNamespace && (services.length === 0 ? service === '' : services.includes(service));
}

function behaviourOf(release: Release | null): Behaviour {
  if (release === null) return asStated;
  const { cpuFactor, waitFactor, errorRate } = release;
  return { cpuFactor, waitFactor, errorRate };
}
