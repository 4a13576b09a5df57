import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft } from '../../objects/meta.ts';
import { isActive } from '../../objects/pod.ts';
import { type Job, jobs } from '../../objects/resource-types.ts';
import { busyCluster, eventsAbout, finish, podsOf } from '../workloads.cases.ts';

function job(spec: Partial<Job['spec']>): Draft<Job> {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'pi', namespace: 'default' },
    spec: {
      template: { spec: { containers: [{ name: 'main', image: 'pi:1' }], restartPolicy: 'Never' } },
      ...spec,
    },
  };
}

function started(spec: Partial<Job['spec']> = {}) {
  const small = busyCluster();
  const { cluster, run } = small;
  assert.ok(cluster.api.create(jobs, job(spec)).ok);
  run(2);
  const running = () => podsOf(cluster).filter(isActive);
  return {
    ...small,
    running,
    status: () => cluster.store.get(jobs, 'default', 'pi')?.status,
    conditions: () =>
      (cluster.store.get(jobs, 'default', 'pi')?.status?.conditions ?? []).map(
        ({ type, status, reason }) => `${type}=${status}:${reason}`,
      ),
    end: (phase: 'Succeeded' | 'Failed', exitCode?: number) => {
      finish(cluster, running()[0], phase, exitCode);
      run(3);
    },
  };
}

test('a Job runs to completion and says so in both steps', () => {
  const { status, end, conditions, cluster, running } = started();
  assert.equal(running().length, 1);
  assert.equal(status()?.active, 1);
  assert.equal(running()[0].metadata.labels?.['batch.kubernetes.io/job-name'], 'pi');
  end('Succeeded');
  assert.deepEqual(conditions(), [
    'SuccessCriteriaMet=True:CompletionsReached',
    'Complete=True:CompletionsReached',
  ]);
  assert.equal(status()?.succeeded, 1);
  assert.ok(status()?.completionTime !== undefined);
  assert.deepEqual(podsOf(cluster)[0].metadata.finalizers, []);
  assert.deepEqual(
    eventsAbout(cluster, 'Job').map((event) => event.split(':')[0]),
    ['SuccessfulCreate', 'Completed'],
  );
});

test('parallelism is kept until enough have succeeded', () => {
  const { running, end, status } = started({ parallelism: 2, completions: 3 });
  assert.equal(running().length, 2);
  end('Succeeded');
  assert.equal(running().length, 2);
  end('Succeeded');
  assert.equal(running().length, 1);
  end('Succeeded');
  assert.equal(status()?.succeeded, 3);
  assert.equal(running().length, 0);
});

test('failures are tried again after ten, twenty… seconds, up to the limit', () => {
  const { running, end, run, conditions, cluster, status } = started({ backoffLimit: 2 });
  end('Failed');
  assert.equal(running().length, 0);
  run(9);
  assert.equal(running().length, 1);
  end('Failed');
  run(10);
  assert.equal(running().length, 0);
  run(10);
  assert.equal(running().length, 1);
  end('Failed');
  assert.deepEqual(conditions(), [
    'FailureTarget=True:BackoffLimitExceeded',
    'Failed=True:BackoffLimitExceeded',
  ]);
  assert.equal(status()?.failed, 3);
  assert.ok(
    eventsAbout(cluster, 'Job').includes('BackoffLimitExceeded: Job has reached the specified backoff limit'),
  );
});

test('an Indexed Job runs each index once it succeeds', () => {
  const { running, end, status } = started({ completionMode: 'Indexed', completions: 3, parallelism: 2 });
  const [first] = running();
  assert.match(first.metadata.name, /^pi-0-[a-z0-9]{5}$/);
  assert.equal(first.spec.hostname, 'pi-0');
  assert.equal(first.spec.containers[0].env?.[0].name, 'JOB_COMPLETION_INDEX');
  end('Succeeded');
  assert.equal(status()?.completedIndexes, '0');
  assert.deepEqual(
    running()
      .map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index'])
      .sort(),
    ['1', '2'],
  );
  end('Succeeded');
  end('Succeeded');
  assert.equal(status()?.completedIndexes, '0-2');
  assert.equal(status()?.succeeded, 3);
});

test('with a limit for each index the others go on', () => {
  const small = started({
    completionMode: 'Indexed',
    completions: 2,
    parallelism: 2,
    backoffLimitPerIndex: 1,
  });
  small.end('Failed');
  small.run(15);
  assert.equal(small.running().length, 2);
  const retried = small
    .running()
    .find(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index'] === '0')!;
  assert.equal(retried.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'], '1');
  finish(small.cluster, retried, 'Failed');
  small.run(3);
  small.end('Succeeded');
  assert.equal((small.status() as { failedIndexes?: string }).failedIndexes, '0');
  assert.deepEqual(small.conditions(), ['FailureTarget=True:FailedIndexes', 'Failed=True:FailedIndexes']);
});

test('a failure policy ignores, or ends it all', () => {
  const rules = [
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
    { action: 'Ignore', onExitCodes: { operator: 'In', values: [7] } },
  ];
  const small = started({ podFailurePolicy: { rules }, backoffLimit: 0 });
  small.end('Failed', 7);
  assert.equal(small.running().length, 1, 'replaced at once, and not counted');
  assert.equal(small.status()?.failed, undefined);
  small.end('Failed', 42);
  const failed = small.status()?.conditions?.find(({ type }) => type === 'Failed');
  assert.match(
    failed?.message ?? '',
    /^Container main for pod default\/pi-\w{5} failed with exit code 42 matching FailJob rule at index 0$/,
  );
});

test('suspending takes the pods away, resuming brings them back', () => {
  const { cluster, run, running, conditions } = started({ parallelism: 2, completions: 2 });
  const suspend = (value: boolean) =>
    cluster.api.modify(jobs, 'default', 'pi', (now) => ({ ...now, spec: { ...now.spec, suspend: value } }));
  suspend(true);
  run(3);
  assert.equal(running().length, 0);
  assert.deepEqual(conditions(), ['Suspended=True:JobSuspended']);
  suspend(false);
  run(15);
  assert.equal(running().length, 2);
  assert.deepEqual(conditions(), ['Suspended=False:JobResumed']);
});

test('a deadline ends it, and after its time it is deleted', () => {
  const { run, conditions, cluster } = started({ activeDeadlineSeconds: 30, ttlSecondsAfterFinished: 60 });
  run(27);
  assert.deepEqual(conditions(), []);
  run(5);
  assert.deepEqual(conditions(), ['FailureTarget=True:DeadlineExceeded', 'Failed=True:DeadlineExceeded']);
  run(65);
  assert.equal(cluster.store.get(jobs, 'default', 'pi'), undefined);
  assert.equal(podsOf(cluster).length, 0);
});
