/**
 * Fidelity: the API server as clients see it (kube-apiserver 1.32): one function from requests to answers, and streams for watches
 * and followed logs. Whoever calls is an administrator. Simplified: no TLS, no authentication, no priority and fairness: a
 * live operator's requests don't wait behind those of control loops.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import type { ResourceMetrics } from '../node/resource-metrics.ts';
import {
  customResourceDefinitions,
  nodes,
  pods,
  resourceName,
  serviceAccounts,
} from '../objects/resource-types.ts';
import type { OpenApiDocuments } from '../schema/openapi.ts';
import { done, invalid, notFound, type Outcome, refuse } from '../store/failure.ts';
import { servedByDefinition } from './definitions.ts';
import { discover } from './discovery.ts';
import { eventsSince, isEvents, publishEvents } from './event-changes.ts';
import { recordEvent } from './event-intake.ts';
import { FieldOwnership } from './field-ownership.ts';
import { History } from './history.ts';
import { Lists } from './list.ts';
import { type ContainerProcesses, FollowedLog, type LogRequest, logRequestOf, logText } from './logs.ts';
import { bind, cannotConnect, connecting, eviction, podNamed } from './pod-subresources.ts';
import { notAcceptable, Presentation, type Shown } from './presentation.ts';
import type { ApiRequest, ApiResponse, Stream } from './request.ts';
import { review } from './reviews.ts';
import { type ResourceRoute, resourceRoute } from './route.ts';
import { scaleOf } from './scale.ts';
import { selectionOf } from './selection.ts';
import { bindings, reviewTypes, ServedResources } from './served.ts';
import type { Served } from './served-resource.ts';
import { serverPath } from './server-paths.ts';
import { type EndpointsView, type NodeReports, type Source, sourcesOf } from './sources.ts';
import { badRequest, deleted, json, refusal, respond, text, unknownPath } from './status.ts';
import { tokenFor } from './tokens.ts';
import { openWatch } from './watch.ts';
import * as writes from './writes.ts';

export interface ApiServerParts {
  /** Null: there is no metrics-server. */
  readonly metrics: ResourceMetrics | null;
  /** Null: no container has a log. */
  readonly processes: ContainerProcesses | null;
  readonly openApi: OpenApiDocuments;
  readonly nodes: NodeReports;
  readonly network: EndpointsView;
}

const methodRefused = refuse(
  'MethodNotAllowed',
  'the server does not allow this method on the requested resource',
).failure;

/** What a request is about: an address that leads somewhere. */
interface Place {
  readonly request: ApiRequest;
  readonly route: ResourceRoute;
  readonly served: Served;
}

export class ApiServer {
  readonly #plane: ControlPlane;
  readonly #parts: ApiServerParts;
  readonly #served: ServedResources;
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #history: History;
  readonly #lists: Lists;
  readonly #ownership: FieldOwnership;
  readonly #logs = new Set<FollowedLog>();

  constructor(plane: ControlPlane, parts: ApiServerParts) {
    this.#plane = plane;
    this.#parts = parts;
    this.#served = new ServedResources(plane.store);
    this.#sources = sourcesOf(plane, parts.metrics, parts.nodes, parts.network);
    this.#history = new History(plane.store);
    this.#lists = new Lists(this.#history);
    this.#ownership = new FieldOwnership(plane);
    publishEvents(plane, this.#history);
  }

  /** Answers at once. Never throws: a defect of the simulator is a 500, as a panic is in life. */
  handle(request: ApiRequest): ApiResponse {
    return guarded(() => this.#handle(request));
  }

  /**
   * Begins a stream when the request asks for one; the answer is what ends it, to be called once by whoever serves it. Else
   * answers as `handle` does.
   */
  open(request: ApiRequest, stream: Stream): ApiResponse | (() => void) {
    return guarded(() => {
      const place = this.#placeOf(request);
      if (place !== null && request.method === 'GET') {
        if (isWatch(place)) return this.#watch(place, stream);
        if (isFollowed(place)) return this.#follow(place, stream);
      }
      return this.#handle(request);
    });
  }

  /** Lets followed logs have what has come about; called whenever the run has gone on. */
  settle(): void {
    for (const log of this.#logs) if (log.pump()) this.#logs.delete(log);
  }

  #handle(request: ApiRequest): ApiResponse {
    const route = resourceRoute(request.path);
    if (route === null || route.resource === '') return this.#aside(request);
    const place = this.#placeOf(request);
    if (place === null) return refusal(unknownPath);
    const problem = dryRunProblem(request);
    if (problem !== null) return problem;
    return place.route.subresource === '' ? this.#resource(place) : this.#subresource(place);
  }

  /** Discovery, and what is no resource. */
  #aside(request: ApiRequest): ApiResponse {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(methodRefused);
    const isDiscovery = /^\/apis?(\/|$)/.test(request.path);
    if (isDiscovery) return discover(request, this.#served.all());
    return serverPath(request, this.#plane, this.#parts.openApi, this.#served.all());
  }

  /** Null: nothing is served there. */
  #placeOf(request: ApiRequest): Place | null {
    const route = resourceRoute(request.path);
    if (route === null || route.resource === '') return null;
    const served = this.#served.find(route.group, route.version, route.resource);
    if (served === undefined) return null;
    const { namespaced } = served.type;
    if (namespaced ? route.name !== null && route.namespace === null : route.namespace !== null) return null;
    const known =
      route.subresource === '' || served.subresources.some(({ name }) => name === route.subresource);
    return known ? { request, route, served } : null;
  }

  #resource(place: Place): ApiResponse {
    const { request, route, served } = place;
    const verb = verbOf(request, route);
    if (verb === null || !served.verbs.includes(verb)) return refusal(methodRefused);
    switch (verb) {
      case 'list':
        return isWatch(place) ? refusal(badRequest('a watch needs a stream').failure) : this.#list(place);
      case 'get':
        return this.#get(place);
      case 'create':
        return this.#create(place);
      case 'update':
        return this.#written(place, writes.replace(this.#writing(place)));
      case 'patch':
        return this.#written(place, writes.patch(this.#writing(place)));
      case 'delete':
        return this.#delete(place);
      default:
        return this.#deleteCollection(place);
    }
  }

  #writing(place: Place): writes.WritePlace {
    return { plane: this.#plane, ownership: this.#ownership, ...place };
  }

  #source({ served }: Place): Source | undefined {
    return this.#sources.get(resourceName(served.type));
  }

  #presentation({ request, served }: Place): Presentation | null {
    const { nodes: reports } = this.#parts;
    const shown = resourceName(served.type) === resourceName(nodes) ? reports.withHeartbeats : null;
    return Presentation.of(request, served, this.#plane, shown as Shown | null);
  }

  #list(place: Place): ApiResponse {
    const { request, route, served } = place;
    const presentation = this.#presentation(place);
    if (presentation === null) return refusal(notAcceptable);
    const selection = selectionOf(request, route, served);
    if (!selection.ok) return refusal(selection.failure);
    const part = this.#lists.list(request, served.type, this.#source(place), selection.value);
    return 'objects' in part ? json(200, presentation.list(part)) : part;
  }

  #get(place: Place): ApiResponse {
    const presentation = this.#presentation(place);
    if (presentation === null) return refusal(notAcceptable);
    return respond(this.#object(place), (object) => json(200, presentation.one(object)));
  }

  #object(place: Place) {
    const { route, served } = place;
    const namespace = route.namespace ?? '';
    const name = route.name ?? '';
    const source = this.#source(place);
    const object =
      source === undefined
        ? this.#plane.store.get(served.type, namespace, name)
        : source.get(namespace, name);
    return object === undefined ? notFound(named(served), name) : done(object);
  }

  #create(place: Place): ApiResponse {
    const { request, route, served } = place;
    if (reviewTypes.includes(served.type))
      return respond(review(request, served), (value) => json(201, value));
    if (served.type.namespaced && route.namespace === null) return refusal(methodRefused);
    if (served.type === bindings) return bind(this.#plane, request, route.namespace ?? '', null);
    if (isEvents(served.type))
      return respond(recordEvent(this.#plane, request, route, served), (value) => json(201, value));
    return this.#written(place, writes.create(this.#writing(place)));
  }

  #written(place: Place, outcome: Outcome<writes.Written>): ApiResponse {
    if (!outcome.ok) return refusal(outcome.failure);
    const presentation = this.#presentation(place);
    if (presentation === null) return refusal(notAcceptable);
    const { object, created, warnings } = outcome.value;
    const headers = warnings.map((warning) => ['Warning', `299 - ${JSON.stringify(warning)}`] as const);
    // A Scale is shown as it is: it has no columns of its own.
    const body = place.route.subresource === 'scale' ? object : presentation.one(object);
    return json(created ? 201 : 200, body, headers);
  }

  #delete(place: Place): ApiResponse {
    const { route, served } = place;
    const outcome = writes.remove(this.#writing(place), route.name ?? '', route.namespace ?? '');
    if (!outcome.ok) return refusal(outcome.failure);
    const { object, gone } = outcome.value;
    if (gone) this.#cleanUp(served, object);
    const presentation = this.#presentation(place);
    if (presentation === null) return refusal(notAcceptable);
    if (!gone) return json(200, presentation.one(object));
    return json(200, deleted(object.metadata.name, served.group, served.type.plural, object.metadata.uid));
  }

  /** What a definition described goes with it. */
  #cleanUp(served: Served, object: { readonly metadata: { readonly name: string } }): void {
    if (resourceName(served.type) !== resourceName(customResourceDefinitions)) return;
    for (const { type } of servedByDefinition(object as never)) {
      const instances = [...this.#plane.store.table(type).values()];
      for (const { metadata } of instances)
        this.#plane.api.delete(type, metadata.namespace ?? '', metadata.name);
    }
  }

  #deleteCollection(place: Place): ApiResponse {
    const { request, route, served } = place;
    const selection = selectionOf(request, route, served);
    if (!selection.ok) return refusal(selection.failure);
    const removed = [];
    for (const { metadata } of this.#lists.present(served.type, undefined, selection.value)) {
      const outcome = writes.remove(this.#writing(place), metadata.name, metadata.namespace ?? '');
      if (outcome.ok) removed.push(outcome.value.object);
      else if (outcome.failure.reason !== 'NotFound') return refusal(outcome.failure);
    }
    const presentation = this.#presentation(place);
    if (presentation === null) return refusal(notAcceptable);
    const part = { objects: removed, revision: this.#history.revision, continueToken: null, remaining: null };
    return json(200, presentation.list(part));
  }

  #subresource(place: Place): ApiResponse {
    const { request, route, served } = place;
    const { subresource, name, namespace } = route;
    if (connecting.has(subresource)) return cannotConnect(subresource, served.type.singular, name ?? '');
    switch (subresource) {
      case 'status':
      case 'finalize':
        return this.#part(place);
      case 'scale':
        return request.method === 'GET' ? this.#scale(place) : this.#part(place);
      case 'log':
        return request.method === 'GET' ? this.#log(place) : refusal(methodRefused);
      case 'eviction':
        return request.method === 'POST'
          ? eviction(this.#plane, request, namespace ?? '', name ?? '')
          : refusal(methodRefused);
      case 'binding':
        return request.method === 'POST'
          ? bind(this.#plane, request, namespace ?? '', name)
          : refusal(methodRefused);
      default:
        return this.#token(place);
    }
  }

  /** Reads or changes one part of an object. */
  #part(place: Place): ApiResponse {
    switch (place.request.method) {
      case 'GET':
        return this.#get(place);
      case 'PUT':
        return this.#written(place, writes.replace(this.#writing(place)));
      case 'PATCH':
        return this.#written(place, writes.patch(this.#writing(place)));
      default:
        return refusal(methodRefused);
    }
  }

  #scale(place: Place): ApiResponse {
    return respond(this.#object(place), (object) => json(200, scaleOf(object, place.served.type)));
  }

  #token({ request, route }: Place): ApiResponse {
    if (request.method !== 'POST') return refusal(methodRefused);
    const { namespace, name } = route;
    const account = this.#plane.store.get(serviceAccounts, namespace ?? '', name ?? '');
    if (account === undefined) return refusal(notFound(serviceAccounts, name ?? '').failure);
    return respond(tokenFor(this.#plane, request, account), (value) => json(201, value));
  }

  #logOf({ request, route }: Place): Outcome<LogRequest> {
    const pod = podNamed(this.#plane, route.namespace ?? '', route.name ?? '');
    return pod.ok ? logRequestOf(this.#plane, request, pod.value, this.#parts.processes) : pod;
  }

  #log(place: Place): ApiResponse {
    return respond(this.#logOf(place), (log) => text(200, logText(this.#plane, log)));
  }

  #follow(place: Place, stream: Stream): ApiResponse | (() => void) {
    const wanted = this.#logOf(place);
    if (!wanted.ok) return refusal(wanted.failure);
    const log = new FollowedLog(this.#plane, wanted.value, stream, () => this.#isOver(wanted.value, place));
    this.#logs.add(log);
    return () => void this.#logs.delete(log);
  }

  /** The process that is followed writes no more: another one has taken its place, or the pod is gone. */
  #isOver({ process: followed, pod }: LogRequest, { request }: Place): boolean {
    const { namespace = '', name, uid } = pod.metadata;
    const now = this.#plane.store.get(pods, namespace, name);
    if (now === undefined || now.metadata.uid !== uid) return true;
    const container = request.query['container'] || pod.spec.containers[0].name;
    if (
      request.query['previous'] === 'true' ||
      this.#parts.processes?.containerOf(uid, container)?.process !== followed
    )
      return true;
    const states = [...(now.status.containerStatuses ?? []), ...(now.status.initContainerStatuses ?? [])];
    return states.find((one) => one.name === container)?.state?.terminated !== undefined;
  }

  #watch(place: Place, stream: Stream): ApiResponse | (() => void) {
    const { request, route, served } = place;
    if (!served.verbs.includes('watch')) return refusal(methodRefused);
    const presentation = this.#presentation(place);
    if (presentation === null) return refusal(notAcceptable);
    const selection = selectionOf(request, route, served);
    if (!selection.ok) return refusal(selection.failure);
    const since = (revision: number) =>
      isEvents(served.type)
        ? eventsSince(this.#plane, served.type, revision)
        : this.#history.since(served.type, revision);
    const source = this.#source(place);
    const parts = { history: this.#history, lists: this.#lists, served, presentation, source, since };
    return openWatch(request, { ...parts, selection: selection.value }, stream);
  }
}

function guarded<T>(answer: () => T): T | ApiResponse {
  try {
    return answer();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refusal(refuse('InternalError', `this request has met a defect of the simulator: ${why}`).failure);
  }
}

function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1';
}

function isWatch({ request, route }: Place): boolean {
  return route.subresource === '' && isTrue(request.query['watch']);
}

function isFollowed({ request, route, served }: Place): boolean {
  return served.type === pods && route.subresource === 'log' && isTrue(request.query['follow']);
}

function verbOf({ method }: ApiRequest, { name }: ResourceRoute): string | null {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return name === null ? 'list' : 'get';
    case 'POST':
      return name === null ? 'create' : null;
    case 'PUT':
      return name === null ? null : 'update';
    case 'PATCH':
      return name === null ? null : 'patch';
    default:
      return name === null ? 'deletecollection' : 'delete';
  }
}

/** What a refusal calls it: metrics go by their kind. */
function named({ type }: Served) {
  return type.group === 'metrics.k8s.io' ? { ...type, plural: type.singular } : type;
}

function dryRunProblem(request: ApiRequest): ApiResponse | null {
  const { dryRun } = request.query;
  if (request.method === 'GET' || dryRun === undefined || dryRun === '' || dryRun === 'All') return null;
  const kind = {
    POST: 'CreateOptions',
    PUT: 'UpdateOptions',
    PATCH: 'PatchOptions',
    DELETE: 'DeleteOptions',
    HEAD: 'GetOptions',
  }[request.method];
  const message = `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`;
  const about = { group: 'meta.k8s.io', plural: 'options', kind };
  return refusal(
    invalid(about, '', [{ reason: 'FieldValueNotSupported', message, field: 'dryRun' }]).failure,
  );
}
