export { createRewriter, type RewriterOptions } from './statement-rewriter.ts';
export type { CompilerApi } from './compiler.ts';
