import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../../base/random.ts';
import { hostnameLabel, type Node, zoneLabel } from '../objects/node.ts';
import type { Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../objects/pod.ts';
import { selects } from '../objects/selector.ts';
import { acceptsNode } from './node-match.ts';
import { node, pod, stateOf } from './scheduling.cases.ts';
import { WhatIf } from './what-if.ts';

/** Says how to see a failure again. */
function check<T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>, numRuns: number): void {
  const seed = Number(process.env['FC_SEED'] ?? '20260101');
  const result = fc.check(property, { seed, numRuns });
  if (!result.failed) return;
  const again = `FC_SEED=${result.seed} node --test src/world/kubernetes/scheduler/placement.prop.test.ts`;
  assert.fail(`${again}\n${JSON.stringify(result.counterexample)}\n${result.errorInstance}`);
}

const apps = ['red', 'blue'];
const topology = fc.constantFrom(zoneLabel, hostnameLabel);
const app = fc.constantFrom(...apps);
const term = fc.record({ topologyKey: topology, app, elsewhere: fc.boolean() }).map(
  ({ topologyKey, app: value, elsewhere }): PodAffinityTerm => ({
    topologyKey,
    labelSelector: { matchLabels: { app: value } },
    ...(elsewhere ? { namespaces: ['other'] } : {}),
  }),
);
const constraint = fc
  .record({
    maxSkew: fc.integer({ min: 1, max: 2 }),
    topologyKey: topology,
    app,
    minDomains: fc.integer({ min: 1, max: 3 }),
  })
  .map(
    ({ app: value, ...rest }): TopologySpreadConstraint => ({
      ...rest,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: value } },
    }),
  );
const template = fc
  .record({
    app,
    namespace: fc.constantFrom('default', 'other'),
    cpu: fc.constantFrom('0', '500m', '1', '2'),
    near: fc.array(term, { maxLength: 1 }),
    far: fc.array(term, { maxLength: 1 }),
    spread: fc.array(constraint, { maxLength: 2 }),
    pool: fc.boolean(),
  })
  .map(({ app: value, namespace, cpu, near, far, spread, pool }) => {
    const spec: Partial<PodSpec> = {
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: near },
        podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: far },
      },
      topologySpreadConstraints: spread,
      ...(pool ? { nodeSelector: { pool: 'yes' } } : {}),
    };
    return (name: string) => pod(name, { namespace, labels: { app: value }, requests: { cpu }, spec });
  });

type Step =
  | { readonly kind: 'place'; readonly template: number }
  | { readonly kind: 'take' | 'terminate' | 'relabel' | 'drain'; readonly which: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('place' as const), template: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('take' as const, 'terminate' as const, 'relabel' as const, 'drain' as const),
      which: fc.nat(50),
    }),
  },
);

/** The cluster as a list, and the filters counted over all pods each time. */
interface Plain {
  readonly nodes: Map<string, Node>;
  readonly pods: Map<string, { pod: Pod; nodeName: string }>;
}

function domainOf(plain: Plain, nodeName: string, key: string): string | undefined {
  return plain.nodes.get(nodeName)?.metadata.labels?.[key];
}

function meant(term: PodAffinityTerm, owner: Pod, other: Pod): boolean {
  const namespaces = term.namespaces ?? [owner.metadata.namespace];
  return (
    namespaces.some((each) => each === other.metadata.namespace) &&
    selects(term.labelSelector, other.metadata.labels)
  );
}

function requiredTerms({ spec }: Pod, kind: 'podAffinity' | 'podAntiAffinity'): readonly PodAffinityTerm[] {
  return spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

function plainlySpread(plain: Plain, incoming: Pod, at: Node): boolean {
  const constraints = incoming.spec.topologySpreadConstraints ?? [];
  const eligible = [...plain.nodes.values()].filter(
    (each) =>
      acceptsNode(incoming.spec, each) &&
      constraints.every(({ topologyKey }) => each.metadata.labels?.[topologyKey] !== undefined),
  );
  return constraints.every(({ topologyKey, labelSelector, maxSkew, minDomains = 1 }) => {
    const own = at.metadata.labels?.[topologyKey];
    if (own === undefined) return false;
    const counts = new Map<string, number>();
    for (const each of eligible) counts.set(each.metadata.labels![topologyKey], 0);
    for (const { pod: other, nodeName } of plain.pods.values()) {
      const domain = domainOf(plain, nodeName, topologyKey);
      if (domain === undefined || !eligible.some(({ metadata }) => metadata.name === nodeName)) continue;
      if (
        other.metadata.namespace !== incoming.metadata.namespace ||
        other.metadata.deletionTimestamp !== undefined
      )
        continue;
      if (selects(labelSelector, other.metadata.labels)) counts.set(domain, counts.get(domain)! + 1);
    }
    const least = counts.size < minDomains ? 0 : Math.min(...counts.values());
    const self = selects(labelSelector, incoming.metadata.labels) ? 1 : 0;
    return (counts.get(own) ?? 0) + self - least <= maxSkew;
  });
}

function plainlyApart(plain: Plain, incoming: Pod, at: Node): boolean {
  const others = [...plain.pods.values()].filter(({ nodeName }) => plain.nodes.has(nodeName));
  const shares = (nodeName: string, key: string) => {
    const domain = at.metadata.labels?.[key];
    return domain !== undefined && domain === domainOf(plain, nodeName, key);
  };
  const affinity = requiredTerms(incoming, 'podAffinity');
  const all = (other: Pod) => affinity.every((each) => meant(each, incoming, other));
  const anybody = others.some(
    ({ pod: other, nodeName }) =>
      all(other) && affinity.some(({ topologyKey }) => domainOf(plain, nodeName, topologyKey) !== undefined),
  );
  if (affinity.some(({ topologyKey }) => at.metadata.labels?.[topologyKey] === undefined)) return false;
  const near = affinity.every(({ topologyKey }) =>
    others.some(({ pod: other, nodeName }) => all(other) && shares(nodeName, topologyKey)),
  );
  if (!near && (anybody || !all(incoming))) return false;
  return others.every(
    ({ pod: other, nodeName }) =>
      !requiredTerms(incoming, 'podAntiAffinity').some(
        (each) => meant(each, incoming, other) && shares(nodeName, each.topologyKey),
      ) &&
      !requiredTerms(other, 'podAntiAffinity').some(
        (each) => meant(each, other, incoming) && shares(nodeName, each.topologyKey),
      ),
  );
}

function plainlyFits(plain: Plain, incoming: Pod, at: Node): boolean {
  if (!acceptsNode(incoming.spec, at)) return false;
  const cpu = (each: Pod) => {
    const text = String(each.spec.containers[0].resources?.requests?.['cpu']);
    return text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1000;
  };
  const used = [...plain.pods.values()]
    .filter(({ nodeName }) => nodeName === at.metadata.name)
    .reduce((sum, { pod: other }) => sum + cpu(other), 0);
  if (cpu(incoming) > 0 && used + cpu(incoming) > 4000) return false;
  return plainlySpread(plain, incoming, at) && plainlyApart(plain, incoming, at);
}

function nodeNamed(index: number, zone: string | undefined): Node {
  return node(`n${index}`, {
    ...(zone === undefined ? {} : { zone }),
    labels: index % 2 === 0 ? { pool: 'yes' } : {},
  });
}

const zones = fc.array(fc.constantFrom('a', 'b', 'c', undefined), { minLength: 2, maxLength: 6 });
const templates = fc.array(template, { minLength: 4, maxLength: 4 });

test('counts kept up to date answer as counting over all pods does', () => {
  check(
    fc.property(zones, templates, fc.array(step, { maxLength: 25 }), (ofNodes, kinds, steps) => {
      const cluster = stateOf([]);
      const { state } = cluster;
      const plain: Plain = { nodes: new Map(), pods: new Map() };
      const put = (each: Node) => {
        state.putNode(each);
        plain.nodes.set(each.metadata.name, each);
      };
      for (const [index, zone] of ofNodes.entries()) put(nodeNamed(index, zone));
      const stream = randomStream(1, 'test');
      const nth = <T>(items: readonly T[], which: number): T | undefined =>
        items[which % Math.max(1, items.length)];
      steps.forEach((next, index) => {
        if (next.kind === 'place') {
          const incoming = kinds[next.template](`p${index}`);
          const refused = cluster.rejections(incoming);
          for (const [name, at] of plain.nodes)
            assert.equal(
              refused[name] === undefined,
              plainlyFits(plain, incoming, at),
              `${name}: ${refused[name]}`,
            );
          const slot = cluster.placement.best(state.groupOf(incoming), stream);
          if (slot < 0) return;
          const nodeName = state.table.nodes[slot]!.metadata.name;
          state.place(incoming, nodeName);
          plain.pods.set(incoming.metadata.uid, { pod: incoming, nodeName });
          return;
        }
        const some = nth([...plain.pods.values()], next.which);
        const at = nth([...plain.nodes.values()], next.which);
        if (next.kind === 'take' && some !== undefined) {
          state.take(state.placed(some.pod.metadata.uid)!);
          plain.pods.delete(some.pod.metadata.uid);
        } else if (next.kind === 'terminate' && some !== undefined) {
          const metadata = { ...some.pod.metadata, deletionTimestamp: '2026-01-01T00:00:30Z' };
          some.pod = { ...some.pod, metadata, spec: { ...some.pod.spec, nodeName: some.nodeName } };
          state.observe(some.pod);
        } else if (next.kind === 'relabel' && at !== undefined) {
          const zone = ['a', 'b', 'c', undefined][next.which % 4];
          put(nodeNamed(Number(at.metadata.name.slice(1)), zone));
        } else if (next.kind === 'drain' && at !== undefined && plain.nodes.size > 1) {
          state.dropNode(at.metadata.name);
          plain.nodes.delete(at.metadata.name);
          for (const [uid, { nodeName }] of plain.pods)
            if (nodeName === at.metadata.name && next.which % 2 === 0) {
              state.take(state.placed(uid)!);
              plain.pods.delete(uid);
            }
        }
      });
    }),
    150,
  );
});

test('no node is ever given more than it has, and one seed gives one placement', () => {
  const request = fc.record({
    cpu: fc.integer({ min: 0, max: 2500 }),
    memory: fc.integer({ min: 0, max: 6000 }),
  });
  check(
    fc.property(
      fc.integer({ min: 1, max: 130 }),
      fc.array(request, { maxLength: 300 }),
      fc.nat(),
      (count, requests, seed) => {
        const run = () => {
          const { state, placement } = stateOf(
            Array.from({ length: count }, (_, index) => node(`n${index}`, { pods: '8' })),
          );
          const stream = randomStream(seed, 'test');
          const placed = requests.map(({ cpu, memory }, index) => {
            const each = pod(`p${index}`, { requests: { cpu: `${cpu}m`, memory: `${memory}Mi` } });
            const slot = placement.best(state.groupOf(each), stream);
            if (slot >= 0) state.place(each, state.table.nodes[slot]!.metadata.name);
            return slot;
          });
          return placed;
        };
        const placed = run();
        for (let slot = 0; slot < count; slot++) {
          const here = requests.filter((_, index) => placed[index] === slot);
          assert.ok(here.length <= 8);
          assert.ok(here.reduce((sum, { cpu }) => sum + cpu, 0) <= 4000);
          assert.ok(here.reduce((sum, { memory }) => sum + memory, 0) <= 16_384);
        }
        assert.deepEqual(run(), placed);
      },
    ),
    40,
  );
});

test('a pod that is turned down would fit nowhere', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 60 });
  check(
    fc.property(sizes, (cpus) => {
      const whatIf = WhatIf.of(
        ['a', 'b', 'c'].map((name) => node(name)),
        [],
      );
      const free = new Map(whatIf.nodeNames().map((name) => [name, 4000]));
      cpus.forEach((cpu, index) => {
        const { nodeName } = whatIf.place(pod(`p${index}`, { requests: { cpu: `${cpu}m` } }));
        if (nodeName === null) for (const room of free.values()) assert.ok(room < cpu);
        else free.set(nodeName, free.get(nodeName)! - cpu);
      });
    }),
    60,
  );
});
