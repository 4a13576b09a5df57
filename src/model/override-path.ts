/** One step of a path: a field, a position in a list, or the item of a list whose field has a value. */
export type Step =
  | { readonly field: string }
  | { readonly index: number }
  | { readonly where: string; readonly equals: string };

const fieldForm = /^((?:\\.|[^.[\]\\])+)/;
const indexForm = /^\[(\d{1,6})\]/;
const quotedForm = /^\["((?:\\.|[^"\\])*)"\]/;
const whereForm = /^\[([A-Za-z][A-Za-z0-9]*)=([^\]]*)\]/;

/**
 * Reads `.spec.containers[0].env[name=PORT].value`; a dot in a field name is written `\.`, or the name in
 * `["…"]`. Null when the text has another form.
 */
export function readSteps(text: string): Step[] | null {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== '') {
    const step = bracket(rest) ?? dotted(rest);
    if (step === null || ('field' in step.step && step.step.field === '__proto__')) return null;
    steps.push(step.step);
    rest = rest.slice(step.length);
  }
  return steps;
}

function bracket(text: string): { step: Step; length: number } | null {
  const index = indexForm.exec(text);
  if (index !== null) return { step: { index: Number(index[1]) }, length: index[0].length };
  const quoted = quotedForm.exec(text);
  if (quoted !== null) return { step: { field: plainText(quoted[1]) }, length: quoted[0].length };
  const where = whereForm.exec(text);
  if (where === null) return null;
  return { step: { where: where[1], equals: where[2] }, length: where[0].length };
}

function dotted(text: string): { step: Step; length: number } | null {
  const match = text.startsWith('.') ? fieldForm.exec(text.slice(1)) : null;
  return match === null ? null : { step: { field: plainText(match[1]) }, length: match[0].length + 1 };
}

function plainText(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

export function stepsText(steps: readonly Step[]): string {
  const text = steps.map((step) => {
    if ('field' in step) return `.${step.field}`;
    return 'index' in step ? `[${step.index}]` : `[${step.where}=${step.equals}]`;
  });
  return text.join('').replace(/^\./, '');
}

/** Splits `path=value` at the first `=` outside brackets; null when there is none. */
export function splitAssignment(text: string): { path: string; value: string } | null {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '[') depth++;
    else if (character === ']') depth = Math.max(0, depth - 1);
    else if (character === '=' && depth === 0) return { path: text.slice(0, i), value: text.slice(i + 1) };
  }
  return null;
}
