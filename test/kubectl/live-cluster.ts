import type { LiveApi, LiveRequest, LiveRun } from '../../apps/live/session.ts';
import { isMutating } from '../../src/world/kubernetes/api/request.ts';
import { ApiServer } from '../../src/world/kubernetes/api/server.ts';
import {
  type SmallCluster,
  type SmallClusterOptions,
  smallCluster,
} from '../../src/world/kubernetes/cluster.cases.ts';
import type { ResourceMetrics } from '../../src/world/kubernetes/node/resource-metrics.ts';
import { openApiDocuments } from '../../src/world/kubernetes/schema/openapi.ts';

export interface LiveCluster {
  readonly session: LiveRun & LiveApi;
  readonly small: SmallCluster;
  readonly server: ApiServer;
  /** Requests that have changed something, as a run keeps them. */
  readonly commands: { readonly atMicros: number; readonly request: LiveRequest }[];
}

/** Half a core and 64 MiB wherever something runs: what is used is not what these tests are about. */
const steadyMetrics = (small: () => SmallCluster): ResourceMetrics => ({
  pod(namespace, name) {
    const { store, clock } = small().cluster;
    const pod = [...store.tables()]
      .find(({ type }) => type.plural === 'pods' && type.group === '')
      ?.get(namespace, name);
    const containers = (pod?.spec as { containers?: { name: string }[] } | undefined)?.containers ?? [];
    return {
      atMicros: clock.nowMicros,
      windowMicros: 15e6,
      containers: containers.map(({ name: container }) => ({
        name: container,
        cpuCores: 0.5,
        memoryBytes: 64 * 1024 * 1024,
      })),
    };
  },
  node: () => ({
    atMicros: small().cluster.clock.nowMicros,
    windowMicros: 15e6,
    cpuCores: 1.5,
    memoryBytes: 2 * 1024 * 1024 * 1024,
  }),
});

/** A cluster without traffic as a live run. */
export function liveCluster(options: SmallClusterOptions = {}): LiveCluster {
  const small = smallCluster(options);
  const { cluster, engine } = small;
  const server = new ApiServer(cluster, {
    metrics: steadyMetrics(() => small),
    processes: cluster.nodeParts.kubelet,
    openApi: openApiDocuments(cluster.store),
    nodes: cluster.nodeParts,
    network: cluster.network,
  });
  const commands: LiveCluster['commands'] = [];
  const command = engine.register(
    'test/command',
    (index) => void (answer = server.handle(commands[index].request)),
  );
  let answer = server.handle({
    method: 'GET',
    path: '/',
    query: {},
    accept: '',
    contentType: '',
    userAgent: '',
    body: null,
  });
  const session: LiveRun & LiveApi = {
    get nowMicros() {
      return engine.now;
    },
    endMicros: Number.MAX_SAFE_INTEGER,
    finished: false,
    advance: (toMicros) => engine.runUntil(Math.max(engine.now, toMicros)),
    settle: () => server.settle(),
    request(request) {
      if (!isMutating(request)) return server.handle(request);
      const atMicros = engine.now + 1;
      engine.schedule(atMicros, command, commands.push({ atMicros, request }) - 1, 0);
      engine.runUntil(atMicros);
      return answer;
    },
    open: (request, stream) => server.open(request, stream),
  };
  return { session, small, server, commands };
}
