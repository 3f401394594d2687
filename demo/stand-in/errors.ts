import { VoronkaError } from '../../pipelines/errors.ts';

/** A folder served by the stand-in is missing a file, or a file has a line that is not what the format asks for. */
export class StandInDataError extends VoronkaError {
  constructor(file: string, line: number | undefined, field: string | undefined, problem: string) {
    const where = [
      file,
      line === undefined ? '' : `line ${line}`,
      field === undefined ? '' : `field "${field}"`,
    ];
    super(
      `${where.filter(Boolean).join(', ')}: ${problem}. The format is described in the stand-in’s README.`,
      {
        code: 'STAND_IN_DATA',
        retry: 'never',
        context: { file, line, field },
      },
    );
  }
}

/** The stand-in cannot listen on the port it was given. */
export class StandInPortError extends VoronkaError {
  constructor(port: number, host: string, cause: unknown) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    const why = code === 'EADDRINUSE' ? 'another program is listening there' : `the system answered ${code}`;
    super(
      `The stand-in cannot listen on ${host}:${port}: ${why}. Choose another port, or 0 for any free one.`,
      {
        code: 'STAND_IN_PORT',
        retry: 'never',
        context: { port, host },
        cause,
      },
    );
  }
}

/** Something was asked of the stand-in that cannot be done: an unknown fault, a move of a lead that does not exist. */
export class StandInUsageError extends VoronkaError {
  constructor(problem: string) {
    super(problem, { code: 'STAND_IN_USAGE', retry: 'never' });
  }
}
