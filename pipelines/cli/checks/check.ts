export type CheckState = 'ok' | 'warning' | 'problem';

export interface Check {
  readonly state: CheckState;
  /** What was looked at, e.g. `source amocrm`. */
  readonly what: string;
  readonly found: string;
  /** What to do about it. */
  readonly todo?: string;
}

/** A problem made of an error: the messages of voronka's errors already say what to do. */
export function problem(what: string, error: unknown): Check {
  return { state: 'problem', what, found: error instanceof Error ? error.message : String(error) };
}
