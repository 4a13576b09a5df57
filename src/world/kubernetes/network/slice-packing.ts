/**
 * Fidelity: how endpoints are put into slices (endpointslice reconciler.reconcileByPortMapping, 1.32): what has changed is
 * changed where it is, new endpoints fill up slices that change anyway, then the fullest other slice that has room for all
 * that is left, then new slices; empty slices go. At most 100 endpoints to a slice; slices are never evened out.
 */
import type { Endpoint } from '../objects/services.ts';

export const endpointsPerSlice = 100;

/** A slice as it is to be; `name` is null until it has been created. */
export interface Slice {
  name: string | null;
  readonly ports: string;
  endpoints: readonly Endpoint[];
}

export interface PackingChange {
  readonly uid: string;
  readonly ports: string;
  /** Null: it is no endpoint any more. */
  readonly endpoint: Endpoint | null;
}

export interface Packing {
  /** In which slice each endpoint is. */
  readonly places: Map<string, Slice>;
  /** In order of creation. */
  readonly slices: Set<Slice>;
}

/** Puts the changes into the packing; returns slices that are new, changed or (without endpoints) to be deleted. */
export function pack(
  { places, slices }: Packing,
  changes: Iterable<PackingChange>,
  limit: number = endpointsPerSlice,
): Set<Slice> {
  const touched = new Set<Slice>();
  const added = new Map<string, PackingChange[]>();
  for (const change of changes) {
    const place = places.get(change.uid);
    if (place !== undefined && place.ports === change.ports && change.endpoint !== null) {
      replace(place, touched, change.uid, change.endpoint);
      continue;
    }
    if (place !== undefined) {
      replace(place, touched, change.uid, null);
      places.delete(change.uid);
    }
    if (change.endpoint === null) continue;
    const list = added.get(change.ports) ?? [];
    list.push(change);
    added.set(change.ports, list);
  }
  for (const [ports, list] of added) fill({ places, slices }, ports, list, touched, limit);
  for (const slice of touched) if (slice.endpoints.length === 0) slices.delete(slice);
  return touched;
}

/** The array of a touched slice is this packing's own until the next one. */
function ownEndpoints(slice: Slice, touched: Set<Slice>): Endpoint[] {
  if (!touched.has(slice)) {
    touched.add(slice);
    slice.endpoints = [...slice.endpoints];
  }
  return slice.endpoints as Endpoint[];
}

function replace(slice: Slice, touched: Set<Slice>, uid: string, endpoint: Endpoint | null): void {
  const endpoints = ownEndpoints(slice, touched);
  const at = endpoints.findIndex(({ targetRef }) => targetRef?.uid === uid);
  if (at < 0) return;
  if (endpoint === null) endpoints.splice(at, 1);
  else endpoints[at] = endpoint;
}

function fill(
  { places, slices }: Packing,
  ports: string,
  list: readonly PackingChange[],
  touched: Set<Slice>,
  limit: number,
): void {
  let at = 0;
  const put = (slice: Slice) => {
    const endpoints = ownEndpoints(slice, touched);
    while (at < list.length && endpoints.length < limit) {
      const { uid, endpoint } = list[at++];
      endpoints.push(endpoint!);
      places.set(uid, slice);
    }
  };
  for (const slice of [...touched]) if (slice.ports === ports) put(slice);
  while (at < list.length) {
    const slice = fullestWithRoom(slices, ports, list.length - at, limit) ?? {
      name: null,
      ports,
      endpoints: [],
    };
    slices.add(slice);
    put(slice);
  }
}

function fullestWithRoom(
  slices: Iterable<Slice>,
  ports: string,
  needed: number,
  limit: number,
): Slice | undefined {
  let best: Slice | undefined;
  for (const slice of slices) {
    if (slice.ports !== ports || slice.endpoints.length + needed > limit) continue;
    if (best === undefined || slice.endpoints.length > best.endpoints.length) best = slice;
  }
  return best;
}
