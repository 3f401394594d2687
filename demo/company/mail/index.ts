import type { Channel } from '../channels.ts';
import type { Touch, World } from '../world.ts';
import { correspond } from './correspondence.ts';
import type { Letter } from './letter.ts';
import { addOtherMail } from './other-mail.ts';
import { Post } from './post.ts';

export type { Letter, LetterKind } from './letter.ts';
export { SHARED } from './letter.ts';
export { messageText, writeMailboxes } from './mbox.ts';

/** Every letter of the told history, in no order. */
export function writeLetters(world: World, channels: ReadonlyMap<Touch, Channel>): Letter[] {
  const post = new Post(world);
  correspond(post, channels);
  addOtherMail(post);
  return post.letters;
}
