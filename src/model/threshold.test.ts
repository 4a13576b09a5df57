import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Threshold } from './model.ts';
import {
  parseExpression,
  parseMetric,
  parseThreshold,
  thresholdMetrics,
  thresholdProblems,
} from './threshold.ts';

const expressionOf = (text: string) => {
  const parsed = parseExpression(text);
  assert('value' in parsed, text);
  return parsed.value;
};

test('expressions of k6 are read', () => {
  assert.deepEqual(expressionOf('p(95)<500'), {
    aggregation: 'p',
    quantile: 0.95,
    operator: '<',
    limit: 500,
  });
  assert.deepEqual(expressionOf(' p(99.9) <= 1.5e3 '), {
    aggregation: 'p',
    quantile: 0.9990000000000001,
    operator: '<=',
    limit: 1500,
  });
  assert.deepEqual(expressionOf('rate===0'), {
    aggregation: 'rate',
    quantile: null,
    operator: '===',
    limit: 0,
  });
  assert.equal(expressionOf('avg != -1').limit, -1);
  assert.equal(expressionOf('count==.5').operator, '==');
});

test('what is no expression is said to be none, with a remedy', () => {
  for (const text of [
    '',
    'p95<500',
    'p(95)',
    'p(101)<1',
    'avg<',
    'avg=<3',
    'avg<5ms',
    'mean<3',
    'avg<1e999',
    'p()<1',
    'avg<1<2',
  ]) {
    const parsed = parseExpression(text);
    assert('problem' in parsed, text);
    assert.notEqual(parsed.remedy, '');
  }
});

test('metrics carry tags in the form of k6 and of Prometheus', () => {
  const tagsOf = (text: string) => {
    const parsed = parseMetric(text);
    assert('value' in parsed, text);
    return [parsed.value.name, ...[...parsed.value.tags].flat()];
  };
  assert.deepEqual(tagsOf('http_reqs'), ['http_reqs']);
  assert.deepEqual(tagsOf('http_reqs{}'), ['http_reqs']);
  assert.deepEqual(tagsOf('http_reqs{traffic:visitors}'), ['http_reqs', 'traffic', 'visitors']);
  assert.deepEqual(tagsOf('m{service: api , endpoint: GET /x?a=1 }'), [
    'm',
    'service',
    'api',
    'endpoint',
    'GET /x?a=1',
  ]);
  assert.deepEqual(tagsOf('m{traffic="a,b",service:\'c:d\'}'), ['m', 'traffic', 'a,b', 'service', 'c:d']);
  assert.deepEqual(tagsOf("m{a:it's,b:that's}"), ['m', 'a', "it's", 'b', "that's"]);
  for (const text of ['', '{a:b}', 'm{a}', 'm{a:}', 'm{a:b,}', 'm{a:b,a:c}', 'm}', '9m', 'm{a:b} x'])
    assert('problem' in parseMetric(text), text);
});

test('one text holds metric and expression', () => {
  const expected = { metric: 'http_reqs{traffic:a}', expression: 'count>3', abortOnFail: false };
  for (const text of [
    'http_reqs{traffic:a} count>3',
    'http_reqs{traffic:a}: count>3',
    ' http_reqs{traffic:a}:count>3 ',
  ])
    assert.deepEqual(parseThreshold(text), { value: expected });
  assert.deepEqual(parseThreshold('checks rate>0.9'), {
    value: { metric: 'checks', expression: 'rate>0.9', abortOnFail: false },
  });
  for (const text of ['', 'checks', 'checks<3', '{a:b} rate>1', 'rate>0.9'])
    assert('problem' in parseThreshold(text), text);
});

const rooms = {
  traffic: {
    sources: [{ name: 'visitors' }],
    services: [{ name: 'web' }, { name: 'api' }],
    endpoints: [
      { service: 0, name: 'GET /' },
      { service: 1, name: 'GET /x' },
    ],
  },
};

const problems = (metric: string, expression: string) => {
  const threshold: Threshold = { metric, expression, abortOnFail: false };
  return thresholdProblems({ thresholds: [threshold], rooms });
};

test('a threshold on things that exist has no problem', () => {
  for (const [metric, expression] of [
    ['http_req_duration', 'p(95)<500'],
    ['http_req_duration{expected_response:true}', 'med<100'],
    ['http_req_duration{service:api,endpoint:GET /x}', 'max<1000'],
    ['http_req_failed{traffic:visitors,cause:timeout}', 'rate<0.01'],
    ['http_req_retries{client:source/visitors}', 'count<10'],
    ['http_reqs', 'rate>100'],
    ['service_utilisation{service:web}', 'p(99)<0.8'],
    ['cost', 'value<20'],
  ])
    assert.deepEqual(problems(metric, expression), [], metric);
});

test('unknown metrics, tags, values and aggregations are errors with a remedy', () => {
  const cases: [string, string, string, RegExp][] = [
    ['http_req_durations', 'avg<1', 'threshold-metric', /http_req_duration/],
    ['httpReqDuration', 'avg<1', 'threshold-metric', /^Write http_req_duration\.$/],
    ['http_req_failed', 'avg<1', 'threshold-aggregation', /^Use rate\.$/],
    ['http_reqs', 'p(95)<1', 'threshold-aggregation', /count, rate/],
    ['http_reqs{colour:red}', 'count>1', 'threshold-tag', /traffic, service, endpoint/],
    ['cost_per_million_requests{service:api}', 'value<1', 'threshold-tag', /Remove the tags/],
    ['http_reqs{traffic:visitor}', 'count>1', 'threshold-tag', /visitors/],
    ['http_reqs{service:web,endpoint:GET /x}', 'count>1', 'threshold-tag', /GET \//],
    ['http_req_failed{cause:ok}', 'rate<1', 'threshold-tag', /timeout/],
    ['http_reqs{traffic:visitors,service:web}', 'count>1', 'threshold-tag', /Remove the tag traffic/],
    ['http_req_duration{service:web,expected_response:true}', 'avg<1', 'threshold-tag', /expected_response/],
    ['http_reqs', 'count', 'threshold-expression', /operator/],
  ];
  for (const [metric, expression, code, remedy] of cases) {
    const found = problems(metric, expression);
    assert.deepEqual(
      found.map((each) => [each.severity, each.code]),
      [['error', code]],
      metric,
    );
    assert.match(found[0].remedy ?? '', remedy);
  }
});

test('all problems of all thresholds come at once', () => {
  const thresholds = [
    { metric: 'nothing', expression: '?', abortOnFail: false },
    { metric: 'http_reqs{a:b,c:d}', expression: 'max<1', abortOnFail: true },
  ];
  assert.equal(thresholdProblems({ thresholds, rooms }).length, 5);
  assert.equal(thresholdProblems({ thresholds, rooms: {} }).length, 5);
  // An unknown metric does not hide an unknown name in its tags.
  assert.deepEqual(
    problems('http_rqes{service:wbe,colour:red,cause:ok}', 'count>1').map(({ message }) => message),
    ['There is no metric http_rqes.', 'There is no service "wbe".', 'There is no cause "ok".'],
  );
});

test('property: what is written from parts is read back as those parts', () => {
  const metricName = fc.constantFrom(...thresholdMetrics.map((each) => each.name));
  const value = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !text.includes('"'));
  fc.assert(
    fc.property(metricName, value, value, (name, first, second) => {
      const parsed = parseMetric(`${name}{service:"${first}",endpoint:"${second}"}`);
      assert('value' in parsed);
      assert.equal(parsed.value.name, name);
      assert.deepEqual([...parsed.value.tags.values()], [first, second]);
    }),
  );
});

test('property: any text is either read or explained', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (metric, expression) => {
      for (const parsed of [
        parseMetric(metric),
        parseExpression(expression),
        parseThreshold(metric + expression),
      ])
        assert('value' in parsed || parsed.remedy !== '');
      assert(Array.isArray(problems(metric, expression)));
    }),
  );
});
