/** The simulator's version, as results and manifests name it; a test keeps it equal to package.json's. */
export const simulatorVersion = '0.1.0';
