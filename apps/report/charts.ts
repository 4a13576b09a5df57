import type { Result } from '../../src/model/result.ts';
import { type ChartBuilder, style } from './chart-builder.ts';
import { formatMillis } from './format.ts';
import type { ChartSpec } from './payload.ts';

/** The charts of what users sent and felt, and of how the services stood up to it. */
export function trafficCharts(builder: ChartBuilder, result: Result): ChartSpec[] {
  const sources = result.sources.map((source) => source.name);
  return [
    demandChart(builder),
    builder.chart({
      id: 'errors',
      title: 'Errors by cause',
      unit: 'perSecond',
      series: builder.causes('source', sources),
    }),
    ...sources.map((name, index) =>
      builder.chart({
        id: `latency-${index}`,
        title: sources.length > 1 ? `Latency · ${name}` : 'Latency',
        unit: 'milliseconds',
        series: builder.quantiles('source', name),
        ...limitsOf(result, name),
      }),
    ),
    burnChart(builder),
    sources.length > 1
      ? builder.chart({
          id: 'by-source',
          title: 'Demand by source',
          unit: 'perSecond',
          ...builder.bySubject('source', 'offeredRate'),
        })
      : null,
    builder.chart({
      id: 'utilisation',
      title: 'CPU utilisation by service',
      unit: 'ratio',
      ...builder.bySubject('service', 'utilisation'),
    }),
    builder.chart({
      id: 'waiting',
      title: 'Requests waiting by service',
      unit: 'count',
      ...builder.bySubject('service', 'queue'),
    }),
  ].filter((chart) => chart !== null);
}

function demandChart(builder: ChartBuilder): ChartSpec | null {
  return builder.chart({
    id: 'demand',
    title: 'Demand and what was served',
    hint: 'A gap between the lines is demand that was not met.',
    wide: true,
    unit: 'perSecond',
    series: [
      ...builder.line('offered', builder.total('source', 'offeredRate'), style.offered),
      ...builder.line('served', builder.total('source', 'servedRate'), style.served),
    ],
  });
}

function burnChart(builder: ChartBuilder): ChartSpec | null {
  // A run as short as the hour it looks back over has one value only, which the objective's card shows.
  const columns = builder.table
    .ofMeasure('objective', 'burnRate')
    .filter(({ values }) => values.filter((value) => value !== null).length > 1);
  const { series } = builder.compared(columns.map(({ subject, values }) => ({ label: subject, values })));
  return builder.chart({
    id: 'burn',
    title: 'Burn rate of the error budgets',
    hint: 'Over the hour before. Above 1×, failures come faster than the objective allows.',
    unit: 'factor',
    series,
    limits: [{ value: 1, label: '1× spends just the budget' }],
  });
}

/** The latency limits of the objectives that are measured on a source, each once; named where they may lie above the scale. */
function limitsOf(result: Result, source: string): Pick<ChartSpec, 'limits' | 'hint'> {
  const limits = new Map<number, string>();
  for (const { name, subject, latencyMs } of result.objectives) {
    const onIt = subject === `traffic ${source}` || subject === 'all traffic';
    if (latencyMs !== null && onIt) limits.set(latencyMs, `${name}: limit ${formatMillis(latencyMs)}`);
  }
  const hint = limits.size === 0 ? '' : `Objective ${[...limits.values()].join(', ')}.`;
  return { limits: [...limits].map(([value, label]) => ({ value, label })), hint };
}
