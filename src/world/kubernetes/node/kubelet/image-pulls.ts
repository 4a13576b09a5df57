/**
 * Fidelity: how a kubelet gets images (pkg/kubelet/images, 1.32): one after the other on each node (serializeImagePulls),
 * size over bandwidth, and a short visit to the registry for what the node has already. What a node has is reported with
 * its next status, every 10 s, largest first, 50 at most. Simplified: bandwidth is the node's alone.
 */
import { microsPerMillisecond, microsPerSecond } from '../../../../base/time.ts';
import type { ControlPlane } from '../../control/control-plane.ts';
import { type NodeStatus, nodes } from '../../objects/resource-types.ts';
import { defaultImageBytes, normalImageName, pullPolicyOf } from './image.ts';
import type { NodeRun } from './node-run.ts';
import type { ContainerRun } from './pod-run.ts';
import type { Slots } from './slots.ts';

/** To ask a registry what it has under a name. */
const registryMicros = 500 * microsPerMillisecond;
const reportMicros = 10 * microsPerSecond;
const imagesReported = 50;

type ImageList = NonNullable<NodeStatus['images']>;

export interface Pull {
  /** Until the image is there. */
  readonly delayMicros: number;
  /** `Pulling image …`; null when there is nothing to pull. */
  readonly begins: string | null;
  readonly ends: string;
}

export class ImagePulls {
  readonly #plane: ControlPlane;
  readonly #nodes: Slots<NodeRun>;
  readonly #bytes = new Map<string, number>();
  readonly #reportHandler: number;
  /** Lists that nodes share, by what they list. */
  readonly #lists = new Map<string, ImageList>();
  readonly #entries = new Map<string, ImageList[number]>();

  constructor(plane: ControlPlane, nodeRuns: Slots<NodeRun>) {
    this.#plane = plane;
    this.#nodes = nodeRuns;
    for (const { name, bytes } of plane.model.images) this.#bytes.set(normalImageName(name), bytes);
    this.#reportHandler = plane.engine.register('kubernetes/kubelet/images', (slot) => {
      const node = this.#nodes.at(slot);
      if (node?.reporting === true) this.#report(node);
    });
  }

  sizeOf(image: string): number {
    return this.#bytes.get(normalImageName(image)) ?? defaultImageBytes;
  }

  /** Gets the container's image to its node; null: it is not there and must not be pulled. */
  pull(container: ContainerRun): Pull | null {
    const { spec, pod } = container;
    const image = spec.image ?? '';
    const policy = pullPolicyOf(spec);
    const { node } = pod;
    const normal = normalImageName(image);
    const present = node.images.has(normal);
    if (present && policy !== 'Always')
      return { delayMicros: 0, begins: null, ends: `Container image "${image}" already present on machine` };
    if (policy === 'Never') return null;
    return this.#queued(node, image, normal);
  }

  #queued(node: NodeRun, image: string, normal: string): Pull {
    const { engine, model, starting } = this.#plane;
    const bytes = this.sizeOf(image);
    const known = node.images.has(normal) || node.coming.has(normal);
    const transfer = known ? 0 : (bytes / model.settings.pullBytesPerSecond) * microsPerSecond;
    const takes = starting ? 0 : Math.ceil(registryMicros + transfer);
    const begins = Math.max(engine.now, node.pullsDoneMicros);
    node.pullsDoneMicros = begins + takes;
    if (!known) node.coming.add(normal);
    const delayMicros = node.pullsDoneMicros - engine.now;
    return {
      delayMicros,
      begins: `Pulling image "${image}"`,
      ends: `Successfully pulled image "${image}" in ${millisText(takes)} (${millisText(delayMicros)} including waiting). Image size: ${bytes} bytes.`,
    };
  }

  /** The image has come to the node. */
  arrived(node: NodeRun, image: string): void {
    const normal = normalImageName(image);
    node.coming.delete(normal);
    if (node.images.has(normal)) return;
    node.images.add(normal);
    if (node.reporting) return;
    node.reporting = true;
    const { engine, starting } = this.#plane;
    if (starting) engine.scheduleWithPriority(engine.now, 110, this.#reportHandler, node.slot, 0);
    else engine.after(reportMicros, this.#reportHandler, node.slot, 0);
  }

  #report(node: NodeRun): void {
    node.reporting = false;
    if (!node.alive) return;
    const images = this.#listOf(node);
    this.#plane.api.modifyStatus(nodes, '', node.name, (current) => ({
      ...current,
      status: { ...current.status, images },
    }));
  }

  #listOf(node: NodeRun): ImageList {
    const names = [...node.images].sort((a, b) => this.sizeOf(b) - this.sizeOf(a) || (a < b ? -1 : 1));
    const key = names.join(' ');
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = names.slice(0, imagesReported).map((name) => this.#entryOf(name));
      this.#lists.set(key, list);
    }
    return list;
  }

  #entryOf(name: string): ImageList[number] {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = { names: [name], sizeBytes: this.sizeOf(name) };
      this.#entries.set(name, entry);
    }
    return entry;
  }
}

/** As Go prints a duration that was cut to milliseconds: `850ms`, `3.5s`, `1m2.25s`. */
export function millisText(micros: number): string {
  const millis = Math.floor(micros / microsPerMillisecond);
  if (millis === 0) return '0s';
  if (millis < 1000) return `${millis}ms`;
  const minutes = Math.floor(millis / 60_000);
  const seconds = (millis - minutes * 60_000) / 1000;
  if (minutes < 60) return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}s`;
}
