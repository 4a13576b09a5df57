import { type Diagnostic, Diagnostics } from '../base/diagnostics.ts';
import { collectDrafts, type SourceFile } from './collect.ts';
import { type Draft, identityOf, isObject } from './draft.ts';
import { type Identified, identify, KindIndex } from './identify.ts';
import type { Catalogue } from './kind.ts';
import type { ScenarioDocument } from './kinds/scenario.ts';
import { customKinds } from './kubernetes/custom-kinds.ts';
import { withoutMade } from './kubernetes/dump.ts';
import { limits } from './limits.ts';
import type { Lost } from './lost.ts';
import { applyOverrides, type Override, readAssignment } from './override.ts';
import { fixedPlace, placeAt } from './place.ts';
import { type Resource, ResourceSet } from './resource.ts';
import type { ParsedScenario } from './scenario.ts';
import { isStandIn } from './stand-in.ts';
import { nearest } from './suggest.ts';
import { type Validated, validateResource } from './validate-resource.ts';

export type { SourceFile } from './collect.ts';
export type { ParsedScenario } from './scenario.ts';

export interface ParseOptions {
  /** Unknown kinds and unknown fields of Kubernetes kinds are errors. */
  readonly strict?: boolean;
  /** Values to change, as `--set` takes them: `deployment/web.spec.replicas=6`. Later ones win. */
  readonly set?: readonly string[];
  /** A variant of the Scenario; `set` is applied after it. */
  readonly variant?: string;
  /** Short for `set: ['scenario.spec.duration=…']`, and applied last. */
  readonly duration?: string;
}

/**
 * Reads manifests. All problems come back at once, each with file, line and column; the scenario holds what could
 * be read. Never throws, whatever the text.
 */
export function parse(
  files: readonly SourceFile[],
  catalogue: Catalogue,
  options: ParseOptions = {},
): { scenario: ParsedScenario; diagnostics: readonly Diagnostic[] } {
  const diagnostics = new Diagnostics();
  const lost: Lost[] = [];
  const drafts = withoutMade(collectDrafts(files, diagnostics, lost), diagnostics);
  const documents = drafts.map(({ value }) => value);
  const kinds = new KindIndex([...catalogue.kinds, ...customKinds(documents, catalogue.kinds)]);
  change(drafts, options, { kinds, diagnostics });
  const strict = options.strict === true || asksForStrictness(drafts);
  const identified = identify(drafts, kinds, { diagnostics, strict, lost });
  const validated = identified.map((each) => validateResource(each, { diagnostics, strict }));
  const usable = validated.filter((_, index) => {
    const { kind } = identified[index];
    return kind.support !== 'none' || !kinds.isShadowed(kind);
  });
  for (const { lost: one } of validated)
    if (one !== null) lost.push(unreferred.has(one.kind ?? '') ? { ...one, present: true } : one);
  const current = currentOf(usable, diagnostics);
  const all = new ResourceSet(resourcesOf(current), lost);
  applyRules(identified, validated, { resources: all, diagnostics });
  noteSupport(identified, kinds, diagnostics);
  const document = theScenario(all, diagnostics);
  const readable = resourcesOf(current.filter((each) => each.usable));
  const resources = new ResourceSet(readable, lost, { faulty: diagnostics.hasErrors });
  const found = document !== null && resources.all.includes(document);
  const list = ordered(files, diagnostics.list);
  const scenario: ParsedScenario = {
    resources,
    document: found ? document : null,
    name: document === null || isStandIn(document.name) ? nameFrom(files) : document.name,
    variants: variantsOf(drafts),
    variant: options.variant ?? null,
    strict,
    diagnostics: list,
  };
  return { scenario, diagnostics: list };
}

interface Changing {
  readonly kinds: KindIndex;
  readonly diagnostics: Diagnostics;
}

/** Applies the variant, then `--set`, then the duration. */
function change(drafts: Draft[], options: ParseOptions, { kinds, diagnostics }: Changing): void {
  const overrides: Override[] = [];
  if (options.variant !== undefined)
    overrides.push(...variantOverrides(drafts, options.variant, diagnostics));
  for (const text of options.set ?? []) {
    const override = readAssignment(text, diagnostics);
    if (override !== null) overrides.push(override);
  }
  if (options.duration !== undefined) {
    const position = { file: `--duration ${options.duration.slice(0, 60)}`, line: 1, column: 1 };
    overrides.push({ path: 'scenario.spec.duration', value: options.duration, position });
  }
  const wantsScenario = overrides.find(({ path }) => /^scenarios?\./i.test(path));
  const has = drafts.some((draft) => isScenario(draft) || isMeantAsScenario(draft, kinds));
  if (wantsScenario !== undefined && !has) drafts.push(emptyScenario(wantsScenario));
  applyOverrides(overrides, drafts, { kinds: kinds.all, diagnostics });
}

function isScenario(draft: Draft): boolean {
  const { kind, apiVersion } = identityOf(draft.value);
  return kind === 'Scenario' && apiVersion.startsWith('sim.devops/');
}

/** A misspelt group is told of itself; a Scenario beside it would only confuse. */
function isMeantAsScenario(draft: Draft, kinds: KindIndex): boolean {
  const identity = identityOf(draft.value);
  return identity.kind === 'Scenario' && (identity.apiVersion === '' || kinds.isMeantAsOwn(identity));
}

/** Settings for manifests without a Scenario need one to be set in. */
function emptyScenario({ position }: Override): Draft {
  const value = {
    apiVersion: 'sim.devops/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'simulation' },
    spec: {},
  };
  return { value, place: fixedPlace(position, value) };
}

function specOf(draft: Draft): Record<string, unknown> {
  return isObject(draft.value['spec']) ? draft.value['spec'] : {};
}

function asksForStrictness(drafts: readonly Draft[]): boolean {
  return drafts.some((draft) => isScenario(draft) && specOf(draft)['strict'] === true);
}

function variantsOf(drafts: readonly Draft[]): { name: string; description: string }[] {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return drafts.filter(isScenario).flatMap((draft) => {
    const variants = specOf(draft)['variants'];
    return (Array.isArray(variants) ? variants : [])
      .filter(isObject)
      .map((variant) => ({ name: text(variant['name']), description: text(variant['description']) }))
      .filter((variant) => variant.name !== '');
  });
}

/** What a variant sets, each value with its place in the Scenario. */
function variantOverrides(drafts: readonly Draft[], name: string, diagnostics: Diagnostics): Override[] {
  for (const draft of drafts.filter(isScenario)) {
    const variants = specOf(draft)['variants'];
    const index = Array.isArray(variants)
      ? variants.findIndex((variant) => isObject(variant) && variant['name'] === name)
      : -1;
    if (index < 0) continue;
    const set = (variants as Record<string, unknown>[])[index]['set'];
    return Object.entries(isObject(set) ? set : {}).map(([path, value]) => ({
      path,
      value,
      position: placeAt(draft.place, ['spec', 'variants', index, 'set', path]).place.keyPosition(),
    }));
  }
  const names = variantsOf(drafts).map((variant) => variant.name);
  const guess = nearest(name, names);
  diagnostics.error('unknown-variant', `There is no variant "${name.slice(0, 60)}".`, {
    remedy:
      names.length === 0
        ? 'The Scenario has no variants.'
        : `${guess === null ? '' : `Did you mean "${guess}"? `}Variants: ${names.join(', ')}.`,
  });
  return [];
}

/** The documents by identity. As with `kubectl apply`, a later one takes the place of an earlier one. */
function currentOf(validated: readonly Validated[], diagnostics: Diagnostics): readonly Validated[] {
  const byId = new Map<string, Validated>();
  for (const each of validated) {
    const { resource } = each;
    if (resource === null) continue;
    if (isStandIn(resource.name)) {
      byId.set(resource.name + resource.id + byId.size, each);
      continue;
    }
    // Two projects may have a kind of one name.
    const identity = `${resource.apiVersion.replace(/[^/]*$/, '')} ${resource.id}`;
    const earlier = byId.get(identity)?.resource ?? null;
    if (earlier !== null) {
      const { file, line } = earlier.at();
      diagnostics.info('replaced', `${resource.id} replaces the one at ${file}:${line}.`, {
        resource: resource.id,
        position: resource.at(),
      });
    }
    byId.set(identity, each);
  }
  return [...byId.values()];
}

function resourcesOf(validated: readonly Validated[]): Resource[] {
  return validated.flatMap(({ resource }) => resource ?? []);
}

/** Rules judge the documents that count: not those that a later one replaced. */
function applyRules(
  identified: readonly Identified[],
  validated: readonly Validated[],
  context: { resources: ResourceSet; diagnostics: Diagnostics },
): void {
  const current = new Set(context.resources.all);
  identified.forEach(({ kind }, index) => {
    const { resource, pruned } = validated[index];
    if (kind.rules === undefined || resource === null || pruned === null || !current.has(resource)) return;
    const mine = new Diagnostics();
    kind.rules(pruned, mine, context.resources);
    context.diagnostics.list.push(...mine.list.slice(0, limits.problems));
  });
}

/** Says once for each kind what is not simulated. */
function noteSupport(identified: readonly Identified[], kinds: KindIndex, diagnostics: Diagnostics): void {
  const noted = new Map<string, { first: Identified; count: number }>();
  for (const each of identified) {
    if (each.kind.support === 'full') continue;
    const name = `${each.kind.group} ${each.kind.kind}`;
    const seen = noted.get(name);
    if (seen === undefined) noted.set(name, { first: each, count: 1 });
    else seen.count++;
  }
  for (const { first, count } of noted.values()) {
    const { kind } = first;
    const what = `${count} ${count === 1 ? kind.kind : kind.plural}`;
    const left = kind.note === undefined || kinds.isShadowed(kind);
    diagnostics.info('not-simulated', `${what} ${left ? 'left out: not simulated' : kind.note}.`, {
      position: first.draft.place.position(),
    });
  }
}

/** Kinds on whose content no other document hangs: what one that is left out says changes nothing for the others. */
const unreferred: ReadonlySet<string> = new Set([
  'Scenario',
  'SLO',
  'Namespace',
  'HorizontalPodAutoscaler',
  'VerticalPodAutoscaler',
  'PodDisruptionBudget',
  'AnalysisTemplate',
  'ClusterAnalysisTemplate',
  'Job',
  'CronJob',
  'ServiceAccount',
  'LimitRange',
  'ResourceQuota',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
  'NetworkPolicy',
  'IngressClass',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
]);

function theScenario(resources: ResourceSet, diagnostics: Diagnostics): Resource<ScenarioDocument> | null {
  const [first, ...others] = resources.byKind<ScenarioDocument>('Scenario');
  for (const other of others)
    diagnostics.error('several-scenarios', `${other.id} is a second Scenario beside ${first.id}.`, {
      remedy: 'Keep one Scenario; use variants for variations.',
      resource: other.id,
      position: other.at(),
    });
  return first ?? null;
}

/** `shop` from `manifests/shop.yaml`; `simulation` where several files or standard input leave no name. */
function nameFrom(files: readonly SourceFile[]): string {
  const base = files.length === 1 ? files[0].name.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '') : '';
  return base === '' || base === '-' ? 'simulation' : base;
}

/** In the order of the files and their lines; what has no position comes first. */
function ordered(files: readonly SourceFile[], list: readonly Diagnostic[]): readonly Diagnostic[] {
  const rank = new Map(files.map((file, index) => [file.name, index + 1]));
  const key = ({ position }: Diagnostic) => (position === undefined ? 0 : (rank.get(position.file) ?? 0));
  return [...list].sort(
    (a, b) =>
      key(a) - key(b) ||
      (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
      (a.position?.column ?? 0) - (b.position?.column ?? 0),
  );
}
