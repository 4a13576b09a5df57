import type { Diagnostics } from '../base/diagnostics.ts';
import { type Path, pathText } from './place.ts';
import type { Resource } from './resource.ts';

/** Reports what is wrong with one resource: every message carries the resource, the path and the position. */
export class Check {
  readonly resource: Resource;
  readonly #diagnostics: Diagnostics;

  constructor(resource: Resource, diagnostics: Diagnostics) {
    this.resource = resource;
    this.#diagnostics = diagnostics;
  }

  error(code: string, path: Path, message: string, remedy?: string): void {
    this.#diagnostics.error(code, message, this.#where(path, remedy));
  }

  warning(code: string, path: Path, message: string, remedy?: string): void {
    this.#diagnostics.warning(code, message, this.#where(path, remedy));
  }

  info(code: string, path: Path, message: string, remedy?: string): void {
    this.#diagnostics.info(code, message, this.#where(path, remedy));
  }

  /** An item that repeats the name of an earlier one. Items without a name are left alone. */
  unique(list: readonly unknown[], path: Path, name: (item: never) => unknown, what: string): void {
    const seen = new Set<unknown>();
    list.forEach((item, index) => {
      const key = item === undefined || item === null ? undefined : name(item as never);
      if (key === undefined) return;
      if (seen.has(key))
        this.error('duplicate', [...path, index], `${what} ${key} is given twice.`, 'Rename or remove one.');
      seen.add(key);
    });
  }

  #where(path: Path, remedy: string | undefined) {
    return {
      ...(remedy === undefined || remedy === '' ? {} : { remedy }),
      resource: this.resource.id,
      path: pathText(path),
      position: this.resource.at(path),
    };
  }
}
