import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { mailSource, readSource } from '../contract/mail-fixture.ts';
import { createSmallCrm, type SmallCrm } from '../models/small-crm.ts';

// Real messages of public lists, from the tests of notmuch; what a correct reader must find is published beside them.
const FOLDER = join(import.meta.dirname, '../../../shared/data/notmuch_mail');
const CORPORA = ['default', 'broken', 'duplicate', 'threading'] as const;

describe.skipIf(!existsSync(FOLDER))("notmuch's corpora (skipped where the shared data is absent)", () => {
  let crm: SmallCrm;
  let warehouse: Warehouse;
  let found: Record<string, unknown>[];

  beforeAll(async () => {
    crm = await createSmallCrm();
    warehouse = await openWarehouse({ url: String(crm.pool.options.connectionString) });
    const source = mailSource({
      type: 'maildir',
      path: join(FOLDER, 'corpora'),
      mailboxes: CORPORA.map((name) => ({ address: `${name}@list.example`, path: name })),
      subjects: true,
    });
    expect(await readSource(warehouse, source)).toMatchObject({ rejected: 0 });
    await crm.build();
    found = await crm.rows(
      `select split_part(copies.payload ->> 'mailbox', '@', 1) as corpus, count(*)::int as files,
         count(distinct messages.message_id)::int as messages, count(distinct messages.thread_id)::int as threads
       from raw.maildir__messages as copies
       inner join marts.fct_messages as messages on messages.message_id = copies.payload ->> 'message_key'
       group by 1 order by 1`,
    );
  });
  afterAll(async () => {
    await warehouse?.close();
    await crm?.drop();
  });

  it('give as many messages and threads as notmuch counts, damaged, repeated and circular ones included', () => {
    expect(found).toEqual([
      { corpus: 'broken', files: 4, messages: 4, threads: 3 },
      { corpus: 'default', files: 53, messages: 52, threads: 24 },
      { corpus: 'duplicate', files: 9, messages: 3, threads: 3 },
      { corpus: 'threading', files: 12, messages: 12, threads: 3 },
    ]);
  });

  it('hang together as in the published list of threads', async () => {
    const published = readFileSync(join(FOLDER, 'EXPECTED-threads-notmuch-hello-view-inbox.txt'), 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, day, size, rest] = /^\s*(\d{4}-\d\d-\d\d) \[(\d+)\/\d+\]\s+(.*)$/.exec(line) ?? [];
        return day === undefined ? [] : [{ day, size: Number(size), rest: rest ?? '' }];
      });
    const threads = await crm.rows<{ day: string; size: number; subject: string }>(
      `select to_char(min(messages.occurred_at at time zone 'UTC'), 'YYYY-MM-DD') as day, count(*)::int as size,
         (array_agg(subjects.subject order by messages.occurred_at))[1] as subject
       from marts.fct_messages as messages
       inner join lateral (
         select regexp_replace(min(payload ->> 'subject'), '^(Re: *)+', '', 'i') as subject
         from raw.maildir__messages
         where payload ->> 'message_key' = messages.message_id and payload ->> 'mailbox' = 'default@list.example'
         having count(*) > 0
       ) as subjects on true
       group by messages.thread_id`,
    );
    expect(published).toHaveLength(24);
    const left = [...threads];
    for (const { day, size, rest } of published) {
      const plain = (text: string): string => text.replace(/\s+/g, ' ');
      const index = left.findIndex(
        (one) => one.day === day && one.size === size && plain(rest).includes(plain(one.subject)),
      );
      expect(index, `${day} [${size}] ${rest}`).not.toBe(-1);
      left.splice(index, 1);
    }
    expect(left).toEqual([]);
  });

  it('come with the zones they were written in', async () => {
    // 28 replies in the corpus have their parent in it; their median was worked out from the files: 2.71 hours.
    const [{ replies, median }] = (await crm.rows(
      `select count(*)::int as replies,
         round(extract(epoch from percentile_cont(0.5) within group (order by answers.date_at - asked.date_at)) / 3600, 2)::float
           as median
       from intermediate.int_messages__folded as answers
       inner join intermediate.int_messages__folded as asked on asked.message_id = answers.parent_id
       where answers.mailboxes @> '{default@list.example}'`,
    )) as [{ replies: number; median: number }];
    expect(replies).toBe(28);
    expect(median).toBe(2.71);
  });
});
