/**
 * Fidelity: host ports in use on a node (scheduler framework/types.go HostPortInfo, 1.32): the same protocol and port collide on the
 * same address, and `0.0.0.0` collides with every address.
 */
import type { PodSpec } from '../../objects/pod.ts';

export interface HostPort {
  /** `TCP/8080`. */
  readonly port: string;
  readonly address: string;
}

const anyAddress = '0.0.0.0';

/** The host ports that the pod's containers and sidecars take. */
export function hostPortsOf(spec: PodSpec): readonly HostPort[] {
  const taken: HostPort[] = [];
  const sidecars = spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always') ?? [];
  for (const { ports } of [...sidecars, ...spec.containers])
    for (const { hostPort = 0, hostIP, protocol = 'TCP' } of ports ?? [])
      if (hostPort > 0)
        taken.push({
          port: `${protocol}/${hostPort}`,
          address: hostIP === undefined || hostIP === '' ? anyAddress : hostIP,
        });
  return taken;
}

/** The host ports of one node, with how many pods have each. */
export class HostPortsInUse {
  readonly #addresses = new Map<string, Map<string, number>>();

  add({ port, address }: HostPort): void {
    let addresses = this.#addresses.get(port);
    if (addresses === undefined) {
      addresses = new Map();
      this.#addresses.set(port, addresses);
    }
    addresses.set(address, (addresses.get(address) ?? 0) + 1);
  }

  remove({ port, address }: HostPort): void {
    const addresses = this.#addresses.get(port);
    const count = addresses?.get(address) ?? 0;
    if (count > 1) addresses!.set(address, count - 1);
    else if (addresses?.delete(address) === true && addresses.size === 0) this.#addresses.delete(port);
  }

  collides({ port, address }: HostPort): boolean {
    const addresses = this.#addresses.get(port);
    if (addresses === undefined) return false;
    return address === anyAddress || addresses.has(anyAddress) || addresses.has(address);
  }
}
