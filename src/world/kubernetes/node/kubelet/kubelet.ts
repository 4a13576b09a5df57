/**
 * Fidelity: kubelets (1.32): a pod that is bound to a node is admitted, gets a sandbox with an address, then its
 * containers one by one with images, probes, restarts, deadlines and a graceful end, while its status is reported. What
 * the runtime does is seen at the next relist, once a second. One object does this for all nodes. Simplified: a sandbox
 * takes 400 ms; volumes are there at once; postStart hooks take no time; static pods, eviction
 * under node pressure, in-place resizing and ephemeral containers are left out.
 */
import { microsPerMillisecond, microsPerSecond } from '../../../../base/time.ts';
import type { ControlPlane } from '../../control/control-plane.ts';
import { isFinished, type Pod } from '../../objects/pod.ts';
import { nodes, pods } from '../../objects/resource-types.ts';
import { podRequests } from '../../objects/resources.ts';
import type { Change } from '../../store/store.ts';
import type { ProcessHost } from '../processes.ts';
import { ContainerStarts } from './container-starts.ts';
import { ContainerStops } from './container-stops.ts';
import { ImagePulls } from './image-pulls.ts';
import { NodeRun } from './node-run.ts';
import { hostPortsOf, refusalOf } from './pod-admission.ts';
import { PodEvents } from './pod-events.ts';
import { PodReports } from './pod-reports.ts';
import { restoreContainers } from './pod-restore.ts';
import { type ContainerRun, PodRun, type ProbeKind } from './pod-run.ts';
import { nextStep } from './pod-steps.ts';
import { Probes } from './probes.ts';
import { delayText, restartMicros } from './restart-backoff.ts';
import { Slots } from './slots.ts';

const sandboxMicros = 400 * microsPerMillisecond;
/** A pod whose container may not start yet is looked at again after this, or up to half as much more. */
const backoffLookMicros = 10 * microsPerSecond;
const never = Number.POSITIVE_INFINITY;

/** Told of a container's new process, in the same event in which it starts. */
export type ProcessListener = (container: ContainerRun) => void;

export class Kubelet {
  readonly #plane: ControlPlane;
  readonly #random: ReturnType<ControlPlane['random']>;
  readonly #nodes = new Map<string, NodeRun<PodRun>>();
  readonly #nodeSlots = new Slots<NodeRun<PodRun>>();
  readonly #runs = new Map<string, PodRun>();
  readonly #runSlots = new Slots<PodRun>();
  readonly #containers = new Slots<ContainerRun>();
  readonly #byProcess = new Map<number, ContainerRun>();
  readonly #starts: ContainerStarts;
  readonly #events: PodEvents;
  readonly #reports: PodReports;
  readonly #stops: ContainerStops;
  readonly #probes: Probes;
  readonly #startListeners: ProcessListener[] = [];
  readonly #endListeners: ProcessListener[] = [];
  readonly #handlers: { look: number; sandbox: number; deadline: number };
  #epochs = 0;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#random = plane.random('kubelet');
    this.#events = new PodEvents(plane);
    this.#starts = new ContainerStarts(plane, {
      pulls: new ImagePulls(plane, this.#nodeSlots),
      events: this.#events,
      containers: this.#containers,
      newEpoch: () => ++this.#epochs,
      lacking: (container) => this.#lookAgain(container.pod),
      started: (container) => this.#started(container),
    });
    this.#reports = new PodReports(plane, this.#runSlots);
    this.#stops = new ContainerStops(plane, this.#containers, (container) => this.#killed(container));
    this.#probes = this.#makeProbes();
    plane.processes.host = this.#host();
    this.#handlers = {
      look: this.#podHandler('look', (run) => {
        run.lookMicros = never;
        this.#look(run);
      }),
      sandbox: this.#podHandler('sandbox', (run) => this.#sandboxed(run)),
      deadline: this.#podHandler('deadline', (run) => this.#overdue(run)),
    };
    plane.kubelets.watch.on(pods, (change) => this.#changed(change));
    plane.kubelets.watch.on(nodes, ({ kind, object }) => {
      if (kind === 'ADDED') this.#adopt(object.metadata.name);
    });
  }

  /** Calls back at each start of a process. */
  onStart(listener: ProcessListener): void {
    this.#startListeners.push(listener);
  }

  /** Calls back when a process has ended, however it did. */
  onEnd(listener: ProcessListener): void {
    this.#endListeners.push(listener);
  }

  /** What the kubelet of the pod knows of it; undefined when no kubelet has it. */
  podOf(uid: string): PodRun | undefined {
    return this.#runs.get(uid);
  }

  /** A container by name, also an ended one; undefined when no kubelet has it. */
  containerOf(uid: string, name: string): ContainerRun | undefined {
    return this.#runs.get(uid)?.containers.find(({ spec }) => spec.name === name);
  }

  /** All pods of a node that its kubelet has. */
  podsOf(node: string): Iterable<PodRun> {
    return this.#nodes.get(node)?.runs ?? [];
  }

  nodeOf(name: string): NodeRun<PodRun> | undefined {
    return this.#nodes.get(name);
  }

  /** The kernel has killed a container for its memory. */
  outOfMemory(container: ContainerRun): void {
    if (container.state !== 'running' || container.process === null) return;
    this.#plane.processes.kill(container.process);
    this.#finishContainer(container, 137, 'OOMKilled');
  }

  /** The machine is lost with everything that runs on it. */
  lose(name: string): void {
    const node = this.#nodeRun(name);
    if (node === undefined || !node.alive) return;
    node.alive = false;
    node.lostMicros = this.#plane.engine.now;
    for (const run of node.runs) {
      for (const container of run.containers)
        if (container.state === 'running' && container.process !== null) {
          this.#plane.processes.kill(container.process);
          this.#forgetProcess(container);
        }
      this.#release(run);
    }
    node.used = {};
    node.pods = 0;
    node.ports.clear();
    node.coming.clear();
  }

  /** The machine has come back after a restart: its pods start anew, those being deleted end. */
  recover(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined || node.alive) return;
    node.alive = true;
    node.pullsDoneMicros = 0;
    node.reporting = false;
    for (const pod of [...this.#plane.podsByNode.get(name)]) if (!isFinished(pod)) this.#add(pod, true);
  }

  /** The machine is no more: one of the same name would be another. */
  forget(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    this.#nodes.delete(name);
    this.#nodeSlots.release(node.slot);
  }

  #host(): ProcessHost {
    return {
      exited: (process, exitCode, reason) => {
        const container = this.#byProcess.get(process);
        if (container !== undefined) this.#finishContainer(container, exitCode, reason);
      },
      probed: (process, ticket, success, detail) => this.#probes.answered(process, ticket, success, detail),
    };
  }

  #makeProbes(): Probes {
    const stream = this.#plane.random('probes');
    return new Probes({
      engine: this.#plane.engine,
      processes: this.#plane.processes,
      containerAt: (slot) => this.#containers.at(slot),
      phase: () => stream.uniform(),
      starting: () => this.#plane.starting,
      decided: (container, kind, success) => this.#decided(container, kind, success),
      failed: (container, kind, detail) =>
        this.#events.tell(
          container.pod,
          'Unhealthy',
          `${kind[0].toUpperCase()}${kind.slice(1)} probe failed: ${detail}`,
          container,
          'Warning',
        ),
    });
  }

  #podHandler(name: string, handle: (run: PodRun) => void): number {
    return this.#plane.engine.register(`kubernetes/kubelet/${name}`, (slot, epoch) => {
      const run = this.#runSlots.at(slot);
      if (run?.epoch === epoch) handle(run);
    });
  }

  #after(micros: number, handler: number, of: { readonly slot: number; readonly epoch: number }): void {
    this.#plane.engine.after(this.#plane.starting ? 0 : micros, handler, of.slot, of.epoch);
  }

  #changed({ kind, object: pod }: Change<Pod>): void {
    if (pod.spec.nodeName === undefined) return;
    const run = this.#runs.get(pod.metadata.uid);
    if (kind === 'DELETED') {
      if (run !== undefined) this.#removed(run, pod);
    } else if (run === undefined) this.#appeared(pod);
    else this.#updated(run, pod);
  }

  #appeared(pod: Pod): void {
    const { namespace = '', name, uid } = pod.metadata;
    const current = this.#plane.store.get(pods, namespace, name);
    if (current?.metadata.uid === uid && !isFinished(current)) this.#add(current, false);
  }

  #updated(run: PodRun, pod: Pod): void {
    run.pod = pod;
    const { deletionTimestamp, deletionGracePeriodSeconds = 30 } = pod.metadata;
    if (deletionTimestamp !== undefined) {
      if (run.stage !== 'ended') this.#terminate(run, deletionGracePeriodSeconds);
      else if (!run.leaving) this.#leave(run);
    } else if (pod.spec.readinessGates !== undefined) this.#reports.changed(run);
  }

  /** The API has forgotten the pod: what still runs of it ends, with the least grace when that was what was asked for. */
  #removed(run: PodRun, last: Pod): void {
    run.pod = last;
    run.gone = true;
    if (run.stage === 'ended') this.#release(run);
    else
      this.#terminate(
        run,
        last.metadata.deletionGracePeriodSeconds ?? last.spec.terminationGracePeriodSeconds ?? 30,
      );
  }

  /** A node has registered: what was bound to it before is taken up. */
  #adopt(name: string): void {
    for (const pod of [...this.#plane.podsByNode.get(name)])
      if (!this.#runs.has(pod.metadata.uid) && !isFinished(pod)) this.#add(pod, false);
  }

  #nodeRun(name: string): NodeRun<PodRun> | undefined {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const node = this.#plane.store.get(nodes, '', name);
    if (node === undefined) return undefined;
    const slot = this.#nodeSlots.reserve();
    const made = new NodeRun<PodRun>(node, this.#plane.zoneOf(node), slot);
    this.#nodeSlots.put(slot, made);
    this.#nodes.set(name, made);
    return made;
  }

  #add(pod: Pod, restored: boolean): void {
    const { engine, clock } = this.#plane;
    const node = this.#nodeRun(pod.spec.nodeName!);
    if (node === undefined || !node.alive) return;
    if (pod.metadata.deletionTimestamp === undefined && this.#refused(pod, node)) return;
    const slot = this.#runSlots.reserve();
    const run = new PodRun(pod, node, { slot, epoch: ++this.#epochs, micros: engine.now });
    this.#runSlots.put(slot, run);
    this.#runs.set(run.uid, run);
    for (const container of run.containers) {
      container.slot = this.#containers.reserve();
      container.epoch = ++this.#epochs;
      this.#containers.put(container.slot, container);
    }
    node.runs.add(run);
    node.admit(podRequests(pod.spec));
    for (const port of hostPortsOf(pod)) node.ports.add(port);
    run.startTime = pod.status.startTime ?? clock.timestamp();
    if (restored) {
      restoreContainers(run, engine.now, clock.timestamp());
      this.#events.tell(run, 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
    }
    this.#limitTime(run);
    const { deletionTimestamp, deletionGracePeriodSeconds = 30 } = pod.metadata;
    if (deletionTimestamp !== undefined) this.#terminate(run, deletionGracePeriodSeconds);
    else this.#look(run);
  }

  #refused(pod: Pod, node: NodeRun): boolean {
    const object = this.#plane.store.get(nodes, '', node.name);
    if (object === undefined) return true;
    const { used, ports } = node;
    const requests = podRequests(pod.spec);
    const refusal = refusalOf({ pod, node: object, requests, used, pods: node.pods, takenPorts: ports });
    if (refusal === null) return false;
    const { reason, message } = refusal;
    this.#plane.events.record(pod, {
      type: 'Warning',
      reason,
      message,
      component: 'kubelet',
      host: node.name,
    });
    this.#reports.refused(pod, reason, message);
    return true;
  }

  #limitTime(run: PodRun): void {
    const { activeDeadlineSeconds } = run.pod.spec;
    if (activeDeadlineSeconds === undefined) return;
    const { clock, engine } = this.#plane;
    const passed = Math.max(0, clock.nowMicros - clock.microsOf(run.startTime));
    const left = Math.max(0, activeDeadlineSeconds * microsPerSecond - passed);
    engine.after(left, this.#handlers.deadline, run.slot, run.epoch);
  }

  #overdue(run: PodRun): void {
    if (run.stage !== 'running') return;
    const message = 'Pod was active on the node longer than the specified deadline';
    run.failure = { reason: 'DeadlineExceeded', message };
    this.#events.tell(run, 'DeadlineExceeded', message);
    this.#finish(run);
  }

  /** One look at a pod: what has changed is noticed, reported and acted upon. */
  #look(run: PodRun): void {
    for (const container of run.containers) if (container.state === 'running') this.#notice(container);
    if (run.stage === 'running') this.#advance(run);
    this.#reports.changed(run);
  }

  #notice(container: ContainerRun): void {
    const { spec, noticed, kind } = container;
    if (!noticed) {
      container.noticed = true;
      if (spec.startupProbe === undefined) container.started = true;
      this.#probes.begin(container);
    }
    if (kind === 'init' || container.ready || !container.started) return;
    if (spec.readinessProbe === undefined) container.ready = true;
    else this.#probes.askReadiness(container);
  }

  /** Looks again at `micros`, unless a look comes sooner anyway. */
  #lookAt(run: PodRun, micros: number): void {
    const { engine, starting } = this.#plane;
    const at = starting ? engine.now : micros;
    if (run.lookMicros <= at) return;
    if (run.lookMicros < never) engine.cancel(run.lookEvent);
    run.lookMicros = at;
    run.lookEvent = engine.schedule(at, this.#handlers.look, run.slot, run.epoch);
  }

  /** What the runtime has done is seen at the next relist. */
  #lookSoon(run: PodRun): void {
    this.#lookAt(run, run.node.relistAfter(this.#plane.engine.now));
  }

  /** As after an error. Its time is real even before the run begins: a crash loop would never end there. */
  #lookAgain(run: PodRun): void {
    const { engine } = this.#plane;
    if (run.lookMicros < never) engine.cancel(run.lookEvent);
    run.lookMicros = Math.round(engine.now + backoffLookMicros * (1 + this.#random.uniform() / 2));
    run.lookEvent = engine.schedule(run.lookMicros, this.#handlers.look, run.slot, run.epoch);
  }

  #advance(run: PodRun): void {
    if (run.sandbox === 'none') {
      run.sandbox = 'coming';
      this.#after(sandboxMicros, this.#handlers.sandbox, run);
    }
    if (run.sandbox !== 'ready' || run.busy !== null) return;
    const { engine } = this.#plane;
    const step = nextStep(run, engine.now);
    if (step.finished) {
      this.#finish(run);
      return;
    }
    for (const container of step.held) this.#hold(container);
    if (step.held.length > 0 && run.lookMicros === never) this.#lookAgain(run);
    if (step.start !== null) this.#starts.begin(step.start);
  }

  #sandboxed(run: PodRun): void {
    if (run.stage !== 'running') return;
    const isOnHost = (run.pod.spec as { readonly hostNetwork?: boolean }).hostNetwork === true;
    const ip = isOnHost ? run.node.address : run.node.takeAddress();
    if (ip === null) {
      run.sandbox = 'none';
      const { range } = run.node;
      const why = `no IP addresses available in range set: ${range}1-${range}254`;
      const message = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type="host-local" failed (add): ${why}`;
      this.#events.tell(run, 'FailedCreatePodSandBox', message, null, 'Warning');
      this.#lookAgain(run);
      return;
    }
    run.ip = ip;
    run.sandbox = 'ready';
    this.#advance(run);
  }

  /** A container may not start yet. That it is held back shows from the second look on. */
  #hold(container: ContainerRun): void {
    if (container.notBeforeMicros > this.#plane.engine.now || container.ended === null) return;
    const { pod, spec, backoff, finishedMicros } = container;
    this.#events.tell(
      pod,
      'BackOff',
      `Back-off restarting failed container ${spec.name} in pod ${pod.longName}`,
      container,
      'Warning',
    );
    if (container.waitReason === 'CrashLoopBackOff') container.state = 'waiting';
    container.waitReason = 'CrashLoopBackOff';
    const delay = delayText(restartMicros(backoff, finishedMicros) - finishedMicros);
    container.waitMessage = `back-off ${delay} restarting failed container=${spec.name} pod=${pod.longName}`;
  }

  #started(container: ContainerRun): void {
    const { pod, process } = container;
    this.#byProcess.set(process!, container);
    for (const listener of this.#startListeners) listener(container);
    this.#advance(pod);
    this.#lookSoon(pod);
  }

  #decided(container: ContainerRun, kind: ProbeKind, success: boolean): void {
    const { pod } = container;
    if (kind === 'readiness') {
      if (container.ready === success) return;
      container.ready = success;
      if (pod.stage === 'running') this.#lookAt(pod, this.#plane.engine.now);
      else this.#reports.changed(pod);
    } else if (success) {
      if (kind !== 'startup') return;
      container.started = true;
      this.#lookAt(pod, this.#plane.engine.now);
    } else this.#restart(container, `failed ${kind} probe`, container.spec[`${kind}Probe`]);
  }

  /** A probe says that the container must be started anew. */
  #restart(
    container: ContainerRun,
    why: string,
    probe: { readonly terminationGracePeriodSeconds?: number } | undefined,
  ): void {
    const { pod, spec } = container;
    if (pod.stage !== 'running' || container.stopping) return;
    const grace = probe?.terminationGracePeriodSeconds ?? pod.pod.spec.terminationGracePeriodSeconds ?? 30;
    this.#events.tell(pod, 'Killing', `Container ${spec.name} ${why}, will be restarted`, container);
    this.#plane.note('restart', `${pod.namespace}/${pod.name}`, `container ${spec.name} ${why}`);
    container.restarting = true;
    this.#stops.stop(container, this.#plane.engine.now + grace * microsPerSecond);
  }

  #killed(container: ContainerRun): void {
    this.#finishContainer(container, 137, 'Error');
  }

  #finishContainer(container: ContainerRun, exitCode: number, reason: string): void {
    const { pod } = container;
    const { clock, engine } = this.#plane;
    this.#forgetProcess(container);
    container.epoch = ++this.#epochs;
    container.state = 'terminated';
    container.finishedMicros = engine.now;
    const { containerId: containerID, startedAt } = container;
    container.ended = { exitCode, reason, startedAt, finishedAt: clock.timestamp(), containerID };
    container.ready = false;
    container.started = false;
    const atOnce = container.restarting;
    container.restarting = false;
    if (pod.stage === 'ending') this.#endNext(pod);
    else if (atOnce) this.#lookAt(pod, engine.now);
    else {
      if (exitCode !== 0 && container.restarts === 0 && pod.restartPolicy === 'Always')
        this.#plane.note(
          'restart',
          `${pod.namespace}/${pod.name}`,
          `container ${container.spec.name} ended: ${reason}, exit code ${exitCode}`,
        );
      this.#lookSoon(pod);
    }
  }

  #forgetProcess(container: ContainerRun): void {
    this.#stops.ended(container);
    this.#probes.end(container);
    if (container.process !== null) this.#byProcess.delete(container.process);
    for (const listener of this.#endListeners) listener(container);
  }

  /** The pod is done by itself or past its deadline: what is left of it ends. */
  #finish(run: PodRun): void {
    this.#terminate(run, run.pod.spec.terminationGracePeriodSeconds ?? 30);
  }

  #terminate(run: PodRun, graceSeconds: number): void {
    const { engine } = this.#plane;
    const deadline = engine.now + Math.max(1, graceSeconds) * microsPerSecond;
    if (run.stage === 'ended') return;
    if (run.stage === 'running') {
      run.stage = 'ending';
      run.deadlineMicros = deadline;
      run.busy = null;
      this.#probes.leaveReadinessAlone(run);
    } else {
      if (deadline >= run.deadlineMicros) return;
      run.deadlineMicros = deadline;
      for (const container of run.containers)
        if (container.state === 'running' && container.stopping) this.#stops.stop(container, deadline);
    }
    this.#endNext(run);
  }

  /** Ends regular containers together, then sidecars from the last to the first, then the pod. */
  #endNext(run: PodRun): void {
    let waiting = false;
    for (const container of run.containers) {
      if (container.kind === 'sidecar' || container.state !== 'running') continue;
      this.#stopOnce(container);
      if (isRunning(container)) waiting = true;
    }
    for (let at = run.initCount - 1; at >= 0 && !waiting; at--) {
      const container = run.containers[at];
      if (container.state !== 'running') continue;
      this.#stopOnce(container);
      if (isRunning(container)) waiting = true;
    }
    if (!waiting && run.stage === 'ending') this.#endPod(run);
  }

  #stopOnce(container: ContainerRun): void {
    if (container.stopping) return;
    const { pod, spec } = container;
    this.#events.tell(pod, 'Killing', `Stopping container ${spec.name}`, container);
    this.#stops.stop(container, pod.deadlineMicros);
  }

  #endPod(run: PodRun): void {
    run.stage = 'ended';
    const { node, pod } = run;
    node.release(podRequests(pod.spec));
    for (const port of hostPortsOf(pod)) node.ports.delete(port);
    if (run.gone) this.#release(run);
    else this.#leave(run);
  }

  /** Nothing of the pod runs any more: its last status, and its deletion when that is asked for. */
  #leave(run: PodRun): void {
    run.leaving = run.pod.metadata.deletionTimestamp !== undefined;
    this.#reports.ended(run);
  }

  /** Forgets the pod. */
  #release(run: PodRun): void {
    const { node } = run;
    if (run.lookMicros < never) this.#plane.engine.cancel(run.lookEvent);
    run.lookMicros = never;
    node.runs.delete(run);
    node.freeAddress(run.ip);
    this.#runs.delete(run.uid);
    this.#runSlots.release(run.slot);
    for (const container of run.containers) this.#containers.release(container.slot);
  }
}

/** A call in between may have ended it, which the compiler cannot know. */
function isRunning(container: ContainerRun): boolean {
  return container.state === 'running';
}
