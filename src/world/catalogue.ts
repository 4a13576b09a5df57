/**
 * Fidelity: the list of what can be read and simulated; each kind and each room tells its own.
 */
import type { Catalogue, Compiler } from '../model/kind.ts';
import { knownKinds } from '../model/known-kinds.ts';
import { kubernetesCompiler } from './kubernetes/compile/compiler.ts';
import { trafficCompiler } from './traffic/compile/compiler.ts';

/** The rooms of the world, in the order in which their sections are compiled. A new room is one more line. */
const compilers: readonly Compiler[] = [trafficCompiler, kubernetesCompiler];

/** Everything that can be read and compiled. */
export const catalogue: Catalogue = { kinds: knownKinds, compilers };
