export { bundleHash, prebuildBundle, prepareBundle, type Bundle } from './bundle.ts';
export { BundleFailedError } from './errors.ts';
export { LOGIN_LIMITS, type LoginLimits } from './login-limits.ts';
export { openWeb, type Web, type WebAccount, type WebOptions } from './web.ts';
