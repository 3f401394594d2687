/** A wrong request: a code of the 3000s. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

export function refusal(code: number, message: string): Refusal {
  return { code, message };
}

export function isRefusal(value: object): value is Refusal {
  return 'code' in value;
}
