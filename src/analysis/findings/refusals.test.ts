import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '../../run/run.ts';
import {
  accounts,
  call,
  clusterAccounts,
  model,
  modelCall,
  modelEndpoint,
  modelService,
  modelSource,
  readerOf,
  service,
  trafficModel,
  workloadAccount,
} from '../fixture.cases.ts';
import { Samples } from '../samples.ts';
import { evidenceOf } from './evidence.ts';
import { causeInWords, servicesOf } from './refusals.ts';

const samples = new Samples(readerOf([['up', [1, 1]]]), 600e6);

function evidence(capacity: number | null, queueMax: number, cluster: Run['cluster']) {
  const traffic = trafficModel({
    services: [modelService({ name: 'api', queue: { capacity, discipline: 'fifo' } })],
    endpoints: [modelEndpoint({})],
    calls: [modelCall({ client: null })],
    sources: [modelSource({ name: 'visitors' })],
  });
  const truth = accounts({
    services: [service({ name: 'api', queueMax })],
    calls: [call({ client: 'source/visitors' })],
  });
  const asked = { objectives: [], thresholdsHold: true };
  return evidenceOf(model({ rooms: { traffic } }), { truth, cluster, events: [] }, samples, asked);
}

const moved = (created: number, restarts = 0) =>
  clusterAccounts({
    pods: { ...clusterAccounts().pods, created },
    workloads: [workloadAccount({ restarts })],
  });

test('where no process began or ended, a full queue refused', () => {
  const full = 'were refused by a full queue';
  assert.equal(causeInWords(evidence(50, 50, null), 'refused', ['api']), full);
  assert.equal(causeInWords(evidence(50, 50, clusterAccounts()), 'refused', ['api']), full);
});

test('where no queue was ever full, a process that does not listen refused', () => {
  const process = 'were refused a connection by a process that was not listening yet or any more';
  assert.equal(causeInWords(evidence(null, 5000, moved(3)), 'refused', ['api']), process);
  assert.equal(causeInWords(evidence(50, 49, moved(3)), 'refused', ['api']), process);
  assert.equal(causeInWords(evidence(50, 49, moved(0, 1)), 'refused', ['api']), process);
});

test('where both can have been, both are named', () => {
  const either = 'were refused, by a full queue or by a process that was not listening';
  assert.equal(causeInWords(evidence(50, 50, moved(3)), 'refused', ['api']), either);
  assert.equal(causeInWords(evidence(50, 0, moved(3)), 'refused', ['api', 'unknown']), either);
  assert.equal(causeInWords(evidence(50, 0, moved(3)), 'refused', []), either);
});

test('other causes have words of their own, and one that is not known its name', () => {
  const any = evidence(null, 0, null);
  assert.equal(causeInWords(any, 'terminated', ['api']), 'were cut off as their replica was stopped');
  assert.equal(causeInWords(any, 'eclipse', ['api']), 'eclipse');
});

test('the services that a source goes to first', () => {
  assert.deepEqual(servicesOf(evidence(null, 0, null), 'visitors'), ['api']);
  assert.deepEqual(servicesOf(evidence(null, 0, null), 'nobody'), []);
});
