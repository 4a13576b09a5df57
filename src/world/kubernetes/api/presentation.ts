/**
 * Fidelity: objects as clients asked for them (apiserver endpoints/handlers/response.go, 1.32): as they are, as rows of a table, or as
 * their metadata alone.
 */
import type { KubeObject } from '../objects/meta.ts';
import { apiVersionOf } from '../objects/resource-types.ts';
import { refuse } from '../store/failure.ts';
import { type Accepted, acceptedForm } from './accept.ts';
import type { ListPart } from './list.ts';
import type { ApiRequest, ApiResponse } from './request.ts';
import type { Served } from './served-resource.ts';
import { json, refusal } from './status.ts';
import type { PrintContext, Printer } from './tables/printer.ts';
import { printerOf } from './tables/printers.ts';

export const notAcceptable = refuse(
  'NotAcceptable',
  'only the following media types are accepted: application/json',
).failure;

type IncludeObject = 'None' | 'Metadata' | 'Object';

/** Adds to an object what is not stored with it. */
export type Shown = (object: KubeObject) => KubeObject;

/** Objects of one resource in the form of one request. */
export class Presentation {
  readonly #served: Served;
  readonly #accepted: Accepted;
  readonly #include: IncludeObject;
  readonly #context: PrintContext;
  readonly #printer: Printer | null;
  readonly #shown: Shown | null;

  private constructor(
    served: Served,
    accepted: Accepted,
    include: IncludeObject,
    context: PrintContext,
    shown: Shown | null,
  ) {
    this.#shown = shown;
    this.#served = served;
    this.#accepted = accepted;
    this.#include = include;
    this.#context = context;
    this.#printer = accepted.form === 'Table' ? printerOf(served) : null;
  }

  /** Null: nothing that the client takes can be given. */
  static of(
    request: ApiRequest,
    served: Served,
    context: PrintContext,
    shown: Shown | null = null,
  ): Presentation | null {
    const accepted = acceptedForm(request.accept);
    if (accepted === null) return null;
    const asked = request.query['includeObject'];
    const include = asked === 'None' || asked === 'Object' ? asked : 'Metadata';
    return new Presentation(served, accepted, include, context, shown);
  }

  one(object: KubeObject): unknown {
    const own = this.#own(object);
    switch (this.#accepted.form) {
      case 'object':
        return own;
      case 'Table':
        return this.#table([own], { resourceVersion: own.metadata.resourceVersion }, true);
      default:
        return this.#partial(own);
    }
  }

  /** An object of a watch; only the first table says what its columns are. */
  watched(object: KubeObject, first: boolean): unknown {
    const own = this.#own(object);
    if (this.#accepted.form === 'object') return own;
    if (this.#accepted.form !== 'Table') return this.#partial(own);
    return this.#table([own], { resourceVersion: own.metadata.resourceVersion }, first);
  }

  list({ objects, revision, continueToken, remaining }: ListPart): unknown {
    const metadata = {
      resourceVersion: String(revision),
      ...(continueToken === null ? {} : { continue: continueToken }),
      ...(remaining === null ? {} : { remainingItemCount: remaining }),
    };
    const { conversion, type } = this.#served;
    const asStored = conversion === null && this.#shown === null;
    const own = asStored ? objects : objects.map((object) => this.#own(object));
    if (this.#accepted.form === 'Table') return this.#table(own, metadata, true);
    if (this.#accepted.form === 'object')
      return { kind: `${type.kind}List`, apiVersion: apiVersionOf(this.#served), metadata, items: own };
    const items = own.map((object) => this.#partial(object));
    return { kind: 'PartialObjectMetadataList', apiVersion: this.#metaVersion, metadata, items };
  }

  get #metaVersion(): string {
    return `meta.k8s.io/${this.#accepted.version}`;
  }

  #own(object: KubeObject): KubeObject {
    const shown = this.#shown === null ? object : this.#shown(object);
    return this.#served.conversion?.toServed(shown) ?? shown;
  }

  #partial({ metadata }: KubeObject): unknown {
    return { kind: 'PartialObjectMetadata', apiVersion: this.#metaVersion, metadata };
  }

  #table(objects: readonly KubeObject[], metadata: unknown, withColumns: boolean): unknown {
    const printer = this.#printer!;
    return {
      kind: 'Table',
      apiVersion: this.#metaVersion,
      metadata,
      columnDefinitions: withColumns ? printer.columns : null,
      rows: objects.map((object) => this.#row(object, printer)),
    };
  }

  #row(object: KubeObject, printer: Printer): unknown {
    const cells = printer.cells(object, this.#context);
    if (this.#include === 'None') return { cells };
    return { cells, object: this.#include === 'Object' ? object : this.#partial(object) };
  }
}

/** Answers with one object. */
export function present(
  request: ApiRequest,
  served: Served,
  context: PrintContext,
  object: KubeObject,
  status = 200,
): ApiResponse {
  const presentation = Presentation.of(request, served, context);
  return presentation === null ? refusal(notAcceptable) : json(status, presentation.one(object));
}
