/**
 * Fidelity: what one machine has beside its Node object: addresses for pods as the host-local plugin gives them (CNI 1.x:
 * the next free one after the last given, around in circles), images, and what its pods were admitted with. The phases of
 * the kubelet's periodic work come from the node's name, as in life from the moment at which each was started.
 */
import { hashWords } from '../../../../base/hash.ts';
import { microsPerSecond } from '../../../../base/time.ts';
import type { Node } from '../../objects/node.ts';
import type { Amounts } from '../../objects/resources.ts';

/** How often a kubelet asks its runtime what has changed (PLEG relist). */
export const relistMicros = microsPerSecond;

/** `Run`: what is kept of each of its pods. */
export class NodeRun<Run = unknown> {
  readonly name: string;
  readonly zone: string;
  /** Its InternalIP; empty: it has none. */
  readonly address: string;
  /** The machine runs and its kubelet answers. */
  alive = true;
  /** Since when it has been lost, in engine time; meaningless while alive. */
  lostMicros = 0;
  /** Of all pods whose containers are not all done. */
  used: Record<string, number> = {};
  pods = 0;
  /** Normal names of the images it has. */
  readonly images = new Set<string>();
  /** Pulls go one after the other: when the last one will be done. */
  pullsDoneMicros = 0;
  /** Normal names of those that are being pulled. */
  readonly coming = new Set<string>();
  /** Host ports that its pods hold, as `TCP/8080`. */
  readonly ports = new Set<string>();
  readonly runs = new Set<Run>();
  /** A report of its images is due. */
  reporting = false;
  readonly slot: number;
  readonly #relistPhase: number;
  readonly #range: string;
  readonly #hosts = new Set<number>();
  #lastHost = 1;

  constructor(node: Node, zone: string, slot: number) {
    this.name = node.metadata.name;
    this.zone = zone;
    this.address = node.status.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
    this.slot = slot;
    this.#relistPhase = (hashWords(this.name)[0] >>> 0) % relistMicros;
    const { podCIDR = '10.244.0.0/24' } = node.spec;
    this.#range = podCIDR.slice(0, podCIDR.lastIndexOf('.') + 1);
    for (const { names } of node.status.images ?? []) for (const name of names) this.images.add(name);
  }

  /** When the kubelet next learns what its runtime knows at `micros`. */
  relistAfter(micros: number): number {
    const since = micros - this.#relistPhase;
    return Math.ceil(since / relistMicros) * relistMicros + this.#relistPhase;
  }

  /** An address for a pod, or null when all 253 are taken. */
  takeAddress(): string | null {
    for (let tried = 0; tried < 253; tried++) {
      this.#lastHost = this.#lastHost >= 254 ? 2 : this.#lastHost + 1;
      if (this.#hosts.has(this.#lastHost)) continue;
      this.#hosts.add(this.#lastHost);
      return `${this.#range}${this.#lastHost}`;
    }
    return null;
  }

  freeAddress(address: string): void {
    if (address.startsWith(this.#range)) this.#hosts.delete(Number(address.slice(this.#range.length)));
  }

  get range(): string {
    return this.#range;
  }

  admit(requests: Amounts): void {
    for (const resource in requests) this.used[resource] = (this.used[resource] ?? 0) + requests[resource];
    this.pods++;
  }

  release(requests: Amounts): void {
    for (const resource in requests) this.used[resource] -= requests[resource];
    this.pods--;
  }
}
