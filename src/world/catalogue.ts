/**
 * Fidelity: the list of what can be read and simulated; each kind and each room tells its own. Secrets are read for the
 * names of services in them (database addresses, mostly), and for nothing else.
 */
import type { Catalogue, Compiler, Kind } from '../model/kind.ts';
import { knownKinds } from '../model/known-kinds.ts';
import { trafficCompiler } from './traffic/compile/compiler.ts';

/** The rooms of the world, in the order in which their sections are compiled. A new room is one more line. */
const compilers: readonly Compiler[] = [trafficCompiler];

const kinds: readonly Kind[] = knownKinds.map((kind) =>
  kind.kind === 'Secret' && kind.group === ''
    ? { ...kind, support: 'full', summary: 'Read for the names of services in it, and for nothing else.' }
    : kind,
);

/** Everything that can be read and compiled. */
export const catalogue: Catalogue = { kinds, compilers };
