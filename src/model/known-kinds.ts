import type { Kind } from './kind.ts';
import { scenarioKind } from './kinds/scenario.ts';
import { serviceModelKind } from './kinds/service-model.ts';
import { topologyKind } from './kinds/topology.ts';
import { trafficKind } from './kinds/traffic.ts';
import { kubernetesKinds } from './kubernetes/kinds.ts';
import { openSloKinds } from './openslo.ts';

/** The project's own kinds. */
export const ownKinds: readonly Kind[] = [scenarioKind, serviceModelKind, topologyKind, trafficKind];

/** Every kind that this room describes; rooms of the world may add theirs to the catalogue. */
export const knownKinds: readonly Kind[] = [...ownKinds, ...kubernetesKinds, ...openSloKinds];
