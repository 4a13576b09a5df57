/** Fidelity: no mechanism; nodes and pods for tests of the scheduler. */
import type { Labels, ResourceList } from '../objects/meta.ts';
import { hostnameLabel, type Node, zoneLabel } from '../objects/node.ts';
import type { Pod, PodSpec } from '../objects/pod.ts';
import { ClusterState, type Surroundings } from './cluster-state.ts';
import { Placement } from './placement.ts';
import { noSurroundings } from './what-if.ts';

export interface NodeOptions {
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly zone?: string;
  readonly labels?: Labels;
  readonly more?: ResourceList;
  readonly spec?: Node['spec'];
  readonly images?: NonNullable<Node['status']['images']>;
}

/** Four cores, 16 GiB and 110 pods unless said otherwise. */
export function node(name: string, options: NodeOptions = {}): Node {
  const zone = options.zone === undefined ? {} : { [zoneLabel]: options.zone };
  const allocatable = {
    cpu: options.cpu ?? '4',
    memory: options.memory ?? '16Gi',
    pods: options.pods ?? '110',
    ...options.more,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `node-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { [hostnameLabel]: name, ...zone, ...options.labels },
    },
    spec: options.spec ?? {},
    status: {
      capacity: allocatable,
      allocatable,
      conditions: [],
      ...(options.images === undefined ? {} : { images: options.images }),
    },
  };
}

export interface PodOptions {
  readonly labels?: Labels;
  readonly namespace?: string;
  readonly requests?: ResourceList;
  readonly image?: string;
  readonly spec?: Partial<PodSpec>;
  readonly status?: Partial<Pod['status']>;
  readonly metadata?: Partial<Pod['metadata']>;
}

export function pod(name: string, options: PodOptions = {}): Pod {
  const { namespace = 'default', labels, requests = {}, image = 'app:1' } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `pod-${namespace}-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(labels === undefined ? {} : { labels }),
      ...options.metadata,
    },
    spec: { containers: [{ name: 'main', image, resources: { requests } }], ...options.spec },
    status: { phase: 'Pending', ...options.status },
  };
}

/** A state with these nodes, and pods on them by node name. */
export function stateOf(
  nodes: readonly Node[],
  placed: Readonly<Record<string, readonly Pod[]>> = {},
  surroundings: Surroundings = noSurroundings,
) {
  const state = new ClusterState(surroundings);
  for (const each of nodes) state.putNode(each);
  for (const name in placed) for (const each of placed[name]) state.place(each, name);
  const placement = new Placement(state);
  return {
    state,
    placement,
    /** Reasons by node name; nodes that take the pod are left out. */
    rejections(incoming: Pod): Record<string, readonly string[]> {
      placement.begin(state.groupOf(incoming), incoming.metadata.uid);
      const result: Record<string, readonly string[]> = {};
      for (const [name, slot] of state.table.slots) {
        const rejection = placement.rejection(slot);
        if ((rejection === null) !== placement.fits(slot))
          throw new Error(`fits and rejection differ on ${name}`);
        if (rejection !== null) result[name] = rejection.reasons;
      }
      return result;
    },
    /** Total scores by node name, of all nodes. */
    scores(incoming: Pod): Record<string, number> {
      const slots = [...state.table.slots];
      const scores = placement.scores(
        state.groupOf(incoming),
        slots.map(([, slot]) => slot),
      );
      return Object.fromEntries(slots.map(([name], at) => [name, scores[at]]));
    },
  };
}
