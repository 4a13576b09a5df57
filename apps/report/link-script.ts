import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Joins ECMAScript modules into one classic script, because a page opened from a disk cannot load modules.
 * Each module becomes a function scope that returns its exports; modules come after those they import. It
 * understands what the client's modules use: named imports from relative paths, and exported declarations
 * of functions, classes and constants. Anything else is refused rather than joined wrongly.
 */
export function linkScript(entry: URL): string {
  const linker: Linker = { parts: [], names: new Map(), open: new Set() };
  include(entry, linker);
  return `(() => {\n'use strict';\n${linker.parts.join('')}})();\n`;
}

interface Linker {
  readonly parts: string[];
  /** Names of the scopes by address of the module. */
  readonly names: Map<string, string>;
  readonly open: Set<string>;
}

function include(module: URL, linker: Linker): string {
  const known = linker.names.get(module.href);
  if (known !== undefined) return known;
  assert(!linker.open.has(module.href), `${module.href} imports itself by way of others`);
  linker.open.add(module.href);
  const body = rewriteImports(sourceOf(module), module, linker);
  const name = `module${linker.names.size}`;
  linker.names.set(module.href, name);
  linker.parts.push(`const ${name} = (() => {\n${rewriteExports(body, module)}})();\n`);
  return name;
}

function sourceOf(module: URL): string {
  const source = readFileSync(fileURLToPath(module), 'utf8');
  const script = module.pathname.endsWith('.ts') ? withoutTypes(source) : source;
  return script.replace(/^\/\/# sourceMappingURL=.*$/m, '');
}

/** Node.js warns that its type stripping may change; the tests of the report would notice. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return nodeModule.stripTypeScriptTypes(source, { mode: 'strip' });
  } finally {
    process.emitWarning = emitWarning;
  }
}

function rewriteImports(source: string, module: URL, linker: Linker): string {
  return source.replace(
    /^import\s*\{([^}]*)\}\s*from\s*['"](\.[^'"]+)['"];?/gm,
    (_, names: string, path: string) => {
      const imported = include(new URL(path, module), linker);
      return `const {${names.replace(/\bas\b/g, ':')}} = ${imported};`;
    },
  );
}

function rewriteExports(source: string, module: URL): string {
  const exported: string[] = [];
  const declaration = /^export\s+((?:async\s+)?(?:function\*?|class|const)\s+)([\w$]+)/gm;
  const body = source
    .replace(/^export\s*\{\s*\};?/gm, '')
    .replace(declaration, (_, keywords: string, name: string) => {
      exported.push(name);
      return keywords + name;
    });
  const strange = /^\s*(?:import|export)\b.*$/m.exec(body);
  assert(strange === null, `${module.href}: cannot join “${strange?.[0].trim()}”`);
  return `${body.replace(/[ \t]+$/gm, '').replace(/\n{2,}/g, '\n')}return { ${exported.join(', ')} };\n`;
}
