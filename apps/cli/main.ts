#!/usr/bin/env node
import { main } from './program.ts';

// The exit code is left for the end, so that what is still in a pipe gets out.
process.exitCode = await main(process.argv.slice(2));
