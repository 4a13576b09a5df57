/**
 * Fidelity: cores and memory (GiB) of common machine types, as the providers' public pages state them in 2025. Prices are
 * left to the user: they differ by region, day and contract.
 */
const shapes: Readonly<Record<string, readonly [cores: number, memoryGib: number]>> = {
  't3.medium': [2, 4],
  't3.large': [2, 8],
  't3.xlarge': [4, 16],
  'm5.large': [2, 8],
  'm5.xlarge': [4, 16],
  'm5.2xlarge': [8, 32],
  'm5.4xlarge': [16, 64],
  'm6i.large': [2, 8],
  'm6i.xlarge': [4, 16],
  'm6i.2xlarge': [8, 32],
  'm6i.4xlarge': [16, 64],
  'm7g.large': [2, 8],
  'm7g.xlarge': [4, 16],
  'm7g.2xlarge': [8, 32],
  'c6i.large': [2, 4],
  'c6i.xlarge': [4, 8],
  'c6i.2xlarge': [8, 16],
  'c6i.4xlarge': [16, 32],
  'r6i.large': [2, 16],
  'r6i.xlarge': [4, 32],
  'r6i.2xlarge': [8, 64],
  'e2-medium': [2, 4],
  'e2-standard-2': [2, 8],
  'e2-standard-4': [4, 16],
  'e2-standard-8': [8, 32],
  'n2-standard-2': [2, 8],
  'n2-standard-4': [4, 16],
  'n2-standard-8': [8, 32],
  'n2-standard-16': [16, 64],
  Standard_D2s_v5: [2, 8],
  Standard_D4s_v5: [4, 16],
  Standard_D8s_v5: [8, 32],
  Standard_D16s_v5: [16, 64],
  Standard_E4s_v5: [4, 32],
  's-2vcpu-4gb': [2, 4],
  's-4vcpu-8gb': [4, 8],
  's-8vcpu-16gb': [8, 16],
  'g-2vcpu-8gb': [2, 8],
  'g-4vcpu-16gb': [4, 16],
};

/** Cores and bytes of a machine type, or null for one that is not known here. */
export function shapeOf(
  instanceType: string,
): { readonly cores: number; readonly memoryBytes: number } | null {
  const shape = Object.hasOwn(shapes, instanceType) ? shapes[instanceType] : undefined;
  return shape === undefined ? null : { cores: shape[0], memoryBytes: shape[1] * 1024 * 1024 * 1024 };
}

export const knownInstanceTypes: readonly string[] = Object.keys(shapes);
