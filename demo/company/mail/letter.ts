import type { Client } from '../clients.ts';
import type { Deal } from '../deal.ts';
import type { Employee } from '../staff.ts';

/** What a letter is, which its reader has to find out from the headers. */
export type LetterKind =
  | 'human'
  /** Out of office, "we have received your request": sent by a machine in answer. */
  | 'auto_reply'
  | 'bounce'
  | 'newsletter'
  | 'internal';

export interface Correspondent {
  readonly address: string;
  readonly name: string;
}

/** Whose copy lies where. A letter to two colleagues lies in two mailboxes and in the writer's own. */
export interface Copy {
  readonly mailbox: string;
  readonly folder: 'INBOX' | 'Sent';
}

/** One letter, however many copies of it lie about. Moments are whole unix seconds. */
export interface Letter {
  readonly id: string;
  readonly at: number;
  readonly kind: LetterKind;
  readonly from: Correspondent;
  readonly to: readonly Correspondent[];
  readonly cc: readonly Correspondent[];
  readonly subject: string;
  /** The letter it answers. */
  readonly answers: Letter | null;
  readonly hasAttachment: boolean;
  readonly copies: readonly Copy[];
  /** With whom the company corresponds here; null inside the company, and with strangers. */
  readonly client: Client | null;
  readonly deal: Deal | null;
  /** Who wrote it, or to whom it came; null when nobody's own mailbox has it. */
  readonly employee: Employee | null;
  readonly isOutgoing: boolean;
}

/** The mailbox that is everybody's: what clients write to the company at large. */
export const SHARED: Correspondent = { address: 'sales@severpak.example', name: 'СеверПак' };

export function mailboxOf({ email, name }: Employee): Correspondent {
  return { address: email, name: `${name.first} ${name.last}` };
}
