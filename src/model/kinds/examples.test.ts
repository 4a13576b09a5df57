import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '../../world/catalogue.ts';
import { compile } from '../compile.ts';
import { ownKinds } from '../known-kinds.ts';
import { parse } from '../parse.ts';
import { examples } from './examples.ts';

/** What the examples refer to. */
const system = ['web', 'catalog', 'database']
  .map(
    (name) => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 4
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers: [{name: ${name}, image: registry.example/${name}:1, resources: {requests: {cpu: "1"}}}]
`,
  )
  .join('---\n');

const behaviour = (name: string, endpoints: readonly string[]) => `apiVersion: sim.devops/v1alpha1
kind: ServiceModel
metadata: {name: ${name}}
spec:
  for: {service: ${name}}
  endpoints:
${endpoints.map((endpoint) => `    - {name: ${endpoint}, steps: [{cpu: 1ms}]}`).join('\n')}
`;

test('the examples of the reference pages compile together, with nothing to complain of', () => {
  const documents = [
    system,
    behaviour('catalog', ['GET /products', 'GET /recommendations']),
    behaviour('database', ['insert']),
    ...ownKinds.map((kind) => examples[kind.kind]),
  ];
  const files = documents.map((text, index) => ({ name: `${index}.yaml`, text }));
  for (const variant of [undefined, 'large']) {
    const { scenario } = parse(files, catalogue, variant === undefined ? {} : { variant });
    const { model, diagnostics } = compile(scenario, catalogue);
    const complaints = [...scenario.diagnostics, ...diagnostics].filter(
      ({ severity }) => severity !== 'info',
    );
    assert.deepEqual(complaints, []);
    assert.equal(model?.commands.length, variant === undefined ? 1 : 0);
  }
});

test('every own kind has an example', () => {
  assert.deepEqual(Object.keys(examples).sort(), ownKinds.map((kind) => kind.kind).sort());
});
