/** Fidelity: where OpenAPI v3 documents come from; see `schema/openapi.ts`. */
import type { Store } from '../store/store.ts';
import type { OpenApiDocuments } from './server-paths.ts';

export function openApiDocuments(_store: Store): OpenApiDocuments {
  return { index: () => ({ paths: {} }), document: () => null };
}
