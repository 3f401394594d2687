import { VoronkaError } from '../errors.ts';

export class ReportUnknownError extends VoronkaError {
  constructor(name: string, known: readonly string[]) {
    super(`There is no report named "${name}". Known reports: ${known.join(', ')}.`, {
      code: 'USAGE',
      retry: 'never',
      context: { name },
    });
  }
}

export class KpisAbsentError extends VoronkaError {
  constructor() {
    super('This process serves no KPIs; digests and alerts are made by `voronka serve` or `voronka up`.', {
      code: 'KPIS_ABSENT',
      retry: 'later',
    });
  }
}
