/**
 * Documents that are left out because they cannot be read or have the wrong shape. Nobody knows what they will say once
 * they are mended, so nothing that might hang on it is held against the documents that stay.
 */

/** What is known of a document that is left out. */
export interface Lost {
  /** Null: not known. */
  readonly kind: string | null;
  /** Null: not known; then it may be any, or with `text` any that is written there. */
  readonly name: string | null;
  /** What was written, of a document that could not be read as one. */
  readonly text?: string;
  /** The document itself stays; only the name that others may call it by is not known. */
  readonly present?: boolean;
}

/** What names lost documents may bear. */
export class LostNames {
  readonly #named = new Set<string>();
  readonly #kinds = new Set<string>();
  readonly #nameless = new Set<string>();
  readonly #texts: string[] = [];
  #words: Set<string> | null = null;
  #anything = false;

  constructor(lost: readonly Lost[]) {
    for (const { kind, name, text } of lost) {
      this.#kinds.add(kind ?? anyKind);
      if (name !== null) this.#named.add(JSON.stringify([kind ?? anyKind, name]));
      else if (text === undefined) this.#nameless.add(kind ?? anyKind);
      else if (isLegible(text)) this.#texts.push(text);
      else this.#anything = true;
    }
  }

  /** Whether a lost document may be of one of the kinds, and bear the name if one is given. */
  mayBe(kinds: readonly string[], name?: string): boolean {
    if (this.#anything) return true;
    const possible = [anyKind, ...kinds];
    if (name === undefined) return this.#texts.length > 0 || possible.some((kind) => this.#kinds.has(kind));
    return (
      possible.some((kind) => this.#nameless.has(kind) || this.#named.has(JSON.stringify([kind, name]))) ||
      this.#written().has(name)
    );
  }

  /** Names that lost documents of the kinds certainly bear, in order. */
  known(kinds: readonly string[]): string[] {
    const identities = [...this.#named].map((each) => JSON.parse(each) as [string, string]);
    return identities.filter(([kind]) => kinds.includes(kind)).map(([, name]) => name);
  }

  #written(): Set<string> {
    this.#words ??= new Set(this.#texts.flatMap((text) => text.match(/[A-Za-z0-9][A-Za-z0-9._-]*/g) ?? []));
    return this.#words;
  }
}

const anyKind = '';

/** Whether the names of the documents in a text can be read there: none is cut off, or yet to be rendered. */
function isLegible(text: string): boolean {
  const identified = /\bkind["']?\s*:/.test(text) && /\bname["']?\s*:\s*["']?[A-Za-z0-9]/.test(text);
  return identified && !text.includes('{{') && !/[\w.-]$/.test(text);
}
