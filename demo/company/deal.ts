import type { Client } from './clients.ts';
import { LOST, type Place, WON } from './funnel.ts';
import type { Source } from './sources.ts';
import type { TeamKey } from './staff.ts';

interface Base {
  readonly at: number;
  readonly by: number;
}

/** What happened to a deal, in the order it happened. The ledger and the CRM's events are both told from this. */
export type Entry =
  | (Base & { readonly kind: 'created' })
  | (Base & { readonly kind: 'moved'; readonly from: Place; readonly to: Place })
  | (Base & { readonly kind: 'reassigned'; readonly from: number; readonly to: number })
  | (Base & { readonly kind: 'repriced'; readonly from: number; readonly to: number })
  | (Base & { readonly kind: 'renamed'; readonly from: string | null; readonly to: string })
  | (Base & { readonly kind: 'tagged'; readonly tag: string })
  | (Base & { readonly kind: 'deleted' | 'restored' });

export interface Beginning {
  readonly number: number;
  readonly id: number;
  readonly at: number;
  readonly by: number;
  readonly place: Place;
  readonly ownerId: number;
  readonly price: number;
  readonly name: string | null;
  readonly client: Client;
  readonly source: Source;
  readonly team: TeamKey;
  readonly product: string;
  /** Hidden attractiveness of the lead, about standard normal; nobody in the CRM sees it. */
  readonly quality: number;
}

/** One deal as it lives. Its verbs are the only way to change it, and each leaves its entry. */
export class Deal {
  readonly start: Beginning;
  readonly journal: Entry[] = [];
  place: Place;
  ownerId: number;
  price: number;
  name: string | null;
  readonly tags: string[] = [];
  isDeleted = false;
  /** Stays when the deal is reopened, as amoCRM leaves it. */
  lossReasonId: number | null = null;
  closedAt: number | null = null;
  changedAt: number;
  changedBy: number;

  constructor(start: Beginning) {
    this.start = start;
    this.place = start.place;
    this.ownerId = start.ownerId;
    this.price = start.price;
    this.name = start.name;
    this.changedAt = start.at;
    this.changedBy = start.by;
    this.write({ kind: 'created', at: start.at, by: start.by });
  }

  get isOpen(): boolean {
    return !this.isDeleted && this.place.stage.id !== WON && this.place.stage.id !== LOST;
  }

  move(at: number, by: number, to: Place): void {
    this.write({ kind: 'moved', at, by, from: this.place, to });
    this.place = to;
    if (to.stage.id === WON || to.stage.id === LOST) this.closedAt = at;
  }

  reassign(at: number, by: number, to: number): void {
    if (to === this.ownerId) return;
    this.write({ kind: 'reassigned', at, by, from: this.ownerId, to });
    this.ownerId = to;
  }

  reprice(at: number, by: number, to: number): void {
    if (to === this.price) return;
    this.write({ kind: 'repriced', at, by, from: this.price, to });
    this.price = to;
  }

  rename(at: number, by: number, to: string): void {
    this.write({ kind: 'renamed', at, by, from: this.name, to });
    this.name = to;
  }

  tag(at: number, by: number, tag: string): void {
    this.write({ kind: 'tagged', at, by, tag });
    this.tags.push(tag);
  }

  remove(at: number, by: number): void {
    this.write({ kind: 'deleted', at, by });
    this.isDeleted = true;
  }

  restore(at: number, by: number): void {
    this.write({ kind: 'restored', at, by });
    this.isDeleted = false;
  }

  private write(entry: Entry): void {
    if (entry.at < this.changedAt)
      throw new RangeError(`deal ${this.start.id}: time went back to ${entry.at}`);
    this.journal.push(entry);
    this.changedAt = entry.at;
    this.changedBy = entry.by;
  }
}
