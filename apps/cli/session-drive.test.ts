import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import { simulate } from '../../src/run/simulate.ts';
import { shop } from './command.cases.ts';
import { prepare } from './input/prepare.ts';
import { driveSession, nextChunk } from './session-drive.ts';
import { openWatched } from './watched-session.ts';

function modelOf(text: string) {
  const set = {
    label: 'shop',
    scenario: null,
    variant: null,
    paths: ['-'],
    files: [{ name: 'shop.yaml', text }],
    data: () => null,
  };
  const { model, diagnostics } = prepare(set, { set: [], strict: true });
  assert.ok(model, JSON.stringify(diagnostics));
  return model;
}

test('drive: cutting time into chunks changes nothing', async () => {
  const model = modelOf(shop);
  const session = openWatched(model, 11);
  let chunks = 0;
  await driveSession(session, { progressed: () => chunks++, stopRequested: () => false });
  assert.ok(chunks > 1);
  assert.equal(session.finish().traceHash, simulate(model, 11).traceHash);
});

test('drive: stops at the end of a chunk when asked, with a partial run', async () => {
  const session = openWatched(modelOf(shop), undefined);
  let asked = 0;
  await driveSession(session, { progressed: () => {}, stopRequested: () => ++asked > 3 });
  assert.equal(session.finish().status, 'partial');
  assert.ok(session.nowMicros > 0 && session.nowMicros < session.endMicros);
});

test('drive: a threshold with abortOnFail ends the run', async () => {
  const threshold = '[{threshold: "p(95)<1", abortOnFail: true}]';
  const model = modelOf(shop.replace('["p(95)<1000"]', threshold));
  const session = openWatched(model, undefined);
  await driveSession(session, { progressed: () => {}, stopRequested: () => false });
  const result = analyse(model, session.finish());
  assert.equal(result.status, 'aborted');
  assert.equal(result.verdict, 'fail');
  assert.ok(result.window.toSeconds < result.window.durationSeconds);
});

test('drive: chunks aim at fifty milliseconds, grow slowly and shrink fast', () => {
  assert.equal(nextChunk(1000, 50), 1000);
  assert.equal(nextChunk(1000, 1), 2000);
  assert.equal(nextChunk(1000, 100), 500);
  assert.equal(nextChunk(1000, 60_000), 100);
  assert.equal(nextChunk(1, 60_000), 1, 'time always goes on');
});
