import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Matcher, Reader, SeriesView } from '../../../telemetry/reader.ts';
import type { KubernetesModel } from '../model.ts';
import { AdaptedMetrics, type AdapterParts } from './adapted-metrics.ts';

const series: readonly SeriesView[] = [
  {
    labels: { __name__: 'http_server_requests_started_total', service: 'shop/web' },
    timesMicros: Float64Array.of(0, 30e6, 60e6),
    values: Float64Array.of(100, 400, 1300),
  },
  {
    labels: { __name__: 'queue_messages', queue: 'orders' },
    timesMicros: Float64Array.of(60e6),
    values: Float64Array.of(42),
  },
];

const matches = ({ labels }: SeriesView, matchers: readonly Matcher[]) =>
  matchers.every(({ label, value }) => labels[label] === value);
const telemetry: Reader = {
  select: (matchers) => series.filter((each) => matches(each, matchers)),
  labelNames: () => [],
  labelValues: () => [],
};
const model = { servings: [{ namespace: 'shop', service: 'shop/web', services: ['web'] }] };
const adapted = new AdaptedMetrics({
  engine: { now: 60e6 },
  telemetry,
  model: model as unknown as KubernetesModel,
} as AdapterParts);

test('a counter is served as its rate, of the Service that it belongs to', () => {
  assert.equal(adapted.object('shop', 'Service', 'web', 'http_server_requests_started_per_second'), 20);
  assert.equal(adapted.object('shop', 'Service', 'other', 'http_server_requests_started_per_second'), null);
});

test('a gauge is served as it was last scraped, chosen by its labels', () => {
  assert.deepEqual(adapted.external('shop', 'queue_messages', { queue: 'orders' }), [42]);
  assert.equal(adapted.external('shop', 'queue_messages', { queue: 'mails' }), null);
});
