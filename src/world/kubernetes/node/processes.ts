import type { Pod } from '../objects/pod.ts';

/**
 * The port between kubelets and what runs in containers. The Kubernetes room starts, probes and ends processes; the
 * traffic room gives them their behaviour, and whatever serves no traffic is an idle process
 * (`idle-processes.ts`). A process is named by an int32 that its implementation chose.
 */
export interface Processes {
  /** Whom it tells of ends and answers; the kubelet sets it before the first start. */
  host: ProcessHost;
  /**
   * Starts the main process of one container of a pod that has been bound to a node in `zone`. `settled`: it has been
   * running for long already (the cluster before the run begins), so it answers at once.
   */
  start(pod: Pod, container: string, zone: string, settled: boolean): number;
  /** SIGTERM: it goes on with what it has and then exits by itself, or is killed when its grace is over. */
  terminate(process: number): void;
  /** SIGKILL, or its machine is gone: it ends at once with all requests inside. No `exited` follows. */
  kill(process: number): void;
  /** Sends one probe; its answer or the lack of one comes through `ProcessHost.probed`, in a later event or at once. */
  probe(process: number, probe: ProbeRequest): void;
  /** Processor time used so far, in microseconds of one core. */
  cpuMicros(process: number): number;
  /** Working set. */
  memoryBytes(process: number): number;
  /** Requests per second and the like by which custom metrics are known, now; NaN: it has no such metric. */
  metric(process: number, name: string): number;
  /** The last lines that it logged, oldest first, as its container's standard output. */
  logs(process: number, options: { readonly sinceMicros: number; readonly tail: number }): readonly LogLine[];
  /** Whether probes of it can ever fail: those of the others need not be simulated one by one. */
  mayFailProbes(process: number): boolean;
  /**
   * What a process uses that never changes its use: it needs not be measured again and again. Null, or no such method: it
   * may change.
   */
  steadyUsage?(process: number): SteadyUsage | null;
}

export interface SteadyUsage {
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

export interface LogLine {
  readonly atMicros: number;
  readonly text: string;
}

export interface ProbeRequest {
  readonly kind: 'startup' | 'liveness' | 'readiness';
  readonly handler: 'httpGet' | 'tcpSocket' | 'exec' | 'grpc';
  readonly path: string;
  readonly timeoutMicros: number;
  /** Comes back with the answer. */
  readonly ticket: number;
}

/** What processes tell the kubelet. */
export interface ProcessHost {
  /** The process has ended by itself or after `terminate`. */
  exited(process: number, exitCode: number, reason: 'Completed' | 'Error' | 'OOMKilled'): void;
  /** `detail` is what `kubectl describe` would show: `HTTP probe failed with statuscode: 503`. */
  probed(process: number, ticket: number, success: boolean, detail: string): void;
}
