import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START, createSmallCrm, event, lead, type RawRow, type SmallCrm } from './small-crm.ts';

const HOUR = 60;

/** A talk of so many seconds that somebody had with the client of a deal. */
const call = (id: number, deal: number, minute: number, seconds: number, by: number): RawRow => ({
  stream: 'notes',
  id: String(id),
  updatedAt: 0,
  payload: {
    id,
    entity_id: deal,
    note_type: 'call_out',
    created_by: by,
    created_at: START + minute * 60,
    params: { uniq: `call-${id}`, phone: `7916000000${deal}`, duration: seconds, call_status: 4 },
    _links: { self: { href: `https://small.amocrm.ru/api/v4/leads/notes/${id}` } },
  },
});
const chat = (deal: number, minute: number, by: number): RawRow =>
  event('outgoing_chat_message', deal, minute, { by });

/**
 * Minutes count from Monday 3 March 2025, 09:00 in Moscow. Each deal is of a company of its own.
 *
 * | deal | contacts | overlap |
 * |---|---|---|
 * | 1 | Anna 9:00, Boris 10:00 and 12:00, Anna 11:00, all by chat | Anna and Boris, each once |
 * | 2 | Anna by chat 9:00 and 10:00 | none |
 * | 3 | Anna by chat 9:00, by telephone 19:00 | Anna |
 * | 4 | Anna by chat, Boris by chat 24 hours later | Boris, on the 4th |
 * | 5 | Anna by chat, Boris by chat a minute after 24 hours | none |
 * | 6 | Anna by chat 9:00, five seconds by telephone 10:00 | none |
 * | 7 | Anna by chat 23:00, Boris by chat 1:00 | Boris, on the 4th |
 */
const ROWS: readonly RawRow[] = [
  ...[1, 2, 3, 4, 5, 6, 7].flatMap((id): RawRow[] => [
    lead({ id, status: 20, company: 900 + id }),
    {
      stream: 'companies',
      id: String(900 + id),
      updatedAt: 0,
      payload: { id: 900 + id, name: `Company ${id}`, created_at: START },
    },
  ]),
  ...[chat(1, 0, 1), chat(1, HOUR, 2), chat(1, 2 * HOUR, 1), chat(1, 3 * HOUR, 2)],
  ...[chat(2, 0, 1), chat(2, HOUR, 1)],
  ...[chat(3, 0, 1), call(3, 3, 10 * HOUR, 60, 1)],
  ...[chat(4, 0, 1), chat(4, 24 * HOUR, 2)],
  ...[chat(5, 0, 1), chat(5, 24 * HOUR + 1, 2)],
  ...[chat(6, 0, 1), call(6, 6, HOUR, 5, 1)],
  ...[chat(7, 14 * HOUR, 1), chat(7, 16 * HOUR, 2)],
];

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm();
  await crm.put(ROWS);
  await crm.build();
});
afterAll(() => crm.drop());

describe('overlapping contacts', () => {
  it('are clients contacted within 24 hours after another channel or another manager, once a day, for who came second', async () => {
    expect(
      await crm.rows(
        `select manager_id, to_char(day, 'MM-DD') as day, split_part(client_id, ':', 3) as company
         from intermediate.int_client_overlaps where day is not null order by 1, 2, 3`,
      ),
    ).toEqual([
      { manager_id: '7:1', day: '03-03', company: '901' },
      { manager_id: '7:1', day: '03-03', company: '903' },
      { manager_id: '7:2', day: '03-03', company: '901' },
      { manager_id: '7:2', day: '03-04', company: '904' },
      { manager_id: '7:2', day: '03-04', company: '907' },
    ]);
  });

  it('are counted on the scorecard', async () => {
    expect(
      await crm.rows(
        `select manager_id, to_char(day, 'MM-DD') as day, overlapping_contacts::int as clients
         from marts.fct_manager_days where overlapping_contacts > 0 order by 1, 2`,
      ),
    ).toEqual([
      { manager_id: '7:1', day: '03-03', clients: 2 },
      { manager_id: '7:2', day: '03-03', clients: 1 },
      { manager_id: '7:2', day: '03-04', clients: 2 },
    ]);
  });
});
