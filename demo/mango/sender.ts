import type { FaultBoard } from '../stand-in/fault-board.ts';
import type { Leg } from './account.ts';
import { eventsOf, type MangoEvent } from './events.ts';
import type { MangoFault } from './faults.ts';
import { signedForm } from './sign.ts';

export interface MangoDelivery {
  readonly url: string;
  readonly json: string;
  /** 0 when the receiver could not be reached. */
  readonly status: number;
}

/** Posts webhooks to those who subscribed, in parallel, as the vendor does. */
export class Sender {
  readonly deliveries: MangoDelivery[] = [];
  readonly #credentials: { readonly key: string; readonly salt: string };
  readonly #faults: FaultBoard<MangoFault>;
  readonly #random: () => number;
  readonly #receivers: string[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    credentials: { readonly key: string; readonly salt: string },
    faults: FaultBoard<MangoFault>,
    random: () => number,
  ) {
    this.#credentials = credentials;
    this.#faults = faults;
    this.#random = random;
  }

  subscribe(base: string): void {
    this.#receivers.push(base.replace(/\/+$/, ''));
  }

  tell(legs: readonly Leg[]): void {
    if (this.#receivers.length === 0 || legs.length === 0) return;
    const offset = this.#faults.state('epoch-offset');
    let events = eventsOf(legs, offset ? (offset.seconds ?? 10_800) : 0);
    if (this.#faults.state('webhooks-shuffled')) events = shuffled(events, this.#random);
    const work = (async () => {
      for (const base of this.#receivers) for (const event of events) await this.#send(base, event);
    })();
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** Resolves when every event under way has its answer. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #send(base: string, { path, json }: MangoEvent): Promise<void> {
    const on = { path, page: 1 };
    if (this.#faults.strikes('webhooks-lost', on)) return;
    const { key, salt } = this.#credentials;
    const text = JSON.stringify(json);
    const form = signedForm(key, text, this.#faults.strikes('webhooks-forged', on) ? `${salt}x` : salt);
    const times = this.#faults.strikes('webhooks-doubled', on) ? 2 : 1;
    for (let left = times; left > 0; left -= 1) {
      this.deliveries.push({ url: base + path, json: text, status: await post(base + path, form) });
    }
  }
}

async function post(url: string, body: string): Promise<number> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(5_000),
    });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return 0;
  }
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values];
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other] as T, result[at] as T];
  }
  return result;
}
