import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChannelKind, Delivery } from '../channel.ts';
import { DeliveryError } from '../errors.ts';
import { folderSettings } from './settings.ts';

export const folder: ChannelKind<typeof folderSettings> = {
  type: 'folder',
  settings: folderSettings,
  open: ({ path }) => ({
    // The same name and the same bytes: a repeat replaces a file by itself.
    repeats: 'known',
    async send(delivery) {
      try {
        return await writeFiles(path, delivery);
      } catch (error) {
        throw new DeliveryError(
          'later',
          `The folder ${path} cannot be written: ${(error as Error).message}`,
          {
            cause: error,
          },
        );
      }
    },
    close: () => undefined,
  }),
};

/** The message as one page with its images in it (or as text), and its attachments, beside each other. */
async function writeFiles(root: string, { key, address, content, createdAt }: Delivery): Promise<string> {
  const target = join(root, address);
  await mkdir(target, { recursive: true });
  const files: { name: string; bytes: Uint8Array | string }[] = (content.attachments ?? []).map((file) => ({
    name: file.name,
    bytes: Buffer.from(file.base64, 'base64'),
  }));
  const stem =
    content.attachments?.[0]?.name.replace(/\.\w+$/, '') ??
    `${createdAt.toISOString().slice(0, 10)}-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
  files.push(
    content.html === undefined
      ? { name: `${stem}.txt`, bytes: `${content.subject}\n\n${content.text}\n` }
      : { name: `${stem}.html`, bytes: withImages(content.html, content.images ?? []) },
  );
  for (const { name, bytes } of files) {
    const file = join(target, name.replaceAll(/[/\\]/g, '-'));
    // Nobody meets half a file.
    const aside = `${file}.${process.pid}.part`;
    try {
      await writeFile(aside, bytes);
      await rename(aside, file);
    } finally {
      await rm(aside, { force: true });
    }
  }
  return join(address, `${stem}`);
}

export function withImages(html: string, images: readonly { cid: string; base64: string }[]): string {
  return images.reduce(
    (text, { cid, base64 }) => text.replaceAll(`cid:${cid}`, `data:image/png;base64,${base64}`),
    html,
  );
}
