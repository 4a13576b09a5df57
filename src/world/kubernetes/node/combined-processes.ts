/** Fidelity: no mechanism: several kinds of processes behind one port, each container's by who claims it. */
import { assert } from '../../../base/assert.ts';
import type { Pod } from '../objects/pod.ts';
import type { LogLine, ProbeRequest, Processes, ProcessHost, SteadyUsage } from './processes.ts';

/** Processes that know which containers are theirs. */
export interface ClaimingProcesses extends Processes {
  claims(pod: Pod, container: string): boolean;
}

/**
 * Gives each container to the first that claims it. The numbers of processes interleave: of n kinds the i-th's process p
 * is p × n + i, so each kind's numbers are from 0 to 2^31 / n.
 */
export class CombinedProcesses implements Processes {
  readonly #kinds: readonly ClaimingProcesses[];

  /** The last one claims whatever is left. */
  constructor(kinds: readonly ClaimingProcesses[]) {
    this.#kinds = kinds;
  }

  set host(host: ProcessHost) {
    const count = this.#kinds.length;
    this.#kinds.forEach((kind, index) => {
      kind.host = {
        exited: (process, exitCode, reason) => host.exited(process * count + index, exitCode, reason),
        probed: (process, ticket, success, detail) =>
          host.probed(process * count + index, ticket, success, detail),
      };
    });
  }

  start(pod: Pod, container: string, zone: string, settled: boolean): number {
    const index = this.#kinds.findIndex((kind) => kind.claims(pod, container));
    assert(index >= 0, `some processes claim container ${container} of pod ${pod.metadata.name}`);
    const process = this.#kinds[index].start(pod, container, zone, settled);
    const number = process * this.#kinds.length + index;
    assert(process >= 0 && number <= 2_147_483_647, `process ${process} can be told from the others`);
    return number;
  }

  terminate(process: number): void {
    this.#kindOf(process).terminate(this.#own(process));
  }

  kill(process: number): void {
    this.#kindOf(process).kill(this.#own(process));
  }

  probe(process: number, probe: ProbeRequest): void {
    this.#kindOf(process).probe(this.#own(process), probe);
  }

  cpuMicros(process: number): number {
    return this.#kindOf(process).cpuMicros(this.#own(process));
  }

  memoryBytes(process: number): number {
    return this.#kindOf(process).memoryBytes(this.#own(process));
  }

  metric(process: number, name: string): number {
    return this.#kindOf(process).metric(this.#own(process), name);
  }

  logs(
    process: number,
    options: { readonly sinceMicros: number; readonly tail: number },
  ): readonly LogLine[] {
    return this.#kindOf(process).logs(this.#own(process), options);
  }

  mayFailProbes(process: number): boolean {
    return this.#kindOf(process).mayFailProbes(this.#own(process));
  }

  steadyUsage(process: number): SteadyUsage | null {
    return this.#kindOf(process).steadyUsage?.(this.#own(process)) ?? null;
  }

  /** The process as its own kind knows it. */
  ownNumber(process: number): { readonly kind: ClaimingProcesses; readonly process: number } {
    return { kind: this.#kindOf(process), process: this.#own(process) };
  }

  #kindOf(process: number): ClaimingProcesses {
    return this.#kinds[process % this.#kinds.length];
  }

  #own(process: number): number {
    return Math.floor(process / this.#kinds.length);
  }
}
