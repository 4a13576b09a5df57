/**
 * Fidelity: what servers tell of themselves with the labels of their pods, as a ServiceMonitor attaches them: requests and
 * their durations by release. A canary analysis compares releases by it. A request that is cut off counts as failed.
 */
import type { Instruments } from '../../telemetry/instruments.ts';

/** One release of one service. The hot path counts here. */
export interface ReleaseCount {
  ok: number;
  failed: number;
  /** Over all requests, from arrival to the answer. */
  micros: number;
}

export class ReleaseCounts {
  private readonly instruments: Instruments;
  private readonly counts = new Map<string, ReleaseCount>();

  constructor(instruments: Instruments) {
    this.instruments = instruments;
  }

  /** The count of a release, published when its first process starts. */
  of(service: string, hash: string, image: string): ReleaseCount {
    const key = `${service}/${hash}/${image}`;
    let count = this.counts.get(key);
    if (count === undefined) {
      count = { ok: 0, failed: 0, micros: 0 };
      this.counts.set(key, count);
      this.publish({ service, pod_template_hash: hash, image }, count);
    }
    return count;
  }

  private publish(labels: Record<string, string>, count: ReleaseCount): void {
    const { instruments } = this;
    instruments.publish('release_requests_total', { ...labels, outcome: 'ok' }, () => count.ok);
    instruments.publish('release_requests_total', { ...labels, outcome: 'failed' }, () => count.failed);
    instruments.publish('release_request_duration_seconds_sum', labels, () => count.micros / 1e6);
    instruments.publish('release_request_duration_seconds_count', labels, () => count.ok + count.failed);
  }
}
