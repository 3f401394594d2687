import type { StandInClock } from '../../stand-in/clock.ts';
import type { FaultBoard } from '../faults/fault-board.ts';
import type { Json } from '../../stand-in/json.ts';
import type { Notice } from '../life/scene.ts';
import type { Crm } from '../state/crm.ts';
import { bracketedForm } from './lead-form.ts';

/** A subscription as `/webhooks` shows it. */
export interface Hook {
  readonly id: number;
  readonly destination: string;
  readonly created_at: number;
  updated_at: number;
  readonly account_id: number;
  readonly created_by: number;
  sort: number;
  disabled: boolean;
  settings: string[];
}

/** One attempt to deliver: `status` is 499 when the receiver took longer than two seconds, 0 when it could not be reached. */
export interface Delivery {
  readonly destination: string;
  readonly body: string;
  readonly attempt: number;
  /** Unix seconds of the stand-in's clock. */
  readonly at: number;
  readonly status: number;
}

const patienceMs = 2000;
/** Seconds before attempts 2–5; the last two only after 499 or 5xx (facts §2.16). */
const ladder = [5 * 60, 15 * 60, 15 * 60, 60 * 60];
const invalidAllowed = 100;
const invalidWindow = 2 * 60 * 60;

/** Sends what happens to those who subscribed: form posts without a signature, two seconds of patience, a ladder of retries. */
export class HookBoard {
  readonly hooks = new Map<string, Hook>();
  readonly deliveries: Delivery[] = [];
  readonly #crm: Crm;
  readonly #clock: StandInClock;
  readonly #faults: FaultBoard;
  readonly #invalid = new Map<string, number[]>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(crm: Crm, clock: StandInClock, faults: FaultBoard) {
    this.#crm = crm;
    this.#clock = clock;
    this.#faults = faults;
  }

  readonly tell = (notice: Notice): void => {
    if (this.hooks.size === 0) return;
    const body = this.#form(notice);
    for (const hook of this.hooks.values()) {
      if (hook.disabled || !hook.settings.includes(notice.setting)) continue;
      const on = { path: hook.destination, page: 1 };
      if (this.#faults.strikes('webhooks-lost', on)) continue;
      this.#start(hook.destination, body, 1);
      if (this.#faults.strikes('webhooks-doubled', on)) this.#start(hook.destination, body, 1);
    }
  };

  /** Resolves when every delivery now under way has got its answer. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #form(notice: Notice): string {
    const subdomain = this.#crm.account['subdomain'];
    const content: Json = {
      [notice.key]: { [notice.action]: [notice.item] },
      account: { subdomain, id: this.#crm.accountId, _links: { self: this.#crm.publicUrl } },
    };
    return bracketedForm(content);
  }

  #start(destination: string, body: string, attempt: number): void {
    const delivery = this.#attempt(destination, body, attempt);
    this.#underWay.add(delivery);
    void delivery.finally(() => this.#underWay.delete(delivery));
  }

  async #attempt(destination: string, body: string, attempt: number): Promise<void> {
    const status = await post(destination, body);
    const at = this.#clock.now();
    this.deliveries.push({ destination, body, attempt, at, status });
    const hook = this.hooks.get(destination);
    if (hook === undefined || (status >= 100 && status <= 299)) return;
    const invalid = [
      ...(this.#invalid.get(destination) ?? []).filter((moment) => moment > at - invalidWindow),
      at,
    ];
    this.#invalid.set(destination, invalid);
    if (invalid.length > invalidAllowed) hook.disabled = true;
    const wait = ladder[attempt - 1];
    // After the third attempt only trouble on the receiver's side (499, 5xx) is worth two more.
    if (wait === undefined || hook.disabled || (attempt >= 3 && status !== 499 && status < 500)) return;
    this.#clock.after(wait, async () => {
      this.#start(destination, body, attempt + 1);
      await this.settled();
    });
  }
}

async function post(destination: string, body: string): Promise<number> {
  try {
    const answer = await fetch(destination, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    });
    await answer.body?.cancel();
    return answer.status;
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? 499 : 0;
  }
}
