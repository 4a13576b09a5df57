import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Check } from 'typebox/value';
import { DrainPlan } from '../../src/model/drain-plan-result.ts';
import { devopsSim, inFolder, shop } from './command.cases.ts';

/** The shop on three machines, with what a drain has to look at. */
const cluster = (budget: string) => `${shop}---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {${budget}, selector: {matchLabels: {app: web}}}
---
apiVersion: v1
kind: Pod
metadata: {name: lonely}
spec:
  nodeName: general-2
  containers: [{name: main, image: tool:1}]
---
apiVersion: sim.devops/v1alpha1
kind: Topology
metadata: {name: machines}
spec:
  nodePools: [{name: general, count: 3, cores: 4, memory: 8Gi, zones: [a, b, c]}]
`;

const ask = (cwd: string, ...words: string[]) =>
  devopsSim(['drain-plan', 'shop.yaml', ...words, '--duration', '3m', '--at', '30s', '-o', 'json'], { cwd });

function planIn(stdout: string): DrainPlan {
  const plan: unknown = JSON.parse(stdout);
  assert.ok(Check(DrainPlan, plan));
  return plan;
}

test('drain-plan: a budget that leaves room lets all nodes be drained, one after the other', () =>
  inFolder({ 'shop.yaml': cluster('maxUnavailable: 1') }, async (cwd) => {
    const { code, stdout } = await ask(cwd, 'general-0', 'general-1');
    const plan = planIn(stdout);
    assert.equal(code, 0, stdout);
    assert.deepEqual(plan.reasons, []);
    assert.deepEqual(
      plan.nodes.map(({ name, state }) => [name, state]),
      [
        ['general-0', 'drained'],
        ['general-1', 'drained'],
      ],
    );
    const [first, second] = plan.nodes;
    assert.ok(second!.startSeconds! >= first!.startSeconds! + first!.tookSeconds!);
    assert.equal(plan.capacity.nodesLeft, 1);
    assert.deepEqual(plan.capacity.homeless, []);
    assert.equal(plan.users.sources[0]!.offered.with, plan.users.sources[0]!.offered.without);
  }));

test('drain-plan: a budget without room blocks, says why, and ends with 1', () =>
  inFolder({ 'shop.yaml': cluster('minAvailable: 2') }, async (cwd) => {
    const { code, stdout } = await ask(cwd, 'general-0', 'general-1', '--timeout', '40s');
    const plan = planIn(stdout);
    assert.equal(code, 1);
    const [budget] = plan.budgets;
    assert.ok(budget!.blocks);
    assert.equal(budget!.disruptionsAllowed, 0);
    assert.match(budget!.why, /needs 2 of 2 pods/);
    const blocked = plan.nodes.flatMap(({ pods }) => pods).filter(({ fate }) => fate === 'blocked');
    assert.ok(blocked.length > 0);
    for (const { reason, refusals } of blocked) {
      assert.match(reason, /The disruption budget web needs 2 healthy pods and has 2 currently/);
      assert.equal(refusals, 8, 'at once, then every 5 s until 40 s');
    }
    assert.match(plan.reasons.join(), /default\/web refuses evictions/);
  }));

test('drain-plan: pods without a controller need --force', () =>
  inFolder({ 'shop.yaml': cluster('maxUnavailable: 1') }, async (cwd) => {
    const [refused, forced, words] = await Promise.all([
      ask(cwd, 'general-2'),
      ask(cwd, 'general-2', '--force'),
      devopsSim(['drain-plan', '-f', 'shop.yaml', 'general-2', '--duration', '2m'], { cwd }),
    ]);
    assert.equal(refused.code, 1);
    const lonely = planIn(refused.stdout).nodes[0]!.pods.find(({ name }) => name === 'lonely');
    assert.equal(lonely?.fate, 'needs-force');
    assert.equal(forced.code, 0, forced.stdout);
    assert.match(words.stdout, /^✗ NO-GO general-2 is not drained[\s\S]*--force\s+deletes/);
    assert.match(words.stdout, /default\/lonely +✗ NEEDS --force/);
    assert.match(words.stdout, /What users feel/);
  }));

test('drain-plan: what cannot be asked is refused with 2 and a way out', () =>
  inFolder({ 'shop.yaml': cluster('maxUnavailable: 1') }, async (cwd) => {
    const [unknown, none, late] = await Promise.all([
      devopsSim(['drain-plan', 'shop.yaml', 'generl-0'], { cwd }),
      devopsSim(['drain-plan', 'shop.yaml'], { cwd }),
      devopsSim(['drain-plan', 'shop.yaml', 'general-0', '--at', '1h'], { cwd }),
    ]);
    assert.deepEqual([unknown.code, none.code, late.code], [2, 2, 2]);
    assert.match(unknown.stderr, /no node generl-0[\s\S]*Did you mean general-0\?/);
    assert.match(none.stderr, /No node is named[\s\S]*general-0, general-1, general-2/);
    assert.match(late.stderr, /not before the end of the run/);
  }));
