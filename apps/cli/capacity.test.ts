import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Check } from 'typebox/value';
import { CapacityPlan } from '../../src/model/capacity-plan-result.ts';
import { devopsSim, inFolder, shop } from './command.cases.ts';

/** Machines of two cores for `replicas` pods of half a core each: four on a machine. */
const sized = (replicas: number, count: number, more = '') =>
  `${shop.replace('  replicas: 2\n', `  replicas: ${replicas}\n`)}---
apiVersion: sim.devops/v1alpha1
kind: Topology
metadata: {name: machines}
spec:
  nodePools:
    - {name: general, count: ${count}, cores: 2, memory: 8Gi, zones: [a, b, c], pricePerHour: 0.1}
${more}`;

async function ask(cwd: string, ...words: string[]) {
  const { code, stdout, stderr } = await devopsSim(['capacity', 'shop.yaml', '-o', 'json', ...words], {
    cwd,
  });
  assert.notEqual(stdout, '', stderr);
  const plan: unknown = JSON.parse(stdout);
  assert.ok(Check(CapacityPlan, plan));
  return { code, plan, needed: plan.pools.map(({ needed }) => needed) };
}

test('capacity: by hand: so many machines as the pods fill, and more when a zone may fail', () =>
  inFolder({ 'shop.yaml': sized(18, 3) }, async (cwd) => {
    const [up, lost] = await Promise.all([ask(cwd, '--zones-lost', '0'), ask(cwd)]);
    // 18 pods, four on a machine: 5 machines.
    assert.deepEqual(up.needed, [5]);
    // Of 7 machines zone a has three, which leaves four; of 8 it has three, which leaves five.
    assert.deepEqual(lost.needed, [8]);
    assert.deepEqual([up.code, lost.code], [1, 1]);
    assert.match(
      lost.plan.reasons.join(),
      /general needs 8 machines and may have 3, so that any zone may fail/,
    );
    assert.equal(lost.plan.binding.pool, 'general');
    assert.deepEqual(lost.plan.binding.lost, ['a']);
    assert.equal(lost.plan.binding.pods, 2, '18 pods, and room for 16');
    assert.equal(lost.plan.binding.obstacles[0]!.reason, 'Insufficient cpu');
    assert.ok(Math.abs(lost.plan.pricePerHour!.needed - 0.8) < 1e-9);
    assert.deepEqual(
      lost.plan.traffic.map(({ lost: zones, holds }) => [zones.join(), holds]),
      [
        ['', true],
        ['a', true],
        ['b', true],
        ['c', true],
      ],
    );
  }));

test('capacity: enough machines end with 0, and the text says what binds', () =>
  inFolder({ 'shop.yaml': sized(4, 3) }, async (cwd) => {
    const { code, stdout } = await devopsSim(['capacity', 'shop.yaml'], { cwd });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^✓ ENOUGH general needs 2 machines and has 3; any one zone may fail/);
    assert.match(stdout, /With one machine fewer in general and zone a lost, 4 pods would find no node/);
    assert.match(stdout, /price: 0\.30 USD an hour now, 0\.20 USD needed/);
  }));

test('capacity: the peak of an autoscaler counts, as far as demand drives it', () => {
  const hpa = `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 40
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 10}}}]
`;
  return inFolder({ 'shop.yaml': sized(2, 1, hpa) }, async (cwd) => {
    const { plan, needed } = await ask(cwd, '--zones-lost', '0', '--duration', '3m');
    const [web] = plan.peak.workloads;
    assert.equal(web!.workload, 'Deployment default/web');
    assert.ok(
      web!.most > 2 && web!.most < 40,
      `${web!.most}: 0.3 cores, a tenth of half a core for each pod`,
    );
    assert.equal(needed[0], Math.ceil(web!.most / 4));
  });
});

test('capacity: pods that no machine holds are told; one pool can be asked about', () => {
  const large = `    - {name: large, count: 1, cores: 8, memory: 8Gi, zones: [a, b, c]}\n`;
  const tooLarge = sized(4, 1).replace('cpu: 500m', 'cpu: "3"');
  return inFolder({ 'shop.yaml': tooLarge, 'two.yaml': sized(18, 1, large) }, async (cwd) => {
    const { code, plan } = await ask(cwd, '--zones-lost', '0');
    assert.equal(code, 1);
    assert.equal(plan.verdict, 'impossible');
    assert.equal(plan.unplaced.length, 4);
    assert.match(plan.reasons[0]!, /4 pods find no node, however many there are: Insufficient cpu/);
    const two = ['capacity', 'two.yaml', '--pool', 'general', '--zones-lost', '0', '-o', 'json'];
    const { stdout } = await devopsSim(two, { cwd });
    const pools = (JSON.parse(stdout) as CapacityPlan).pools;
    // The large machine holds 16 of the 18 pods.
    assert.deepEqual(
      pools.map(({ name, needed, sized: own }) => [name, needed, own]),
      [
        ['general', 1, true],
        ['large', 1, false],
      ],
    );
    for (const words of [
      ['--zones-lost', '3'],
      ['--pool', 'generl'],
      ['--zones-lost', 'x'],
    ])
      assert.equal((await devopsSim(['capacity', 'two.yaml', ...words], { cwd })).code, 2, words.join(' '));
  });
});
