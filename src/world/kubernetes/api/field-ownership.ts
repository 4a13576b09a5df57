/**
 * Fidelity: whose fields a write changes (apiserver endpoints/handlers/fieldmanager, 1.32): the manager that the query names, else
 * the client's name before the first slash. Ownership is kept of objects that came through the API; those of the
 * scenario stay without until somebody applies to them.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import type { KubeObject } from '../objects/meta.ts';
import { trackUpdate } from '../patch/managed-fields.ts';
import type { SchemaNode } from '../schema/node.ts';
import { done } from '../store/failure.ts';
import type { ApiRequest } from './request.ts';

const writerNameMax = 128;

export function writerOf({ query, userAgent }: ApiRequest): string {
  return query['fieldManager'] || userAgent.split('/')[0].slice(0, writerNameMax) || 'unknown';
}

/** Notes in objects who has changed what, after defaults and admission, for the writes it is told of. */
export class FieldOwnership {
  readonly #plane: ControlPlane;
  #writer: { readonly writer: string; readonly schema: SchemaNode } | null = null;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    plane.api.admit(({ operation, object, old, subresource }) =>
      done(
        operation === 'delete'
          ? object
          : this.#tracked(object, operation === 'create' ? null : old, subresource),
      ),
    );
  }

  /** What `write` writes is this writer's. */
  as<T>(writer: string, schema: SchemaNode, write: () => T): T {
    this.#writer = { writer, schema };
    try {
      return write();
    } finally {
      this.#writer = null;
    }
  }

  #tracked(object: KubeObject, live: KubeObject | null, subresource: string): KubeObject {
    if (this.#writer === null) return object;
    const { writer, schema } = this.#writer;
    const timestamp = this.#plane.clock.timestamp();
    return trackUpdate(live, object, { manager: writer, subresource, timestamp }, schema);
  }
}
