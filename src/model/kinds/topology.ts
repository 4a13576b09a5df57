import * as Type from 'typebox';
import type { Kind } from '../kind.ts';
import { choice, document, duration, fields, flag, integer, record, share, text } from './written.ts';

/** The machines of the cluster and the settings of its control plane: what manifests cannot say. */

function quantity(description: string, notes: { examples?: readonly unknown[] } = {}) {
  return Type.Union([Type.String({ format: 'quantity' }), Type.Number({ minimum: 0 })], {
    description,
    ...notes,
  });
}

const Taint = fields('Keeps pods away that do not tolerate it.', {
  key: text('Key.', { examples: ['dedicated'] }),
  value: Type.Optional(Type.String({ description: 'Value.' })),
  effect: choice('What happens to pods that do not tolerate it.', [
    'NoSchedule',
    'PreferNoSchedule',
    'NoExecute',
  ]),
});

export const NodePool = fields('Machines of one shape: a node group.', {
  name: text('Name; its nodes are called after it.'),
  instanceType: Type.Optional(
    text('As the provider names it; of well-known types, cores and memory need not be stated.', {
      examples: ['m6i.xlarge'],
      synonyms: ['machineType', 'vmSize'],
    }),
  ),
  cores: Type.Optional(quantity('Cores of one machine.', { examples: [4] })),
  memory: Type.Optional(quantity('Memory of one machine.', { examples: ['16Gi'] })),
  resources: Type.Optional(
    record('Further resources of one machine.', quantity('Amount.'), {
      examples: [{ 'nvidia.com/gpu': 1 }],
    }),
  ),
  reserved: Type.Optional(
    fields('What a machine keeps for itself: pods get the rest.', {
      cores: Type.Optional(quantity('Cores.', { examples: ['100m'] })),
      memory: Type.Optional(quantity('Memory.', { examples: ['500Mi'] })),
    }),
  ),
  maxPods: Type.Optional(integer('Most pods on one machine.', { minimum: 1, maximum: 500, default: 110 })),
  zones: Type.Optional(
    Type.Array(text('Name of a zone.'), {
      minItems: 1,
      maxItems: 100,
      description: 'Zones that its machines fill in turn; by default those of the Scenario.',
    }),
  ),
  labels: Type.Optional(record('Labels of its nodes.', Type.String())),
  taints: Type.Optional(Type.Array(Taint, { maxItems: 50, description: 'Taints of its nodes.' })),
  count: integer('Machines at the beginning.', { maximum: 15_000, synonyms: ['size', 'nodes'] }),
  autoscaling: Type.Optional(
    fields('Bounds of the cluster-autoscaler; without them it leaves the pool alone.', {
      min: Type.Optional(integer('Fewest machines.', { default: 0 })),
      max: integer('Most machines.', { minimum: 1, maximum: 15_000 }),
    }),
  ),
  provisioning: Type.Optional(
    fields('From the request for a machine until its node is ready.', {
      p50: duration('Half of them are ready within this.', { examples: ['90s'] }),
      p99: duration('99 % of them are.', { examples: ['4m'] }),
    }),
  ),
  stock: Type.Optional(
    integer(
      'Machines that the provider has beyond those at the beginning; without it, as many as asked for.',
    ),
  ),
  pricePerHour: Type.Optional(Type.Number({ minimum: 0, description: 'Of one machine.' })),
});

const rateLimits = (description: string, qps: number, burst: number) =>
  fields(description, {
    qps: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1e6, description: 'Requests per second.', default: qps }),
    ),
    burst: Type.Optional(integer('Requests at once.', { minimum: 1, maximum: 1e6, default: burst })),
  });

const ControlPlane = fields('Settings of the control plane; by default those of Kubernetes 1.32.', {
  version: Type.Optional(text('Version that the API says it is.', { default: 'v1.32.0' })),
  scheduler: Type.Optional(rateLimits('How fast the scheduler may talk to the API server.', 50, 100)),
  controllers: Type.Optional(
    rateLimits('How fast the controller manager may talk to the API server.', 20, 30),
  ),
  horizontalPodAutoscaler: Type.Optional(
    fields('Flags of the controller manager about autoscaling.', {
      sync: Type.Optional(duration('Between two looks.', { default: '15s' })),
      tolerance: Type.Optional(share('Deviation from the target that is left alone.', { default: 0.1 })),
      downscaleStabilization: Type.Optional(
        duration('How long the highest recommendation holds.', { default: '5m' }),
      ),
      cpuInitialization: Type.Optional(
        duration('After its start, a pod’s CPU counts only while it is ready.', { default: '5m' }),
      ),
      initialReadiness: Type.Optional(
        duration('A pod that turned unready so soon was never ready.', { default: '30s' }),
      ),
    }),
  ),
  metricsInterval: Type.Optional(duration('Between two scrapes of metrics-server.', { default: '15s' })),
  clusterAutoscaler: Type.Optional(
    fields('Flags of the cluster-autoscaler.', {
      enabled: Type.Optional(flag('Whether it runs; by default when a pool has bounds.')),
      expander: Type.Optional(
        choice(
          'Which pool grows when several could.',
          ['random', 'least-waste', 'most-pods', 'price', 'priority'],
          {
            default: 'random',
          },
        ),
      ),
      scan: Type.Optional(duration('Between two looks.', { default: '10s' })),
      unneeded: Type.Optional(duration('How long a node is idle before it goes.', { default: '10m' })),
      unready: Type.Optional(duration('How long an unready node is kept.', { default: '20m' })),
      utilizationThreshold: Type.Optional(share('Below it, a node may be unneeded.', { default: 0.5 })),
      delayAfterAdd: Type.Optional(duration('No node goes so soon after one came.', { default: '10m' })),
      delayAfterFailure: Type.Optional(duration('Nor after one failed to go.', { default: '3m' })),
      maxProvision: Type.Optional(duration('How long a machine may take to come.', { default: '15m' })),
    }),
  ),
  proxySync: Type.Optional(
    duration('kube-proxy writes its rules at most so long after a change.', { default: '1s' }),
  ),
  pullRate: Type.Optional(quantity('Bytes per second at which a node pulls images.', { examples: ['50M'] })),
});

const Spec = fields('The cluster’s machines.', {
  region: Type.Optional(text('Region of all machines.', { default: 'sim-1' })),
  nodePools: Type.Optional(
    Type.Array(NodePool, {
      maxItems: 200,
      description: 'Machines; without any, as many are assumed as the pods need.',
      synonyms: ['nodeGroups', 'pools'],
    }),
  ),
  controlPlane: Type.Optional(ControlPlane),
  images: Type.Optional(
    record('Sizes of images by name, for the time that pulling them takes.', quantity('Size.'), {
      examples: [{ 'shop/web:2.1': '180M' }],
    }),
  ),
});

const summary = 'The machines of the cluster, and the settings of its control plane.';
const schema = document('Topology', summary, Spec);

export type TopologyDocument = Type.Static<typeof schema>;
export type TopologySpec = TopologyDocument['spec'];
export type WrittenNodePool = Type.Static<typeof NodePool>;
export type WrittenControlPlane = Type.Static<typeof ControlPlane>;

export const topologyKind: Kind = {
  group: 'sim.devops',
  version: 'v1alpha1',
  kind: 'Topology',
  plural: 'topologies',
  shortNames: ['topo'],
  namespaced: true,
  summary,
  schema,
  own: true,
  support: 'full',
};
