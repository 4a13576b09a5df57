/**
 * Fidelity: limits and requests as the kubelet enforces them: the CPU quota belongs to a container (limit × 100 ms in each
 * 100 ms period, at least 1 ms), a missing request equals the limit, and the pod asks the scheduler for the sum of
 * its containers. What serves users is one container, so its limit is the service's; sidecars only add to requests.
 * Source: Kubernetes 1.32, “Resource Management for Pods and Containers”; pkg/kubelet/cm (QuotaPeriod, MinQuotaPeriod).
 */
import { readQuantity } from '../../../../model/notation.ts';
import type { Container, PodSpec, Probe } from './manifest.ts';

/** The CFS period that kubelets set (cpuCFSQuotaPeriod). */
export const cfsPeriodMicros = 100_000;
/** The smallest quota the kubelet writes: 1 ms of each period. */
const limitCoresMin = 0.01;

export interface PodResources {
  readonly requestCores: number;
  /** Of the main container; null: none. */
  readonly limitCores: number | null;
  readonly memoryRequestBytes: number;
  /** Whether any container states it. */
  readonly statesCpu: boolean;
  readonly statesMemory: boolean;
}

/** What a pod asks for and what holds its main container back. */
export function readResources(pod: PodSpec, main: Container | null): PodResources {
  // An init container that restarts always is a sidecar: it runs beside the others.
  const running = [
    ...(pod.containers ?? []),
    ...(pod.initContainers ?? []).filter((container) => container.restartPolicy === 'Always'),
  ];
  const cpu = running.map((container) => amounts(container, 'cpu'));
  const memory = running.map((container) => amounts(container, 'memory'));
  const limit = main === null ? null : amounts(main, 'cpu').limit;
  return {
    requestCores: sum(cpu),
    limitCores: limit === null ? null : Math.max(limitCoresMin, limit),
    memoryRequestBytes: Math.ceil(sum(memory)),
    statesCpu: cpu.some((one) => one.request !== null),
    statesMemory: memory.some((one) => one.request !== null),
  };
}

interface Amounts {
  readonly request: number | null;
  readonly limit: number | null;
}

function amounts(container: Container, resource: string): Amounts {
  const read = (written: string | number | undefined): number | null => {
    const value = written === undefined ? null : readQuantity(written);
    // A limit of zero means no limit to the container runtime.
    return value === null || value <= 0 ? null : value;
  };
  const limit = read(container.resources?.limits?.[resource]);
  return { limit, request: read(container.resources?.requests?.[resource]) ?? limit };
}

function sum(all: readonly Amounts[]): number {
  const total = all.reduce((sum, one) => sum + (one.request ?? 0), 0);
  // Quantities are exact to a billionth; what binary fractions add is none of their doing.
  return Math.round(total * 1e9) / 1e9;
}

/** Cores of a node where the manifests do not name one: the common general-purpose size of every large cloud. */
const usualNodeCores = 4;

/** Cores that one container can run on at once: a usual node's, or more when it asks for more. */
export function nodeCoresFor(resources: PodResources): number {
  return Math.max(usualNodeCores, Math.ceil(resources.limitCores ?? 0), Math.ceil(resources.requestCores));
}

export interface Startup {
  readonly micros: number;
  readonly basis: string;
}

/** Scheduling, a cached image and the container's start. */
const podStartMicros = 2_000_000;

/**
 * When a new pod is ready: the first readiness probe at or after the program can answer, which waits for the startup
 * probe where there is one. Probes run at initialDelaySeconds and every periodSeconds (10 by default) after it.
 */
export function readStartup(main: Container | null, bootMicros: number): Startup {
  const boot = bootMicros / 1e6;
  const startup = main?.startupProbe;
  const readiness = main?.readinessProbe;
  const started = startup ? firstProbe(startup, boot) : boot;
  const ready = readiness ? firstProbe(readiness, started) : started;
  const micros = podStartMicros + Math.round(ready * 1e6);
  const start = `${podStartMicros / 1e6} s to schedule and start the container, about ${boot} s to boot`;
  if (!startup && !readiness) return { micros, basis: `${start}; no probe delays it` };
  const probes = [
    startup ? probeText('startup', startup) : '',
    readiness ? probeText('readiness', readiness) : '',
  ];
  return { micros, basis: `${start}, then the first ${probes.filter((text) => text !== '').join(' and ')}` };
}

function firstProbe(probe: Probe, notBefore: number): number {
  const delay = probe.initialDelaySeconds ?? 0;
  const period = probe.periodSeconds ?? 10;
  if (notBefore <= delay || period <= 0) return Math.max(delay, notBefore);
  return delay + Math.ceil((notBefore - delay) / period) * period;
}

function probeText(kind: string, probe: Probe): string {
  return `${kind} probe (${probe.initialDelaySeconds ?? 0} s, then every ${probe.periodSeconds ?? 10} s)`;
}
