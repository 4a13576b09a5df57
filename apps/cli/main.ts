#!/usr/bin/env node
import * as module from 'node:module';

// Compiled code is kept between calls where Node.js can (from 22.8 on): completion has to feel instant.
module.enableCompileCache?.();
const { main } = await import('./program.ts');

// The exit code is left for the end, so that what is still in a pipe gets out.
process.exitCode = await main(process.argv.slice(2));
