// `npm run test:kubectl`: drives the official JavaScript client against a live cluster. Without KUBERNETES_CLIENT_MODULES, says
// so and passes; with CI in the environment or `--required` it fails.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { type ApiListener, listen } from '../../apps/live/api-listener.ts';
import { kubeconfigText } from '../../apps/live/kubeconfig.ts';
import { Pacer } from '../../apps/live/pacer.ts';
import {
  type AppsApi,
  type CoreApi,
  type JavaScriptClient,
  javaScriptClient,
  type KubeConfig,
  type ObjectApi,
  type Thing,
} from './javascript-client.ts';
import { type LiveCluster, liveCluster } from './live-cluster.ts';

const client = await javaScriptClient(process.env['KUBERNETES_CLIENT_MODULES']);
const isRequired = process.env['CI'] !== undefined || process.argv.includes('--required');
const skip =
  client === null && !isRequired ? 'KUBERNETES_CLIENT_MODULES does not name a folder with the client' : false;
/** Virtual seconds for each real one. */
const speed = 30;
const namespace = 'default';

function deployment(replicas: number, image: string) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image, resources: { requests: { cpu: '100m' } } }] },
      },
    },
  };
}

function configMap(name: string, data: Record<string, string>) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

function budget(name: string) {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace },
    spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'web' } } },
  };
}

/** What the client throws when the server refuses. */
async function refusedWith(code: number, call: Promise<unknown>): Promise<string> {
  const told = await call.then(
    () => assert.fail('the server refuses'),
    (error: { code?: number; body?: unknown }) => error,
  );
  assert.equal(told.code, code, String(told));
  return typeof told.body === 'string' ? told.body : JSON.stringify(told.body);
}

describe('the JavaScript client against a live cluster', { skip, concurrency: false }, () => {
  let k8s: JavaScriptClient;
  let live: LiveCluster;
  let listener: ApiListener;
  let pacer: Pacer;
  let pacing: Promise<void>;
  let config: KubeConfig;
  let core: CoreApi;
  let apps: AppsApi;
  let objects: ObjectApi;

  before(async () => {
    assert.ok(client !== null, 'KUBERNETES_CLIENT_MODULES names no folder with @kubernetes/client-node');
    k8s = client;
    live = liveCluster();
    listener = await listen(live.session, 0);
    pacer = new Pacer(live.session, { speed, paused: false, progressed: () => {} });
    pacing = pacer.run();
    config = new k8s.KubeConfig();
    config.loadFromString(kubeconfigText({ name: 'live', port: listener.port }));
    core = config.makeApiClient(k8s.CoreV1Api);
    apps = config.makeApiClient(k8s.AppsV1Api);
    objects = k8s.KubernetesObjectApi.makeApiClient(config);
  });

  after(async () => {
    pacer?.stop();
    await pacing;
    await listener?.close();
  });

  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let turn = 0; turn < 400; turn++) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.fail(`never: ${what}`);
  }

  const podsOf = async (app: string) =>
    (await core.listNamespacedPod({ namespace, labelSelector: `app=${app}` })).items;

  test('list, with selectors and in pages', async () => {
    const { items } = await core.listNode({});
    assert.equal(items.length, 3);
    assert.ok(items[0].metadata.creationTimestamp instanceof Date);
    await apps.createNamespacedDeployment({ namespace, body: deployment(3, 'web:1') });
    await until(
      'three pods run',
      async () => (await podsOf('web')).filter(({ status }) => status?.phase === 'Running').length === 3,
    );
    const first = await core.listNamespacedPod({ namespace, limit: 2 });
    assert.equal(first.items.length, 2);
    const rest = await core.listNamespacedPod({ namespace, limit: 2, _continue: first.metadata!._continue });
    assert.equal(rest.items.length, 1);
    const on = items[0].metadata.name;
    const there = await core.listNamespacedPod({ namespace, fieldSelector: `spec.nodeName=${on}` });
    assert.ok(there.items.every(({ spec }) => spec?.nodeName === on));
  });

  test('watch tells of what comes, changes and goes', async () => {
    const heard: string[] = [];
    const { metadata } = await core.listNamespacedConfigMap({ namespace });
    let ended: unknown;
    const watching = await new k8s.Watch(config).watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      { resourceVersion: metadata!.resourceVersion },
      (type, object) => void heard.push(`${type} ${object.metadata.name}`),
      (error) => (ended = error),
    );
    const made = await core.createNamespacedConfigMap({ namespace, body: configMap('seen', { a: '1' }) });
    await core.replaceNamespacedConfigMap({ namespace, name: 'seen', body: { ...made, data: { a: '2' } } });
    const stale = core.replaceNamespacedConfigMap({
      namespace,
      name: 'seen',
      body: { ...made, data: { a: '3' } },
    });
    assert.match(await refusedWith(409, stale), /the object has been modified/);
    await core.deleteNamespacedConfigMap({ namespace, name: 'seen' });
    await until('three changes heard', () => heard.length >= 3);
    assert.deepEqual(heard, ['ADDED seen', 'MODIFIED seen', 'DELETED seen']);
    assert.equal(ended, undefined);
    watching.abort();
  });

  test('an informer goes on after the server was away', async () => {
    const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
      core.listNamespacedConfigMap({ namespace }),
    );
    let added = 0;
    let deleted = 0;
    let failures = 0;
    let isWanted = true;
    const again = () => void (isWanted && setTimeout(() => informer.start(), 50));
    informer.on('add', () => void added++);
    informer.on('delete', () => void deleted++);
    informer.on('error', () => {
      failures++;
      again();
    });
    await core.createNamespacedConfigMap({ namespace, body: configMap('early', {}) });
    await informer.start();
    assert.ok(informer.get('early', namespace));
    await core.createNamespacedConfigMap({ namespace, body: configMap('before', {}) });
    await until('the watch hears', () => informer.get('before', namespace) !== undefined);
    const { port } = listener;
    await listener.close();
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const headers = {
      path,
      query: {},
      accept: 'application/json',
      contentType: 'application/json',
      userAgent: 'other',
    };
    live.session.request({ ...headers, method: 'POST', body: configMap('meanwhile', {}) });
    live.session.request({ ...headers, method: 'DELETE', path: `${path}/early`, body: null });
    await until('the client has noticed', () => failures > 0);
    listener = await listen(live.session, port);
    await until('it catches up', () => informer.get('meanwhile', namespace) !== undefined);
    await until('it misses nothing', () => informer.get('early', namespace) === undefined);
    const names = (list: readonly Thing[]) => list.map(({ metadata }) => metadata.name).sort();
    assert.deepEqual(
      names(informer.list(namespace)),
      names((await core.listNamespacedConfigMap({ namespace })).items),
    );
    assert.deepEqual([added, deleted], [3, 1], 'nothing is heard twice');
    isWanted = false;
    await informer.stop();
  });

  test('server-side apply, its conflicts, and the other patches', async () => {
    const { ServerSideApply, MergePatch, StrategicMergePatch, JsonPatch } = k8s.PatchStrategy;
    const apply = (manager: string, data: Record<string, string>, force = false) =>
      objects.patch(configMap('owned', data), undefined, undefined, manager, force, ServerSideApply);
    const made = await apply('one', { color: 'blue' });
    assert.deepEqual(
      made.metadata.managedFields?.map(({ manager, operation }) => [manager, operation]),
      [['one', 'Apply']],
    );
    assert.match(await refusedWith(409, apply('two', { color: 'green' })), /conflict with \\?"one\\?"/);
    assert.deepEqual((await apply('two', { color: 'green' }, true)).data, { color: 'green' });
    const change = (patch: object, strategy: string) =>
      objects.patch(patch, undefined, undefined, undefined, undefined, strategy);
    assert.deepEqual((await change(configMap('owned', { size: 'small' }), MergePatch)).data, {
      color: 'green',
      size: 'small',
    });
    const head = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace } };
    const template = { spec: { containers: [{ name: 'web', image: 'web:2' }] } };
    const changed = await change({ ...head, spec: { template } }, StrategicMergePatch);
    assert.equal(changed.spec!.template!.spec.containers[0].image, 'web:2');
    const scaled = await apps.patchNamespacedDeploymentScale(
      { namespace, name: 'web', body: [{ op: 'replace', path: '/spec/replicas', value: 4 }] },
      k8s.setHeaderOptions('Content-Type', JsonPatch),
    );
    assert.equal(scaled.spec!.replicas, 4);
    await until(
      'four are ready',
      async () =>
        (await apps.readNamespacedDeployment({ namespace, name: 'web' })).status?.readyReplicas === 4,
    );
  });

  test('objects of any kind, and refusals with their fields', async () => {
    const bad = objects.create({ ...deployment(-1, 'web:1'), metadata: { name: 'bad', namespace } });
    assert.match(await refusedWith(422, bad), /spec\.replicas/);
    assert.match(
      await refusedWith(404, objects.read({ ...configMap('nobody', {}) })),
      /configmaps \\?"nobody\\?" not found/,
    );
    assert.ok((await objects.list('v1', 'Node')).items.length === 3);
  });

  test('logs, metrics and evictions', async () => {
    await until('the roll-out is over', async () => (await podsOf('web')).length === 4);
    const [{ metadata }] = await podsOf('web');
    const { name } = metadata;
    assert.equal(typeof (await core.readNamespacedPodLog({ namespace, name, tailLines: 5 })), 'string');
    const stream = new PassThrough();
    const ended = new Promise((resolve) => stream.on('end', resolve));
    stream.resume();
    await new k8s.Log(config).log(namespace, name, 'web', stream, { follow: true });
    assert.equal((await new k8s.Metrics(config).getNodeMetrics()).items.length, 3);
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
    const evict = () => core.createNamespacedPodEviction({ namespace, name, body });
    await objects.create(budget('all'));
    await until('the budget is counted', async () => {
      const { status } = (await objects.read(budget('all'))) as { status?: { expectedPods?: number } };
      return status?.expectedPods === 4;
    });
    assert.match(await refusedWith(429, evict()), /disruption budget/);
    await objects.delete(budget('all'));
    await evict();
    await ended;
    await until('another takes its place', async () => {
      const pods = await podsOf('web');
      return pods.length === 4 && pods.every((pod) => pod.metadata.name !== name);
    });
  });
});
