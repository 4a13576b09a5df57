import { assert } from '../base/assert.ts';
import { Engine } from '../engine/engine.ts';
import type { Command, Model, RequestCommand } from '../model/model.ts';
import { Instruments } from '../telemetry/instruments.ts';
import type { Reader } from '../telemetry/reader.ts';
import { Recorder } from '../telemetry/recorder.ts';
import {
  type ApiRequest,
  type ApiResponse,
  isMutating,
  type Stream,
} from '../world/kubernetes/api/request.ts';
import type { Cluster } from '../world/kubernetes/cluster.ts';
import type { KubernetesModel } from '../world/kubernetes/model.ts';
import type { TrafficAccounts } from '../world/traffic/accounts.ts';
import type { TrafficModel } from '../world/traffic/model.ts';
import { Traffic } from '../world/traffic/traffic.ts';
import { type ClusterView, type Drain, viewOf } from './cluster-view.ts';
import { drainNodes } from './drain-nodes.ts';
import { latencyLimits } from './limits.ts';
import { modelHash } from './model-hash.ts';
import { type ClusterContext, openCluster } from './open-cluster.ts';
import type { Check, Run, RunEvent } from './run.ts';
import { simulatorVersion } from './version.ts';

export interface SessionOptions {
  /** The model's own when left out. */
  readonly seed?: number;
  /** Added to the model's own commands. */
  readonly commands?: readonly Command[];
  /** Looks at telemetry after each sample; an answer ends the run and says why. Must be a pure function of what it reads. */
  readonly monitor?: Monitor;
  /** Servers keep the newest lines of what they log, for who reads them while the run goes on. */
  readonly logs?: boolean;
}

/** `truth` draws up the accounts so far; it costs as much as a hundred samples, so it is asked for only when needed. */
export type Monitor = (telemetry: Reader, nowMicros: number, truth: () => TrafficAccounts) => string | null;

/** A run in progress: advances in steps, so that callers can show progress or stop. */
export interface Session {
  readonly nowMicros: number;
  readonly endMicros: number;
  readonly finished: boolean;
  readonly eventCount: number;
  /** Requests that users have begun. */
  readonly requestCount: number;
  /** Simulates up to an instant, at most the end. The result does not depend on how the way is divided. */
  advance(toMicros: number): void;
  /** The cluster's API, for a run that is operated while it goes on; null where nothing runs on a cluster. */
  readonly api: LiveApi | null;
  /** The cluster, to be looked at between two steps; null where nothing runs on one. */
  readonly view: ClusterView | null;
  /** What has been simulated so far: complete, aborted, or partial when ended early. */
  finish(): Run;
}

/** A cluster's API server during a run. Reading changes nothing; a change becomes a command of the run. */
export interface LiveApi {
  /** Answers as things are; a change is made a microsecond later, to which the run then has come. */
  request(request: ApiRequest): ApiResponse;
  /** As `request`; where a stream is asked for, begins it and returns what ends it. */
  open(request: ApiRequest, stream: Stream): ApiResponse | (() => void);
  /** Lets streams have what has come about since the last time. */
  settle(): void;
  /** Changes that were asked for so far, in order: with them as commands, another run is the same. */
  readonly commands: readonly RequestCommand[];
}

/** Starts a run. A run is a function of (model, seed, commands) and nothing else. */
export function openSession(model: Model, options: SessionOptions = {}): Session {
  return new RunningSession(model, options);
}

// At one instant: first what operators do, then the world, then the look at it.
const commandPriority = -2;
const warmupPriority = -1;
const samplePriority = 1;
const eventsKept = 1000;

/** What a client hears that asks for a change when nothing can change any more. */
const runEnded: ApiResponse = {
  status: 503,
  contentType: 'application/json',
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'the run has ended: nothing can be changed any more',
    reason: 'ServiceUnavailable',
    code: 503,
  },
  headers: [],
};

class RunningSession implements Session {
  readonly endMicros: number;
  private readonly engine = new Engine();
  private readonly recorder: Recorder;
  private readonly traffic: Traffic;
  /** Null where nothing runs on a cluster. */
  private readonly cluster: Cluster | null;
  private readonly drains: Drain[] = [];
  readonly view: ClusterView | null;
  private readonly model: Model;
  private readonly options: SessionOptions;
  private readonly seed: number;
  /** In order of time. */
  private readonly commands: Command[];
  private obeyed = 0;
  private commandHandler = 0;
  private readonly asked: RequestCommand[] = [];
  /** The API server's answer to the last command that was a request. */
  private answer: ApiResponse | null = null;
  private readonly monitor: SessionOptions['monitor'];
  private readonly events: RunEvent[] = [];
  private readonly sampleHandler: number;
  private readonly broken = new Map<string, string>();
  private aborted = false;
  private sampled = 0;

  constructor(model: Model, options: SessionOptions) {
    this.model = model;
    this.options = options;
    this.seed = options.seed ?? model.seed;
    this.commands = [...model.commands, ...(options.commands ?? [])].sort((a, b) => a.atMicros - b.atMicros);
    this.monitor = options.monitor;
    this.endMicros = model.durationMicros;
    const { engine } = this;
    const instruments = new Instruments();
    this.recorder = new Recorder(instruments);
    const traffic = model.rooms['traffic'] as TrafficModel;
    assert(traffic !== undefined, 'The model has a traffic section.');
    this.traffic = new Traffic(traffic, {
      engine,
      instruments,
      seed: this.seed,
      latencyLimits: latencyLimits(model.objectives, traffic),
      note: (kind, subject, message) => this.note(kind, subject, message),
    });
    const kubernetes = model.rooms['kubernetes'] as KubernetesModel | undefined;
    this.cluster = kubernetes === undefined ? null : this.openCluster(kubernetes, instruments);
    this.view = this.cluster === null ? null : viewOf(this.cluster, this.drains);
    this.traffic.start();
    this.sampleHandler = engine.register('run/sample', () => this.sample());
    this.schedule();
  }

  private openCluster(kubernetes: KubernetesModel, instruments: Instruments): Cluster {
    const { engine, seed, traffic, model } = this;
    const { startsAt } = model;
    const note: ClusterContext['note'] = (kind, subject, message) => this.note(kind, subject, message);
    const logs = this.options.logs === true;
    const telemetry = this.recorder;
    return openCluster(kubernetes, traffic, { engine, instruments, telemetry, seed, startsAt, logs, note });
  }

  private schedule(): void {
    const { engine, model } = this;
    const command = engine.register('run/command', () => this.obey(this.commands[this.obeyed++]));
    const warm = engine.register('run/warm', () => this.beginMeasuring());
    this.commandHandler = command;
    for (const { atMicros } of this.commands) engine.scheduleWithPriority(atMicros, commandPriority, command);
    if (model.warmupMicros > 0) engine.scheduleWithPriority(model.warmupMicros, warmupPriority, warm, 0, 0);
    this.scheduleSample();
  }

  private scheduleSample(): void {
    const at = Math.min(this.engine.now + this.model.sampleMicros, this.endMicros);
    if (at > this.engine.now) this.engine.scheduleWithPriority(at, samplePriority, this.sampleHandler, 0, 0);
  }

  get nowMicros(): number {
    return this.engine.now;
  }

  get finished(): boolean {
    return this.aborted || this.engine.now >= this.endMicros;
  }

  get eventCount(): number {
    return this.engine.processed;
  }

  get requestCount(): number {
    return this.traffic.begun;
  }

  advance(toMicros: number): void {
    if (!this.aborted) this.engine.runUntil(Math.max(this.engine.now, Math.min(toMicros, this.endMicros)));
  }

  private obey(command: Command): void {
    if (command.kind === 'request') this.answer = this.cluster?.server.handle(command.request) ?? null;
    if (command.kind === 'drain' && this.cluster !== null)
      drainNodes(this.cluster, command, (drain) => void this.drains.push(drain));
    if (command.kind !== 'scale') return;
    if (this.cluster?.serves(command.service)) this.cluster.scale(command.service, command.replicas);
    else this.traffic.scale(command.service, command.replicas);
  }

  get api(): LiveApi | null {
    const { cluster } = this;
    if (cluster === null) return null;
    return {
      request: (request) => (isMutating(request) ? this.change(request) : cluster.server.handle(request)),
      open: (request, stream) =>
        isMutating(request) ? this.change(request) : cluster.server.open(request, stream),
      settle: () => cluster.server.settle(),
      commands: this.asked,
    };
  }

  /** Has a client's change made as the next thing that happens. */
  private change(request: ApiRequest): ApiResponse {
    const { engine, cluster } = this;
    const atMicros = engine.now + 1;
    if (this.aborted || atMicros > this.endMicros) return runEnded;
    // Made before the first change, so that what it remembers does not depend on it.
    void cluster!.server;
    const command: RequestCommand = { atMicros, kind: 'request', request };
    const later = this.commands.findIndex((each, index) => index >= this.obeyed && each.atMicros > atMicros);
    this.commands.splice(later < 0 ? this.commands.length : later, 0, command);
    this.asked.push(command);
    engine.scheduleWithPriority(atMicros, commandPriority, this.commandHandler);
    engine.runUntil(atMicros);
    return this.answer!;
  }

  /** The window of measurement begins with a sample, so that series and accounts begin at the same instant. */
  private beginMeasuring(): void {
    this.takeSample();
    this.traffic.beginMeasuring();
    this.cluster?.ledger.reset();
  }

  private sample(): void {
    if (this.sampled < this.engine.now) this.takeSample();
    const reason = this.monitor?.(this.recorder, this.engine.now, () => this.traffic.accounts()) ?? null;
    if (reason === null) this.scheduleSample();
    else this.abort(reason);
  }

  private takeSample(): void {
    this.traffic.settle();
    this.recorder.sample(this.engine.now);
    this.traffic.roll();
    this.sampled = this.engine.now;
    for (const { name, passed, detail } of this.traffic.checks())
      if (!passed && !this.broken.has(name)) this.broken.set(name, `at ${this.engine.now} µs: ${detail}`);
  }

  private abort(reason: string): void {
    this.aborted = true;
    this.note('abort', 'run', reason);
    this.engine.stop();
  }

  private note(kind: RunEvent['kind'], subject: string, message: string): void {
    if (this.events.length < eventsKept)
      this.events.push({ atMicros: this.engine.now, kind, subject, message });
    else if (this.events.length === eventsKept)
      this.events.push({
        atMicros: this.engine.now,
        kind: 'note',
        subject: 'run',
        message: 'later events are not kept',
      });
  }

  finish(): Run {
    if (this.sampled < this.engine.now) this.takeSample();
    return {
      manifest: {
        simulator: simulatorVersion,
        modelHash: modelHash(this.model),
        scenario: this.model.name,
        seed: this.seed,
        commands: this.commands,
      },
      status: this.aborted ? 'aborted' : this.finished ? 'complete' : 'partial',
      endedAtMicros: this.engine.now,
      eventCount: this.engine.processed,
      traceHash: this.engine.traceHash(),
      events: this.events,
      telemetry: this.recorder,
      truth: this.traffic.accounts(),
      cluster: this.cluster?.ledger.accounts() ?? null,
      checks: this.checks(),
    };
  }

  private checks(): Check[] {
    const laws: Check[] = this.traffic.checks().map((check) => {
      const failure = this.broken.get(check.name);
      return failure === undefined ? check : { ...check, passed: false, detail: failure };
    });
    // The engine refuses to fire an event before its clock, so that a finished run has had monotone time.
    const detail = `${this.engine.processed} events in order of time`;
    return [...laws, { name: 'monotone time', passed: true, detail }];
  }
}
