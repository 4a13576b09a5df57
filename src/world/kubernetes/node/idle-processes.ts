/**
 * Fidelity: no real mechanism: what runs in containers that serve no modelled traffic. Such a process uses a steady tenth of
 * its CPU request and half of its memory request (1 millicore and 16 MiB where there is none), answers every probe
 * and ends when it is asked to. A container of a Job, or of another pod that is not always restarted, ends well after 30 s,
 * an init container after 1 s. The annotations `sim.devops/run-duration` and `sim.devops/exit-code` of the pod say otherwise
 * for its regular containers, whatever its restart policy.
 */
import { formatDuration, microsPerSecond, parseDuration } from '../../../base/time.ts';
import type { Engine } from '../../../engine/engine.ts';
import { controllerOf } from '../objects/meta.ts';
import type { Container, Pod } from '../objects/pod.ts';
import { amountsOf } from '../objects/resources.ts';
import type { LogLine, ProbeRequest, Processes, ProcessHost, SteadyUsage } from './processes.ts';

export const runDurationAnnotation = 'sim.devops/run-duration';
export const exitCodeAnnotation = 'sim.devops/exit-code';
/** Shares of what the container requests. */
export const idleCpuShare = 0.1;
export const idleMemoryShare = 0.5;
const leastMillicores = 1;
const leastMemoryBytes = 16 * 1024 * 1024;
const jobMicros = 30 * microsPerSecond;
const initMicros = microsPerSecond;
/** Ended processes whose logs can still be read. */
const pastKept = 10_000;

interface Life {
  /** From start to end; null: for ever. */
  readonly runMicros: number | null;
  readonly exitCode: number;
}

interface IdleProcess {
  readonly container: string;
  readonly startedMicros: number;
  readonly usage: SteadyUsage;
  readonly life: Life;
  endedMicros: number | null;
}

export class IdleProcesses implements Processes {
  host!: ProcessHost;
  readonly #engine: Engine;
  readonly #exitHandler: number;
  readonly #running = new Map<number, IdleProcess>();
  readonly #past = new Map<number, IdleProcess>();
  #last = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#exitHandler = engine.register('kubernetes/idle/exit', (process) => this.#exit(process));
  }

  /** It takes whatever nobody else does. */
  claims(): boolean {
    return true;
  }

  start(pod: Pod, container: string, _zone: string, settled: boolean): number {
    const process = ++this.#last;
    const spec = containerOf(pod, container);
    const life = lifeOf(pod, container);
    const startedMicros = this.#engine.now;
    const usage = usageOf(spec);
    this.#running.set(process, { container, startedMicros, usage, life, endedMicros: null });
    if (life.runMicros !== null) {
      // A cluster that has long been running has its init containers behind it.
      const delay = settled && isInit(pod, container) ? 0 : life.runMicros;
      this.#engine.after(delay, this.#exitHandler, process, 0);
    }
    return process;
  }

  terminate(process: number): void {
    if (this.#end(process)) this.host.exited(process, 0, 'Completed');
  }

  kill(process: number): void {
    this.#end(process);
  }

  probe(process: number, { ticket }: ProbeRequest): void {
    if (this.#running.has(process)) this.host.probed(process, ticket, true, '');
  }

  cpuMicros(process: number): number {
    const known = this.#known(process);
    if (known === undefined) return 0;
    const until = known.endedMicros ?? this.#engine.now;
    return (until - known.startedMicros) * known.usage.cpuCores;
  }

  memoryBytes(process: number): number {
    return this.#running.get(process)?.usage.memoryBytes ?? 0;
  }

  metric(): number {
    return Number.NaN;
  }

  logs(
    process: number,
    { sinceMicros, tail }: { readonly sinceMicros: number; readonly tail: number },
  ): readonly LogLine[] {
    const known = this.#known(process);
    if (known === undefined || tail <= 0) return [];
    const lines = linesOf(known).filter(({ atMicros }) => atMicros >= sinceMicros);
    return lines.slice(-tail);
  }

  mayFailProbes(): boolean {
    return false;
  }

  steadyUsage(process: number): SteadyUsage | null {
    return this.#running.get(process)?.usage ?? null;
  }

  #known(process: number): IdleProcess | undefined {
    return this.#running.get(process) ?? this.#past.get(process);
  }

  #exit(process: number): void {
    const known = this.#running.get(process);
    if (known === undefined || !this.#end(process)) return;
    const { exitCode } = known.life;
    this.host.exited(process, exitCode, exitCode === 0 ? 'Completed' : 'Error');
  }

  #end(process: number): boolean {
    const known = this.#running.get(process);
    if (known === undefined) return false;
    this.#running.delete(process);
    known.endedMicros = this.#engine.now;
    this.#past.set(process, known);
    if (this.#past.size > pastKept) this.#past.delete(this.#past.keys().next().value!);
    return true;
  }
}

function containerOf({ spec }: Pod, name: string): Container | undefined {
  const named = (container: Container) => container.name === name;
  return spec.containers.find(named) ?? spec.initContainers?.find(named);
}

function isInit({ spec }: Pod, name: string): boolean {
  const container = spec.initContainers?.find((one) => one.name === name);
  return container !== undefined && container.restartPolicy !== 'Always';
}

const forEver: Life = { runMicros: null, exitCode: 0 };
const initLife: Life = { runMicros: initMicros, exitCode: 0 };

function lifeOf(pod: Pod, container: string): Life {
  if (isInit(pod, container)) return initLife;
  if (!pod.spec.containers.some(({ name }) => name === container)) return forEver;
  const annotations = pod.metadata.annotations ?? {};
  const asked = annotations[runDurationAnnotation];
  const code = annotations[exitCodeAnnotation];
  const endsByItself = controllerOf(pod)?.kind === 'Job' || (pod.spec.restartPolicy ?? 'Always') !== 'Always';
  if (asked === undefined && code === undefined && !endsByItself) return forEver;
  const runMicros = (asked === undefined ? null : parseDuration(asked)) ?? jobMicros;
  const exitCode = code !== undefined && /^\d{1,3}$/.test(code) ? Math.min(Number(code), 255) : 0;
  return { runMicros, exitCode };
}

const usages = new WeakMap<Container, SteadyUsage>();

function usageOf(container: Container | undefined): SteadyUsage {
  if (container === undefined) return computedUsage({}, {});
  let usage = usages.get(container);
  if (usage === undefined) {
    const { requests, limits } = container.resources ?? {};
    usage = computedUsage(amountsOf(requests), amountsOf(limits));
    usages.set(container, usage);
  }
  return usage;
}

type Amounts = ReturnType<typeof amountsOf>;

/** A limit alone stands for the request, as the API server's defaults have it. */
function computedUsage(requests: Amounts, limits: Amounts): SteadyUsage {
  const share = (resource: string, part: number, least: number) => {
    const request = requests[resource] ?? limits[resource] ?? 0;
    return Math.min(Math.max(request * part, least), limits[resource] ?? Number.POSITIVE_INFINITY);
  };
  return {
    cpuCores: share('cpu', idleCpuShare, leastMillicores) / 1000,
    memoryBytes: Math.floor(share('memory', idleMemoryShare, leastMemoryBytes)),
  };
}

function linesOf({ container, startedMicros, endedMicros, usage, life }: IdleProcess): readonly LogLine[] {
  const cores = `${Math.round(usage.cpuCores * 1e6) / 1000}m`;
  const mebibytes = `${Math.round(usage.memoryBytes / 1024 / 1024)}Mi`;
  const lines = [
    {
      atMicros: startedMicros,
      text: `[simulator] ${container} serves no modelled traffic: it idles with a steady ${cores} of CPU and ${mebibytes} of memory`,
    },
  ];
  if (life.runMicros !== null)
    lines.push({
      atMicros: startedMicros,
      text: `[simulator] it will end after ${formatDuration(life.runMicros)} with exit code ${life.exitCode}`,
    });
  if (endedMicros !== null) lines.push({ atMicros: endedMicros, text: `[simulator] ${container} has ended` });
  return lines;
}
