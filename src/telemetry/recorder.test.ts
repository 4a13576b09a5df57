import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Instruments } from './instruments.ts';
import type { Matcher } from './reader.ts';
import { Recorder } from './recorder.ts';

const named = (value: string): Matcher => ({ label: '__name__', operator: '=', value });

function recorded() {
  const instruments = new Instruments();
  const recorder = new Recorder(instruments);
  let requests = 0;
  instruments.publish('requests_total', { service: 'web', zone: 'a' }, () => requests);
  instruments.publish('requests_total', { service: 'api' }, () => requests * 2);
  for (let second = 1; second <= 3; second++) {
    requests += 10;
    recorder.sample(second * 1e6);
  }
  return { instruments, recorder };
}

test('every sample of every instrument is kept', () => {
  const { recorder } = recorded();
  const [web, api] = recorder.select([named('requests_total')], 0, 10e6);
  assert.deepEqual([...web.timesMicros], [1e6, 2e6, 3e6]);
  assert.deepEqual([...web.values], [10, 20, 30]);
  assert.deepEqual([...api.values], [20, 40, 60]);
});

test('a selection is cut to its time, both ends included', () => {
  const [web] = recorded().recorder.select([named('requests_total')], 2e6, 3e6);
  assert.deepEqual([...web.timesMicros], [2e6, 3e6]);
  assert.deepEqual([...web.values], [20, 30]);
  assert.equal(recorded().recorder.select([named('requests_total')], 4e6, 5e6)[0].values.length, 0);
});

test('matchers compare, exclude and match whole values; a missing label is empty', () => {
  const { recorder } = recorded();
  const services = (matcher: Matcher) =>
    recorder.select([matcher], 0, 10e6).map(({ labels }) => labels['service']);
  assert.deepEqual(services({ label: 'service', operator: '!=', value: 'web' }), ['api']);
  assert.deepEqual(services({ label: 'service', operator: '=~', value: 'w.b|x' }), ['web']);
  assert.deepEqual(services({ label: 'service', operator: '=~', value: 'w' }), []);
  assert.deepEqual(services({ label: 'service', operator: '!~', value: 'a.*' }), ['web']);
  assert.deepEqual(services({ label: 'zone', operator: '=', value: '' }), ['api']);
});

test('an instrument that comes later has no samples from before', () => {
  const { instruments, recorder } = recorded();
  instruments.publish('late', {}, () => 7);
  recorder.sample(4e6);
  recorder.sample(5e6);
  const [late] = recorder.select([named('late')], 0, 10e6);
  assert.deepEqual([...late.timesMicros], [4e6, 5e6]);
  assert.deepEqual([...recorder.select([named('late')], 5e6, 5e6)[0].values], [7]);
  assert.equal(recorder.select([named('late')], 1e6, 3e6)[0].values.length, 0);
});

test('labels can be listed', () => {
  const { recorder } = recorded();
  assert.deepEqual(recorder.labelNames(), ['__name__', 'service', 'zone']);
  assert.deepEqual(recorder.labelValues('service'), ['api', 'web']);
  assert.deepEqual(recorder.labelValues('nothing'), []);
});

test('a series is published once, and time ascends', () => {
  const { instruments, recorder } = recorded();
  assert.throws(
    () => instruments.publish('requests_total', { zone: 'a', service: 'web' }, () => 0),
    /published once/,
  );
  assert.throws(() => recorder.sample(3e6), /in order of time/);
});
