/**
 * Fidelity: the errors of fields as Kubernetes 1.32 words them (apimachinery util/validation/field): all problems of an object
 * are collected, in the order in which the server finds them.
 */
import type { StatusCause } from '../../store/failure.ts';

/** A value as Go prints it in these messages: text quoted, all else as it is. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** `spec.containers[0]`, `limits[cpu]`. */
export function at(path: string, key: string | number): string {
  return `${path}[${key}]`;
}

export function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** A value that is already written as Go would. */
export class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export class Problems {
  readonly causes: StatusCause[] = [];

  #add(reason: string, field: string, message: string): void {
    this.causes.push({ reason, message, field });
  }

  required(field: string, detail = ''): void {
    this.#add('FieldValueRequired', field, detail === '' ? 'Required value' : `Required value: ${detail}`);
  }

  invalid(field: string, value: unknown, detail: string): void {
    const text = value instanceof Written ? value.text : shown(value);
    this.#add('FieldValueInvalid', field, `Invalid value: ${text}: ${detail}`);
  }

  /** A part that is wrong as a whole, so that its value is not shown. */
  refused(field: string, detail: string): void {
    this.#add('FieldValueInvalid', field, `Invalid value: ${detail}`);
  }

  /** One problem for each message. */
  each(field: string, value: unknown, messages: readonly string[]): void {
    for (const message of messages) this.invalid(field, value, message);
  }

  unsupported(field: string, value: unknown, supported: readonly string[]): void {
    const listed = supported.map((one) => JSON.stringify(one)).join(', ');
    const detail = supported.length === 0 ? '' : `: supported values: ${listed}`;
    this.#add('FieldValueNotSupported', field, `Unsupported value: ${shown(value)}${detail}`);
  }

  duplicate(field: string, value: unknown): void {
    this.#add('FieldValueDuplicate', field, `Duplicate value: ${shown(value)}`);
  }

  forbidden(field: string, detail: string): void {
    this.#add('FieldValueForbidden', field, `Forbidden: ${detail}`);
  }

  notFound(field: string, value: unknown): void {
    this.#add('FieldValueNotFound', field, `Not found: ${shown(value)}`);
  }

  tooLong(field: string, bytesMax: number): void {
    this.#add('FieldValueTooLong', field, `Too long: may not be more than ${bytesMax} bytes`);
  }

  tooMany(field: string, count: number, countMax: number): void {
    this.#add('FieldValueTooMany', field, `Too many: ${count}: must have at most ${countMax} items`);
  }

  typeInvalid(field: string, value: unknown, detail: string): void {
    this.#add('FieldValueTypeInvalid', field, `Invalid value: ${shown(value)}: ${detail}`);
  }

  /** A number of zero or more. */
  nonNegative(field: string, value: number | undefined): void {
    if (value !== undefined && value < 0) this.invalid(field, value, 'must be greater than or equal to 0');
  }

  /** One of the values; `required` when it is missing. */
  oneOf(field: string, value: string | undefined, supported: readonly string[]): void {
    if (value === undefined || value === '') this.required(field);
    else if (!supported.includes(value)) this.unsupported(field, value, supported);
  }
}
