import * as Type from 'typebox';
import type { Kind } from '../kind.ts';
import { policyProperties } from './call-policy.ts';
import { distribution } from './distribution.ts';
import { distributionRules } from './distribution-rules.ts';
import { choice, document, duration, fields, integer, rate, text } from './written.ts';

/** Demand: who asks for what, and how often. */

const Request = fields('One kind of request.', {
  name: Type.Optional(text('Name, for journeys; by default the endpoint.')),
  endpoint: Type.Optional(text('Endpoint of the target service.', { examples: ['GET /products'] })),
  host: Type.Optional(text('Host of an Ingress rule.', { examples: ['shop.example.com'] })),
  path: Type.Optional(
    text(
      'Path; the Ingress decides which service answers it. The endpoint is `GET` and the path if not given.',
      {
        examples: ['/products'],
      },
    ),
  ),
  weight: Type.Optional(
    Type.Number({ minimum: 0, description: 'How often, relative to the others.', default: 1 }),
  ),
});

const stages = <T extends Type.TSchema>(what: string, target: T) =>
  Type.Array(
    fields(`${what} moves in a straight line to the target.`, {
      duration: duration('How long the stage takes; `0s` jumps.'),
      target,
    }),
    { minItems: 1, maxItems: 10_000, description: 'Stages one after another, as k6 has them.' },
  );

const Diurnal = fields(
  'A day and a night, as a sine.',
  {
    mean: rate('Average rate.'),
    amplitude: Type.Optional(rate('How far the rate swings above and below the average.')),
    peak: Type.Optional(rate('The highest rate.')),
    period: Type.Optional(duration('Length of one swing.', { default: '24h' })),
    peakAt: Type.Optional(duration('When the first peak is.', { default: '14h' })),
  },
  { exactlyOne: ['amplitude', 'peak'] },
);

const Burst = fields('A higher rate for a while, again and again.', {
  base: rate('Rate between bursts.'),
  peak: rate('Rate in a burst.'),
  every: duration('From the start of one burst to the start of the next.'),
  for: duration('How long a burst lasts.'),
  at: Type.Optional(duration('Start of the first burst; by default one interval from the start.')),
});

const Spike = fields('One rise and fall.', {
  base: rate('Rate before and after.'),
  peak: rate('Highest rate.'),
  at: duration('When it begins to rise.'),
  rise: Type.Optional(duration('How long it rises.', { default: '0s' })),
  hold: duration('How long it stays at the peak.'),
  fall: Type.Optional(duration('How long it falls.', { default: '0s' })),
});

const shapes = ['rate', 'stages', 'diurnal', 'burst', 'spike'] as const;
const shapeProperties = (what: string) => ({
  rate: Type.Optional(rate(`${what} at the same rate all the time.`)),
  stages: Type.Optional(stages('The rate', rate('Rate at the end of the stage.'))),
  startRate: Type.Optional(rate('Rate before the first stage.', { default: 0 })),
  diurnal: Type.Optional(Diurnal),
  burst: Type.Optional(Burst),
  spike: Type.Optional(Spike),
  arrivals: Type.Optional(
    choice(
      '`poisson`: independent of each other, as from many users. `regular`: evenly spaced.',
      ['poisson', 'regular'],
      { default: 'poisson' },
    ),
  ),
});

const Open = fields('Requests arrive whatever the system does.', shapeProperties('Requests'), {
  exactlyOne: shapes,
});

const Closed = fields(
  'A number of users each send a request, wait for the answer, think, and send the next.',
  {
    users: Type.Optional(integer('How many, all the time.', { minimum: 1, maximum: 10_000_000 })),
    stages: Type.Optional(
      stages('The number of users', integer('Users at the end of the stage.', { maximum: 10_000_000 })),
    ),
    startUsers: Type.Optional(integer('Users before the first stage.', { default: 0, maximum: 10_000_000 })),
    thinkTime: Type.Optional(distribution('From an answer to the next request.', { default: '0s' })),
  },
  { exactlyOne: ['users', 'stages'] },
);

const Visit = fields('One request of a journey.', {
  request: text('Name of a request, or of an endpoint of the target.'),
  thinkTime: Type.Optional(distribution('Pause before it.', { default: '0s' })),
  probability: Type.Optional(
    Type.Union([Type.String({ format: 'share' }), Type.Number({ minimum: 0, maximum: 1 })], {
      description: 'How often a session makes this request; otherwise it goes on to the next.',
      default: 1,
    }),
  ),
});

const Sessions = fields(
  'Users arrive, each makes a journey of requests with pauses between them, and leaves.',
  {
    ...shapeProperties('Sessions begin'),
    journey: Type.Array(Visit, { minItems: 1, maxItems: 1000, description: 'Requests in order.' }),
  },
  { exactlyOne: shapes },
);

const Trace = fields('Replays demand that was recorded.', {
  file: text('CSV file beside the manifest, with a header line.', { examples: ['visits.csv'] }),
  format: choice('`counts`: requests in each interval. `timestamps`: one request per line.', [
    'counts',
    'timestamps',
  ]),
  interval: Type.Optional(
    duration('Length of one interval of counts; by default the distance of the first two times.'),
  ),
  columns: Type.Optional(
    fields('Names of columns.', {
      time: Type.Optional(
        text('Instants: seconds, or date and time. By default the first column.', {
          examples: ['TIMESTAMP'],
        }),
      ),
      count: Type.Optional(text('Requests in the interval. By default the last column.')),
    }),
  ),
  from: Type.Optional(
    duration('Leaves out what lies before this time since the trace began.', { default: '0s' }),
  ),
  to: Type.Optional(duration('Leaves out what lies after this time since the trace began.')),
  offset: Type.Optional(duration('When the replay begins.', { default: '0s' })),
  scale: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1_000_000,
      description: 'Multiplies the demand.',
      default: 1,
    }),
  ),
  attributes: Type.Optional(
    Type.Array(text('A column.'), {
      maxItems: 16,
      description: 'Columns whose numbers the work of a ServiceModel may be proportional to (`perUnit`).',
      examples: [['ContextTokens', 'GeneratedTokens']],
    }),
  ),
});

// A source has no pools, and shares no requests between its users.
const { bulkhead: _bulkhead, singleFlight: _singleFlight, ...clientPolicy } = policyProperties;
const Client = fields('What a user’s client does.', {
  ...clientPolicy,
  latency: Type.Optional(distribution('One-way delay between the users and the entry.')),
});

const Spec = fields(
  'Demand: exactly one of `open`, `closed`, `sessions` and `trace`.',
  {
    target: fields(
      'Where requests enter the system, in the namespace of the document.',
      {
        service: Type.Optional(text('Name of a Service.')),
        ingress: Type.Optional(text('Name of an Ingress.')),
        endpoint: Type.Optional(text('The only endpoint asked for, when there are no `requests`.')),
      },
      { exactlyOne: ['service', 'ingress'] },
    ),
    requests: Type.Optional(
      Type.Array(Request, {
        minItems: 1,
        maxItems: 500,
        description: 'What is asked for; by default every endpoint of the target alike.',
      }),
    ),
    client: Type.Optional(Client),
    keys: Type.Optional(
      fields('What requests are about, for consistent hashing and single flight.', {
        count: integer('Different keys.', { minimum: 1, maximum: 1_000_000_000 }),
        skew: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: 10,
            description: 'Exponent of the Zipf distribution; 0: all alike.',
            default: 0,
          }),
        ),
      }),
    ),
    open: Type.Optional(Open),
    closed: Type.Optional(Closed),
    sessions: Type.Optional(Sessions),
    trace: Type.Optional(Trace),
  },
  { exactlyOne: ['open', 'closed', 'sessions', 'trace'] },
);

const summary = 'Demand: where users enter the system, what they ask for, and how often.';
const schema = document('Traffic', summary, Spec);

export type Traffic = Type.Static<typeof schema>;
export type TrafficSpec = Traffic['spec'];
export type WrittenShape = Pick<
  NonNullable<TrafficSpec['open']>,
  'rate' | 'stages' | 'startRate' | 'diurnal' | 'burst' | 'spike' | 'arrivals'
>;
export type WrittenClient = Type.Static<typeof Client>;
export type WrittenTrace = Type.Static<typeof Trace>;

export const trafficKind: Kind = {
  group: 'sim.devops',
  version: 'v1alpha1',
  kind: 'Traffic',
  plural: 'traffics',
  shortNames: ['traffic'],
  namespaced: true,
  summary,
  schema,
  own: true,
  support: 'full',
  rules: distributionRules,
};
