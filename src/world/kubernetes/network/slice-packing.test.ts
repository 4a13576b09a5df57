import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '../objects/services.ts';
import { type Packing, type PackingChange, pack } from './slice-packing.ts';

function endpoint(uid: string): Endpoint {
  return {
    addresses: ['10.0.0.1'],
    conditions: { ready: true, serving: true, terminating: false },
    targetRef: { kind: 'Pod', namespace: 'shop', name: uid, uid },
  };
}

const add = (uid: string, ports = 'http'): PackingChange => ({ uid, ports, endpoint: endpoint(uid) });
const drop = (uid: string): PackingChange => ({ uid, ports: '', endpoint: null });

/** Starts from slices of these sizes, three endpoints to a slice at most. */
function setting(...sizes: number[]) {
  const packing: Packing = { places: new Map(), slices: new Set() };
  let last = 0;
  for (const size of sizes) {
    const uids = Array.from({ length: size }, () => `e${++last}`);
    const slice = { name: `s${packing.slices.size}`, ports: 'http', endpoints: uids.map(endpoint) };
    packing.slices.add(slice);
    for (const uid of uids) packing.places.set(uid, slice);
  }
  const put = (...changes: PackingChange[]) => {
    const touched = pack(packing, changes, 3);
    return [...touched].map(({ name, endpoints }) => `${name ?? 'new'}:${endpoints.length}`).sort();
  };
  const sizesNow = () => [...packing.slices].map(({ endpoints }) => endpoints.length);
  return { packing, put, sizesNow };
}

test('endpoints go where the rules say', () => {
  const cases: [string, number[], PackingChange[], string[], number[]][] = [
    ['the first', [], [add('a')], ['new:1'], [1]],
    ['more than a slice holds', [], [add('a'), add('b'), add('c'), add('d')], ['new:1', 'new:3'], [3, 1]],
    ['into the fullest with room', [1, 2], [add('a')], ['s1:3'], [1, 3]],
    ['into one that has room for all', [1, 2], [add('a'), add('b')], ['s0:3'], [3, 2]],
    ['into a slice that changes anyway', [3, 2], [drop('e1'), add('a')], ['s0:3'], [3, 2]],
    ['an empty slice goes', [1, 2], [drop('e1')], ['s0:0'], [2]],
    ['other ports, other slices', [1], [add('a', 'grpc')], ['new:1'], [1, 1]],
    ['moved by its ports', [1], [add('e1', 'grpc')], ['new:1', 's0:0'], [1]],
    ['changed where it is', [2], [add('e2')], ['s0:2'], [2]],
    ['unknown ones leave nothing', [2], [drop('x')], [], [2]],
  ];
  for (const [name, sizes, changes, touched, after] of cases) {
    const { put, sizesNow } = setting(...sizes);
    assert.deepEqual(put(...changes), touched, name);
    assert.deepEqual(sizesNow(), after, name);
  }
});
