import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainField, explainText, kindList, show } from './explain.ts';
import { childrenOf } from './field.ts';
import { knownKinds, ownKinds } from './known-kinds.ts';

function explained(text: string) {
  const found = explainField(knownKinds, text);
  assert('value' in found, text);
  return found.value;
}

test('fields are found through lists, unions and nested steps', () => {
  assert.equal(explained('ServiceModel').field.type, 'Object');
  assert.equal(explained('servicemodel.spec.endpoints.steps.retries.backoff.max').field.type, 'duration');
  assert.equal(explained('sm.spec.endpoints[0].steps.steps.steps.cpu.lognormal.mean').field.type, 'duration');
  assert.equal(explained('Traffic.spec.open.stages.target').field.type, 'rate');
  assert.equal(explained('scenario.spec.thresholds').field.type, 'map[string][]string or Object');
  assert.equal(
    explained('deploy.spec.template.spec.containers.resources.limits').field.type,
    'map[string]quantity',
  );
});

test('what is not there names what is', () => {
  const problem = (text: string) => {
    const found = explainField(knownKinds, text);
    assert('problem' in found);
    return `${found.problem} ${found.remedy}`;
  };
  assert.equal(problem('Trafic'), 'There is no kind "Trafic". Did you mean "Traffic"?');
  assert.equal(problem('traffic.spec.opn'), 'Traffic.spec has no field "opn". Did you mean "open"?');
  assert.match(
    problem('traffic.spec.open.rate.unit'),
    /Traffic.spec.open.rate has no field "unit". It has no fields/,
  );
  assert.match(problem(''), /There is no kind/);
});

test('the text is laid out as kubectl explain lays it out', () => {
  assert.equal(
    explainText(explained('ServiceModel.spec.queue')),
    `GROUP:      sim.devops
KIND:       ServiceModel
VERSION:    v1alpha1

FIELD: spec.queue <Object>

DESCRIPTION:
    Requests that wait to be started.

FIELDS:
  capacity <integer>
      How many may wait in one replica; more are refused. Without it, all.

  discipline <string>
      Who is next: the one that waited longest, or the newest. One of fifo, lifo. Default: fifo.
`,
  );
  const balancer = explainText(explained('ServiceModel.spec.endpoints.steps.balancer'));
  assert.match(balancer, /ALLOWED:\n {4}random\n {4}roundRobin/);
  assert.match(balancer, /DEFAULT:\n {4}random/);
  assert.match(explainText(explained('deploy.spec.strategy')), /kubectl explain deployments.spec.strategy/);
  const slo = explainText(explained('SLO.spec.objectives'));
  assert.match(slo, /OpenSLO documents these fields: https:\/\/github\.com\/OpenSLO\/OpenSLO/);
  assert.doesNotMatch(slo, /kubectl/);
  assert.match(
    explainText(explained('Traffic.spec.open')),
    /Exactly one of rate, stages, diurnal, burst, spike/,
  );
});

test('recursive: every field, and an end', () => {
  for (const kind of knownKinds) {
    const text = explainText(explained(kind.kind), { recursive: true });
    assert(text.length < 1_000_000);
  }
  const text = explainText(explained('Traffic.spec'), { recursive: true });
  assert.match(text, /\n {2}trace <Object>\n {4}file <string> -required-/);
});

test('lines keep to the width', () => {
  const text = explainText(explained('ServiceModel.spec.endpoints.steps'), { width: 60 });
  for (const line of text.split('\n')) assert(line.length <= 90, line);
});

test('every field of the own kinds has a description that is a sentence', () => {
  const visit = (path: string, depth: number) => {
    const { field } = explained(path);
    for (const child of childrenOf(field)) {
      const here = `${path}.${child.name}`;
      assert.match(child.description, /[.!?]`?$/, here);
      if (depth < 6 && child.name !== 'steps') visit(here, depth + 1);
    }
  };
  for (const kind of ownKinds) visit(kind.kind, 0);
});

test('own kinds are listed first, known ones last', () => {
  const names = kindList(knownKinds).map(({ kind }) => kind.kind);
  assert.deepEqual(names.slice(0, 5), ['Scenario', 'ServiceModel', 'Topology', 'Traffic', 'Deployment']);
  assert.equal(names.length, knownKinds.length);
});

test('values are shown as a manifest has them', () => {
  assert.equal(show({ a: [1, 'x', true], b: '', c: null }), '{a: [1, x, true], b: "", c: null}');
});
