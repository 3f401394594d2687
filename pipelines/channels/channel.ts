import type { z } from 'zod';

export interface Attachment {
  readonly name: string;
  readonly type: string;
  readonly base64: string;
}

/** A message in all the forms a channel may want; it is stored as JSON until it is sent. */
export interface Content {
  readonly subject: string;
  /** The whole message as plain text. */
  readonly text: string;
  /** What a chat shows: some lines. The whole text where absent. */
  readonly brief?: string;
  /** Whole document for mail; its images are named `cid:<cid>`. */
  readonly html?: string;
  readonly images?: readonly { readonly cid: string; readonly base64: string }[];
  readonly attachments?: readonly Attachment[];
  /** What a program would want of it. */
  readonly data?: unknown;
}

export interface Delivery {
  /** Names the message for ever, whoever sends it and how often. */
  readonly key: string;
  readonly address: string;
  readonly content: Content;
  readonly createdAt: Date;
  /** A copy may be there already, and the receiver cannot tell: the message must say so itself. */
  readonly isRepeat: boolean;
  /** The receipt of the message before this one in its lane. */
  readonly lastReceipt: string | null;
}

/** `unknown`: the receiver cannot be asked. */
export type Taken = { readonly receipt: string | null } | 'no' | 'unknown';

export interface Channel {
  /**
   * What happens to a message that comes twice: the receiver drops the second (`known`, by its key), or people see two (`seen`), which is
   * why such a repeat says that it is one.
   */
  readonly repeats: 'known' | 'seen';
  /** Sends and answers with what the receiver calls it. Throws DeliveryError. */
  send(delivery: Delivery): Promise<string | null>;
  /** Whether a message was taken whose sending was cut off. Throws DeliveryError when it cannot be found out now. */
  wasTaken?(delivery: Delivery): Promise<Taken>;
  close(): void;
}

export interface ChannelKind<Settings extends z.ZodType = z.ZodType> {
  readonly type: string;
  readonly settings: Settings;
  /** One message of the outbox for each request to the receiver, so that each is sent once. Default: the message as it is. */
  split?(content: Content): readonly Content[];
  /** Throws SecretMissingError. */
  open(settings: z.output<Settings>, environment: NodeJS.ProcessEnv): Channel;
}
