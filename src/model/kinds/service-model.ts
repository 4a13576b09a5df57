import * as Type from 'typebox';
import type { Kind } from '../kind.ts';
import { CallPolicy, policyProperties, RateLimit } from './call-policy.ts';
import { distribution, type WrittenDistribution } from './distribution.ts';
import { distributionRules } from './distribution-rules.ts';
import { choice, document, duration, fields, flag, integer, record, share, text } from './written.ts';

/** How a service behaves: what its manifests cannot say. */

const probability = Type.Optional(
  share('How often this step happens, drawn for each request.', {
    default: 1,
    examples: ['30%', 0.3],
    synonyms: ['chance'],
  }),
);

const WorkByUnit = fields('A fixed part, and parts proportional to figures of the request.', {
  base: Type.Optional(distribution('The part that every request has.', { default: '0s' })),
  perUnit: record(
    'Time for each unit of an attribute that the trace of a Traffic gives.',
    Type.String({ format: 'fineDuration', description: 'Time for each unit.' }),
    { examples: [{ ContextTokens: '0.1ms' }] },
  ),
});

type WrittenWork = WrittenDistribution | Type.Static<typeof WorkByUnit>;

/** A distribution, or one with parts proportional to the attributes of a traced request. */
function work(description: string) {
  return Type.Unsafe<WrittenWork>(
    Type.Union([distribution('The time it takes.'), WorkByUnit], {
      description,
      examples: [
        '12ms',
        { lognormal: { p50: '12ms', p99: '80ms' } },
        { base: '5ms', perUnit: { ContextTokens: '0.1ms' } },
      ],
    }),
  );
}

const CpuStep = fields('Uses the processor.', {
  cpu: work('Processor time on one core.'),
  probability,
});

const WaitStep = fields('Waits without using the processor.', {
  wait: work('How long, for disks and services that are not modelled.'),
  probability,
});

const callProperties = {
  call: text(
    'Service and endpoint: `api/GET /products`. Another namespace as in DNS: `api.shop/GET /products`. A service alone means its first endpoint.',
    { examples: ['api/GET /products', 'postgres/query', 'redis'] },
  ),
  repeat: Type.Optional(
    integer('How many times, one after another.', { minimum: 1, maximum: 100, default: 1 }),
  ),
  optional: Type.Optional(flag('A failure of the call does not fail the request.', { default: false })),
  pool: Type.Optional(text('Name of the pool that gives it a connection.')),
  ...policyProperties,
};

const CallStep = fields('Calls another service and waits for its answer.', {
  ...callProperties,
  probability,
});

const ParallelStep = fields('Makes several calls at once.', {
  parallel: Type.Array(fields('One of the calls.', callProperties), {
    minItems: 1,
    maxItems: 64,
    description:
      'The calls. Goes on when all are answered; fails at the first failure of one that is not optional.',
  }),
  probability,
});

const NestedSteps = fields('Several steps that happen together or not at all.', {
  steps: Type.Array(Type.Ref('Step'), { minItems: 1, maxItems: 100, description: 'The steps, in order.' }),
  probability,
});

export const Step = Type.Cyclic(
  {
    Step: Type.Union([CpuStep, WaitStep, CallStep, ParallelStep, NestedSteps], {
      description: 'One of `cpu`, `wait`, `call`, `parallel` and `steps`.',
    }),
  },
  'Step',
);

export const Pool = fields('A bounded set of connections that each replica keeps.', {
  name: text('Name, for the `pool` of calls.'),
  size: integer('Connections.', { minimum: 1, maximum: 100_000 }),
  maxWaiting: Type.Optional(integer('Calls that may wait for a connection; without it, all.')),
  maxWait: Type.Optional(duration('Longest wait for a connection; without it, for ever.')),
});

const Endpoint = fields('Something the service can be asked for.', {
  name: text('Name, usually method and path.', { examples: ['GET /', 'query'] }),
  errorRate: Type.Optional(
    share('Share of requests that fail of themselves, at the end of their work.', {
      default: 0,
      examples: ['0.01%'],
    }),
  ),
  steps: Type.Array(Step, { maxItems: 100, description: 'What a request does, in order.' }),
});

const Runtime = fields('How a replica runs requests at the same time.', {
  model: choice(
    '`eventLoop`: one thread runs all callbacks (Node.js). `threadPool`: a request holds a thread until it is answered, calls included (servlets, PostgreSQL backends). `processorSharing`: all run at once and share the cores (Go).',
    ['eventLoop', 'threadPool', 'processorSharing'],
  ),
  threads: Type.Optional(
    integer('Threads of a thread pool.', {
      minimum: 1,
      maximum: 100_000,
      synonyms: ['workers', 'maxThreads'],
    }),
  ),
  maxConcurrent: Type.Optional(
    integer('Requests that run at once, for processor sharing; without it, all.', { minimum: 1 }),
  ),
  cores: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1024,
      description: 'Cores that the process can run on at once; without it, as many as it has busy threads.',
    }),
  ),
});

function bytes(description: string, notes: { default?: unknown; examples?: readonly unknown[] } = {}) {
  return Type.Optional(
    Type.Union([Type.String({ format: 'quantity' }), Type.Number({ minimum: 0 })], { description, ...notes }),
  );
}

const Memory = fields('Working set of a replica.', {
  base: bytes('Once it has started, without requests; by default half of the memory request.', {
    examples: ['120Mi'],
  }),
  perRequest: bytes('For each request inside.', { default: 0, examples: ['256Ki'] }),
  leakPerHour: bytes('What it gains in an hour and never gives back.', { default: 0, examples: ['50Mi'] }),
});

const Release = fields('How the replicas of another image differ.', {
  image: text('Image, or its tag after a colon; `*` stands for any text.', {
    examples: ['shop/web:2.1', ':2.1', 'shop/web:2.*'],
  }),
  errorRate: Type.Optional(
    share('Share of requests to every endpoint that fail, beside those that fail anyway.', { default: 0 }),
  ),
  cpu: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1000, description: 'Times the processor time.', default: 1 }),
  ),
  wait: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1000, description: 'Times every wait.', default: 1 }),
  ),
  startup: Type.Optional(duration('Its own start-up time.')),
  crashAfter: Type.Optional(duration('It ends by itself so long after its start, with exit code 1.')),
  neverReady: Type.Optional(flag('It never answers its probes.', { default: false })),
  memory: Type.Optional(Memory),
});

const Spec = fields('Behaviour.', {
  for: fields(
    'Whose behaviour it is, in the namespace of the document.',
    {
      service: Type.Optional(text('Name of a Service.')),
      deployment: Type.Optional(text('Name of a Deployment.')),
      statefulSet: Type.Optional(text('Name of a StatefulSet.')),
      daemonSet: Type.Optional(text('Name of a DaemonSet.')),
      rollout: Type.Optional(text('Name of a Rollout.')),
    },
    { exactlyOne: ['service', 'deployment', 'statefulSet', 'daemonSet', 'rollout'] },
  ),
  runtime: Type.Optional(Runtime),
  queue: Type.Optional(
    fields('Requests that wait to be started.', {
      capacity: Type.Optional(
        integer('How many may wait in one replica; more are refused. Without it, all.'),
      ),
      discipline: Type.Optional(
        choice('Who is next: the one that waited longest, or the newest.', ['fifo', 'lifo'], {
          default: 'fifo',
        }),
      ),
    }),
  ),
  shedding: Type.Optional(
    fields('Refuses requests before they cost anything.', {
      maxInFlight: Type.Optional(
        integer('Refuses on arrival when so many are inside the replica.', { minimum: 1 }),
      ),
      maxQueueDelay: Type.Optional(duration('Refuses at the head of the queue what waited longer.')),
    }),
  ),
  rateLimit: Type.Optional(RateLimit),
  cancellation: Type.Optional(
    choice(
      'Whether the server notices that nobody waits any more: `none` finishes all the same, `deadline` stops at the next step after the propagated deadline, `disconnect` also after the client hung up.',
      ['none', 'deadline', 'disconnect'],
      { default: 'none' },
    ),
  ),
  startup: Type.Optional(
    duration('From the start of a replica’s container until it answers.', { synonyms: ['startupTime'] }),
  ),
  startupCores: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1024, description: 'Cores it uses while it starts.', default: 0 }),
  ),
  shutdown: Type.Optional(
    choice(
      'On SIGTERM: `graceful` takes no new connection, finishes what it has and ends; `immediate` ends at once and cuts off what it has; `ignore` goes on until it is killed.',
      ['graceful', 'immediate', 'ignore'],
      { default: 'graceful' },
    ),
  ),
  memory: Type.Optional(Memory),
  releases: Type.Optional(
    Type.Array(Release, {
      maxItems: 100,
      description:
        'How other images behave; the first that matches counts, images that none matches behave as stated above.',
      synonyms: ['versions', 'images'],
    }),
  ),
  pools: Type.Optional(Type.Array(Pool, { maxItems: 100, description: 'Connection pools of each replica.' })),
  defaults: Type.Optional(
    fields('Applies where a step says nothing else.', {
      calls: Type.Optional(
        fields('For every call.', {
          ...CallPolicy.properties,
          pool: Type.Optional(text('Name of the pool.')),
        }),
      ),
    }),
  ),
  endpoints: Type.Array(Endpoint, {
    minItems: 1,
    maxItems: 500,
    description: 'What the service can be asked for.',
    synonyms: ['routes', 'operations'],
  }),
});

const schema = document(
  'ServiceModel',
  'How a service behaves: its endpoints, what they cost, whom they call and under which policies.',
  Spec,
);

export type ServiceModel = Type.Static<typeof schema>;
export type ServiceModelSpec = ServiceModel['spec'];
export type WrittenEndpoint = ServiceModelSpec['endpoints'][number];
export type WrittenStep = Type.Static<typeof Step>;
export type WrittenCall = Extract<WrittenStep, { call: string }>;
export type WrittenPool = Type.Static<typeof Pool>;
export type { WrittenWork };

export const serviceModelKind: Kind = {
  group: 'sim.devops',
  version: 'v1alpha1',
  kind: 'ServiceModel',
  plural: 'servicemodels',
  shortNames: ['sm'],
  namespaced: true,
  summary: 'How a service behaves: its endpoints, what they cost, whom they call and under which policies.',
  schema,
  own: true,
  support: 'full',
  rules: distributionRules,
};
