import * as Type from 'typebox';

/** The part of a result that tells what happened in the cluster over the measured window. Times in seconds. */
const number = (description: string) => Type.Number({ description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const text = (description: string) => Type.String({ description });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const strict = { additionalProperties: false };

export const NodePoolResult = Type.Object(
  {
    name: text('Node pool; empty for nodes of none.'),
    atEnd: count('Nodes at the end.'),
    fewest: count('Fewest nodes.'),
    most: count('Most nodes.'),
    mean: number('Mean number of nodes.'),
    nodeHours: number('Node-hours.'),
    cost: nullable(number('Node-hours × price; null where the pool has no price.')),
  },
  strict,
);

const PodsResult = Type.Object(
  {
    atEnd: count('Pods at the end.'),
    most: count('Most pods at once.'),
    created: count('Pods created.'),
    deleted: count('Pods deleted.'),
    unschedulableAtEnd: count('Pods that no node has room for, at the end.'),
    unschedulableMost: count('The same, at most.'),
    unschedulableSeconds: number('Time that they waited, summed over pods.'),
    startup: Type.Object(
      {
        count: count('Pods that became ready.'),
        mean: number('Mean.'),
        p50: number('Median.'),
        p95: number('95th percentile.'),
        max: number('Longest.'),
      },
      { ...strict, description: 'Seconds from creation until first ready.' },
    ),
  },
  strict,
);

export const WorkloadResult = Type.Object(
  {
    kind: text('Deployment, StatefulSet, Rollout…'),
    namespace: text('Namespace.'),
    name: text('Name.'),
    desired: count('Replicas asked for at the end.'),
    ready: count('Ready pods at the end.'),
    desiredMost: count('Most replicas asked for.'),
    readyFewest: count('Fewest ready pods.'),
    readyMost: count('Most ready pods.'),
    desiredMean: number('Mean of the replicas asked for.'),
    readyMean: number('Mean of the ready pods.'),
    missingSeconds: number('Time that ready pods were missing, summed over pods.'),
    created: count('Pods created.'),
    unready: count('How often a pod that lived on stopped being ready.'),
    restarts: count('Restarts of containers.'),
    outOfMemory: count('Those after the container was killed for its memory.'),
  },
  strict,
);

export const AutoscalerResult = Type.Object(
  {
    namespace: text('Namespace.'),
    name: text('Name of the HorizontalPodAutoscaler.'),
    target: text('What it scales: `Deployment/web`.'),
    ups: count('Decisions for more replicas.'),
    downs: count('Decisions for fewer.'),
    reversals: count('Changes of direction within ten minutes of the last change.'),
    fewest: count('Fewest replicas wanted.'),
    most: count('Most replicas wanted.'),
  },
  strict,
);

export const ClusterResult = Type.Object(
  {
    nodePools: Type.Array(NodePoolResult),
    pods: PodsResult,
    workloads: Type.Array(WorkloadResult),
    autoscalers: Type.Array(AutoscalerResult),
    apiRequests: count('Requests of control loops that the API server answered.'),
  },
  { ...strict, description: 'What happened in the cluster; absent where nothing runs on one.' },
);

export type NodePoolResult = Type.Static<typeof NodePoolResult>;
export type WorkloadResult = Type.Static<typeof WorkloadResult>;
export type AutoscalerResult = Type.Static<typeof AutoscalerResult>;
export type ClusterResult = Type.Static<typeof ClusterResult>;
