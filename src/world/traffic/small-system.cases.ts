import assert from 'node:assert/strict';
import { ModelBuilder, millisecond, second } from '../../../test/validation/builder.ts';
import type { Command } from '../../model/model.ts';
import { simulate } from '../../run/simulate.ts';
import type { Call, Load, Service, Step } from './model.ts';

// Systems of one or two services that the tests of this folder put each mechanism into. Every run is checked for the laws.

export const fixed = (value: number) => ({ kind: 'deterministic', value }) as const;
export const cpu = (micros: number, probability = 1): Step => ({
  kind: 'cpu',
  probability,
  work: { base: fixed(micros), perAttribute: [] },
});
export const wait = (micros: number): Step => ({
  kind: 'wait',
  probability: 1,
  work: { base: fixed(micros), perAttribute: [] },
});
export const at = (...seconds: number[]): Load => ({
  kind: 'timestamps',
  atMicros: seconds.map((each) => Math.round(each * second)),
  scale: 1,
  attributes: {},
});
const noBackoff = { initialMicros: 0, multiplier: 1, maxMicros: 0 };
export const retries = (
  max: number,
  on: Call['retries']['on'] = ['timeout', 'refused', 'application'],
): Call['retries'] => ({
  max,
  backoff: noBackoff,
  jitter: 'none',
  budget: null,
  on,
});

interface Given {
  readonly service?: Partial<Service>;
  readonly steps?: readonly Step[];
  readonly errorRate?: number;
  readonly call?: Partial<Call>;
  readonly load?: Load;
  readonly commands?: readonly Command[];
  readonly seconds?: number;
}

/** Users of one service with one endpoint. */
export function runOne(given: Given) {
  const builder = new ModelBuilder('one');
  const service = builder.service('api', given.service);
  const endpoint = builder.endpoint(
    service,
    'GET /',
    given.steps ?? [cpu(100 * millisecond)],
    given.errorRate ?? 0,
  );
  builder.source('users', [builder.call(null, endpoint, given.call)], given.load ?? at(0));
  const span = { warmupMicros: 0, durationMicros: (given.seconds ?? 10) * second };
  const run = simulate(builder.model({ ...span, commands: given.commands ?? [] }));
  for (const check of run.checks) assert.ok(check.passed, `${check.name}: ${check.detail}`);
  const [source] = run.truth.sources;
  const [call] = run.truth.calls;
  return { run, source, call, endpoint: run.truth.endpoints[0], service: run.truth.services[0] };
}

/** Users of a front service whose one step is what is tested, over a back service. */
export function runTwo(
  given: Given & { back?: Partial<Service>; front?: Partial<Service>; step?: (call: number) => Step },
) {
  const builder = new ModelBuilder('two');
  const front = builder.service('front', given.front);
  const back = builder.service('back', given.back);
  const work = builder.endpoint(back, 'work', given.steps ?? [cpu(100 * millisecond)], given.errorRate ?? 0);
  const call = builder.call(front, work, given.call);
  const step = given.step ?? ((id: number): Step => ({ kind: 'call', probability: 1, call: id }));
  const entry = builder.endpoint(front, 'GET /', [step(call)]);
  builder.source('users', [builder.call(null, entry)], given.load ?? at(0));
  const run = simulate(builder.model({ warmupMicros: 0, durationMicros: (given.seconds ?? 10) * second }));
  for (const check of run.checks) assert.ok(check.passed, `${check.name}: ${check.detail}`);
  const [workAccount] = run.truth.endpoints;
  const inner = run.truth.calls.find(({ client }) => client === 'front');
  assert.ok(inner);
  return { run, source: run.truth.sources[0], call: inner, back: workAccount };
}
