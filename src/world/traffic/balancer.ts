/**
 * Fidelity: how a client or proxy chooses a replica. Random is kube-proxy's (iptables statistic mode); round robin,
 * least request, power of two choices (two random, fewer outstanding: Envoy's least request) and ring hash (100 points a
 * replica) follow Envoy 1.31; zone aware prefers replicas of the client's zone (Kubernetes trafficDistribution
 * PreferClose). Simplified: all replicas of a client share one balancer's view of outstanding requests, as behind one
 * proxy; health checking is left to readiness.
 */
import { assert } from '../../base/assert.ts';
import type { RandomStream } from '../../base/random.ts';
import type { Call } from './model.ts';
import type { Replica } from './replica.ts';
import { none } from './work-pool.ts';

const ringPoints = 100;

/** The replicas of one service that take new requests. */
export class ReadySet {
  readonly all: Replica[] = [];
  readonly byZone: Replica[][];
  private ringHash: Uint32Array = new Uint32Array(0);
  private ringReplica: Replica[] = [];
  private ringStale = true;
  private readonly zones: number;
  /** Releases that get a fixed share of the requests, whatever their number of replicas; null: no shares are set. */
  shares: readonly Share[] | null = null;

  constructor(zones: number) {
    this.zones = zones;
    this.byZone = Array.from({ length: zones }, () => []);
  }

  /** Gives releases their shares of the requests by label; null ends it. Weights need not add up to anything. */
  weigh(shares: readonly { readonly label: string; readonly weight: number }[] | null): void {
    this.shares = null;
    if (shares === null) return;
    const made = shares.map(({ label, weight }) => ({ label, weight, ready: new ReadySet(this.zones) }));
    for (const replica of this.all)
      for (const share of made) if (share.label === replica.label) share.ready.add(replica);
    this.shares = made;
  }

  /** The replicas that the next request may go to. A release without replicas gets nothing. */
  draw(stream: RandomStream): ReadySet {
    const shares = (this.shares ?? []).filter(({ ready }) => ready.all.length > 0);
    const total = shares.reduce((sum, { weight }) => sum + weight, 0);
    if (total <= 0) return this;
    let left = stream.uniform() * total;
    for (const { weight, ready } of shares) {
      left -= weight;
      if (left < 0) return ready;
    }
    return shares[shares.length - 1].ready;
  }

  add(replica: Replica): void {
    for (const share of this.shares ?? []) if (share.label === replica.label) share.ready.add(replica);
    this.all.push(replica);
    this.byZone[replica.zone].push(replica);
    this.ringStale = true;
  }

  remove(replica: Replica): void {
    const at = this.all.indexOf(replica);
    assert(at >= 0, 'Only a ready replica can stop being ready.');
    for (const share of this.shares ?? []) if (share.label === replica.label) share.ready.remove(replica);
    this.all.splice(at, 1);
    const local = this.byZone[replica.zone];
    local.splice(local.indexOf(replica), 1);
    this.ringStale = true;
  }

  /** The owner of a key on the hash ring. */
  owner(key: number): Replica {
    if (this.ringStale) this.buildRing();
    const hash = mix(key);
    let low = 0;
    let high = this.ringHash.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ringHash[middle] < hash) low = middle + 1;
      else high = middle;
    }
    return this.ringReplica[low % this.ringReplica.length];
  }

  private buildRing(): void {
    const points = this.all.flatMap((replica) =>
      Array.from({ length: ringPoints }, (_, point) => ({
        replica,
        hash: mix(mix(replica.ordinal + 1) + point),
      })),
    );
    points.sort((a, b) => a.hash - b.hash || a.replica.ordinal - b.replica.ordinal);
    this.ringHash = Uint32Array.from(points, (point) => point.hash);
    this.ringReplica = points.map((point) => point.replica);
    this.ringStale = false;
  }
}

interface Share {
  readonly label: string;
  readonly weight: number;
  readonly ready: ReadySet;
}

/** Chooses replicas for one call of the model. */
export class Balancer {
  /** Where round robin is: over all replicas, then within each zone, so that clients of two zones do not skip for each other. */
  private readonly turns: Int32Array;
  private readonly policy: Call['balancer'];
  private readonly ready: ReadySet;
  private readonly stream: RandomStream;

  constructor(policy: Call['balancer'], ready: ReadySet, stream: RandomStream) {
    this.policy = policy;
    this.ready = ready;
    this.stream = stream;
    this.turns = new Int32Array(1 + ready.byZone.length);
  }

  /** A ready replica, or null when there is none. `zone` is the client's, `none` for users. */
  pick(zone: number, key: number): Replica | null {
    const ready = this.ready.shares === null ? this.ready : this.ready.draw(this.stream);
    const all = ready.all;
    if (all.length === 0) return null;
    switch (this.policy) {
      case 'random':
        return all[this.stream.integer(all.length)];
      case 'roundRobin':
        return this.next(all, 0);
      case 'leastRequest':
        return this.least(all);
      case 'powerOfTwo':
        return this.betterOfTwo(all);
      case 'consistentHash':
        return ready.owner(key);
      case 'zoneAware': {
        if (zone === none || ready.byZone[zone].length === 0) return this.next(all, 0);
        return this.next(ready.byZone[zone], 1 + zone);
      }
    }
  }

  private next(from: readonly Replica[], round: number): Replica {
    const last = this.turns[round];
    const turn = last + 1 >= from.length ? 0 : last + 1;
    this.turns[round] = turn;
    return from[turn];
  }

  /** Fewest outstanding; ties go round. */
  private least(from: readonly Replica[]): Replica {
    const start = this.turns[0] + 1 >= from.length ? 0 : this.turns[0] + 1;
    this.turns[0] = start;
    let best = from[start];
    for (let step = 1; step < from.length; step++) {
      const at = start + step < from.length ? start + step : start + step - from.length;
      if (from[at].outstanding < best.outstanding) best = from[at];
    }
    return best;
  }

  private betterOfTwo(from: readonly Replica[]): Replica {
    const first = from[this.stream.integer(from.length)];
    if (from.length === 1) return first;
    const second = from[this.stream.integer(from.length)];
    return second.outstanding < first.outstanding ? second : first;
  }
}

/** A well-mixed unsigned 32-bit hash of an integer (murmur3's finaliser). */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
