/**
 * Fidelity: a cluster as its manifests describe it when it has been running for a while, all pods ready; what the parts
 * simplify, each says itself. Read as Kubernetes 1.32 defines its kinds.
 */
import { Diagnostics } from '../../../base/diagnostics.ts';
import type { CompileContext, Compiler } from '../../../model/kind.ts';
import type { ServiceModel } from '../../../model/kinds/service-model.ts';
import type { Traffic, WrittenTrace } from '../../../model/kinds/traffic.ts';
import { readDuration } from '../../../model/notation.ts';
import { qualifiedName, type Resource, ResourceSet } from '../../../model/resource.ts';
import type { Endpoint, Source, TrafficModel } from '../model.ts';
import { bindModels, modelledServices } from './binding.ts';
import { callEdges, checkCircles, withoutCircles } from './call-graph.ts';
import type { IngressDocument } from './cluster/manifest.ts';
import { Deployments, findDeployments, podPathOf } from './cluster/workload.ts';
import { assertConsistent } from './consistency.ts';
import { openEntries, uncalledEntries } from './demand/entry.ts';
import { inferSources } from './demand/sizing.ts';
import { compileSources } from './demand/source.ts';
import { CallTable, type EndpointDraft, numberEndpoints, type Scope, type ServiceDraft } from './draft.ts';
import {
  findReferences,
  InferredSteps,
  inferredEndpoints,
  type PlannedCall,
  planCalls,
  type Reference,
} from './inferred.ts';
import { checkIngresses } from './ingress-check.ts';
import { Lookup } from './lookup.ts';
import { checkPolicies } from './policy-check.ts';
import { where } from './report.ts';
import { draftServices } from './service.ts';
import { checkAttributes, checkSizes, noteUnreached } from './size-check.ts';
import { StepCompiler, statedEndpoints, statedPools } from './step.ts';
import { traceQuestion } from './trace/load.ts';
import { readTrace, type Trace } from './trace/trace.ts';
import { boundTrees } from './tree.ts';

/** Turns Kubernetes manifests, ServiceModels and Traffics into the traffic section of the model. */
export const trafficCompiler: Compiler = {
  room: 'traffic',
  horizonMicros: trafficHorizon,
  startsAt: trafficStart,
  compile: compileTraffic,
};

/**
 * The traffic section, or null when no workload is among the resources. Every problem is in the context's
 * diagnostics; with an error among them the section is incomplete and must not be run. Where documents were left out,
 * only what no mending of them can change is told, and the section holds no more than names that are certain.
 */
export function compileTraffic(resources: ResourceSet, context: CompileContext): TrafficModel | null {
  const { diagnostics } = context;
  // Which pods a Service selects is certain only when all pods and Services are there.
  const selecting = resources.whole ? diagnostics : new Diagnostics();
  const deployments = findDeployments(resources, modelledServices(resources), selecting);
  const { bound, stray } = bindModels(resources, deployments, diagnostics);
  if (deployments.all.length === 0 && resources.whole) {
    diagnostics.error('nothing-to-simulate', 'There is no workload to simulate among the manifests.', {
      remedy: 'Add a Deployment, StatefulSet or another workload.',
    });
    // The rest is judged as if the workloads had been left out.
    compileTraffic(new ResourceSet(resources.all, [anything]), context);
    return null;
  }
  const services = draftServices(resources, deployments, bound, context);
  const lookup = new Lookup(resources, deployments, services, stray);
  const scope: Scope = { resources, context, deployments, services, calls: new CallTable() };
  const references = addEndpoints(scope, lookup);
  const endpoints = numberEndpoints(services);
  compileStatedSteps(scope, lookup);
  checkStrays(stray, scope, lookup);
  checkIngresses(resources, lookup, context);
  const acyclic = checkCircles(endpoints, scope.calls, context);
  if (!acyclic || !resources.whole) {
    const sources = compileSources(scope, lookup);
    checkSizes(scope, endpoints, sources);
    checkAttributes(scope, sources);
    return assemble(scope, endpoints, sources);
  }
  inferCalls(scope, lookup, endpoints, references);
  const sources = findSources(scope, lookup, endpoints);
  checkSizes(scope, endpoints, sources);
  checkAttributes(scope, sources);
  if (resources.sound) checkPolicies(scope, endpoints, sources);
  const model = assemble(scope, endpoints, sources);
  if (resources.sound && !diagnostics.hasErrors) assertConsistent(model);
  return model;
}

/** A document of which nothing is known. */
const anything = { kind: null, name: null } as const;

/** Endpoints and pools of every service; returns whom each service without a model names. */
function addEndpoints(scope: Scope, lookup: Lookup): ReadonlyMap<ServiceDraft, readonly Reference[]> {
  const references = new Map<ServiceDraft, readonly Reference[]>();
  for (const draft of scope.services) {
    if (draft.model !== null) {
      addStated(draft, draft.model, scope);
      continue;
    }
    const { whole } = scope.resources;
    const found = whole ? findReferences(draft, scope.resources, lookup, scope.context) : [];
    references.set(draft, found);
    draft.endpoints.push(...inferredEndpoints(draft, found));
  }
  return references;
}

function addStated(draft: ServiceDraft, model: Resource<ServiceModel>, scope: Scope): void {
  draft.pools.push(...statedPools(model, scope.context));
  draft.endpoints.push(...statedEndpoints(draft, model, scope.context));
}

/** What ServiceModels say that are nobody's is checked all the same, so that all their mistakes are told at once. */
function checkStrays(stray: readonly Resource<ServiceModel>[], scope: Scope, lookup: Lookup): void {
  const standIns = stray.map(({ name, namespace }) => ({
    name: qualifiedName(namespace, name),
    namespace,
    shortName: name,
    workloads: [],
    services: [],
  }));
  const models = new Map(standIns.map((deployed, index) => [deployed, stray[index]]));
  const { resources, context } = scope;
  const calls = new CallTable();
  for (const draft of draftServices(resources, new Deployments(standIns), models, context)) {
    addStated(draft, draft.model!, scope);
    const compiler = new StepCompiler(draft, lookup, calls, context);
    draft.endpoints.forEach((endpoint, index) => void compiler.compile(endpoint, index));
  }
}

function compileStatedSteps(scope: Scope, lookup: Lookup): void {
  for (const draft of scope.services) {
    if (draft.model === null) continue;
    const compiler = new StepCompiler(draft, lookup, scope.calls, scope.context);
    draft.endpoints.forEach((endpoint, index) => void compiler.compile(endpoint, index));
  }
}

function inferCalls(
  scope: Scope,
  lookup: Lookup,
  endpoints: readonly EndpointDraft[],
  references: ReadonlyMap<ServiceDraft, readonly Reference[]>,
): void {
  const planned = [...references].flatMap(([draft, found]) => planCalls(draft, found));
  const open = openEntries(scope.resources, scope.services, lookup);
  const entries = new Set(open.flatMap((entry) => entry.endpoints));
  const stated = callEdges(endpoints, scope.calls.list);
  const { kept, dropped } = withoutCircles(endpoints, stated, planned, entries);
  const byEndpoint = endpoints.map((): PlannedCall[] => []);
  const bounded = boundTrees(endpoints, kept, scope.calls.list);
  for (const plan of bounded) byEndpoint[plan.from.id].push(plan);
  for (const plan of dropped) {
    scope.context.diagnostics.info(
      'call-back-left-out',
      `${plan.from.service.resource.id} names ${plan.to.service.base.name} (${plan.shown}), which calls it already; that is taken for an address to tell others, not for a call.`,
      where(
        plan.from.service.resource,
        podPathOf(plan.from.service.resource),
        'If it is a call, describe both services with ServiceModels.',
      ),
    );
  }
  const writer = new InferredSteps(scope.calls, scope.context);
  for (const endpoint of endpoints) {
    if (endpoint.preset !== null) writer.write(endpoint, byEndpoint[endpoint.id]);
  }
}

/** Stated demand, or inferred demand where no Traffic is given. */
function findSources(scope: Scope, lookup: Lookup, endpoints: readonly EndpointDraft[]): Source[] {
  const stated = compileSources(scope, lookup);
  const given = scope.resources.byKind('Traffic').length > 0;
  const sources = given ? stated : inferDemand(scope, lookup, endpoints);
  if (scope.resources.sound && (!given || stated.length > 0)) {
    noteIngresses(scope, given);
    noteUnreached(scope, endpoints, reachedBy(scope, endpoints, sources));
  }
  return sources;
}

function inferDemand(scope: Scope, lookup: Lookup, endpoints: readonly EndpointDraft[]): Source[] {
  const called = new Set(scope.calls.list.map((call) => endpoints[call.endpoint]));
  const open = openEntries(scope.resources, scope.services, lookup);
  return inferSources(scope, open.length > 0 ? open : uncalledEntries(scope.services, called));
}

function noteIngresses(scope: Scope, given: boolean): void {
  const used = scope.resources
    .byKind<IngressDocument>('Ingress')
    .filter(
      (ingress) =>
        !given ||
        scope.resources
          .byKind<Traffic>('Traffic')
          .some(
            (traffic) =>
              traffic.namespace === ingress.namespace && traffic.value.spec.target.ingress === ingress.name,
          ),
    );
  for (const ingress of used) {
    scope.context.diagnostics.info(
      'ingress-direct',
      `Requests through ${ingress.id} go straight to the services behind it: the controller takes no time and no capacity.`,
      where(
        ingress,
        ['spec'],
        'To simulate the controller, add its Deployment and Service with a ServiceModel, and send the Traffic there.',
      ),
    );
  }
}

function reachedBy(
  scope: Scope,
  endpoints: readonly EndpointDraft[],
  sources: readonly Source[],
): ReadonlySet<EndpointDraft> {
  const edges = callEdges(endpoints, scope.calls.list);
  const queue = sources.flatMap((source) =>
    source.requests.map(({ call }) => scope.calls.list[call].endpoint),
  );
  const reached = new Set(queue);
  for (let head = 0; head < queue.length; head += 1) {
    for (const child of edges[queue[head]]) {
      if (reached.has(child)) continue;
      reached.add(child);
      queue.push(child);
    }
  }
  return new Set([...reached].map((id) => endpoints[id]));
}

function assemble(
  scope: Scope,
  endpoints: readonly EndpointDraft[],
  sources: readonly Source[],
): TrafficModel {
  const { zones, network } = scope.context.scenario;
  const { whole } = scope.resources;
  const certain = endpoints.filter(({ service }) => whole || service.model !== null);
  return {
    services: scope.services.map(({ base, pools }) => ({ ...base, pools })),
    endpoints: certain.map(
      ({ id, service, name, steps, errorRate }): Endpoint => ({
        id,
        service: service.id,
        name,
        steps,
        errorRate,
      }),
    ),
    calls: scope.calls.list,
    sources,
    zones,
    network,
  };
}

/** The end of the last stage or trace; null when no demand has an end. */
export function trafficHorizon(resources: ResourceSet, files: CompileContext['files']): number | null {
  let horizon: number | null = null;
  for (const { value } of resources.byKind<Traffic>('Traffic')) {
    const { open, closed, sessions, trace } = value.spec;
    const stages = (open ?? closed ?? sessions)?.stages;
    const end = trace ? (traceOf(trace, files)?.endMicros ?? null) : stages ? stagesEnd(stages) : null;
    if (end !== null && end > (horizon ?? 0)) horizon = end;
  }
  return horizon;
}

/** What the clock of the first dated trace shows at virtual time zero. */
export function trafficStart(resources: ResourceSet, files: CompileContext['files']): string | null {
  for (const { value } of resources.byKind<Traffic>('Traffic')) {
    const trace = value.spec.trace && traceOf(value.spec.trace, files);
    if (trace && trace.startsAt !== null) return trace.startsAt;
  }
  return null;
}

function stagesEnd(stages: readonly { readonly duration: string }[]): number {
  return stages.reduce((sum, stage) => sum + (readDuration(stage.duration) ?? 0), 0);
}

function traceOf(written: WrittenTrace, files: CompileContext['files']): Trace | null {
  const text = files(written.file);
  return text === null ? null : readTrace(text, traceQuestion(written)).trace;
}
