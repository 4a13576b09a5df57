// `kubectl get pods -A` of ten thousand pods, against the time that kubectl itself needs for the same bytes: these come from a
// server that only repeats, chunk by chunk, what the simulated one has answered before.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from '../../apps/live/api-listener.ts';
import type { LiveApi } from '../../apps/live/session.ts';
import { deployments } from '../../src/world/kubernetes/objects/resource-types.ts';
import { Kubectl, kubectlVersion } from '../../test/kubectl/kubectl.ts';
import { bareCluster, deploymentOf, nodePool } from './cluster.ts';

export interface KubectlList {
  readonly pods: number;
  /** Wall time of kubectl with the simulated API server, the best of some. */
  readonly seconds: number;
  /** With the server that repeats. */
  readonly ownSeconds: number;
  readonly ratio: number;
}

export const hasKubectl = (): boolean => kubectlVersion() !== null;

const replicas = 50;

function clusterApi(pods: number): LiveApi {
  const { cluster, engine } = bareCluster([nodePool('general', Math.ceil(pods / 50))]);
  cluster.start();
  engine.runUntil(0);
  for (let index = 0; index < pods / replicas; index++) {
    cluster.apply(deploymentOf(index, 0));
    cluster.api.modify(deployments, `team-${index % 20}`, `app-${index}`, (now) => ({
      ...now,
      spec: { ...now.spec, replicas },
    }));
  }
  engine.runUntil(0);
  cluster.begin();
  const { server } = cluster;
  return { request: (one) => server.handle(one), open: (one, stream) => server.open(one, stream) };
}

interface Repeated {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly chunks: readonly Buffer[];
}

/** Answers as the server behind it has answered the same question before. */
async function repeating(port: number): Promise<Server> {
  const known = new Map<string, Repeated>();
  const server = createServer(async (incoming, response) => {
    const question = `${incoming.url} ${incoming.headers.accept}`;
    const answer = known.get(question) ?? (await asked(port, incoming));
    known.set(question, answer);
    response.writeHead(answer.status, answer.headers);
    for (const chunk of answer.chunks) response.write(chunk);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function asked(port: number, { url, headers }: IncomingMessage): Promise<Repeated> {
  return new Promise((resolve, reject) => {
    const own = { ...headers, host: `127.0.0.1:${port}` };
    request({ port, host: '127.0.0.1', path: url, headers: own }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...rest } = answer.headers;
      resolve({ status: answer.statusCode!, headers: rest, chunks });
    })
      .on('error', reject)
      .end();
  });
}

/** Lines that kubectl has printed, and the seconds it took. */
function timed(kubectl: Kubectl): Promise<{ lines: number; seconds: number }> {
  const begin = performance.now();
  const child = kubectl.start(['get', 'pods', '-A']);
  let lines = 0;
  child.stdout!.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10) lines++;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code === 0) resolve({ lines, seconds: (performance.now() - begin) / 1000 });
      else reject(new Error(`kubectl ended with ${code}`));
    });
  });
}

/** Turn by turn, so that what else the machine does meets both alike. */
export async function runKubectlList(pods = 10_000, turns = 5): Promise<KubectlList> {
  const listener = await listen(clusterApi(pods), 0);
  const repeater = await repeating(listener.port);
  const [live, repeated] = [listener.port, (repeater.address() as AddressInfo).port].map(
    (port) => new Kubectl(port),
  );
  const best = { live: Number.POSITIVE_INFINITY, repeated: Number.POSITIVE_INFINITY };
  try {
    // The first turn fills kubectl's cache of discovery and the repeater's memory.
    for (let turn = 0; turn <= turns; turn++)
      for (const [name, kubectl] of Object.entries({ live, repeated })) {
        const { lines, seconds } = await timed(kubectl);
        if (lines !== pods + 1) throw new Error(`kubectl has printed ${lines} lines`);
        if (turn > 0) best[name as 'live'] = Math.min(best[name as 'live'], seconds);
      }
  } finally {
    for (const kubectl of [live, repeated]) kubectl.remove();
    repeater.close();
    repeater.closeAllConnections();
    await listener.close();
  }
  return { pods, seconds: best.live, ownSeconds: best.repeated, ratio: best.live / best.repeated };
}

if (import.meta.main) console.log(await runKubectlList());
