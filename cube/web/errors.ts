import { VoronkaError } from '../../pipelines/errors.ts';

export class BundleFailedError extends VoronkaError {
  constructor(output: string) {
    super(
      `The dashboard could not be built; the KPIs are served without it. \`npm ci\` installs what it needs.\n${output}`,
      { code: 'WEB_BUNDLE_FAILED', retry: 'never' },
    );
  }
}
