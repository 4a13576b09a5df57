import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStatus, PodPhase, PodSpec } from '../../objects/pod.ts';
import { containersReadyState, initializedState, readyState } from './pod-conditions.ts';
import { podPhase } from './pod-phase.ts';

type Policy = NonNullable<PodSpec['restartPolicy']>;

/** `run`, `run!` (started), `ok`, `bad`, `wait`, `again` (waits after an end), `lost` (no status). */
function status(name: string, state: string): ContainerStatus[] {
  const base = { name, image: '', imageID: '', ready: state === 'run!' || state === 'ok', restartCount: 0 };
  switch (state) {
    case 'lost':
      return [];
    case 'run':
    case 'run!':
      return [{ ...base, started: state === 'run!', state: { running: { startedAt: '' } } }];
    case 'ok':
      return [{ ...base, state: { terminated: { exitCode: 0 } } }];
    case 'bad':
      return [{ ...base, ready: false, state: { terminated: { exitCode: 1 } } }];
    case 'again':
      return [{ ...base, state: { waiting: {} }, lastState: { terminated: { exitCode: 1 } } }];
    default:
      return [{ ...base, state: { waiting: {} } }];
  }
}

function input(restartPolicy: Policy, init: string, sidecars: string, main: string) {
  const split = (text: string) => text.split(' ').filter(Boolean);
  const initContainers = [
    ...split(init).map((_, at) => ({ name: `init${at}` })),
    ...split(sidecars).map((_, at) => ({ name: `side${at}`, restartPolicy: 'Always' as const })),
  ];
  const containers = split(main).map((_, at) => ({ name: `main${at}` }));
  return {
    spec: { restartPolicy, initContainers, containers },
    initStatuses: [
      ...split(init).flatMap((state, at) => status(`init${at}`, state)),
      ...split(sidecars).flatMap((state, at) => status(`side${at}`, state)),
    ],
    statuses: split(main).flatMap((state, at) => status(`main${at}`, state)),
  };
}

test('phases by containers', () => {
  const cases: [Policy, string, string, string, PodPhase, ('terminal' | 'initialized')?][] = [
    ['Always', '', '', 'wait', 'Pending'],
    ['Always', '', '', 'run!', 'Running'],
    ['Always', '', '', 'run! run!', 'Running'],
    ['Always', '', '', 'ok bad', 'Running'],
    ['Always', '', '', 'again', 'Running'],
    ['Always', '', '', 'run! lost', 'Pending'],
    ['Always', '', '', 'run! wait', 'Pending'],
    ['Always', '', '', 'ok', 'Succeeded', 'terminal'],
    ['Always', '', '', 'ok bad', 'Failed', 'terminal'],
    ['Never', '', '', 'ok ok', 'Succeeded'],
    ['Never', '', '', 'ok bad', 'Failed'],
    ['Never', '', '', 'run! bad', 'Running'],
    ['OnFailure', '', '', 'ok', 'Succeeded'],
    ['OnFailure', '', '', 'bad', 'Running'],
    ['Never', 'bad', '', 'wait', 'Failed'],
    ['Always', 'bad', '', 'wait', 'Pending'],
    ['Always', 'run', '', 'wait', 'Pending'],
    ['Always', 'ok', '', 'run!', 'Running'],
    ['Always', 'lost', '', 'run!', 'Pending'],
    ['Never', 'again', '', 'wait', 'Failed'],
    ['Always', '', 'run', 'run!', 'Pending'],
    ['Always', '', 'run', 'run!', 'Running', 'initialized'],
    ['Always', '', 'run!', 'run!', 'Running'],
    ['Never', '', 'run!', 'ok', 'Running'],
    ['Never', '', 'ok', 'ok', 'Succeeded'],
    ['Never', '', 'bad', 'ok', 'Succeeded'],
    ['Always', '', 'lost', 'run!', 'Pending'],
    ['Always', '', 'again', 'run!', 'Running', 'initialized'],
  ];
  for (const [policy, init, sidecars, main, expected, flag] of cases) {
    const of = input(policy, init, sidecars, main);
    const phase = podPhase({ ...of, terminal: flag === 'terminal', initialized: flag === 'initialized' });
    assert.equal(phase, expected, `${policy}: init ${init}, sidecars ${sidecars}, main ${main}`);
  }
});

test('the condition that all containers are ready', () => {
  const cases: [string, string, PodPhase, string][] = [
    ['', 'run!', 'Running', 'True'],
    ['', 'run', 'Running', 'ContainersNotReady: containers with unready status: [main0]'],
    ['', 'run run! wait', 'Running', 'ContainersNotReady: containers with unready status: [main0 main2]'],
    [
      '',
      'lost run',
      'Pending',
      'ContainersNotReady: containers with unknown status: [main0], containers with unready status: [main1]',
    ],
    ['run', 'run!', 'Running', 'ContainersNotReady: containers with unready status: [side0]'],
    ['', 'ok', 'Succeeded', 'PodCompleted'],
    ['', 'run!', 'Failed', 'PodFailed'],
  ];
  for (const [sidecars, main, phase, expected] of cases) {
    const {
      status: is,
      reason,
      message,
    } = containersReadyState({ ...input('Always', '', sidecars, main), phase });
    assert.equal(is === 'True' ? 'True' : [reason, message].filter(Boolean).join(': '), expected);
  }
});

test('the condition that a pod is initialised', () => {
  const cases: [string, string, PodPhase, boolean, string][] = [
    ['', '', 'Running', false, 'True'],
    ['ok ok', '', 'Running', false, 'True'],
    ['ok run', 'run', 'Pending', false, 'containers with incomplete status: [init1 side0]'],
    ['ok', 'run!', 'Running', false, 'True'],
    ['ok', 'again', 'Running', true, 'True'],
    ['lost', '', 'Pending', false, 'containers with unknown status: [init0]'],
    ['ok', '', 'Succeeded', true, 'PodCompleted'],
  ];
  for (const [init, sidecars, phase, initialized, expected] of cases) {
    const of = { ...input('Always', init, sidecars, 'run!'), phase, initialized };
    const { status: is, reason, message } = initializedState(of);
    assert.equal(message ?? (reason === 'PodCompleted' ? reason : is), expected);
  }
});

test('readiness gates hold a pod back', () => {
  const of = input('Always', '', '', 'run!');
  const spec = { ...of.spec, readinessGates: [{ conditionType: 'example.com/ok' }] };
  const ready = (before: { type: string; status: 'True' | 'False' }[]) =>
    readyState(
      { ...of, spec, phase: 'Running', sandboxed: true, initialized: true, before },
      { type: 'ContainersReady', status: 'True' },
    );
  assert.equal(
    ready([]).message,
    'corresponding condition of pod readiness gate "example.com/ok" does not exist.',
  );
  assert.equal(
    ready([{ type: 'example.com/ok', status: 'False' }]).message,
    'the status of pod readiness gate "example.com/ok" is not "True", but False',
  );
  assert.equal(ready([{ type: 'example.com/ok', status: 'True' }]).status, 'True');
});
