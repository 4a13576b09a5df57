import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rolloutSetting, service, template } from './rollouts.cases.ts';

const both = [service('active'), service('preview')];
const plain = { activeService: 'active', previewService: 'preview' };

test('the active Service switches when the new version is whole; the old one goes after the delay', () => {
  const setting = rolloutSetting({ blueGreen: plain }, {}, both);
  const { release, run, status, images, behind, said } = setting;
  assert.equal(status().phase, 'Healthy');
  assert.equal(behind('active'), 'web:1');
  release('web:2');
  run(15);
  assert.equal(behind('active'), 'web:2');
  assert.deepEqual(images(), { 'web:1': 4, 'web:2': 4 });
  assert.equal(status().phase, 'Healthy');
  run(45);
  assert.deepEqual(images(), { 'web:2': 4 });
  assert.ok(
    said().some((line) =>
      /^SwitchService: Switched selector for service 'active' from '\w+' to '\w+'$/.test(line),
    ),
  );
});

test('without automatic promotion it waits, small, until people say so', () => {
  const setting = rolloutSetting(
    { blueGreen: { ...plain, autoPromotionEnabled: false, previewReplicaCount: 1 } },
    {},
    both,
  );
  const { release, run, status, images, behind, patch } = setting;
  release('web:2');
  run(30);
  assert.deepEqual(images(), { 'web:1': 4, 'web:2': 1 });
  assert.deepEqual([status().phase, status().message], ['Paused', 'BlueGreenPause']);
  assert.deepEqual([behind('active'), behind('preview')], ['web:1', 'web:2']);
  patch({ pauseConditions: [] });
  run(20);
  assert.equal(behind('active'), 'web:2');
  assert.equal(status().phase, 'Healthy');
});

test('promotion after a time', () => {
  const setting = rolloutSetting({ blueGreen: { ...plain, autoPromotionSeconds: 60 } }, {}, both);
  setting.release('web:2');
  setting.run(50);
  assert.equal(setting.behind('active'), 'web:1');
  setting.run(30);
  assert.equal(setting.behind('active'), 'web:2');
});

test('an analysis before promotion keeps a bad version from traffic', () => {
  const setting = rolloutSetting(
    { blueGreen: { ...plain, prePromotionAnalysis: { templates: [{ templateName: 'errors' }] } } },
    {},
    [...both, template()],
  );
  setting.errorRatio = 1;
  setting.release('web:2');
  setting.run(20);
  assert.equal(setting.behind('active'), 'web:1');
  assert.equal(setting.status().abort, true);
  setting.run(40);
  assert.deepEqual(setting.images(), { 'web:1': 4 });
});

test('an analysis after promotion switches back', () => {
  const setting = rolloutSetting(
    { blueGreen: { ...plain, postPromotionAnalysis: { templates: [{ templateName: 'errors' }] } } },
    {},
    [...both, template()],
  );
  setting.errorRatio = 0;
  setting.release('web:2');
  setting.run(18);
  assert.equal(setting.behind('active'), 'web:2');
  assert.equal(setting.status().phase, 'Progressing');
  setting.errorRatio = 1;
  setting.run(20);
  assert.equal(setting.behind('active'), 'web:1');
  assert.equal(setting.status().phase, 'Degraded');
});

test('a Service that is not there makes it invalid', () => {
  const { status } = rolloutSetting({ blueGreen: plain }, {}, [service('preview')]);
  assert.match(
    status().message ?? '',
    /spec.strategy.blueGreen.activeService: Invalid value: "active": service "active" not found$/,
  );
});
