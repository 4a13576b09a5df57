import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnerReference } from '../objects/meta.ts';
import { type DaemonSet, daemonSets, type Pod } from '../objects/resource-types.ts';
import { Store } from '../store/store.ts';
import { type DrainFilterOptions, selectForDrain } from './drain-filter.ts';

const strict: DrainFilterOptions = { ignoreDaemonSets: false, deleteEmptyDirData: false, force: false };
const owner = (kind: string, name = 'owner'): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind,
  name,
  uid: name,
  controller: true,
});

function pod(
  name: string,
  more: { owner?: OwnerReference; local?: boolean; mirror?: boolean; done?: boolean },
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      resourceVersion: '',
      creationTimestamp: '',
      ...(more.owner === undefined ? {} : { ownerReferences: [more.owner] }),
      ...(more.mirror === true ? { annotations: { 'kubernetes.io/config.mirror': 'x' } } : {}),
    },
    spec: { containers: [], ...(more.local === true ? { volumes: [{ name: 'v', emptyDir: {} }] } : {}) },
    status: { phase: more.done === true ? 'Succeeded' : 'Running' },
  };
}

function storeWithDaemonSet(): Store {
  const store = new Store();
  const metadata = { name: 'owner', namespace: 'shop', uid: 'd', resourceVersion: '', creationTimestamp: '' };
  const object = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata } as unknown as DaemonSet;
  store.insert(daemonSets, object);
  return store;
}

test('what a drain takes, leaves and stumbles over', () => {
  const ds = 'DaemonSet-managed Pods';
  const local = 'Pods with local storage';
  const bare = 'Pods that declare no controller';
  const cases: [Parameters<typeof pod>[1], Partial<DrainFilterOptions>, boolean, string, string][] = [
    [{ owner: owner('ReplicaSet') }, {}, true, '', ''],
    [
      { owner: owner('DaemonSet') },
      {},
      false,
      '',
      `cannot delete ${ds} (use --ignore-daemonsets to ignore): shop/p`,
    ],
    [{ owner: owner('DaemonSet') }, { ignoreDaemonSets: true }, false, `ignoring ${ds}: shop/p`, ''],
    [{ owner: owner('DaemonSet'), done: true }, {}, true, '', ''],
    [
      { owner: owner('DaemonSet', 'gone') },
      {},
      false,
      '',
      'cannot delete daemonsets.apps "gone" not found: shop/p',
    ],
    [
      { owner: owner('DaemonSet', 'gone') },
      { force: true },
      true,
      'daemonsets.apps "gone" not found: shop/p',
      '',
    ],
    [{ mirror: true }, {}, false, '', ''],
    [
      { owner: owner('ReplicaSet'), local: true },
      {},
      false,
      '',
      `cannot delete ${local} (use --delete-emptydir-data to override): shop/p`,
    ],
    [
      { owner: owner('ReplicaSet'), local: true },
      { deleteEmptyDirData: true },
      true,
      `deleting ${local}: shop/p`,
      '',
    ],
    [{ owner: owner('ReplicaSet'), local: true, done: true }, {}, true, '', ''],
    [{}, {}, false, '', `cannot delete ${bare} (use --force to override): shop/p`],
    [{}, { force: true }, true, `deleting ${bare}: shop/p`, ''],
    [{ done: true }, {}, true, '', ''],
  ];
  for (const [of, options, taken, warnings, error] of cases) {
    const selection = selectForDrain([pod('p', of)], { ...strict, ...options }, storeWithDaemonSet());
    assert.deepEqual(
      [selection.pods.length === 1, selection.warnings, selection.errors.join()],
      [taken, warnings, error],
      JSON.stringify([of, options]),
    );
  }
});

test('pods with one reason share a line', () => {
  const selection = selectForDrain(
    [pod('a', {}), pod('b', {}), pod('c', { local: true })],
    strict,
    new Store(),
  );
  assert.deepEqual(selection.errors, [
    'cannot delete Pods that declare no controller (use --force to override): shop/a, shop/b',
    'cannot delete Pods with local storage (use --delete-emptydir-data to override): shop/c',
  ]);
});
