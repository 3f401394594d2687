export { scryptVerifier } from './auth/password.ts';
export { startNativeSqlApi } from './native.ts';
export { createRewriter } from './rewrite/index.ts';
export { startSqlApi, type RunningSqlApi } from './server.ts';
export { readTlsContext } from './tls.ts';
