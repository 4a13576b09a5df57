import type { ClusterResult } from '../../src/model/cluster-result.ts';
import type { Result } from '../../src/model/result.ts';

/** A made-up cluster for tests of the report and of the terminal; nothing in it was simulated. */

/** A cluster in which nothing happened. */
export function quietCluster(): ClusterResult {
  const always = { desiredMost: 2, readyFewest: 2, readyMost: 2, desiredMean: 2, readyMean: 2 };
  return {
    nodePools: [{ name: 'blue', atEnd: 3, fewest: 3, most: 3, mean: 3, nodeHours: 72, cost: 14.4 }],
    pods: {
      ...{ atEnd: 4, most: 4, created: 0, deleted: 0 },
      ...{ unschedulableAtEnd: 0, unschedulableMost: 0, unschedulableSeconds: 0 },
      startup: { count: 0, mean: 0, p50: 0, p95: 0, max: 0 },
    },
    workloads: ['api', 'db'].map((name) => ({
      ...{
        kind: name === 'db' ? 'StatefulSet' : 'Deployment',
        namespace: 'shop',
        name,
        desired: 2,
        ready: 2,
      },
      ...always,
      ...{ missingSeconds: 0, created: 0, unready: 0, restarts: 0, outOfMemory: 0 },
    })),
    autoscalers: [],
    apiRequests: 12,
  };
}

/** A cluster in which the API was scaled, restarted, and waited for nodes. */
export function busyCluster(): ClusterResult {
  const quiet = quietCluster();
  const [api, db] = quiet.workloads;
  return {
    nodePools: [
      { name: 'blue', atEnd: 5, fewest: 3, most: 6, mean: 4.25, nodeHours: 102, cost: 20.4 },
      { name: 'green', atEnd: 2, fewest: 2, most: 2, mean: 2, nodeHours: 48, cost: null },
    ],
    pods: {
      ...{ atEnd: 9, most: 12, created: 31, deleted: 26 },
      ...{ unschedulableAtEnd: 1, unschedulableMost: 4, unschedulableSeconds: 5400 },
      startup: { count: 30, mean: 14, p50: 12.5, p95: 31, max: 95 },
    },
    workloads: [
      {
        ...api!,
        ...{ desired: 8, ready: 7, desiredMost: 10, readyFewest: 1, readyMost: 10 },
        ...{ desiredMean: 6.5, readyMean: 6.1, missingSeconds: 7260 },
        ...{ created: 31, unready: 3, restarts: 2, outOfMemory: 1 },
      },
      db!,
    ],
    autoscalers: [
      {
        ...{ namespace: 'shop', name: 'api', target: 'Deployment/api' },
        ...{ ups: 40, downs: 38, reversals: 21, fewest: 2, most: 10 },
      },
    ],
    apiRequests: 4821,
  };
}

/** The result with a cluster, its series, and an event of scaling every ten minutes. */
export function withCluster(result: Result, cluster: ClusterResult): Result {
  const { timesSeconds } = result.series;
  const column = (
    group: 'cluster' | 'workload',
    subject: string,
    measure: string,
    value: (at: number) => number,
  ): Result['series']['columns'][number] => ({
    ...{ group, subject, measure, unit: 'count' },
    values: timesSeconds.map(value),
  });
  const wanted = (at: number) => 2 + (Math.floor(at / 3600) % 9);
  const columns = [
    ...cluster.nodePools.map(({ name, fewest }) => column('cluster', name, 'nodes', () => fewest)),
    column('cluster', 'pods', 'pods', () => cluster.pods.atEnd),
    column('cluster', 'pods', 'unschedulable', (at) => (at > 34_200 && at < 36_000 ? 4 : 0)),
    ...cluster.workloads.flatMap(({ namespace, name }) => [
      column('workload', `${namespace}/${name}`, 'desired', wanted),
      column('workload', `${namespace}/${name}`, 'ready', (at) => wanted(at - 60)),
    ]),
  ];
  return { ...result, cluster, series: { timesSeconds, columns: [...result.series.columns, ...columns] } };
}

/** Events of scaling, up and down in turn, every ten minutes, and one of most other kinds. */
export function clusterEvents(count: number): Result['events'] {
  const scaled = Array.from({ length: count }, (_, i) => ({
    atSeconds: 600 * (i + 1),
    kind: 'scale',
    subject: 'Deployment shop/api',
    message: `api sets replicas from ${i % 2 === 0 ? '2 to 4' : '4 to 2'}: All metrics below target`,
  }));
  const other = (atSeconds: number, kind: string, subject: string, message: string) => ({
    ...{ atSeconds, kind, subject, message },
  });
  return [
    ...scaled,
    other(34_220, 'node', 'node pool blue', 'grows from 3 to 6 nodes'),
    other(34_221, 'restart', 'shop/api-1', 'container api was killed for its memory (OOMKilled)'),
    other(34_230, 'evict', 'shop/api-2', 'evicted from blue-1'),
    other(34_240, 'rollout', 'Deployment shop/api', 'revision 2 begins: api:2'),
  ].sort((a, b) => a.atSeconds - b.atSeconds);
}
