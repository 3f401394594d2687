import { advanceStream, openSource, type AdvanceResult } from '../../pipelines/sources/index.ts';
import { sourceSettings } from '../../pipelines/sources/registry.ts';
import type { Warehouse } from '../../pipelines/warehouse/index.ts';
import { PASSWORD } from './mail-dovecot.ts';

export const ENVIRONMENT = { MAIL_PASSWORD: PASSWORD };

/** Settings of one source of mail, as voronka.yaml would give them. */
export function mailSource(source: object) {
  return sourceSettings.parse(source);
}

export function imapSource(port: number, addresses: readonly string[], more: object = {}) {
  return mailSource({
    type: 'imap',
    host: '127.0.0.1',
    port,
    tls: 'none',
    password_env: 'MAIL_PASSWORD',
    mailboxes: addresses.map((address) => ({ address })),
    ...more,
  });
}

/** Reads a source to its end, as a sync does. Gives the sums over its calls. */
export async function readSource(
  warehouse: Warehouse,
  settings: ReturnType<typeof mailSource>,
  options: { environment?: NodeJS.ProcessEnv; maxPages?: number; signal?: AbortSignal } = {},
): Promise<Pick<AdvanceResult, 'rows' | 'inserted' | 'updated' | 'rejected'>> {
  const session = await openSource(settings, {
    warehouse,
    environment: options.environment ?? ENVIRONMENT,
    ...(options.signal && { signal: options.signal }),
  });
  const sums = { rows: 0, inserted: 0, updated: 0, rejected: 0 };
  try {
    const until = new Date();
    for (const stream of ['mailboxes', 'messages']) {
      for (;;) {
        const result = await advanceStream(session, stream, {
          until,
          ...(options.maxPages !== undefined && { maxPages: options.maxPages }),
        });
        if (stream === 'messages') {
          for (const name of ['rows', 'inserted', 'updated', 'rejected'] as const) sums[name] += result[name];
        }
        if (result.done) break;
      }
    }
  } finally {
    await session.close();
  }
  return sums;
}

export interface Letter {
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly date?: string;
  readonly more?: readonly string[];
  readonly body?: string;
}

export function letter(options: Letter = {}): string {
  const {
    id = 'one@client.example',
    from = 'Client <client@client.example>',
    to = 'anna@company.example',
  } = options;
  const {
    date = 'Mon, 02 Nov 2026 10:00:00 +0300',
    more = [],
    body = 'A body that must never be read.',
  } = options;
  const headers = [
    `Message-ID: <${id}>`,
    `From: ${from}`,
    `To: ${to}`,
    `Date: ${date}`,
    'Subject: Private matter',
  ];
  return [...headers, ...more, '', body, ''].join('\r\n');
}
