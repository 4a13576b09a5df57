/**
 * Fidelity: addresses and node ports that the API server gives to Services (registry/core/service, 1.32): cluster addresses
 * from 10.96.0.0/12 beyond its first 256, which are for those that ask for one, node ports from 30000 to 32767, and refusal of
 * what is taken. They stay with the Service as long as its type keeps them. Simplified: IPv4 only; node ports are one
 * range for all protocols; drawn at random and then counted up to the next free one.
 */
import type { RandomStream } from '../../../base/random.ts';
import { resourceName, type Service, services } from '../objects/resource-types.ts';
import type { Admission } from '../store/api.ts';
import { done, invalid, type StatusCause } from '../store/failure.ts';
import type { Store } from '../store/store.ts';

const firstFree = 256;
const addressCount = 1 << 20;
const firstNodePort = 30_000;
const nodePortCount = 2768;

type Spec = Service['spec'];

/** `10.96.1.0` is number 256 of the range. */
export function clusterAddress(number: number): string {
  const second = 96 + (number >> 16);
  return `10.${second}.${(number >> 8) & 255}.${number & 255}`;
}

export class ServiceAddresses {
  readonly #stream: RandomStream;
  /** Who has what: addresses and ports to `namespace/name`. */
  readonly #addresses = new Map<string, string>();
  readonly #nodePorts = new Map<number, string>();

  constructor(store: Store, stream: RandomStream) {
    this.#stream = stream;
    store.observe(services, ({ object, previous, kind }) => {
      if (previous !== null) this.#forget(previous);
      if (kind !== 'DELETED') this.#remember(object);
    });
  }

  /** The admission step: states what a Service has not stated. */
  readonly admit: Admission = ({ operation, type, subresource, object, old }) => {
    if (operation === 'delete' || subresource !== '' || resourceName(type) !== services.plural)
      return done(object);
    const service = object as Service;
    const causes: StatusCause[] = [];
    const spec = this.#completed(service, old as Service | null, causes);
    if (causes.length > 0) return invalid(services, service.metadata.name, causes);
    return done(spec === service.spec ? object : { ...object, spec });
  };

  #completed(service: Service, old: Service | null, causes: StatusCause[]): Spec {
    const { spec } = service;
    if (spec.type === 'ExternalName') return spec;
    const owner = `${service.metadata.namespace}/${service.metadata.name}`;
    const clusterIP = this.#addressFor(spec, old, owner, causes);
    const ports = this.#portsFor(spec, old, owner, causes);
    const clusterIPs = spec.clusterIPs?.[0] === clusterIP ? spec.clusterIPs : [clusterIP];
    const same = spec.clusterIP === clusterIP && spec.clusterIPs === clusterIPs && ports === spec.ports;
    return same ? spec : { ...spec, clusterIP, clusterIPs, ...(ports === undefined ? {} : { ports }) };
  }

  #addressFor(spec: Spec, old: Service | null, owner: string, causes: StatusCause[]): string {
    const asked = spec.clusterIP ?? spec.clusterIPs?.[0] ?? '';
    const before = old?.spec.clusterIP ?? '';
    if (asked === '' && before !== '') return before;
    if (asked === 'None' || asked === before) return asked === '' ? this.#freeAddress() : asked;
    if (asked === '') return this.#freeAddress();
    const holder = this.#addresses.get(asked);
    if (holder !== undefined && holder !== owner)
      causes.push({
        reason: 'FieldValueInvalid',
        field: 'spec.clusterIPs',
        message: `Invalid value: ["${asked}"]: failed to allocate IP ${asked}: provided IP is already allocated`,
      });
    return asked;
  }

  #portsFor(spec: Spec, old: Service | null, owner: string, causes: StatusCause[]): Spec['ports'] {
    const wants = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
    if (!wants || spec.ports === undefined) return spec.ports;
    if ((spec as { allocateLoadBalancerNodePorts?: boolean }).allocateLoadBalancerNodePorts === false)
      return spec.ports;
    const given = new Set<number>();
    let changed = false;
    const ports = spec.ports.map((port, index) => {
      const asked = port.nodePort ?? 0;
      if (asked !== 0) {
        given.add(asked);
        const holder = this.#nodePorts.get(asked);
        if (holder !== undefined && holder !== owner) causes.push(portTaken(index, asked));
        return port;
      }
      changed = true;
      const before = old?.spec.ports?.find(
        (one) => one.port === port.port && one.name === port.name,
      )?.nodePort;
      const nodePort = before ?? this.#freeNodePort(given);
      given.add(nodePort);
      return { ...port, nodePort };
    });
    return changed ? ports : spec.ports;
  }

  #freeAddress(): string {
    let number = firstFree + this.#stream.integer(addressCount - firstFree - 1);
    while (this.#addresses.has(clusterAddress(number)))
      number = number + 1 >= addressCount - 1 ? firstFree : number + 1;
    return clusterAddress(number);
  }

  #freeNodePort(given: ReadonlySet<number>): number {
    let offset = this.#stream.integer(nodePortCount);
    for (let tried = 0; tried < nodePortCount; tried++) {
      const port = firstNodePort + offset;
      if (!this.#nodePorts.has(port) && !given.has(port)) return port;
      offset = (offset + 1) % nodePortCount;
    }
    return firstNodePort + offset;
  }

  #remember({ metadata, spec }: Service): void {
    const owner = `${metadata.namespace}/${metadata.name}`;
    const { clusterIP = '' } = spec;
    if (clusterIP !== '' && clusterIP !== 'None') this.#addresses.set(clusterIP, owner);
    for (const { nodePort = 0 } of spec.ports ?? []) if (nodePort !== 0) this.#nodePorts.set(nodePort, owner);
  }

  #forget({ spec }: Service): void {
    if (spec.clusterIP !== undefined) this.#addresses.delete(spec.clusterIP);
    for (const { nodePort = 0 } of spec.ports ?? []) this.#nodePorts.delete(nodePort);
  }
}

function portTaken(index: number, port: number): StatusCause {
  return {
    reason: 'FieldValueInvalid',
    field: `spec.ports[${index}].nodePort`,
    message: `Invalid value: ${port}: provided port is already allocated`,
  };
}
