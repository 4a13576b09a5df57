/**
 * Fidelity: the log subresource (pkg/registry/core/pod/rest/log.go and kubelet server, 1.32): what a container has written, by its
 * last lines, since a time, with time stamps, of the life before, and followed. The lines are those that the simulated
 * process wrote; its last ones are kept.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import type { LogLine } from '../node/processes.ts';
import type { Container, Pod } from '../objects/pod.ts';
import { done, type Outcome } from '../store/failure.ts';
import type { ApiRequest, Stream } from './request.ts';
import { badRequest } from './status.ts';

/** Who knows which processes containers have: the kubelets. */
export interface ContainerProcesses {
  containerOf(
    uid: string,
    name: string,
  ): { readonly process: number | null; readonly previousProcess: number | null } | undefined;
}

export interface LogRequest {
  readonly pod: Pod;
  readonly process: number | null;
  readonly sinceMicros: number;
  readonly tail: number;
  readonly timestamps: boolean;
  readonly limitBytes: number;
}

function wholeNumber(query: ApiRequest['query'], name: string, least: number): Outcome<number | null> {
  const text = query[name];
  if (text === undefined || text === '') return done(null);
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return done(value);
  return badRequest(
    `PodLogOptions "" is invalid: ${name}: Invalid value: ${JSON.stringify(text)}: must be greater than or equal to ${least}`,
  );
}

/** What to read, or why that can't be done. */
export function logRequestOf(
  plane: ControlPlane,
  { query }: ApiRequest,
  pod: Pod,
  processes: ContainerProcesses | null,
): Outcome<LogRequest> {
  const container = containerFor(pod, query['container'] ?? '');
  if (!container.ok) return container;
  const tail = wholeNumber(query, 'tailLines', 0);
  if (!tail.ok) return tail;
  const limitBytes = wholeNumber(query, 'limitBytes', 1);
  if (!limitBytes.ok) return limitBytes;
  const since = sinceMicros(plane, query);
  if (!since.ok) return since;
  const found = processOf(pod, container.value.name, query['previous'] === 'true', processes);
  if (!found.ok) return found;
  return done({
    pod,
    process: found.value,
    sinceMicros: since.value,
    tail: tail.value ?? Number.POSITIVE_INFINITY,
    timestamps: query['timestamps'] === 'true',
    limitBytes: limitBytes.value ?? Number.POSITIVE_INFINITY,
  });
}

function containerFor({ spec, metadata }: Pod, wanted: string): Outcome<Container> {
  const initial = spec.initContainers ?? [];
  if (wanted === '') {
    if (spec.containers.length + initial.length === 1) return done(spec.containers[0]);
    const names = (containers: readonly Container[]) => `[${containers.map(({ name }) => name).join(' ')}]`;
    const others = initial.length === 0 ? '' : ` or one of the init containers: ${names(initial)}`;
    return badRequest(
      `a container name must be specified for pod ${metadata.name}, choose one of: ${names(spec.containers)}${others}`,
    );
  }
  const found = [...spec.containers, ...initial].find(({ name }) => name === wanted);
  return found === undefined
    ? badRequest(`container ${wanted} is not valid for pod ${metadata.name}`)
    : done(found);
}

function sinceMicros({ clock }: ControlPlane, query: ApiRequest['query']): Outcome<number> {
  const seconds = wholeNumber(query, 'sinceSeconds', 1);
  if (!seconds.ok) return seconds;
  if (seconds.value !== null) return done(clock.nowMicros - seconds.value * 1e6);
  const time = query['sinceTime'];
  if (time === undefined || time === '') return done(Number.NEGATIVE_INFINITY);
  const micros = clock.microsOf(time);
  return Number.isFinite(micros) ? done(micros) : badRequest(`invalid sinceTime: ${JSON.stringify(time)}`);
}

function processOf(
  pod: Pod,
  container: string,
  previous: boolean,
  processes: ContainerProcesses | null,
): Outcome<number | null> {
  const { name, uid } = pod.metadata;
  const run = processes?.containerOf(uid, container);
  if (previous) {
    if (run?.previousProcess !== null && run?.previousProcess !== undefined) return done(run.previousProcess);
    return badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  }
  if (run?.process !== null && run?.process !== undefined) return done(run.process);
  if (pod.spec.nodeName === undefined) return done(null);
  const states = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
  const waiting = states.find((one) => one.name === container)?.state?.waiting;
  if (waiting === undefined && run !== undefined) return done(null);
  const why = describeWaiting(waiting?.reason ?? 'ContainerCreating');
  return badRequest(`container "${container}" in pod "${name}" is waiting to start: ${why}`);
}

function describeWaiting(reason: string): string {
  return reason === 'ErrImagePull' || reason === 'ImagePullBackOff'
    ? 'trying and failing to pull image'
    : reason;
}

function lineText(plane: ControlPlane, line: LogLine, timestamps: boolean): string {
  return timestamps ? `${plane.clock.microTime(line.atMicros)} ${line.text}\n` : `${line.text}\n`;
}

function linesOf(
  plane: ControlPlane,
  request: LogRequest,
  sinceMicros: number,
  tail: number,
): readonly LogLine[] {
  if (request.process === null || tail === 0) return [];
  return plane.processes.logs(request.process, { sinceMicros, tail });
}

/** The log as it is now. */
export function logText(plane: ControlPlane, request: LogRequest): string {
  const lines = linesOf(plane, request, request.sinceMicros, request.tail);
  const text = lines.map((line) => lineText(plane, line, request.timestamps)).join('');
  return Number.isFinite(request.limitBytes) ? text.slice(0, request.limitBytes) : text;
}

/** A log that is followed: what comes is sent whenever the run has gone on. */
export class FollowedLog {
  readonly #plane: ControlPlane;
  readonly #request: LogRequest;
  readonly #stream: Stream;
  readonly #isOver: () => boolean;
  #sinceMicros: number;
  /** Lines of the very last instant that have been sent: more of it may come. */
  #sentOfInstant = 0;
  #left: number;

  /** `isOver`: the container will write no more. */
  constructor(plane: ControlPlane, request: LogRequest, stream: Stream, isOver: () => boolean) {
    this.#plane = plane;
    this.#request = request;
    this.#stream = stream;
    this.#isOver = isOver;
    this.#left = request.limitBytes;
    this.#sinceMicros = request.sinceMicros;
    this.#send(linesOf(plane, request, request.sinceMicros, request.tail));
  }

  /** Sends what has come; true when nothing more will. */
  pump(): boolean {
    const over = this.#isOver();
    const lines = linesOf(this.#plane, this.#request, this.#sinceMicros, Number.POSITIVE_INFINITY);
    this.#send(lines.slice(this.#sentOfInstant));
    if (over || this.#left <= 0) this.#stream.end();
    return over || this.#left <= 0;
  }

  #send(lines: readonly LogLine[]): void {
    if (lines.length === 0) return;
    const last = lines.at(-1)!.atMicros;
    const ofLast = lines.filter(({ atMicros }) => atMicros === last).length;
    this.#sentOfInstant = last === this.#sinceMicros ? this.#sentOfInstant + ofLast : ofLast;
    this.#sinceMicros = last;
    const text = lines.map((line) => lineText(this.#plane, line, this.#request.timestamps)).join('');
    this.#stream.send(text.slice(0, this.#left));
    this.#left -= text.length;
  }
}
