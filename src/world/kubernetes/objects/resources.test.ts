import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceList } from './meta.ts';
import type { Container, PodSpec } from './pod.ts';
import { type Amounts, amountOf, milliOf, podLimits, podRequests } from './resources.ts';

const mebibyte = 1_048_576;

/** A container that asks for this and may take as much. */
function takes(resources: ResourceList, stays = false): Container {
  return {
    name: 'any',
    resources: { requests: resources, limits: resources },
    ...(stays ? { restartPolicy: 'Always' as const } : {}),
  };
}

interface Case {
  readonly name: string;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly overhead?: ResourceList;
  readonly requests: Amounts;
  /** The same as the requests where left out. */
  readonly limits?: Amounts;
}

const cases: readonly Case[] = [
  { name: 'nothing', containers: [takes({})], requests: {} },
  {
    name: 'what one container leaves open the others ask for',
    containers: [takes({ cpu: '2', memory: '64Mi' }), takes({})],
    requests: { cpu: 2000, memory: 64 * mebibyte },
  },
  {
    name: 'each resource has its own neediest moment',
    containers: [takes({ cpu: '100m', memory: '8Mi' })],
    initContainers: [takes({ cpu: '1' }), takes({ memory: '2Mi', 'example.com/key': '3' })],
    requests: { cpu: 1000, memory: 8 * mebibyte, 'example.com/key': 3 },
  },
  {
    name: 'an init container runs beside the sidecars before it only',
    containers: [takes({ cpu: '1' })],
    initContainers: [
      takes({ cpu: '4' }),
      takes({ cpu: '2' }, true),
      takes({ cpu: '6' }),
      takes({ cpu: '3' }, true),
    ],
    requests: { cpu: 8000 },
  },
  {
    name: 'all sidecars run beside the containers',
    containers: [takes({ cpu: '5' })],
    initContainers: [takes({ cpu: '2' }, true), takes({ cpu: '6' }), takes({ cpu: '3' }, true)],
    requests: { cpu: 10_000 },
  },
  {
    name: 'overhead is requested in any case, and limits only what is limited',
    containers: [takes({ cpu: '1' })],
    overhead: { cpu: '250m', memory: '16Mi' },
    requests: { cpu: 1250, memory: 16 * mebibyte },
    limits: { cpu: 1250 },
  },
  {
    name: 'overhead alone',
    containers: [takes({})],
    overhead: { memory: '1Mi' },
    requests: { memory: mebibyte },
    limits: {},
  },
];

for (const { name, requests, limits, ...spec } of cases)
  test(`what a pod takes: ${name}`, () => {
    assert.deepEqual(podRequests(spec as PodSpec), requests);
    assert.deepEqual(podLimits(spec as PodSpec), limits ?? requests);
  });

test('amounts below zero are rounded away from it too', () => {
  assert.equal(amountOf('memory', '-1.5'), -2);
  assert.equal(milliOf('-1u'), -1);
  assert.equal(milliOf('-0.1'), -100);
});
