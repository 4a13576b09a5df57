import type { SourcePosition } from '../base/diagnostics.ts';

/** A position in a value: field names and list positions from the top. */
export type Path = readonly (string | number)[];

/** Where a value was written. */
export interface Place {
  position(): SourcePosition;
  /** The position of the field name before it; of the value itself where there is none. */
  keyPosition(): SourcePosition;
  /** Places of the fields or items; null for a scalar. */
  readonly children: Map<string | number, Place> | null;
}

/** Finds lines and columns in one file. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  #lineStarts: number[] | null = null;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** The position of a character, counted from zero. */
  positionAt(offset: number): SourcePosition {
    const starts = (this.#lineStarts ??= lineStarts(this.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.file, line: low + 1, column: offset - starts[low] + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** A value that stands in a file. */
export class TextPlace implements Place {
  readonly source: SourceText;
  readonly offset: number;
  /** Negative: no field name. */
  readonly keyOffset: number;
  readonly children: Map<string | number, Place> | null;

  constructor(
    source: SourceText,
    at: { offset: number; keyOffset: number },
    children: Map<string | number, Place> | null,
  ) {
    this.source = source;
    this.offset = at.offset;
    this.keyOffset = at.keyOffset;
    this.children = children;
  }

  position(): SourcePosition {
    return this.source.positionAt(this.offset);
  }

  keyPosition(): SourcePosition {
    return this.keyOffset < 0 ? this.position() : this.source.positionAt(this.keyOffset);
  }
}

/** A value that was set from elsewhere, such as the command line. */
export class FixedPlace implements Place {
  readonly children: Map<string | number, Place> | null;
  readonly #at: SourcePosition;

  constructor(at: SourcePosition, children: Map<string | number, Place> | null) {
    this.#at = at;
    this.children = children;
  }

  position(): SourcePosition {
    return this.#at;
  }

  keyPosition(): SourcePosition {
    return this.#at;
  }
}

/** The same place for a value and everything in it. */
export function fixedPlace(at: SourcePosition, value: unknown): Place {
  if (typeof value !== 'object' || value === null) return new FixedPlace(at, null);
  const children = new Map<string | number, Place>();
  if (Array.isArray(value)) value.forEach((item, index) => void children.set(index, fixedPlace(at, item)));
  else for (const [key, item] of Object.entries(value)) children.set(key, fixedPlace(at, item));
  return new FixedPlace(at, children);
}

/** The place at a path, or the nearest one that encloses it; `whole` says whether the path was followed to its end. */
export function placeAt(root: Place, path: Path): { place: Place; whole: boolean } {
  let place = root;
  for (const key of path) {
    const next = place.children?.get(key);
    if (next === undefined) return { place, whole: false };
    place = next;
  }
  return { place, whole: true };
}

/**
 * Where people look for the value at `path`: a scalar itself, an object or list at its field name; what is not
 * written, at the nearest thing around it.
 */
export function positionOf(root: Place, path: Path): SourcePosition {
  const { place } = placeAt(root, path);
  return place.children === null ? place.position() : place.keyPosition();
}

/** Where the field name at the end of `path` stands. */
export function keyPositionOf(root: Place, path: Path): SourcePosition {
  return placeAt(root, path).place.keyPosition();
}

const plainKey = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** `spec.containers[0].resources.limits["nvidia.com/gpu"]`. */
export function pathText(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (plainKey.test(key)) text += text === '' ? key : `.${key}`;
    else text += `["${key}"]`;
  }
  return text;
}
