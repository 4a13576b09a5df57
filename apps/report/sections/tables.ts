import type { Result } from '../../../src/model/result.ts';
import { causeTitle } from '../causes.ts';
import type { Clock } from '../clock.ts';
import { formatSpan, formatTime } from '../clock.ts';
import { formatCount, formatMillis, formatMoney, formatNumber, formatShare } from '../format.ts';
import { meaningOf } from '../glossary.ts';
import type { Markup } from '../markup.ts';
import { html } from '../markup.ts';
import type { Band, Mark } from '../payload.ts';
import { type TableCell, table } from '../table.ts';
import { type Section, zoomLink } from './section.ts';

type Errors = Readonly<Record<string, number>>;

const sum = (errors: Errors) => Object.values(errors).reduce((total, count) => total + count, 0);
const millis = (value: number): TableCell => ({ content: formatMillis(value), sort: value });
const rate = (value: number): TableCell => ({ content: `${formatNumber(value)}/s`, sort: value });
const amount = (value: number): TableCell => ({ content: formatCount(value), sort: value });
const figure = (value: number): TableCell => ({ content: formatNumber(value), sort: value });
const text = (value: string): TableCell => ({ content: value, sort: value });

/** A count of failures as a share, the causes in the tooltip; more than 1 % stands out by sign and weight. */
function errorCell(errors: Errors, ended: number): TableCell {
  const failed = sum(errors);
  const share = ended === 0 ? 0 : failed / ended;
  const words = Object.entries(errors)
    .map(([cause, count]) => `${formatCount(count)} ${causeTitle(cause)}`)
    .join(', ');
  if (failed === 0) return { content: '0', sort: 0 };
  const content = html`<span data-tip="${words}">${share > 0.01 && '✗ '}${formatShare(share)}</span>`;
  return { content, sort: share, className: share > 0.01 ? 'bad' : '' };
}

/** A figure with a second one in its tooltip. */
function tipped(words: string, sort: number, tip: string): TableCell {
  return { content: html`<span data-tip="${tip}">${words}</span>`, sort };
}

/** A mean number of requests; one that is hardly ever there needs no digits. */
const fewWords = (mean: number) => (mean > 0 && mean < 0.01 ? '<0.01' : formatNumber(mean));
const mostWords = (most: number) => `most at once ${formatCount(most)}`;

export function endpointsSection(result: Result): Section {
  const rows = result.services.flatMap((service) =>
    service.endpoints.map((endpoint) => [
      { content: html`<code>${endpoint.endpoint}</code>`, sort: endpoint.endpoint },
      text(service.name),
      rate(endpoint.offeredRate),
      rate(endpoint.servedRate),
      errorCell(endpoint.errors, endpoint.served + sum(endpoint.errors)),
      amount(endpoint.wasted),
      tipped(
        formatMillis(endpoint.latency.p50),
        endpoint.latency.p50,
        `mean ${formatMillis(endpoint.latency.mean)}`,
      ),
      millis(endpoint.latency.p95),
      tipped(
        formatMillis(endpoint.latency.p99),
        endpoint.latency.p99,
        `largest ${formatMillis(endpoint.latency.max)}`,
      ),
      tipped(
        formatShare(endpoint.utilisation),
        endpoint.utilisation,
        `${formatNumber(endpoint.cpuCores)} cores`,
      ),
      tipped(fewWords(endpoint.inFlight), endpoint.inFlight, mostWords(endpoint.inFlightMax)),
      tipped(fewWords(endpoint.queue), endpoint.queue, mostWords(endpoint.queueMax)),
      amount(endpoint.retries),
    ]),
  );
  const content = table({
    id: 'endpoint-table',
    caption: 'Every endpoint over the measured window',
    columns: [
      { title: 'Endpoint' },
      { title: 'Service' },
      { title: 'Arrived', numeric: true, tip: meaningOf('offered') },
      { title: 'Served', numeric: true, tip: meaningOf('served') },
      { title: 'Errors', numeric: true },
      { title: 'Wasted', numeric: true, tip: meaningOf('wasted') },
      { title: 'p50', numeric: true, tip: meaningOf('percentile') },
      { title: 'p95', numeric: true, tip: meaningOf('percentile') },
      { title: 'p99', numeric: true, tip: meaningOf('percentile') },
      { title: 'CPU', numeric: true, tip: meaningOf('endpointUtilisation') },
      { title: 'In flight', numeric: true, tip: meaningOf('inFlight') },
      { title: 'Waiting', numeric: true, tip: meaningOf('waiting') },
      {
        title: 'Retries',
        numeric: true,
        tip: 'Attempts after a failure that users and services sent to it.',
      },
    ],
    rows,
    empty: 'No endpoint took part.',
  });
  return { id: 'endpoints', title: 'Endpoints', short: 'Endpoints', content };
}

export function callsSection(result: Result): Section {
  const rows = result.calls.map((call) => [
    text(call.client.replace(/^source\//, 'users · ')),
    {
      content: html`${call.service} <code>${call.endpoint}</code>`,
      sort: `${call.service} ${call.endpoint}`,
    },
    amount(call.calls),
    amount(call.attempts),
    figure(call.calls === 0 ? 0 : call.attempts / call.calls),
    amount(call.retries),
    amount(call.hedges),
    amount(call.shared),
    errorCell(call.errors, call.calls),
    millis(call.latency.p50),
    millis(call.latency.p95),
    millis(call.latency.p99),
  ]);
  const content = table({
    id: 'call-table',
    caption: 'Who called whom, and how often it had to be tried',
    columns: [
      { title: 'Caller' },
      { title: 'Called' },
      { title: 'Calls', numeric: true, tip: meaningOf('call') },
      { title: 'Attempts', numeric: true, tip: meaningOf('call') },
      { title: 'Attempts per call', numeric: true, tip: 'More than 1: retries and hedges add load.' },
      { title: 'Retries', numeric: true, tip: meaningOf('retry') },
      { title: 'Hedges', numeric: true, tip: meaningOf('hedge') },
      { title: 'Shared', numeric: true, tip: meaningOf('shared') },
      { title: 'Errors', numeric: true },
      { title: 'p50', numeric: true, tip: meaningOf('percentile') },
      { title: 'p95', numeric: true, tip: meaningOf('percentile') },
      { title: 'p99', numeric: true, tip: meaningOf('percentile') },
    ],
    rows,
    empty: 'No calls were made.',
  });
  return { id: 'calls', title: 'Calls between services', short: 'Calls', content };
}

export function costSection(result: Result): Section {
  const { cost } = result;
  const rows = cost.services.map((service) => [
    text(service.name),
    figure(service.replicaHours),
    figure(service.coreHours),
    figure(service.gibHours),
    { content: formatMoney(service.cost, cost.currency), sort: service.cost },
    { content: cost.total === 0 ? '–' : formatShare(service.cost / cost.total), sort: service.cost },
  ]);
  const per =
    cost.perMillionRequests === null
      ? ''
      : `, ${formatMoney(cost.perMillionRequests, cost.currency)} per million requests served to users`;
  const content = html`
<p class="section-lead"><b>${formatMoney(cost.total, cost.currency)}</b> for the measured window${per}.</p>
${table({
  id: 'cost-table',
  caption: 'What each service requested and costs',
  columns: [
    { title: 'Service' },
    { title: 'Replica-hours', numeric: true, tip: meaningOf('replicaHours') },
    { title: 'Core-hours', numeric: true, tip: 'Requested CPU over time.' },
    { title: 'GiB-hours', numeric: true, tip: 'Requested memory over time.' },
    { title: 'Cost', numeric: true },
    { title: 'Share', numeric: true },
  ],
  rows,
  empty: 'No service has a price.',
})}`;
  return { id: 'cost', title: 'Cost', short: 'Cost', content };
}

/** What happened when: the author's annotations, the run's events and alerts, each a way to that stretch of the charts. */
export function eventsSection(
  window: Result['window'],
  bands: readonly Band[],
  marks: readonly Mark[],
  clock: Clock,
): Section | null {
  const margin = (window.toSeconds - window.fromSeconds) / 48;
  const announced = bands
    .filter((band) => band.kind === 'annotation')
    .map((band) => [
      timeCell(band.fromSeconds, band.toSeconds, clock),
      { content: html`<span class="letter">${band.letter}</span> announced`, sort: 'announced' },
      text(band.label),
    ]);
  const happened = marks.map((mark) => [
    timeCell(mark.atSeconds, mark.atSeconds, clock, margin),
    {
      content: html`<span class="letter" aria-hidden="true">${mark.sign}</span> ${mark.kind}`,
      sort: mark.kind,
    },
    text(mark.label),
  ]);
  if (announced.length + happened.length === 0) return null;
  const content = table({
    id: 'event-table',
    caption: 'Events; choose a time to see it on the charts',
    columns: [{ title: 'When' }, { title: 'Kind' }, { title: 'What' }],
    rows: [...announced, ...happened].sort((a, b) => Number(a[0]!.sort) - Number(b[0]!.sort)),
    empty: '',
  });
  return { id: 'events', title: 'What happened when', short: 'Events', content };
}

function timeCell(from: number, to: number, clock: Clock, margin = 0): TableCell {
  const words: Markup | string =
    from === to ? formatTime(clock, Math.round(from)) : formatSpan(clock, from, to);
  return { content: zoomLink(Math.max(0, from - margin), to + margin, words), sort: from };
}
