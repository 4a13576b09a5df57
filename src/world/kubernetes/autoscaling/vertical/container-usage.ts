/**
 * Fidelity: what the recommender of the vertical-pod-autoscaler 1.3 remembers of a container and what it makes of that
 * (recommender/model and logic): the 90th percentile with 15 % on top, bounds from the 50th and the 95th that close in as
 * samples gather. Memory counts by its peak of each day, per pod. Simplified: kills for lack of memory don't raise the peak.
 */
import { microsPerDay } from '../../../../base/time.ts';
import { cpuStarts, DecayingHistogram, memoryStarts } from './decaying-histogram.ts';

const minSampleWeight = 0.1;
const margin = 1.15;
const samplesPerDay = 24 * 60;

export interface Amount {
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

export interface Recommendation {
  readonly lower: Amount;
  readonly target: Amount;
  readonly upper: Amount;
}

/** All containers of one name, of all pods of a target. */
export class ContainerUsage {
  readonly #cpu = new DecayingHistogram(cpuStarts, microsPerDay);
  readonly #memory = new DecayingHistogram(memoryStarts, microsPerDay);
  /** By pod: the peak of the day that is counted, and when that day ends. */
  readonly #peaks = new Map<string, { bytes: number; endsMicros: number }>();
  #firstMicros = Number.NaN;
  #lastMicros = Number.NaN;
  samples = 0;

  add(pod: string, used: Amount, requestCores: number, atMicros: number): void {
    this.#cpu.add(used.cpuCores, Math.max(minSampleWeight, requestCores), atMicros);
    this.#addMemory(pod, used.memoryBytes, atMicros);
    if (this.samples++ === 0) this.#firstMicros = atMicros;
    this.#lastMicros = atMicros;
  }

  /** Pods that are gone have no peaks to raise any more. */
  keepOnly(pods: ReadonlySet<string>): void {
    for (const pod of this.#peaks.keys()) if (!pods.has(pod)) this.#peaks.delete(pod);
  }

  #addMemory(pod: string, bytes: number, atMicros: number): void {
    const peak = this.#peaks.get(pod);
    if (peak !== undefined && atMicros < peak.endsMicros) {
      if (bytes <= peak.bytes) return;
      this.#memory.subtract(peak.bytes, 1, peak.endsMicros);
      this.#memory.add(bytes, 1, peak.endsMicros);
      peak.bytes = bytes;
      return;
    }
    const endsMicros = atMicros + microsPerDay;
    this.#memory.add(bytes, 1, endsMicros);
    this.#peaks.set(pod, { bytes, endsMicros });
  }

  /** In days: how long there have been samples, or how many there are of a day's 1440. */
  get confidence(): number {
    const days = (this.#lastMicros - this.#firstMicros) / microsPerDay;
    return Math.min(Number.isNaN(days) ? 0 : days, this.samples / samplesPerDay);
  }

  /** `least` is what a container gets at the least. */
  recommend(least: Amount): Recommendation {
    const at = (share: number, factor: number): Amount => ({
      cpuCores: Math.max(least.cpuCores, this.#cpu.percentile(share) * margin * factor),
      memoryBytes: Math.max(least.memoryBytes, this.#memory.percentile(share) * margin * factor),
    });
    const { confidence } = this;
    return {
      lower: at(0.5, lowerFactor(confidence)),
      target: at(0.9, 1),
      upper: at(0.95, upperFactor(confidence)),
    };
  }
}

/** (1 + 1/confidence): twice the estimate after a day, near it after weeks. */
export function upperFactor(confidence: number): number {
  return confidence === 0 ? 1e6 : 1 + 1 / confidence;
}

/** (1 + 0.001/confidence)^-2: close to one within minutes. */
export function lowerFactor(confidence: number): number {
  if (confidence === 0) return 0;
  const base = 1 + 0.001 / confidence;
  return 1 / (base * base);
}
