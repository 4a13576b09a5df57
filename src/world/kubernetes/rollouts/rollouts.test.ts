import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf } from '../objects/meta.ts';
import { rolloutSetting, service, template } from './rollouts.cases.ts';

test('the first version needs no steps', () => {
  const { status, images } = rolloutSetting({ canary: { steps: [{ setWeight: 25 }, { pause: {} }] } });
  const { phase, currentStepIndex, stableRS, currentPodHash, replicas, availableReplicas } = status();
  assert.deepEqual([phase, currentStepIndex, replicas, availableReplicas], ['Healthy', 2, 4, 4]);
  assert.equal(stableRS, currentPodHash);
  assert.deepEqual(images(), { 'web:1': 4 });
  assert.equal(conditionOf(status().conditions, 'Completed')?.status, 'True');
});

test('a canary walks its steps, waits for people, and goes on when they say so', () => {
  const setting = rolloutSetting({
    canary: { steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: { duration: '30s' } }] },
  });
  const { status, images, release, run, patch, said } = setting;
  release('web:2');
  run(60);
  assert.deepEqual(images(), { 'web:1': 3, 'web:2': 1 });
  assert.deepEqual(
    [status().phase, status().message, status().currentStepIndex],
    ['Paused', 'CanaryPauseStep', 1],
  );
  run(600);
  assert.equal(status().currentStepIndex, 1, 'a pause without duration lasts');
  patch({ pauseConditions: [] });
  run(20);
  assert.deepEqual(images(), { 'web:1': 2, 'web:2': 2 });
  assert.equal(status().phase, 'Paused');
  run(60);
  assert.deepEqual(images(), { 'web:2': 4 });
  assert.deepEqual([status().phase, status().currentStepIndex], ['Healthy', 4]);
  const lines = said();
  assert.ok(lines.includes('RolloutStepCompleted: Rollout step 1/4 completed (setWeight: 25)'));
  assert.ok(lines.includes('RolloutPaused: Rollout is paused (CanaryPauseStep)'));
  assert.ok(
    lines.some((line) =>
      /^RolloutCompleted: Rollout completed update to revision 2 \(\w+\): Completed all 4 canary steps$/.test(
        line,
      ),
    ),
  );
});

test('never more pods than the surge, never fewer than may be missing', () => {
  const setting = rolloutSetting({ canary: { maxSurge: 1, maxUnavailable: 0, steps: [{ setWeight: 50 }] } });
  setting.release('web:2');
  for (let second = 0; second < 120; second++) {
    setting.run(1);
    const { replicas = 0, availableReplicas = 0 } = setting.status();
    assert.ok(replicas <= 5, `${replicas} pods`);
    assert.ok(availableReplicas >= 4, `${availableReplicas} available`);
  }
  assert.deepEqual(setting.images(), { 'web:2': 4 });
});

test('a failed analysis aborts: the stable version is whole again', () => {
  const setting = rolloutSetting(
    { canary: { steps: [{ setWeight: 25 }, { analysis: { templates: [{ templateName: 'errors' }] } }] } },
    {},
    [template()],
  );
  const { release, run, status, images, runs, said, notes } = setting;
  setting.errorRatio = 0.2;
  release('web:2');
  run(60);
  assert.deepEqual(images(), { 'web:1': 4 });
  const { phase, message, abort, currentStepIndex } = status();
  assert.deepEqual([phase, abort, currentStepIndex], ['Degraded', true, 0]);
  assert.equal(
    message,
    'RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: Metric "error-ratio" assessed Failed due to failed (1) > failureLimit (0)',
  );
  const [analysis] = runs();
  assert.equal(analysis.status?.phase, 'Failed');
  assert.match(analysis.metadata.name, /^web-\w+-2-1$/);
  assert.equal(analysis.status?.metricResults?.[0].measurements?.[0].value, '[0.2]');
  assert.ok(
    said().some(
      (line) =>
        /^AnalysisRunFailed: Step Analysis Run 'web-\w+-2-1' Status New: 'Failed' Previous: 'Running'$/.test(
          line,
        ) || /Status New: 'Failed'/.test(line),
    ),
  );
  assert.ok(notes.some((note) => note.includes('aborted')));
  assert.equal(status().canary?.currentStepAnalysisRunStatus?.status, 'Failed');
});

test('an analysis that succeeds lets it go on, and a retry begins anew', () => {
  const setting = rolloutSetting(
    { canary: { steps: [{ setWeight: 25 }, { analysis: { templates: [{ templateName: 'errors' }] } }] } },
    {},
    [template()],
  );
  const { release, run, status, images, runs, patch } = setting;
  setting.errorRatio = 0.2;
  release('web:2');
  run(60);
  assert.equal(status().abort, true);
  setting.errorRatio = 0.01;
  patch({ abort: false });
  run(90);
  assert.deepEqual(images(), { 'web:2': 4 });
  assert.equal(status().phase, 'Healthy');
  const successful = runs().find(({ status: each }) => each?.phase === 'Successful');
  assert.equal(successful?.status?.metricResults?.[0].count, 3);
});

test('an analysis in the background aborts at any step and ends with the rollout', () => {
  const strategy = {
    canary: {
      analysis: { templates: [{ templateName: 'errors' }] },
      steps: [{ setWeight: 25 }, { pause: { duration: 60 } }, { setWeight: 50 }, { pause: { duration: 60 } }],
    },
  };
  const endless = template({ count: undefined });
  const bad = rolloutSetting(strategy, {}, [endless]);
  bad.release('web:2');
  bad.run(90);
  assert.deepEqual(bad.images(), { 'web:1': 2, 'web:2': 2 });
  bad.errorRatio = 1;
  bad.run(30);
  assert.deepEqual(bad.images(), { 'web:1': 4 });
  assert.match(bad.status().message ?? '', /Background analysis phase error\/failed/);
  const good = rolloutSetting(strategy, {}, [endless]);
  good.release('web:2');
  good.run(180);
  assert.equal(good.status().phase, 'Healthy');
  assert.equal(good.runs()[0].status?.phase, 'Successful');
  assert.equal(good.runs()[0].spec.terminate, true);
});

test('traffic follows weights, the stable version stays whole, the old one goes later', () => {
  const setting = rolloutSetting(
    {
      canary: {
        canaryService: 'canary',
        stableService: 'stable',
        trafficRouting: { nginx: { stableIngress: 'web' } },
        steps: [{ setWeight: 10 }, { pause: {} }],
      },
    },
    {},
    [service('canary'), service('stable')],
  );
  const { release, run, status, images, weighed, patch, behind } = setting;
  release('web:2');
  run(30);
  assert.deepEqual(images(), { 'web:1': 4, 'web:2': 1 });
  const { weights } = status().canary!;
  assert.deepEqual([weights?.canary.weight, weights?.stable.weight], [10, 90]);
  assert.deepEqual([behind('stable'), behind('canary')], ['web:1', 'web:2']);
  assert.match(
    weighed.at(-1)!,
    /^\["shop",\[\{"podHash":"\w+","weight":90\},\{"podHash":"\w+","weight":10\}\]\]$/,
  );
  patch({ pauseConditions: [] });
  run(15);
  assert.equal(status().phase, 'Healthy');
  assert.deepEqual(images(), { 'web:1': 4, 'web:2': 4 });
  assert.equal(behind('stable'), 'web:2');
  assert.match(weighed.at(-1)!, /^\["shop",\[\{"podHash":"\w+","weight":100\}\]\]$/);
  run(40);
  assert.deepEqual(images(), { 'web:2': 4 });
});

test('an abort with routing takes the traffic back at once and the pods later', () => {
  const setting = rolloutSetting(
    { canary: { trafficRouting: { smi: {} }, steps: [{ setWeight: 50 }, { pause: {} }] } },
    {},
  );
  const { release, run, status, images, patch } = setting;
  release('web:2');
  run(30);
  assert.equal(status().canary?.weights?.canary.weight, 50);
  patch({ abort: true });
  run(5);
  assert.equal(status().canary?.weights?.canary.weight, 0);
  assert.deepEqual(images(), { 'web:1': 4, 'web:2': 2 });
  run(40);
  assert.deepEqual(images(), { 'web:1': 4 });
});

test('dynamicStableScale lets the stable version shrink with its traffic and grow before it comes back', () => {
  const setting = rolloutSetting({
    canary: {
      trafficRouting: { smi: {} },
      dynamicStableScale: true,
      steps: [{ setWeight: 50 }, { pause: {} }],
    },
  });
  const { release, run, status, images, patch } = setting;
  release('web:2');
  run(30);
  assert.deepEqual(images(), { 'web:1': 2, 'web:2': 2 });
  patch({ abort: true });
  run(30);
  assert.deepEqual(images(), { 'web:1': 4 });
  assert.equal(status().canary?.weights?.canary.weight, 0);
});

test('setCanaryScale parts pods from weight', () => {
  const setting = rolloutSetting({
    canary: {
      trafficRouting: { smi: {} },
      steps: [{ setCanaryScale: { replicas: 3 } }, { setWeight: 5 }, { pause: {} }],
    },
  });
  setting.release('web:2');
  setting.run(30);
  assert.deepEqual(setting.images(), { 'web:1': 4, 'web:2': 3 });
  assert.equal(setting.status().canary?.weights?.canary.weight, 5);
});

test('full promotion skips what is left', () => {
  const setting = rolloutSetting({
    canary: { steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }] },
  });
  setting.release('web:2');
  setting.run(20);
  setting.patch({ promoteFull: true });
  setting.run(20);
  assert.deepEqual(setting.images(), { 'web:2': 4 });
  assert.deepEqual([setting.status().phase, setting.status().promoteFull], ['Healthy', undefined]);
});

test('going back to the stable version skips the steps', () => {
  const setting = rolloutSetting({ canary: { steps: [{ setWeight: 25 }, { pause: {} }] } });
  setting.release('web:2');
  setting.run(20);
  setting.release('web:1');
  setting.run(20);
  assert.deepEqual(setting.images(), { 'web:1': 4 });
  assert.equal(setting.status().phase, 'Healthy');
  assert.ok(setting.said().includes('SkipSteps: Rollback to stable'));
});

test('beyond the deadline it is degraded, and aborts where that is asked for', () => {
  const spec = { progressDeadlineSeconds: 30, progressDeadlineAbort: true };
  const setting = rolloutSetting({ canary: { steps: [{ setWeight: 50 }] } }, spec);
  setting.processes.mayFailProbes = () => true;
  setting.processes.probe = (process, { ticket }) =>
    setting.processes.host.probed(process, ticket, false, 'no');
  setting.release('web:2', { readinessProbe: { httpGet: { port: 8080 } } });
  setting.run(120);
  assert.equal(setting.status().abort, true);
  assert.ok(
    setting
      .said()
      .some((line) => /^RolloutAborted: ReplicaSet "web-\w+" has timed out progressing\.$/.test(line)),
  );
  assert.equal(setting.status().phase, 'Degraded');
  assert.deepEqual(setting.images(), { 'web:1': 4 });
});

test('an experiment is refused clearly, and so is a template that is not there', () => {
  const unsupported = rolloutSetting({ canary: { steps: [{ experiment: {} }] } });
  assert.deepEqual(
    [unsupported.status().phase, unsupported.status().message],
    [
      'Degraded',
      'InvalidSpec: The Rollout "web" is invalid: spec.strategy.canary.steps[0].experiment: Forbidden: unsupported: an experiment is not simulated',
    ],
  );
  const missing = rolloutSetting({
    canary: { steps: [{ analysis: { templates: [{ templateName: 'errors' }] } }] },
  });
  assert.match(missing.status().message ?? '', /AnalysisTemplate 'errors' not found$/);
  missing.cluster.apply(template());
  missing.run(5);
  assert.equal(missing.status().phase, 'Healthy');
});
