import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { devopsSim, start } from './command.cases.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'devops-sim-replay-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const deployments = '/apis/apps/v1/namespaces/default/deployments';

/** Plays until `operate` is through, and then as a user who presses Ctrl-C; what the command said. */
async function played(args: readonly string[], operate: (url: string) => Promise<void>): Promise<string> {
  const { child, ended } = start(['play', ...args, '--api-port', '0', '--no-color'], { cwd: folder });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr!.on('data', (text: string) => {
      said += text;
      const found = /Kubernetes API: (http:\S+)/.exec(said);
      if (found !== null) resolve(found[1]);
    });
    child.on('close', () => reject(new Error(said)));
  });
  try {
    await operate(url);
  } finally {
    child.kill('SIGINT');
  }
  const { code, stderr } = await ended;
  assert.equal(code, 0, stderr);
  return stderr;
}

async function scaled(url: string, replicas: number): Promise<void> {
  const { items } = (await (await fetch(`${url}${deployments}`)).json()) as {
    items: { metadata: { name: string } }[];
  };
  const answer = await fetch(`${url}${deployments}/${items[0].metadata.name}/scale`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ spec: { replicas } }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

const hashOf = (said: string) => /trace hash (\w+)/.exec(said)![1];

/** The command that `play` ended with, as words. */
const hintOf = (said: string) => /devops-sim (run .*)$/m.exec(said)![1].split(' ');

test('a live run and its replay are the same to the last event, whatever was changed', async () => {
  const changes = ['--set', 'deployment/shop.spec.replicas=4', '--duration', '4m', '--seed', '5'];
  const said = await played(['blocked-drain', ...changes, '--speed', '20'], async (url) => {
    await scaled(url, 5);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await scaled(url, 2);
  });
  assert.match(said, /2 changes kept in commands\.ndjson/);
  const again = await devopsSim([...hintOf(said), '-o', 'json'], { cwd: folder });
  const { manifest } = JSON.parse(again.stdout) as { manifest: { traceHash: string; seed: number } };
  assert.equal(manifest.traceHash, hashOf(said));
  assert.equal(manifest.seed, 5);
  assert.equal(again.stderr.includes('error'), false, again.stderr);
  const log = path.join(folder, 'commands.ndjson');
  const other = readFileSync(log, 'utf8').replace('"replicas":5', '"replicas":4');
  writeFileSync(path.join(folder, 'other.ndjson'), other);
  const differs = await devopsSim(['run', 'blocked-drain', '--replay', 'other.ndjson', '-q'], {
    cwd: folder,
  });
  assert.match(differs.stderr, /this is not the live run again/);
  assert.equal(differs.code, 1);
});

test('the clock of the cluster may begin now, and a replay begins then too', async () => {
  const before = Date.now();
  const said = await played(['blocked-drain', '--starts-at', 'now', '--duration', '4m'], async (url) => {
    await scaled(url, 5);
    const made = await fetch(`${url}/api/v1/namespaces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { name: 'made' } }),
    });
    const { metadata } = (await made.json()) as { metadata: { creationTimestamp: string } };
    assert.ok(Math.abs(Date.parse(metadata.creationTimestamp) - before) < 60_000);
  });
  const again = await devopsSim([...hintOf(said), '-o', 'json'], { cwd: folder });
  assert.equal(JSON.parse(again.stdout).manifest.traceHash, hashOf(said));
});

test('a log is of one scenario', async () => {
  await played(['blocked-drain', '--log', 'kept.ndjson', '--duration', '4m'], async () => {});
  const replay = (...args: string[]) =>
    devopsSim(['run', ...args, '--replay', 'kept.ndjson'], { cwd: folder });
  assert.match((await replay('late-nodes')).stderr, /is not the same model/);
  assert.match((await replay('blocked-drain', '--duration', '5m')).stderr, /is not the same model/);
  assert.match((await replay('blocked-drain', '--seed', '1')).stderr, /seed of its log/);
});
