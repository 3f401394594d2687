import { VoronkaError } from '../../errors.ts';
import { at, type Place } from '../errors.ts';

export type ModelMode = 'full' | 'incremental' | 'view';

export interface ModelResult {
  readonly name: string;
  readonly materialized: 'view' | 'table' | 'incremental';
  readonly mode: ModelMode;
  /** Rows written; null for a view. */
  readonly rows: number | null;
  readonly ms: number;
}

export interface TestResult {
  readonly name: string;
  readonly model: string | null;
  readonly severity: 'error' | 'warn';
  /** `broken`: the test's own SQL failed. */
  readonly status: 'passed' | 'failed' | 'warned' | 'broken';
  readonly failures: number;
  /** Up to ten failing rows. */
  readonly examples: readonly Readonly<Record<string, unknown>>[];
  readonly error: string | null;
  readonly place: Place;
  readonly ms: number;
  /** Of the test as it was run: the next build compares. */
  readonly fingerprint?: string | undefined;
}

export interface BuildReport {
  readonly buildId: string;
  readonly models: readonly ModelResult[];
  readonly tests: readonly TestResult[];
  readonly ms: number;
}

/** Data or unit tests of severity error failed: nothing was published. `report` has every result. */
export class DataTestsFailedError extends VoronkaError {
  readonly report: BuildReport;

  constructor(report: BuildReport) {
    const failed = report.tests.filter(({ status }) => status === 'failed' || status === 'broken');
    super(
      `${failed.length} of ${report.tests.length} tests failed; nothing was published, readers keep the previous build.\n` +
        failed.map(describeFailure).join('\n'),
      {
        code: 'DATA_TESTS_FAILED',
        retry: 'never',
        context: { buildId: report.buildId, tests: failed.map(({ name, failures }) => ({ name, failures })) },
      },
    );
    this.report = report;
  }
}

function describeFailure(test: TestResult): string {
  const head = `- ${test.name} (${at(test.place)}): `;
  if (test.error !== null) return head + test.error;
  const shown = test.examples.map((row) => `\n    ${JSON.stringify(row)}`).join('');
  return `${head}${test.failures} failing ${test.failures === 1 ? 'row' : 'rows'}, for example:${shown}`;
}
