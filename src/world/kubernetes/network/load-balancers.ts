/**
 * Fidelity: the service controller of a cloud provider (cloud-provider controllers/service, 1.32): a Service of type
 * LoadBalancer gets an address some time after it was made. Simplified: it always takes 30 s; addresses are counted up in
 * 203.0.113.0/24 and then beyond; what such a balancer does to traffic is the business of the network room.
 */
import { microsPerSecond } from '../../../base/time.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { type Service, services } from '../objects/resource-types.ts';

const provisioningMicros = 30 * microsPerSecond;

export class LoadBalancers {
  readonly #plane: ControlPlane;
  readonly #readyHandler: number;
  readonly #waiting: (Service | null)[] = [];
  #given = 0;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#readyHandler = plane.engine.register('kubernetes/load-balancer/ready', (slot) => this.#ready(slot));
    plane.manager.watch.on(services, ({ kind, object, previous }) => {
      if (kind === 'DELETED' || object.spec.type !== 'LoadBalancer') return;
      if (previous === null || previous.spec.type !== 'LoadBalancer') this.#provision(object);
    });
  }

  #provision(service: Service): void {
    this.#tell(service, 'EnsuringLoadBalancer', 'Ensuring load balancer');
    const slot = this.#waiting.push(service) - 1;
    this.#plane.engine.after(this.#plane.starting ? 0 : provisioningMicros, this.#readyHandler, slot, 0);
  }

  #ready(slot: number): void {
    const service = this.#waiting[slot];
    this.#waiting[slot] = null;
    if (service === null || service === undefined) return;
    const { namespace = '', name, uid } = service.metadata;
    const { api, manager } = this.#plane;
    const number = ++this.#given;
    const ip = `203.${Math.floor(number / 65_536)}.${(113 + Math.floor(number / 256)) % 256}.${number % 256}`;
    const status = { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } };
    manager.client.send(() => {
      api.modifyStatus(services, namespace, name, (current) =>
        current.metadata.uid === uid && current.spec.type === 'LoadBalancer' ? { ...current, status } : null,
      );
      this.#tell(service, 'EnsuredLoadBalancer', 'Ensured load balancer');
    });
  }

  #tell(service: Service, reason: string, message: string): void {
    if (!this.#plane.starting)
      this.#plane.events.record(service, { reason, message, component: 'service-controller' });
  }
}
