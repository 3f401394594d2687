/** What voronka looks at in `@cubejs-backend/native`: plain writable properties of a CommonJS module, read at call time. */
export interface NativeModule {
  /** Loads the binary; throws when there is none for this platform. */
  loadNative(): unknown;
  setupLogger: unknown;
  isFallbackBuild: unknown;
  redactSqlLiterals: unknown;
  getFinalQueryResult: unknown;
  getFinalQueryResultMulti: unknown;
  NativeInstance: { prototype: { newJinjaEngine: unknown } };
}

/** Whether the prebuilt binary can be loaded here; it is fetched by an install script, which voronka's install never runs. */
export function hasNativeBinary(native: NativeModule): boolean {
  try {
    native.loadNative();
    return true;
  } catch {
    return false;
  }
}
