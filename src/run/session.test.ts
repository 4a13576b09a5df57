import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constant, cpu, ModelBuilder, open, second } from '../../test/validation/builder.ts';
import type { Command, Model } from '../model/model.ts';
import { openSession } from './session.ts';
import { simulate } from './simulate.ts';

/** Ten requests a second for ten seconds, sampled each second. */
function steady(span: { warmupMicros?: number; commands?: readonly Command[] } = {}): Model {
  const build = new ModelBuilder('steady');
  const service = build.service('api');
  const call = build.call(null, build.endpoint(service, 'GET /', [cpu(constant(50_000))]));
  build.source('users', [call], open(10, 'regular'));
  return build.model({ warmupMicros: 0, durationMicros: 10 * second, sampleMicros: second, ...span });
}

const scale = (atSeconds: number, replicas: number): Command => ({
  atMicros: atSeconds * second,
  kind: 'scale',
  service: 'api',
  replicas,
});

test('a run to the end is complete, with a sample for each interval', () => {
  const run = simulate(steady());
  assert.equal(run.status, 'complete');
  assert.equal(run.endedAtMicros, 10 * second);
  const [series] = run.telemetry.select([], 0, 10 * second);
  assert.deepEqual(
    [...series.timesMicros],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((at) => at * second),
  );
});

test('a session that is ended early gives what was simulated, marked as partial', () => {
  const session = openSession(steady());
  session.advance(3.5 * second);
  assert.equal(session.finished, false);
  assert.equal(session.requestCount, 35);
  const run = session.finish();
  assert.equal(run.status, 'partial');
  assert.equal(run.endedAtMicros, 3.5 * second);
  assert.equal(run.truth.toMicros, 3.5 * second);
  assert.equal(run.truth.sources[0].offered, 35);
  // The last sample is taken where the run was left.
  const [series] = run.telemetry.select([], 0, 10 * second);
  assert.deepEqual(
    [...series.timesMicros],
    [1, 2, 3, 3.5].map((at) => at * second),
  );
  assert.ok(run.checks.every(({ passed }) => passed));
});

test('a session that never began is a partial run of nothing', () => {
  const run = openSession(steady()).finish();
  assert.equal(run.status, 'partial');
  assert.equal(run.endedAtMicros, 0);
  assert.equal(run.truth.sources[0].offered, 0);
  assert.ok(run.checks.every(({ passed }) => passed));
});

test('a monitor ends the run at the sample where it says why', () => {
  const seen: number[] = [];
  const session = openSession(steady(), {
    monitor: (telemetry, now, truth) => {
      seen.push(now);
      assert.equal(truth().toMicros, now);
      assert.equal(telemetry.select([], now, now)[0].values.length, 1);
      return now >= 4 * second ? 'enough' : null;
    },
  });
  session.advance(session.endMicros);
  assert.equal(session.finished, true);
  session.advance(session.endMicros);
  const run = session.finish();
  assert.deepEqual(
    seen,
    [1, 2, 3, 4].map((at) => at * second),
  );
  assert.equal(run.status, 'aborted');
  assert.equal(run.endedAtMicros, 4 * second);
  assert.deepEqual(run.events, [{ atMicros: 4 * second, kind: 'abort', subject: 'run', message: 'enough' }]);
});

test('the measured window begins with a sample, which comes once where one was due', () => {
  const times = (warmupMicros: number) => {
    const { telemetry, truth } = simulate(steady({ warmupMicros }));
    assert.equal(truth.fromMicros, warmupMicros);
    return [...telemetry.select([], 0, 4 * second)[0].timesMicros].map((at) => at / second);
  };
  assert.deepEqual(times(2.5 * second), [1, 2, 2.5, 3, 4]);
  assert.deepEqual(times(2 * second), [1, 2, 3, 4]);
});

test('commands of the model and of the session are obeyed in order of time and kept in the manifest', () => {
  const model = steady({ commands: [scale(5, 4)] });
  const run = simulate(model, 9, [scale(7, 1), scale(2, 3), scale(99, 8)]);
  assert.deepEqual(run.manifest.commands, [scale(2, 3), scale(5, 4), scale(7, 1), scale(99, 8)]);
  assert.equal(run.manifest.seed, 9);
  const told = run.events.map(({ atMicros, message }) => [atMicros / second, message]);
  assert.deepEqual(told, [
    [2, 'scaled from 1 to 3 replicas'],
    [5, 'scaled from 3 to 4 replicas'],
    [7, 'scaled from 4 to 1 replicas'],
  ]);
});

test('a thousand events are kept, and that there were more', () => {
  const commands = Array.from({ length: 1200 }, (_, index) => scale(index / 200, (index % 2) + 1));
  const { events } = simulate(steady({ commands }));
  assert.equal(events.length, 1001);
  assert.equal(events[1000].kind, 'note');
});

test('the hash of a model is about what decides a run, not about how it is described', () => {
  const hash = (model: Model) => simulate({ ...model, durationMicros: second }).manifest.modelHash;
  const model = steady();
  assert.equal(hash({ ...model, description: 'other words' }), hash(model));
  assert.notEqual(hash({ ...model, warmupMicros: 1 }), hash(model));
});
