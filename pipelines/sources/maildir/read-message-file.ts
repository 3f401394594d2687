import { createReadStream } from 'node:fs';
import { LineSplitter } from './line-splitter.ts';
import { MessageScanner, type ScannedMessage } from './message-scanner.ts';

/** Null when the file is not there any more: moved from `new` to `cur`, or deleted. */
export async function readMessageFile(path: string): Promise<ScannedMessage | null> {
  const scanner = new MessageScanner();
  const splitter = new LineSplitter((line, length) => scanner.line(line, length));
  try {
    for await (const chunk of createReadStream(path)) splitter.push(chunk as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  splitter.end();
  return scanner.finish();
}
