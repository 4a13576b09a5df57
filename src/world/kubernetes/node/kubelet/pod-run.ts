/**
 * Fidelity: what a kubelet remembers of a pod and its containers between two looks (pod workers and runtime cache, 1.32).
 * No mechanism of its own. All times here are the engine's, in microseconds; texts are as the API shows them.
 */
import { microsPerSecond } from '../../../../base/time.ts';
import type { EventId } from '../../../../engine/engine.ts';
import type { Container, ContainerState, Pod, Probe } from '../../objects/pod.ts';
import type { ProbeRequest } from '../processes.ts';
import type { NodeRun } from './node-run.ts';
import type { RestartBackoff } from './restart-backoff.ts';

export type ProbeKind = ProbeRequest['kind'];
/** In the order in which a container's workers stand. */
export const probeKinds: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];

/** One probe of one container, over all its lives. */
export class ProbeWorker {
  readonly container: ContainerRun;
  readonly kind: ProbeKind;
  readonly spec: Probe;
  readonly request: ProbeRequest;
  readonly periodMicros: number;
  /** Ticks come whole periods after it. */
  anchorMicros: number;
  event: EventId = 0;
  lastSuccess: boolean | null = null;
  /** How often in a row it came out as it last did. */
  count = 0;
  onHold = false;
  /** The answer to a probe is awaited. */
  waiting = false;
  /** A tick came while it was. */
  missed = false;

  constructor(container: ContainerRun, kind: ProbeKind, spec: Probe, anchorMicros: number) {
    this.container = container;
    this.kind = kind;
    this.spec = spec;
    this.anchorMicros = anchorMicros;
    this.periodMicros = (spec.periodSeconds ?? 10) * microsPerSecond;
    this.request = {
      kind,
      handler: handlerOf(spec),
      path: spec.httpGet?.path ?? '/',
      timeoutMicros: (spec.timeoutSeconds ?? 1) * microsPerSecond,
      ticket: container.slot * 4 + probeKinds.indexOf(kind),
    };
  }
}

function handlerOf(spec: Probe): ProbeRequest['handler'] {
  if (spec.httpGet !== undefined) return 'httpGet';
  if (spec.tcpSocket !== undefined) return 'tcpSocket';
  return spec.exec !== undefined ? 'exec' : 'grpc';
}

export type ContainerKind = 'init' | 'sidecar' | 'main';

/** One container of a pod on its node. */
export class ContainerRun {
  readonly pod: PodRun;
  readonly spec: Container;
  readonly kind: ContainerKind;
  /** By which the engine's events name it, with the epoch. */
  slot = -1;
  /** Changes whenever it starts or ends, so that events meant for an earlier life find nobody. */
  epoch = 0;
  state: 'waiting' | 'running' | 'terminated' = 'waiting';
  /** Why it waits, as `kubectl get pods` shows it; empty: it is as usual before a start. */
  waitReason = '';
  waitMessage = '';
  /** What the event says once its image is there. */
  pulledMessage = '';
  /** Meaningful while running, and of the last life afterwards; null before the first. */
  process: number | null = null;
  previousProcess: number | null = null;
  containerId = '';
  startedMicros = 0;
  /** It was started before the run: it has been running for long. */
  settled = false;
  startedAt = '';
  /** How the last life ended. */
  finishedMicros = 0;
  ended: NonNullable<ContainerState['terminated']> | null = null;
  restarts = 0;
  backoff: RestartBackoff | null = null;
  /** Not to be started before: its image is missing. */
  notBeforeMicros = 0;
  /** Its kubelet knows that it is running. */
  noticed = false;
  /** Whether its probes can fail in this life. */
  mayFail = true;
  /** Startup probe passed, or there is none. */
  started = false;
  ready = false;
  /** Is being stopped: after its preStop hook comes SIGTERM, then SIGKILL. */
  stopping = false;
  /** Starts again at once when it has ended: a probe was the reason to stop it. */
  restarting = false;
  signalled = false;
  /** While it is being stopped: when it is killed. */
  deadlineMicros = 0;
  stopEvent: EventId = 0;
  /** Startup, liveness, readiness; null when none has a probe. */
  probes: readonly ProbeWorker[] | null = null;

  constructor(pod: PodRun, spec: Container, kind: ContainerKind) {
    this.pod = pod;
    this.spec = spec;
    this.kind = kind;
  }

  /** `spec.containers{web}`, as events name it. */
  get fieldPath(): string {
    return fieldPathOf(this.kind === 'main' ? 'containers' : 'initContainers', this.spec);
  }
}

const fieldPaths = new WeakMap<Container, string>();

/** One text for the containers of all pods of a template. */
function fieldPathOf(list: string, spec: Container): string {
  let path = fieldPaths.get(spec);
  if (path === undefined) {
    path = `spec.${list}{${spec.name}}`;
    fieldPaths.set(spec, path);
  }
  return path;
}

/** One pod on its node. */
export class PodRun {
  /** The version that its kubelet has seen last. */
  pod: Pod;
  readonly node: NodeRun<PodRun>;
  readonly slot: number;
  readonly epoch: number;
  readonly addedMicros: number;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Init containers and sidecars in their order, then the others. */
  readonly containers: readonly ContainerRun[];
  readonly initCount: number;
  stage: 'running' | 'ending' | 'ended' = 'running';
  sandbox: 'none' | 'coming' | 'ready' = 'none';
  ip = '';
  startTime = '';
  /** The container that is being pulled for or created. */
  busy: ContainerRun | null = null;
  /** A regular container has been started once: init containers are done for good. */
  initialized = false;
  /** Why the pod as a whole failed. */
  failure: { readonly reason: string; readonly message: string } | null = null;
  /** While ending: when the last process is killed. */
  deadlineMicros = 0;
  /** Its deletion has been asked for after its end. */
  leaving = false;
  /** The API has no such pod any more. */
  gone = false;
  /** A write of its status is on its way. */
  writing = false;
  /** When the next look is planned; Infinity: none is. */
  lookMicros = Number.POSITIVE_INFINITY;
  lookEvent: EventId = 0;

  constructor(pod: Pod, node: NodeRun<PodRun>, at: { slot: number; epoch: number; micros: number }) {
    this.pod = pod;
    this.node = node;
    this.slot = at.slot;
    this.epoch = at.epoch;
    this.addedMicros = at.micros;
    const { uid, namespace = '', name } = pod.metadata;
    this.uid = uid;
    this.namespace = namespace;
    this.name = name;
    const containers: ContainerRun[] = [];
    for (const spec of pod.spec.initContainers ?? [])
      containers.push(new ContainerRun(this, spec, spec.restartPolicy === 'Always' ? 'sidecar' : 'init'));
    this.initCount = containers.length;
    for (const spec of pod.spec.containers) containers.push(new ContainerRun(this, spec, 'main'));
    this.containers = containers;
  }

  /** `web-1_shop(2f…)`, as the kubelet's messages name it. */
  get longName(): string {
    return `${this.name}_${this.namespace}(${this.uid})`;
  }

  get restartPolicy(): 'Always' | 'OnFailure' | 'Never' {
    return this.pod.spec.restartPolicy ?? 'Always';
  }
}
