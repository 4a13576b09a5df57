import * as Type from 'typebox';
import type { Kind } from '../kind.ts';
import { distribution } from './distribution.ts';
import { distributionRules } from './distribution-rules.ts';
import { choice, document, duration, fields, flag, integer, record, share, text } from './written.ts';

/** The frame of a run: time, seed, what is asked of the system, and what is done to it. */

const Subject = fields(
  'What it is measured on; by default all requests of users.',
  {
    traffic: Type.Optional(text('Name of a Traffic: what its users felt.')),
    service: Type.Optional(text('Name of a service: what it answered. Elsewhere: `namespace/name`.')),
    endpoint: Type.Optional(text('Endpoint of that service.')),
  },
  { atMostOne: ['traffic', 'service'] },
);

const Objective = fields('A service-level objective, in the words of OpenSLO.', {
  name: text('Name.'),
  displayName: Type.Optional(text('Name for people.')),
  indicator: choice(
    '`availability`: a good request is answered without error. `latency`: also within `latency`.',
    ['availability', 'latency'],
  ),
  on: Type.Optional(Subject),
  target: share('Share of good requests that is asked for.', { synonyms: ['objective', 'goal'] }),
  latency: Type.Optional(
    duration('Longest latency of a good request, for indicator `latency`.', { synonyms: ['threshold'] }),
  ),
  timeWindow: Type.Optional(
    duration('Period that the error budget belongs to, for burn rates; by default the measured window.', {
      examples: ['30d'],
      synonyms: ['period', 'window'],
    }),
  ),
  budgetingMethod: Type.Optional(
    choice('Requests are counted, as OpenSLO’s `Occurrences`.', ['Occurrences'], { default: 'Occurrences' }),
  ),
});

const Threshold = Type.Union(
  [
    text('Expression: `p(95)<500`.'),
    fields('An expression with consequences.', {
      threshold: text('Expression.', { examples: ['p(99)<1500'] }),
      abortOnFail: Type.Optional(
        flag('Ends the run at the first evaluation that fails.', { default: false }),
      ),
    }),
  ],
  { description: 'Aggregate, comparison and number, as k6 has them. Times are in milliseconds.' },
);

const resource = text('Kind and name, as for kubectl.', { examples: ['deployment/web', 'pod/web-0'] });
const inNamespace = Type.Optional(text('Namespace; by default the Scenario’s.'));

const Command = fields(
  'Something an operator does.',
  {
    at: duration('When, in virtual time.'),
    scale: Type.Optional(
      fields('Sets the number of replicas.', {
        service: text('Name of a service, or of a workload.'),
        replicas: integer('Replicas.', { maximum: 5000 }),
      }),
    ),
    apply: Type.Optional(
      record('Applies an object, as `kubectl apply --server-side` does.', Type.Unknown(), {
        examples: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' } }],
      }),
    ),
    patch: Type.Optional(
      fields('Changes parts of an object, as `kubectl patch` does.', {
        resource,
        namespace: inNamespace,
        type: Type.Optional(
          choice('Kind of patch.', ['strategic', 'merge', 'json'], { default: 'strategic' }),
        ),
        patch: Type.Unknown({ description: 'The patch itself.', examples: [{ spec: { paused: true } }] }),
      }),
    ),
    setImage: Type.Optional(
      fields('Gives the containers of a workload another image, which rolls it out.', {
        resource,
        namespace: inNamespace,
        container: text('Name of the container.'),
        image: text('The image.', { examples: ['shop/web:2.1'] }),
      }),
    ),
    delete: Type.Optional(
      fields('Deletes an object.', {
        resource,
        namespace: inNamespace,
        gracePeriodSeconds: Type.Optional(integer('Seconds that a pod gets to end.')),
      }),
    ),
    cordon: Type.Optional(text('Name of a node that takes no new pods from now on.')),
    uncordon: Type.Optional(text('Name of a node that takes pods again.')),
    drain: Type.Optional(
      fields('Empties a node, as `kubectl drain --ignore-daemonsets --delete-emptydir-data` does.', {
        node: text('Name of the node.'),
        force: Type.Optional(flag('Also pods that no controller makes anew.', { default: false })),
        gracePeriodSeconds: Type.Optional(integer('Seconds that pods get to end; by default their own.')),
        timeout: Type.Optional(duration('Gives up after so long; by default never.')),
      }),
    ),
  },
  { exactlyOne: ['scale', 'apply', 'patch', 'setImage', 'delete', 'cordon', 'uncordon', 'drain'] },
);

const Annotation = fields('A band or mark on every chart.', {
  at: duration('When it begins, in virtual time.'),
  until: Type.Optional(duration('When it ends; without it, a mark.')),
  label: text('What happens.'),
});

const Variant = fields('The same scenario with some values changed, for `--variant` and `compare`.', {
  name: text('Name.'),
  description: Type.Optional(text('What it is about.')),
  set: record('Values by path, in the notation of `--set`.', Type.Unknown(), {
    examples: [{ 'deployment/web.spec.replicas': 6 }],
  }),
});

const Spec = fields('The frame of a run.', {
  description: Type.Optional(text('What the scenario shows, in a sentence or a few.')),
  duration: Type.Optional(
    duration('Virtual time to simulate; by default the end of the trace or of the stages, else 10m.'),
  ),
  warmup: Type.Optional(
    duration('Measured results leave out this first stretch; series keep it.', { default: '0s' }),
  ),
  sample: Type.Optional(
    duration('Interval at which telemetry is scraped; by default about 1/720 of the duration, at least 1s.', {
      synonyms: ['scrapeInterval', 'interval'],
    }),
  ),
  seed: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 4_294_967_295,
      description: 'Decides every random draw.',
      default: 1,
    }),
  ),
  startsAt: Type.Optional(
    Type.String({
      format: 'instant',
      description: 'What clocks show at the start: date and time with offset.',
      examples: ['1995-07-13T00:00:00-04:00'],
    }),
  ),
  strict: Type.Optional(flag('Unknown kinds and fields are errors, as with `--strict`.', { default: false })),
  zones: Type.Optional(
    Type.Array(text('Name of a zone.'), {
      minItems: 1,
      maxItems: 100,
      description: 'Zones over which replicas are spread by ordinal.',
      default: ['a'],
      examples: [['a', 'b', 'c']],
    }),
  ),
  network: Type.Optional(
    fields('One-way delay between two replicas.', {
      sameZone: Type.Optional(distribution('Within a zone.', { default: '250us' })),
      crossZone: Type.Optional(distribution('Between zones.', { default: '500us' })),
    }),
  ),
  objectives: Type.Optional(
    Type.Array(Objective, {
      maxItems: 200,
      description: 'Service-level objectives; the run fails when one is missed.',
      synonyms: ['slos', 'slo'],
    }),
  ),
  thresholds: Type.Optional(
    record(
      'Expressions by metric, as k6 has them; the run fails when one does not hold.',
      Type.Array(Threshold, { minItems: 1, maxItems: 100 }),
      { examples: [{ 'http_req_duration{traffic:visitors}': ['p(95)<500'] }] },
    ),
  ),
  commands: Type.Optional(
    Type.Array(Command, { maxItems: 1000, description: 'What operators do, and when.' }),
  ),
  prices: Type.Optional(
    fields('What requested resources cost.', {
      currency: Type.Optional(text('Currency.', { default: 'USD' })),
      perCoreHour: Type.Optional(Type.Number({ minimum: 0, description: 'Of one core for one hour.' })),
      perGibHour: Type.Optional(
        Type.Number({ minimum: 0, description: 'Of one GiB of memory for one hour.' }),
      ),
    }),
  ),
  annotations: Type.Optional(
    Type.Array(Annotation, { maxItems: 1000, description: 'What happens when, for charts.' }),
  ),
  variants: Type.Optional(
    Type.Array(Variant, { maxItems: 100, description: 'Variations to choose from and compare.' }),
  ),
});

const summary = 'The frame of a run: time, seed, objectives, thresholds, and what operators do.';
const schema = document('Scenario', summary, Spec);

export type ScenarioDocument = Type.Static<typeof schema>;
export type ScenarioSpec = ScenarioDocument['spec'];
export type WrittenCommand = NonNullable<ScenarioSpec['commands']>[number];
export type WrittenObjective = NonNullable<ScenarioSpec['objectives']>[number];

export const scenarioKind: Kind = {
  group: 'sim.devops',
  version: 'v1alpha1',
  kind: 'Scenario',
  plural: 'scenarios',
  shortNames: ['scenario'],
  namespaced: true,
  summary,
  schema,
  own: true,
  support: 'full',
  rules: distributionRules,
};
