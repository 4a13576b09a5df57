/** Where a fact was read: a file (or '-' for standard input) and a 1-based line and column. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `error` forbids running, `warning` may surprise, `info` is worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

/**
 * One thing to tell the user about the input. `message` says what is wrong, `remedy` how to mend it;
 * `code` is stable and kebab-case, for filters and tests.
 */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  /** The resource, e.g. `Deployment shop/web`. */
  readonly resource?: string;
  /** The path inside the resource, e.g. `spec.template.spec.containers[0].image`. */
  readonly path?: string;
  readonly position?: SourcePosition;
}

/** Collects problems so that all of them are reported at once. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];

  error(code: string, message: string, where: Omit<Diagnostic, 'severity' | 'code' | 'message'> = {}): void {
    this.list.push({ severity: 'error', code, message, ...where });
  }

  warning(
    code: string,
    message: string,
    where: Omit<Diagnostic, 'severity' | 'code' | 'message'> = {},
  ): void {
    this.list.push({ severity: 'warning', code, message, ...where });
  }

  info(code: string, message: string, where: Omit<Diagnostic, 'severity' | 'code' | 'message'> = {}): void {
    this.list.push({ severity: 'info', code, message, ...where });
  }

  get hasErrors(): boolean {
    return this.list.some((diagnostic) => diagnostic.severity === 'error');
  }
}
