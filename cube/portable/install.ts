import { getFinalQueryResult, getFinalQueryResultMulti } from './final-result.ts';
import { hasNativeBinary, type NativeModule } from './native-module.ts';

export type Runtime = 'native' | 'portable';

const jinjaEngine = {
  renderTemplate(fileName: string): never {
    throw new Error(
      `${fileName} uses Jinja ({% … %}, {{ … }}), which Cube runs only with its native module. Voronka's model is plain YAML.`,
    );
  },
};

// Only words and numbers survive outside quotes: the portable replacement logs no client text it cannot parse.
const redactSqlLiterals = (sql: string): string => sql.replace(/'(?:[^']|'')*'/g, "'redacted'");

/**
 * Makes Cube run here, and says how: with its native binary where there is one, else with TypeScript in place of the
 * functions the REST API needs. What has no replacement (Cube's own SQL API, Python and Jinja in the model) keeps
 * throwing Cube's "unable to load" error. `force` skips the binary (also: environment `VORONKA_CUBE_PORTABLE=true`).
 *
 * Sets `CUBEJS_TESSERACT_SQL_PLANNER`: the new planner is part of the binary, without it queries are planned in JavaScript.
 */
export function installPortable(native: NativeModule, { force = false }: { force?: boolean } = {}): Runtime {
  const forced = force || process.env['VORONKA_CUBE_PORTABLE'] === 'true';
  if (!forced && hasNativeBinary(native)) {
    process.env['CUBEJS_TESSERACT_SQL_PLANNER'] ??= 'true';
    return 'native';
  }
  process.env['CUBEJS_TESSERACT_SQL_PLANNER'] = 'false';
  process.env['CUBEJS_TRANSPILATION_NATIVE'] = 'false';
  native.setupLogger = () => undefined;
  native.isFallbackBuild = () => true;
  native.redactSqlLiterals = redactSqlLiterals;
  native.getFinalQueryResult = getFinalQueryResult;
  native.getFinalQueryResultMulti = getFinalQueryResultMulti;
  native.NativeInstance.prototype.newJinjaEngine = () => jinjaEngine;
  return 'portable';
}
