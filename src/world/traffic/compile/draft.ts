/**
 * Fidelity: no mechanism; the services, endpoints and calls of a system while they are put together.
 */
import { assert } from '../../../base/assert.ts';
import type { CompileContext } from '../../../model/kind.ts';
import type { ServiceModel } from '../../../model/kinds/service-model.ts';
import type { Path } from '../../../model/place.ts';
import type { Resource, ResourceSet } from '../../../model/resource.ts';
import type { Call, Pool, Service, Step } from '../model.ts';
import type { Environment } from './cluster/environment.ts';
import type { Deployed, Deployments } from './cluster/workload.ts';
import type { PresetEndpoint } from './preset/preset.ts';
import type { Recognition } from './preset/recognise.ts';

/** What every part of the compiler works with. */
export interface Scope {
  readonly resources: ResourceSet;
  readonly context: CompileContext;
  readonly deployments: Deployments;
  readonly services: readonly ServiceDraft[];
  readonly calls: CallTable;
}

/** A service while it is compiled: complete but for its pools and what its endpoints do. */
export interface ServiceDraft {
  readonly id: number;
  readonly deployed: Deployed;
  /** The resource that inferences about it name: its workload, or its Service where it has none. */
  readonly resource: Resource;
  /** The ServiceModel that describes it, or null: everything is inferred. */
  readonly model: Resource<ServiceModel> | null;
  readonly recognition: Recognition;
  readonly environment: Environment;
  /** Processes in one container, each with connection pools of its own. */
  readonly processes: number;
  readonly base: Omit<Service, 'pools'>;
  readonly pools: Pool[];
  readonly endpoints: EndpointDraft[];
}

/** An endpoint while it is compiled. */
export interface EndpointDraft {
  /** Position among all endpoints; dense in the order of services. */
  id: number;
  readonly service: ServiceDraft;
  readonly name: string;
  readonly errorRate: number;
  /** Null: a ServiceModel says what it does. */
  readonly preset: PresetEndpoint | null;
  /** The only service that an inferred proxy passes this endpoint's requests to; null: all it knows. */
  readonly upstream: ServiceDraft | null;
  readonly steps: Step[];
}

/** Where a call was written, for diagnostics. */
export interface CallOrigin {
  readonly resource: Resource;
  readonly path: Path;
  /** Nobody stated this call. */
  readonly inferred: boolean;
}

/** All calls with their origins; ids are positions. */
export class CallTable {
  readonly list: Call[] = [];
  readonly origins: CallOrigin[] = [];

  add(call: Omit<Call, 'id'>, origin: CallOrigin): number {
    const id = this.list.length;
    this.list.push({ id, ...call });
    this.origins.push(origin);
    return id;
  }
}

/** Numbers the endpoints of all services. */
export function numberEndpoints(services: readonly ServiceDraft[]): EndpointDraft[] {
  const all: EndpointDraft[] = [];
  for (const service of services) {
    assert(service.endpoints.length > 0, 'a service has at least one endpoint');
    for (const endpoint of service.endpoints) {
      endpoint.id = all.length;
      all.push(endpoint);
    }
  }
  return all;
}

/** `api/GET /products`, as calls are written. */
export function endpointName(endpoint: EndpointDraft): string {
  return `${endpoint.service.base.name}/${endpoint.name}`;
}
