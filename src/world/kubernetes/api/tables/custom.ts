/**
 * Fidelity: custom resources as their definitions want them listed (apiextensions-apiserver tableconvertor, 1.32), and Argo Rollouts
 * and VPA by the columns of their own definitions. Simplified: of JSONPath members, indices, `[*]` and filters by equality.
 */
import { apiVersionOf } from '../../objects/resource-types.ts';
import { columnsOf, type PrinterColumn } from '../definitions.ts';
import type { Served } from '../served-resource.ts';
import { type Cell, type Column, type PrintContext, type Printer, since } from './printer.ts';

type Step = { readonly member: string } | { readonly filter: readonly [path: string, value: string] } | 'all';

const stepForm =
  /\.?\[\?\(@\.([\w./-]+)\s*==\s*["']([^"']*)["']\)\]|\.?\[\*\]|\.?\[['"]?([^\]'"?]+)['"]?\]|\.((?:\\.|[^.[\\])+)/gy;

/** The steps of a simple path; null when it has something else in it. */
export function pathSteps(path: string): readonly Step[] | null {
  const text = path.startsWith('{') && path.endsWith('}') ? path.slice(1, -1) : path;
  const whole = text.startsWith('.') || text.startsWith('[') ? text : `.${text}`;
  const steps: Step[] = [];
  stepForm.lastIndex = 0;
  while (stepForm.lastIndex < whole.length) {
    const match = stepForm.exec(whole);
    if (match === null) return null;
    if (match[1] !== undefined) steps.push({ filter: [match[1], match[2]] });
    else if (match[3] !== undefined) steps.push({ member: match[3] });
    else if (match[4] !== undefined) steps.push({ member: match[4].replaceAll(/\\(.)/g, '$1') });
    else steps.push('all');
  }
  return steps;
}

/** What a path finds in an object, in order. */
export function valuesAt(object: unknown, steps: readonly Step[]): readonly unknown[] {
  let values: readonly unknown[] = [object];
  for (const step of steps) values = values.flatMap((value) => next(value, step));
  return values;
}

function next(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === 'all') return Array.isArray(value) ? value : Object.values(value);
  if ('filter' in step) {
    const [path, wanted] = step.filter;
    const inner = path.split('.').map((member) => ({ member }));
    return Array.isArray(value)
      ? value.filter((item) => valuesAt(item, inner).some((one) => String(one) === wanted))
      : [];
  }
  const members = value as Readonly<Record<string, unknown>>;
  return Object.hasOwn(members, step.member) ? [members[step.member]] : [];
}

function cellOf(values: readonly unknown[], { type }: PrinterColumn, context: PrintContext): Cell {
  const first = values[0];
  if (first === undefined || first === null) return null;
  if (type === 'date') return typeof first === 'string' ? since(first, context) : '<invalid>';
  if (type === 'integer' || type === 'number') return typeof first === 'number' ? first : null;
  if (type === 'boolean') return typeof first === 'boolean' ? first : null;
  const texts = values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)));
  return texts.join(',');
}

const known = new WeakMap<Served, Printer>();

/** The printer of a resource that a definition describes. */
export function customPrinter(served: Served): Printer {
  let printer = known.get(served);
  if (printer === undefined) {
    printer = printerFor(columnsOf(served));
    known.set(served, printer);
  }
  return printer;
}

function printerFor(stated: readonly PrinterColumn[]): Printer {
  const paths = stated.map(({ jsonPath }) => pathSteps(jsonPath) ?? []);
  const name: Column = { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 };
  return {
    columns: [
      name,
      ...stated.map(({ name: title, type, format, description, priority }) => ({
        name: title,
        type: type as Column['type'],
        format: format ?? '',
        description: description ?? '',
        priority: priority ?? 0,
      })),
    ],
    cells: (object, context) => [
      object.metadata.name,
      ...stated.map((column, at) => cellOf(valuesAt(object, paths[at]), column, context)),
    ],
  };
}

function column(name: string, type: string, jsonPath: string, priority = 0): PrinterColumn {
  return { name, type, jsonPath, priority };
}

const ageColumn = column('Age', 'date', '.metadata.creationTimestamp');

/** Columns that the definitions of installed extensions state, by apiVersion and kind. */
const installed: Readonly<Record<string, readonly PrinterColumn[]>> = {
  'argoproj.io/v1alpha1/Rollout': [
    column('Desired', 'integer', '.spec.replicas'),
    column('Current', 'integer', '.status.replicas'),
    column('Up-to-date', 'integer', '.status.updatedReplicas'),
    column('Available', 'integer', '.status.availableReplicas'),
    ageColumn,
  ],
  'argoproj.io/v1alpha1/AnalysisRun': [column('Status', 'string', '.status.phase'), ageColumn],
  'argoproj.io/v1alpha1/AnalysisTemplate': [ageColumn],
  'argoproj.io/v1alpha1/ClusterAnalysisTemplate': [ageColumn],
  'autoscaling.k8s.io/v1/VerticalPodAutoscaler': [
    column('Mode', 'string', '.spec.updatePolicy.updateMode'),
    column('CPU', 'string', '.status.recommendation.containerRecommendations[0].target.cpu'),
    column('Mem', 'string', '.status.recommendation.containerRecommendations[0].target.memory'),
    column('Provided', 'string', ".status.conditions[?(@.type=='RecommendationProvided')].status"),
    ageColumn,
  ],
};

const installedPrinters = new Map(
  Object.entries(installed).map(([kind, stated]) => [kind, printerFor(stated)]),
);

export function installedPrinter(served: Served): Printer | undefined {
  return installedPrinters.get(`${apiVersionOf(served)}/${served.type.kind}`);
}
