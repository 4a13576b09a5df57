import { objectiveInWords } from '../../../src/analysis/describe.ts';
import type { Inference, Model } from '../../../src/model/model.ts';
import { commandInWords } from '../../../src/run/command-words.ts';
import type { KubernetesModel, TrafficModel } from '../../../src/run/run.ts';
import type { Colors } from '../terminal.ts';
import { clusterLines } from './cluster-words.ts';
import { duration, instant, percent } from './figures.ts';
import {
  concurrencyWords,
  cpuWords,
  distributionWords,
  loadWords,
  policyWords,
  protectionWords,
  stepsWords,
  targetWords,
} from './model-words.ts';
import { harmless, visibleWidth, wrap } from './table.ts';
import { count } from './wording.ts';

export interface SystemStyle {
  readonly colors: Colors;
  readonly width: number;
}

/** The system as it was understood, and every value that no manifest states with where it came from. */
export function systemText(model: Model, style: SystemStyle): string {
  const traffic = model.rooms['traffic'] as TrafficModel;
  const kubernetes = model.rooms['kubernetes'] as KubernetesModel | undefined;
  const sections = [
    headline(model, traffic, style),
    section('Demand', sourceLines(traffic, style), style),
    section('Services', serviceLines(traffic, style), style),
    section('Calls', callLines(traffic, style), style),
    section('Cluster', kubernetes === undefined ? [] : clusterLines(kubernetes, style.width), style),
    section('Asked', askedLines(model, style), style),
    section('Done by operators', commandLines(model), style),
    inferenceSection(model.inferences, style),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function headline(model: Model, traffic: TrafficModel, { colors, width }: SystemStyle): string[] {
  const from = model.startsAt === null ? '' : ` from ${instant(0, model.startsAt)}`;
  const { sameZone, crossZone } = traffic.network;
  const facts = [
    `${duration(model.durationMicros / 1e6)}${from}`,
    ...(model.warmupMicros > 0 ? [`warm-up ${duration(model.warmupMicros / 1e6)}`] : []),
    `sampled every ${duration(model.sampleMicros / 1e6)}`,
    `seed ${model.seed}`,
    count(traffic.zones.length, 'zone'),
    `network ${distributionWords(sameZone)} in a zone, ${distributionWords(crossZone)} across`,
  ];
  return [
    colors.bold(harmless(model.name)),
    ...wrap(harmless(model.description), width, '  '),
    ...wrap(facts.join(' · '), width, '  ').map(colors.dim),
  ];
}

function sourceLines(traffic: TrafficModel, { colors, width }: SystemStyle): string[] {
  return traffic.sources.flatMap((source) => {
    const total = source.requests.reduce((sum, request) => sum + request.weight, 0);
    const asks = source.requests.map(({ call, weight }) => {
      const share = source.requests.length === 1 ? '' : `${percent(weight / total)} `;
      return `${share}${targetWords(traffic.calls[call]!, traffic)}`;
    });
    const [first] = source.requests;
    const policy = first ? policyWords(traffic.calls[first.call]!, traffic) : [];
    return [
      `  ${colors.bold(harmless(source.name))}  ${loadWords(source.load)}`,
      ...wrap(`asks for ${harmless(asks.join(', '))}`, width, '    ', '      '),
      ...wrap(`clients: ${policy.join(', ')}`, width, '    ', '      ').map(colors.dim),
    ];
  });
}

function serviceLines(traffic: TrafficModel, { colors, width }: SystemStyle): string[] {
  return traffic.services.flatMap((service) => {
    const facts = [
      count(service.replicas, 'replica'),
      concurrencyWords(service),
      cpuWords(service),
      ...protectionWords(service),
      ...service.pools.map((pool) => `pool ${pool.name} of ${pool.size}`),
    ];
    const endpoints = traffic.endpoints.filter((endpoint) => endpoint.service === service.id);
    return [
      `  ${colors.bold(harmless(service.name))}  ${colors.dim(harmless(service.workload))}`,
      ...wrap(harmless(facts.join(', ')), width, '    ', '      '),
      ...endpoints.flatMap((endpoint) =>
        wrap(
          harmless(
            `• ${endpoint.name}: ${stepsWords(endpoint.steps, traffic)}${errorWords(endpoint.errorRate)}`,
          ),
          width,
          '    ',
          '      ',
        ),
      ),
    ];
  });
}

function callLines(traffic: TrafficModel, { width, colors }: SystemStyle): string[] {
  const calls = traffic.calls
    .filter((call) => call.client !== null)
    .map((call) =>
      [
        `  ${harmless(`${traffic.services[call.client!]!.name} → ${targetWords(call, traffic)}`)}`,
        ...wrap(policyWords(call, traffic).join(', '), width, '    ').map(colors.dim),
      ].join('\n'),
    );
  // Several endpoints may call the same in the same way.
  return [...new Set(calls)];
}

function askedLines(model: Model, { width }: SystemStyle): string[] {
  return [
    ...model.objectives.flatMap((objective) =>
      wrap(harmless(`${titleOf(objective)}: ${objectiveInWords(objective)}`), width, '  ', '    '),
    ),
    ...model.thresholds.map(({ metric, expression, abortOnFail }) => {
      const end = abortOnFail ? ' (ends the run when it fails)' : '';
      return `  ${harmless(`${metric}: ${expression}`)}${end}`;
    }),
  ];
}

/** `available (Visitors get an answer)`, or the name alone. */
function titleOf({ name, displayName }: Model['objectives'][number]): string {
  return displayName === undefined ? name : `${name} (${displayName})`;
}

function commandLines(model: Model): string[] {
  return model.commands.map((command) => {
    const at = instant(command.atMicros / 1e6, model.startsAt);
    return `  ${at}  ${harmless(commandInWords(command))}`;
  });
}

// Grouped by resource, because that is where one would state them.
function inferenceSection(inferences: readonly Inference[], { colors, width }: SystemStyle): string[] {
  if (inferences.length === 0) return [colors.bold('Inferred'), '  Nothing: the manifests state everything.'];
  const resources = [...new Set(inferences.map((inference) => inference.resource))];
  const lines = resources.flatMap((resource) => [
    `  ${colors.bold(harmless(resource))}`,
    ...inferences
      .filter((inference) => inference.resource === resource)
      .flatMap((inference) => inferenceLines(inference, { colors, width })),
  ]);
  const heading = `${count(inferences.length, 'value')} that no manifest states, and where each came from`;
  return [colors.bold(heading), ...lines];
}

// In one line where it fits; what was assumed must never be cut short.
function inferenceLines({ path, value, source }: Inference, { colors, width }: SystemStyle): string[] {
  const head = `    ${harmless(path)} = ${harmless(value)}`;
  const tail = `← ${harmless(source)}`;
  if (visibleWidth(head) + visibleWidth(tail) + 2 <= width) return [`${head}  ${colors.dim(tail)}`];
  return [...wrap(head, width, '    ', '      '), ...wrap(tail, width, '      ', '        ').map(colors.dim)];
}

function section(heading: string, lines: readonly string[], { colors }: SystemStyle): string[] {
  return lines.length === 0 ? [] : [colors.bold(heading), ...lines];
}

const errorWords = (rate: number) => (rate === 0 ? '' : `; ${percent(rate)} fail of themselves`);
