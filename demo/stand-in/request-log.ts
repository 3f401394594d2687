/** One request as the stand-in saw it. */
export interface LoggedRequest {
  /** Milliseconds since the epoch, with fractions, when it arrived. */
  readonly time: number;
  readonly method: string;
  readonly path: string;
  /** Without the question mark, as sent. */
  readonly query: string;
  /** 0 when the connection was broken instead of an answer. */
  status: number;
  /** Until the answer was handed over; -1 while it is under way. */
  ms: number;
}

/** The most requests that arrived within any window of so many milliseconds: what a rate promise is checked with. */
export function busiestWindow(requests: readonly { readonly time: number }[], windowMs = 1000): number {
  const times = requests.map((request) => request.time).sort((left, right) => left - right);
  let most = 0;
  let begin = 0;
  for (let end = 0; end < times.length; end += 1) {
    while ((times[end] as number) - (times[begin] as number) >= windowMs) begin += 1;
    most = Math.max(most, end - begin + 1);
  }
  return most;
}
