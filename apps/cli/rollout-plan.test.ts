import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Check } from 'typebox/value';
import { RolloutPlan } from '../../src/model/rollout-plan-result.ts';
import { devopsSim, inFolder, shop } from './command.cases.ts';

/** The shop with releases that behave in ways of their own, on machines with room for one more pod. */
const releases = shop
  .replace(
    '  for: {service: web}\n',
    '  for: {service: web}\n  startup: 3s\n  releases:\n    - {image: "node:23", errorRate: 50%}\n    - {image: "node:24", neverReady: true}\n',
  )
  .replace(
    '          image: node:22\n',
    '          image: node:22\n          readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}\n',
  )
  .replace('  replicas: 2\n', '  replicas: 2\n  progressDeadlineSeconds: 60\n');
const machines = (cores: number) => `---
apiVersion: sim.devops/v1alpha1
kind: Topology
metadata: {name: machines}
spec:
  nodePools: [{name: general, count: 1, cores: ${cores}, memory: 8Gi, zones: [a]}]
`;

async function ask(cwd: string, ...words: string[]) {
  const all = [
    'rollout-plan',
    'shop.yaml',
    'deployment/web',
    '--duration',
    '3m',
    '--at',
    '30s',
    '-o',
    'json',
  ];
  const { code, stdout, stderr } = await devopsSim([...all, ...words], { cwd });
  assert.notEqual(stdout, '', stderr);
  const plan: unknown = JSON.parse(stdout);
  assert.ok(Check(RolloutPlan, plan));
  return { code, plan };
}

test('rollout-plan: a sound image is rolled out without anybody being away', () =>
  inFolder({ 'shop.yaml': releases + machines(4) }, async (cwd) => {
    const { code, plan } = await ask(cwd, '--image', 'node:22.1');
    assert.equal(code, 0, plan.reasons.join());
    assert.equal(plan.outcome, 'complete');
    assert.equal(plan.availableLeast, 2);
    assert.ok(plan.tookSeconds! >= 6, 'two pods, one after the other, each with 3 s of start-up');
    assert.deepEqual(
      plan.revisions.map(({ images, isNew }) => [images[0], isNew]),
      [
        ['node:22', false],
        ['node:22.1', true],
      ],
    );
    assert.deepEqual(
      plan.steps.at(-1)!.sizes.map(({ ready }) => ready),
      [0, 2],
    );
  }));

test('rollout-plan: an image that fails requests completes and misses the objective', () =>
  inFolder({ 'shop.yaml': releases + machines(4) }, async (cwd) => {
    const { code, plan } = await ask(cwd, '--image', 'web=node:23');
    assert.equal(code, 1);
    assert.equal(plan.outcome, 'complete');
    assert.match(plan.reasons.join(), /answered is met without the rollout and missed with it/);
    const [source] = plan.users.sources;
    assert.ok(source!.failed.with > 100 && source!.failed.without === 0);
  }));

test('rollout-plan: pods that never become ready run into the deadline, and users feel nothing', () =>
  inFolder({ 'shop.yaml': releases + machines(4) }, async (cwd) => {
    const { code, plan } = await ask(cwd, '--image', 'node:24');
    assert.equal(code, 1);
    assert.equal(plan.outcome, 'deadline-exceeded');
    assert.equal(plan.deadlineSeconds, 60);
    assert.ok(plan.tookSeconds! >= 60 && plan.tookSeconds! < 75, `${plan.tookSeconds}`);
    assert.match(plan.unwell[0]!.reason, /container web runs and is not ready/);
    assert.ok(plan.users.holds);
  }));

test('rollout-plan: a surge that finds no room is told with the scheduler’s reason', () =>
  inFolder({ 'shop.yaml': releases + machines(1) }, async (cwd) => {
    const { code, plan } = await ask(cwd, '--image', 'node:22.1');
    assert.equal(code, 1);
    assert.equal(plan.unplaced.length, 1);
    assert.match(plan.unplaced[0]!.reason, /Insufficient cpu/);
    assert.equal(plan.unplaced[0]!.untilSeconds, null);
    assert.match(plan.reasons[0]!, /1 new pod finds no node/);
  }));

test('rollout-plan: patches and manifests; what changes no pod; what cannot be', () =>
  inFolder(
    {
      'shop.yaml': releases + machines(4),
      'patch.yaml': 'spec: {template: {metadata: {annotations: {restarted: now}}}}\n',
      'replicas.yaml': 'spec: {replicas: 3}\n',
      'bad.yaml': 'spec: {replicas: -1}\n',
    },
    async (cwd) => {
      const [patched, scaled] = await Promise.all([
        ask(cwd, '--patch', 'patch.yaml'),
        ask(cwd, '--patch', 'replicas.yaml'),
      ]);
      assert.equal(patched.plan.outcome, 'complete');
      assert.equal(scaled.plan.outcome, 'unchanged');
      const refused = async (...words: string[]) => {
        const { code, stderr } = await devopsSim(['rollout-plan', 'shop.yaml', ...words], { cwd });
        assert.equal(code, 2, stderr);
        return stderr;
      };
      assert.match(await refused('deployment/web', '--patch', 'bad.yaml'), /spec\.replicas: Invalid value/);
      assert.match(await refused('deployment/wep', '--image', 'x:1'), /Did you mean web\?/);
      assert.match(await refused('deployment/web'), /Nothing says what/);
      assert.match(await refused('service/web', '--image', 'x:1'), /names no workload/);
      assert.match(await refused('deployment/web', '--image', 'app=x:1'), /Containers: web/);
      const { stdout } = await devopsSim(
        ['rollout-plan', '-f', 'shop.yaml', 'deploy/web', '--image', 'node:23'],
        { cwd },
      );
      assert.match(stdout, /Time line[\s\S]*NEW [\s\S]*What users feel/);
    },
  ));
