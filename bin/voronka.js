#!/usr/bin/env node
import { register } from 'tsx/esm/api';

// Deprecations inside libraries are not the user's business; --debug shows them.
process.noDeprecation = !process.argv.includes('--debug');
register();
await import('../pipelines/cli/main.ts');
