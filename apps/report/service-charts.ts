import { type ChartBuilder, categoryStyle, style } from './chart-builder.ts';
import type { ChartSpec } from './payload.ts';
import { largest } from './series-table.ts';

type NameOf = (chart: string) => string;

/** The charts of one service. `index` is its position in the result and makes their ids. */
export function serviceCharts(builder: ChartBuilder, service: string, index: number): ChartSpec[] {
  const id: NameOf = (chart) => `s${index}-${chart}`;
  const charts = [
    ...flowCharts(builder, service, id),
    ...strainCharts(builder, service, id),
    ...shareCharts(builder, service, id),
    poolChart(builder, service, id),
    ...otherCharts(builder, service, id),
  ];
  return charts.filter((chart) => chart !== null);
}

/** What came in, what went out, how long it took and what went wrong. */
function flowCharts(builder: ChartBuilder, service: string, id: NameOf): (ChartSpec | null)[] {
  const of = (measure: string) => builder.table.values('service', service, measure);
  const retries = of('retryRate');
  return [
    builder.chart({
      id: id('rate'),
      title: 'Requests that arrived and were served',
      unit: 'perSecond',
      series: [
        ...builder.line('arrived', of('offeredRate'), style.offered),
        ...builder.line('served', of('servedRate'), style.served),
      ],
    }),
    latencyChart(builder, service, id('latency')),
    builder.chart({
      id: id('errors'),
      title: 'Errors by cause',
      unit: 'perSecond',
      series: builder.causes('service', [service]),
    }),
    builder.chart({
      id: id('retries'),
      title: 'Retries sent to it',
      unit: 'perSecond',
      series: (largest(retries ?? []) ?? 0) > 0 ? builder.line('retries', retries, style.retries) : [],
    }),
  ];
}

/** What the replicas had to bear. */
function strainCharts(builder: ChartBuilder, service: string, id: NameOf): (ChartSpec | null)[] {
  const of = (measure: string) => builder.table.values('service', service, measure);
  return [
    builder.chart({
      id: id('cpu'),
      title: 'CPU utilisation and throttling',
      unit: 'ratio',
      series: [
        ...builder.line('utilisation', of('utilisation'), style.utilisation),
        ...builder.line('throttled', of('throttled'), style.throttled),
      ],
    }),
    builder.chart({
      id: id('queue'),
      title: 'Waiting and in flight',
      unit: 'count',
      series: [
        ...builder.line('waiting', of('queue'), style.queue),
        ...builder.line('in flight', of('inFlight'), style.inFlight),
      ],
    }),
    builder.chart({
      id: id('replicas'),
      title: 'Replicas',
      unit: 'count',
      series: builder.line('replicas', of('replicas'), style.replicas),
    }),
  ];
}

/** Quantiles where there is one endpoint to take them of; else the 95th percentiles side by side. */
function latencyChart(builder: ChartBuilder, service: string, id: string): ChartSpec | null {
  const endpoints = endpointsOf(builder, service, 'p95');
  if (endpoints.length <= 1) {
    const series = endpoints.flatMap((column) => builder.quantiles('endpoint', column.subject));
    return builder.chart({ id, title: 'Latency inside the service', unit: 'milliseconds', series });
  }
  const compared = builder.compared(endpoints);
  return builder.chart({ id, title: 'Latency p95 by endpoint', unit: 'milliseconds', ...compared });
}

/** One measure of each endpoint of the service. */
function endpointsOf(builder: ChartBuilder, service: string, measure: string) {
  return builder.table
    .ofMeasure('endpoint', measure)
    .filter((column) => column.subject.startsWith(`${service} `))
    .map(({ subject, values }) => ({ label: subject.slice(service.length + 1), subject, values }));
}

/** Which endpoints took the CPU and the places in the queue; of one endpoint the service's own charts tell that. */
function shareCharts(builder: ChartBuilder, service: string, id: NameOf): (ChartSpec | null)[] {
  const charts = [
    { measure: 'utilisation', title: 'CPU utilisation by endpoint', unit: 'ratio' },
    { measure: 'queue', title: 'Waiting by endpoint', unit: 'count' },
    { measure: 'retryRate', title: 'Retries by endpoint', unit: 'perSecond' },
  ] as const;
  return charts.map(({ measure, title, unit }) => {
    const endpoints = endpointsOf(builder, service, measure);
    if (endpoints.length <= 1) return null;
    return builder.chart({ id: id(`endpoint-${measure}`), title, unit, ...builder.compared(endpoints) });
  });
}

/** Connections in use and requests that wait for one, for each pool. */
function poolChart(builder: ChartBuilder, service: string, id: NameOf): ChartSpec | null {
  const series = builder.table
    .ofSubject('service', service)
    .filter(({ measure }) => /^pool(InUse|Waiting)\//.test(measure))
    .flatMap(({ measure, values }, index) => {
      const [kind, pool] = measure.split('/') as [string, string];
      return builder.line(
        `${pool} ${kind === 'poolInUse' ? 'in use' : 'waited for'}`,
        values,
        categoryStyle(index),
      );
    });
  return builder.chart({ id: id('pools'), title: 'Connection pools', unit: 'count', series });
}

const familiar = new Set(
  'offeredRate servedRate errorRate retryRate utilisation throttled queue inFlight replicas'.split(' '),
);

/** What the run recorded of a service that no other chart shows. */
function otherCharts(builder: ChartBuilder, service: string, id: NameOf): (ChartSpec | null)[] {
  return builder.table
    .ofSubject('service', service)
    .filter(({ measure }) => !familiar.has(measure) && !measure.includes('/'))
    .map((column, index) => {
      const title = inWords(column.measure);
      const series = builder.line(title, column.values, { ink: '5' });
      return builder.chart({ id: id(`other-${index}`), title, unit: column.unit, series });
    });
}

/** A measure's name in words: `cpu` → `CPU used`, `openFiles` → `Open files`. */
function inWords(measure: string): string {
  if (measure === 'cpu') return 'CPU used';
  const words = measure.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
