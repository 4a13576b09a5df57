import assert from 'node:assert/strict';
import { compileText } from '../../traffic/compile/manifests.cases.ts';
import type { KubernetesModel } from '../model.ts';

/** The Kubernetes section of manifests without errors, for tests. */
export function clusterOf(text: string): KubernetesModel {
  const { model, diagnostics } = compileText(text);
  assert(model !== null, diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  return model.rooms['kubernetes'] as KubernetesModel;
}

/** Code and path of every error and warning, in order. */
export function told(text: string): string[] {
  return compileText(text)
    .diagnostics.filter(({ severity }) => severity !== 'info')
    .map(({ severity, code, path = '', position }) => {
      assert(position !== undefined && position.line >= 1, code);
      return `${severity} ${code} ${path}`;
    });
}

/** A document as JSON, which is YAML too. */
export function manifest(apiVersion: string, kind: string, name: string, rest: object = {}): string {
  const { metadata = {}, ...others } = rest as { readonly metadata?: object };
  return `---\n${JSON.stringify({ apiVersion, kind, metadata: { name, ...metadata }, ...others })}\n`;
}
