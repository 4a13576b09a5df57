/**
 * Fidelity: what a request does is what its ServiceModel states, in order; repeats are written out. Nothing is added.
 */
import type { CompileContext } from '../../../model/kind.ts';
import type { CallPolicy } from '../../../model/kinds/call-policy.ts';
import type {
  ServiceModel,
  WrittenCall,
  WrittenEndpoint,
  WrittenStep,
} from '../../../model/kinds/service-model.ts';
import { type Path, pathText } from '../../../model/place.ts';
import { isInDoubt, type Resource } from '../../../model/resource.ts';
import { isStandIn } from '../../../model/stand-in.ts';
import type { Pool, Step } from '../model.ts';
import { AmountReader } from './amount.ts';
import type { CallTable, EndpointDraft, ServiceDraft } from './draft.ts';
import type { Lookup } from './lookup.ts';
import { compilePolicy } from './policy.ts';
import { suggestion, where } from './report.ts';
import { shareOf } from './service.ts';

/** Endpoints as a ServiceModel states them, without their steps. A name that is there twice is an error. */
export function statedEndpoints(
  draft: ServiceDraft,
  model: Resource<ServiceModel>,
  context: CompileContext,
): EndpointDraft[] {
  const endpoints: EndpointDraft[] = [];
  model.value.spec.endpoints.forEach((written, index) => {
    if (endpoints.some((endpoint) => endpoint.name === written.name)) {
      context.diagnostics.error(
        'endpoint-twice',
        `${model.id} has two endpoints "${written.name}".`,
        where(model, ['spec', 'endpoints', index, 'name'], 'Give each endpoint its own name.'),
      );
    }
    const errorRate = shareOf(written.errorRate, 0);
    endpoints.push({
      id: -1,
      service: draft,
      name: written.name,
      errorRate,
      preset: null,
      upstream: null,
      steps: [],
    });
  });
  return endpoints;
}

/** Pools as a ServiceModel states them. */
export function statedPools(model: Resource<ServiceModel>, context: CompileContext): Pool[] {
  const amounts = new AmountReader(context, model);
  const pools: Pool[] = [];
  (model.value.spec.pools ?? []).forEach((written, index) => {
    const path = ['spec', 'pools', index];
    if (pools.some((pool) => pool.name === written.name)) {
      context.diagnostics.error(
        'pool-twice',
        `${model.id} has two pools "${written.name}".`,
        where(model, [...path, 'name'], 'Give each pool its own name.'),
      );
    }
    pools.push({
      name: written.name,
      size: written.size,
      maxWaiting: written.maxWaiting ?? null,
      maxWaitMicros: amounts.duration(written.maxWait, [...path, 'maxWait']),
    });
  });
  return pools;
}

/** More operations than this for one request of an endpoint is no handler that anybody wrote. */
const operationsMax = 10_000;

/** Compiles what the endpoints of one ServiceModel do. Calls that lead nowhere are errors and left out. */
export class StepCompiler {
  readonly #draft: ServiceDraft;
  readonly #model: Resource<ServiceModel>;
  readonly #lookup: Lookup;
  readonly #calls: CallTable;
  readonly #context: CompileContext;
  readonly #amounts: AmountReader;
  #operations = 0;

  constructor(draft: ServiceDraft, lookup: Lookup, calls: CallTable, context: CompileContext) {
    this.#draft = draft;
    this.#model = draft.model!;
    this.#lookup = lookup;
    this.#calls = calls;
    this.#context = context;
    this.#amounts = new AmountReader(context, this.#model);
  }

  compile(endpoint: EndpointDraft, index: number): void {
    const written: WrittenEndpoint = this.#model.value.spec.endpoints[index];
    const path = ['spec', 'endpoints', index, 'steps'];
    this.#operations = 0;
    endpoint.steps.push(...this.#steps(written.steps as readonly WrittenStep[], path));
    if (this.#operations <= operationsMax) return;
    this.#context.diagnostics.error(
      'too-many-steps',
      `One request of "${endpoint.name}" takes more than ${operationsMax} steps.`,
      where(this.#model, path, 'Lower the repeats, or add the work up into fewer steps.'),
    );
  }

  #steps(written: readonly WrittenStep[], path: Path): Step[] {
    return written.flatMap((step, index) => this.#step(step, [...path, index]));
  }

  #step(written: WrittenStep, path: Path): Step[] {
    const probability = shareOf(written.probability, 1);
    this.#operations += 1;
    if ('cpu' in written) {
      return [{ kind: 'cpu', probability, work: this.#amounts.work(written.cpu, [...path, 'cpu']) }];
    }
    if ('wait' in written) {
      return [{ kind: 'wait', probability, work: this.#amounts.work(written.wait, [...path, 'wait']) }];
    }
    if ('steps' in written) {
      return [{ kind: 'sequence', probability, steps: this.#steps(written.steps, [...path, 'steps']) }];
    }
    if ('parallel' in written) {
      const calls = written.parallel.flatMap((call, index) =>
        this.#repeated(call, [...path, 'parallel', index]),
      );
      return calls.length === 0 ? [] : [{ kind: 'parallel', probability, calls }];
    }
    const calls = this.#repeated(written, path);
    if (calls.length === 1) return [{ kind: 'call', probability, call: calls[0] }];
    const steps = calls.map((call): Step => ({ kind: 'call', probability: 1, call }));
    return steps.length === 0 ? [] : [{ kind: 'sequence', probability, steps }];
  }

  /** The call's id as often as it is made; empty when it leads nowhere. */
  #repeated(written: Omit<WrittenCall, 'probability'>, path: Path): number[] {
    const repeat = written.repeat ?? 1;
    this.#operations += repeat;
    const found = this.#lookup.endpoint(this.#model.namespace, written.call);
    if (found !== 'inDoubt' && !('value' in found)) {
      this.#context.diagnostics.error(
        found.code,
        found.message,
        where(this.#model, [...path, 'call'], found.remedy),
      );
    }
    // How the call is made is read also when it leads nowhere, so that all its mistakes are told at once.
    const pool = this.#pool(written, path);
    const defaults = this.#model.value.spec.defaults?.calls ?? {};
    const policy = compilePolicy(
      {
        resource: this.#model,
        own: written as CallPolicy,
        ownPath: path,
        shown: this.#shown(path),
        defaults,
        defaultsPath: ['spec', 'defaults', 'calls'],
      },
      this.#context,
    );
    if (found === 'inDoubt' || !('value' in found)) return [];
    const call = this.#calls.add(
      {
        client: this.#draft.id,
        endpoint: found.value.id,
        optional: written.optional ?? false,
        ...policy,
        pool,
      },
      { resource: this.#model, path, inferred: false },
    );
    // Beyond the bound nothing is written out, but all of it is judged.
    const length = this.#operations > operationsMax ? 1 : repeat;
    return Array.from({ length }, () => call);
  }

  /** The path with the endpoint's name instead of its number. */
  #shown(path: Path): string {
    const [, endpoints, index, ...rest] = path;
    return pathText([endpoints, this.#model.value.spec.endpoints[Number(index)].name, ...rest]);
  }

  #pool(written: Omit<WrittenCall, 'probability'>, path: Path): number | null {
    const name = written.pool ?? this.#model.value.spec.defaults?.calls?.pool;
    if (name === undefined) return null;
    const position = this.#draft.pools.findIndex((pool) => pool.name === name);
    if (position !== -1) return position;
    const names = this.#draft.pools.map((pool) => pool.name);
    // Any of them may be a pool whose name is not known.
    if (isInDoubt(this.#model, ['spec', 'pools']) && (names.length === 0 || names.some(isStandIn)))
      return null;
    const place = written.pool === undefined ? ['spec', 'defaults', 'calls', 'pool'] : [...path, 'pool'];
    this.#context.diagnostics.error(
      'unknown-pool',
      `${this.#model.id} has no pool "${name}".`,
      where(
        this.#model,
        place,
        suggestion(name, names, `pools of ${this.#model.id}; declare it under spec.pools`),
      ),
    );
    return null;
  }
}
