import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManifestObject } from '../../model.ts';
import { isActive } from '../../objects/pod.ts';
import { type CronJob, cronJobs, jobs } from '../../objects/resource-types.ts';
import { busyCluster, eventsAbout, finish, podsOf } from '../workloads.cases.ts';

function started(spec: Partial<CronJob['spec']>) {
  const object = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tidy', namespace: 'default' },
    spec: {
      schedule: '*/5 * * * *',
      jobTemplate: {
        spec: {
          template: { spec: { containers: [{ name: 'main', image: 'tidy:1' }], restartPolicy: 'Never' } },
        },
      },
      ...spec,
    },
  };
  const small = busyCluster({ objects: [object as unknown as ManifestObject] });
  const { cluster, run } = small;
  const all = () => [...cluster.store.table(jobs).values()];
  return {
    ...small,
    all,
    status: () => cluster.store.get(cronJobs, 'default', 'tidy')?.status,
    finishAll: () => {
      for (const pod of podsOf(cluster).filter(isActive)) finish(cluster, pod, 'Succeeded');
      run(3);
    },
  };
}

test('a Job is made at each time, and nothing is caught up with at the beginning', () => {
  const { run, all, status, finishAll, cluster } = started({});
  run(299);
  assert.equal(all().length, 0);
  run(3);
  assert.equal(all().length, 1);
  const [job] = all();
  assert.equal(job.metadata.name, `tidy-${Math.floor(Date.parse('2026-01-01T00:05:00Z') / 60_000)}`);
  assert.equal(
    job.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'],
    '2026-01-01T00:05:00Z',
  );
  assert.equal(status()?.lastScheduleTime, '2026-01-01T00:05:00Z');
  assert.equal(status()?.active?.length, 1);
  finishAll();
  assert.equal(status()?.active, undefined);
  assert.ok(status()?.lastSuccessfulTime !== undefined);
  assert.ok(
    eventsAbout(cluster, 'CronJob').includes(
      `SawCompletedJob: Saw completed job: ${job.metadata.name}, condition: Complete`,
    ),
  );
});

test('Forbid skips, Replace replaces, Allow piles up', () => {
  const counts = (['Allow', 'Forbid', 'Replace'] as const).map((concurrencyPolicy) => {
    const { run, all } = started({ concurrencyPolicy });
    run(305);
    const first = all()[0].metadata.name;
    run(300);
    return `${all().length}${all()[0].metadata.name === first ? '' : ' new'}`;
  });
  assert.deepEqual(counts, ['2', '1', '1 new']);
});

test('only so many ended Jobs are kept; a suspended one starts none', () => {
  const { run, all, finishAll, cluster } = started({ successfulJobsHistoryLimit: 2 });
  for (let round = 0; round < 4; round++) {
    run(300);
    finishAll();
  }
  assert.equal(all().length, 2);
  cluster.api.modify(cronJobs, 'default', 'tidy', (now) => ({
    ...now,
    spec: { ...now.spec, suspend: true },
  }));
  run(900);
  assert.equal(all().length, 2);
});
