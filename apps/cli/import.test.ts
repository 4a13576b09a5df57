import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { devopsSim, inFolder } from './command.cases.ts';

const node = (name: string, zone: string, change = '') => `
- apiVersion: v1
  kind: Node
  metadata:
    name: ${name}
    uid: 1-${name}
    labels:
      kubernetes.io/hostname: ${name}
      topology.kubernetes.io/zone: ${zone}
      node.kubernetes.io/instance-type: m6i.xlarge
      eks.amazonaws.com/nodegroup: workers
      team: shop
  spec:
    providerID: aws:///${name}
    taints: [{key: node.kubernetes.io/unreachable, effect: NoExecute}${change}]
  status:
    capacity: {cpu: "4", memory: 16384000Ki, pods: "58"}
    allocatable: {cpu: 3920m, memory: 15335424Ki, pods: "58"}`;

const dump = (pod = '') => `apiVersion: v1
kind: List
items:${node('ip-10', 'eu-1a')}${node('ip-11', 'eu-1b')}${node('ip-12', 'eu-1a')}
- apiVersion: v1
  kind: Secret
  metadata: {name: db, namespace: shop}
  data: {password: aHVudGVyMg==}
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    namespace: shop
    uid: abc
    resourceVersion: "7"
    annotations: {deployment.kubernetes.io/revision: "3", owner: us}
  spec:
    replicas: 2
    selector: {matchLabels: {app: web}}
    template:
      metadata: {creationTimestamp: null, labels: {app: web}}
      spec: {containers: [{name: web, image: "node:22", resources: {requests: {cpu: 500m, memory: 256Mi}}}]${pod}}
  status: {readyReplicas: 2}
- apiVersion: apps/v1
  kind: ReplicaSet
  metadata:
    name: web-5d4f8c7b9
    namespace: shop
    ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: abc, controller: true}]
  spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "node:22"}]}}}
- apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: shop}
  spec: {clusterIP: 10.0.0.7, clusterIPs: [10.0.0.7], selector: {app: web}, ports: [{port: 80}]}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: kube-root-ca.crt, namespace: shop}
  data: {ca.crt: x}
- apiVersion: example.com/v1
  kind: Gadget
  metadata: {name: g, namespace: shop}
`;

test('import: a dump becomes a folder that validates and drains; secrets and what controllers made stay out', () =>
  inFolder({ 'dump.yaml': dump() }, async (cwd) => {
    const { code, stdout, stderr } = await devopsSim(['import', 'cluster', 'dump.yaml', '--to', 'prod'], {
      cwd,
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1 secret dropped/);
    assert.match(stdout, /1 +Gadget +the kind is not known here/);
    assert.match(stdout, /1 +ReplicaSet +made by a controller/);
    assert.match(stdout, /3 machines as 1 node pool: workers \(3\)/);
    assert.deepEqual(readdirSync(join(cwd, 'prod')).sort(), ['scenario.yaml', 'shop.yaml', 'topology.yaml']);
    const text = (name: string) => readFileSync(join(cwd, 'prod', name), 'utf8');
    assert.doesNotMatch(text('shop.yaml'), /uid|resourceVersion|status|clusterIP|revision|aHVudGVyMg|Gadget/);
    assert.match(text('shop.yaml'), /owner: us/);
    const topology = text('topology.yaml');
    assert.match(topology, /cores: 4\n/);
    assert.match(topology, /zones: \["?eu-1a"?, "?eu-1b"?\]/);
    assert.match(topology, /team: shop/);
    assert.doesNotMatch(topology, /unreachable|ip-10/);
    const [valid, drained] = await Promise.all([
      devopsSim(['validate', 'prod'], { cwd }),
      devopsSim(['drain-plan', 'prod', 'workers-0', '--duration', '2m', '-q'], { cwd }),
    ]);
    assert.equal(valid.code, 0, valid.stdout);
    assert.equal(drained.code, 0, drained.stdout + drained.stderr);
  }));

test('import: nodes that something names stay as they are', () => {
  const pinned = ', nodeSelector: {kubernetes.io/hostname: ip-11}';
  return inFolder({ 'dump.yaml': dump(pinned) }, async (cwd) => {
    const words = ['import', 'cluster', 'dump.yaml', '--to', 'prod', '-o', 'json'];
    const { code, stdout, stderr } = await devopsSim(words, { cwd });
    assert.equal(code, 0, stderr);
    const { pools, nodesKeptByName, files } = JSON.parse(stdout);
    assert.deepEqual(pools, []);
    assert.match(nodesKeptByName, /Deployment shop\/web asks for node ip-11 by name/);
    assert.deepEqual(files, ['scenario.yaml', 'cluster.yaml', 'shop.yaml']);
    const nodes = readFileSync(join(cwd, 'prod', 'cluster.yaml'), 'utf8');
    assert.equal(nodes.match(/^kind: Node$/gm)?.length, 3);
    assert.match(nodes, /cpu: "3920m"|cpu: 3920m/);
  });
});

test('import: zones that are not filled evenly become a pool each', () => {
  const uneven = dump().replace(node('ip-11', 'eu-1b'), node('ip-11', 'eu-1b') + node('ip-13', 'eu-1a'));
  return inFolder({ 'dump.yaml': uneven }, async (cwd) => {
    const { stdout } = await devopsSim(['import', 'cluster', 'dump.yaml', '-o', 'json'], { cwd });
    assert.deepEqual(JSON.parse(stdout).pools, [
      { name: 'workers-eu-1a', count: 3 },
      { name: 'workers-eu-1b', count: 1 },
    ]);
  });
});

test('import: never writes over files without --force, and refuses what holds nothing', () =>
  inFolder({ 'dump.yaml': dump(), 'empty.yaml': 'apiVersion: v1\nkind: List\nitems: []\n' }, async (cwd) => {
    mkdirSync(join(cwd, 'prod'));
    writeFileSync(join(cwd, 'prod', 'shop.yaml'), 'mine');
    const refused = await devopsSim(['import', 'cluster', 'dump.yaml', '--to', 'prod'], { cwd });
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /prod already holds shop\.yaml/);
    assert.equal(readFileSync(join(cwd, 'prod', 'shop.yaml'), 'utf8'), 'mine');
    const forced = await devopsSim(['import', 'cluster', 'dump.yaml', '--to', 'prod', '--force'], { cwd });
    assert.equal(forced.code, 0);
    for (const words of [['cluster', 'empty.yaml'], ['cluster'], ['clusters', 'dump.yaml']])
      assert.equal((await devopsSim(['import', ...words], { cwd })).code, 2, words.join(' '));
  }));
