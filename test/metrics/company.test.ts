import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateCompany, writeCompany } from '../../demo/company/index.ts';
import {
  byEntity,
  type Change,
  type Event,
  type Lead,
  read,
  smallCompany,
  UNTIL,
} from './company-fixture.ts';

const company = smallCompany();
const leads = read<Lead>(company.leads);
const events = read<Event>(company.events);
const histories = byEntity(events, 'lead');
const now = UNTIL.getTime() / 1000;

describe('the company is the same for the same seed and moment', () => {
  const options = { seed: 3, until: UNTIL, leads: 800, months: 5 };
  const digests = (seed: number): Record<string, string> => {
    const dir = mkdtempSync(join(tmpdir(), 'company-'));
    try {
      writeCompany(generateCompany({ ...options, seed }), dir);
      const digest = (file: string): string =>
        createHash('sha256')
          .update(readFileSync(join(dir, file)))
          .digest('hex');
      return Object.fromEntries(readdirSync(dir).map((file) => [file, digest(file)]));
    } finally {
      rmSync(dir, { recursive: true });
    }
  };

  it('writes byte-identical files', () => {
    const first = digests(3);
    expect(Object.keys(first).sort()).toEqual(
      [
        'account.json',
        'truth.json',
        'users.jsonl',
        'pipelines.jsonl',
        'loss_reasons.jsonl',
        'custom_fields.jsonl',
        'leads.jsonl',
      ]
        .concat([
          'contacts.jsonl',
          'companies.jsonl',
          'events.jsonl',
          'tasks.jsonl',
          'notes.jsonl',
          'unsorted.jsonl',
        ])
        .sort(),
    );
    expect(digests(3)).toEqual(first);
    expect(digests(4)['leads.jsonl']).not.toBe(first['leads.jsonl']);
  });

  it('keeps the moves of the past when the moment moves on within the month', () => {
    const moves = (until: string): string[] =>
      read<Event>(generateCompany({ ...options, until: new Date(until) }).events)
        .filter(
          ({ type, created_at }) =>
            type === 'lead_status_changed' && created_at < Date.parse('2026-03-10') / 1000,
        )
        .map(({ entity_id, created_at, value_after }) =>
          JSON.stringify([entity_id, created_at, value_after]),
        );
    const earlier = moves('2026-03-10T08:00:00Z');
    const later = moves('2026-03-24T15:30:00Z');
    expect(earlier.length).toBeGreaterThan(500);
    expect(later).toEqual(earlier);
  });
});

describe('the rows fit together', () => {
  const ids = (list: Iterable<unknown>): Set<number> =>
    new Set(read<{ id: number }>(list).map(({ id }) => id));
  const users = ids(company.users);
  const contacts = ids(company.contacts);
  const companies = ids(company.companies);
  const tasks = ids(company.tasks);
  const notes = ids(company.notes);
  const leadIds = new Set(leads.map(({ id }) => id));
  const removed = company.truth.managers.filter(({ is_listed }) => !is_listed).map(({ id }) => id);
  const known = new Set([...users, ...removed]);

  it('has unique ids everywhere', () => {
    for (const list of [
      company.leads,
      company.contacts,
      company.companies,
      company.tasks,
      company.notes,
      company.events,
    ]) {
      const rows = read<{ id: number | string }>(list);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    }
  });

  it('links leads only to contacts, companies, reasons, stages and owners that exist', () => {
    const reasons = ids(company.loss_reasons);
    const stages = new Set(
      read<{ id: number; _embedded: { statuses: { id: number }[] } }>(company.pipelines).flatMap((pipeline) =>
        pipeline._embedded.statuses.map((status) => `${pipeline.id}:${status.id}`),
      ),
    );
    const isWhole = (lead: Lead): boolean => {
      const reason = lead.loss_reason_id;
      const shown = lead._embedded.loss_reason.map(({ id }) => id);
      return (
        lead._embedded.contacts.every(({ id }) => contacts.has(id)) &&
        lead._embedded.companies.every(({ id }) => companies.has(id)) &&
        stages.has(`${lead.pipeline_id}:${lead.status_id}`) &&
        known.has(lead.responsible_user_id) &&
        (reason ? reasons.has(reason) && shown.join() === String(reason) : shown.length === 0)
      );
    };
    expect(leads.filter((lead) => !isWhole(lead))).toEqual([]);
  });

  it('has exactly one owner of past deals who is in no list of users', () => {
    expect(removed).toHaveLength(1);
    expect(users).not.toContain(removed[0]);
    expect(leads.some(({ responsible_user_id }) => responsible_user_id === removed[0])).toBe(true);
  });

  it('puts events, tasks and notes on things that exist', () => {
    const sets: Record<string, Set<number>> = {
      lead: leadIds,
      contact: contacts,
      company: companies,
      task: tasks,
    };
    const isWhole = ({ type, entity_type, entity_id, created_by, value_after }: Event): boolean => {
      const note = value_after[0]?.note?.id;
      return (
        sets[entity_type]?.has(entity_id) === true &&
        (created_by === 0 || known.has(created_by)) &&
        (note === undefined || type === 'lead_added' || notes.has(note))
      );
    };
    expect(events.filter((event) => !isWhole(event))).toEqual([]);
    const plural: Record<string, Set<number>> = { leads: leadIds, contacts, companies };
    interface Attached {
      readonly entity_type: string | null;
      readonly entity_id: number | null;
    }
    const hangs = ({ entity_type, entity_id }: Attached): boolean =>
      entity_type === null ? entity_id === null : plural[entity_type]?.has(entity_id ?? 0) === true;
    expect(read<Attached>(company.notes).filter((note) => note.entity_type === null || !hangs(note))).toEqual(
      [],
    );
    expect(read<Attached>(company.tasks).filter((task) => !hangs(task))).toEqual([]);
  });

  it('completes a task exactly when its event says so, and says nothing for an open one', () => {
    const done = new Map(
      events.filter(({ type }) => type === 'task_completed').map((event) => [event.entity_id, event]),
    );
    const rows = read<{ id: number; is_completed: boolean; updated_at: number; result: unknown }>(
      company.tasks,
    );
    const isRight = ({ id, is_completed, updated_at, result }: (typeof rows)[number]): boolean =>
      is_completed
        ? done.get(id)?.created_at === updated_at
        : !done.has(id) && Array.isArray(result) && result.length === 0;
    expect(rows.filter((task) => !isRight(task))).toEqual([]);
    expect(rows.some(({ is_completed, result }) => is_completed && Array.isArray(result))).toBe(true);
  });
});

describe('every deal is where its events say', () => {
  const chain = <T>(
    type: string,
    value: (change: Change | undefined) => T,
    of: (lead: Lead) => T,
  ): number => {
    let links = 0;
    const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
    const broken: Event[] = [];
    for (const lead of leads) {
      const changes = (histories.get(lead.id) ?? []).filter((event) => event.type === type);
      changes.forEach((event, index) => {
        const next = changes[index + 1];
        const after = value(event.value_after[0]);
        const continues = same(next === undefined ? of(lead) : value(next.value_before[0]), after);
        if (!continues || same(value(event.value_before[0]), after)) broken.push(event);
        links += 1;
      });
    }
    expect(broken).toEqual([]);
    return links;
  };

  it('by stage', () => {
    const at = (lead: Lead) => ({ id: lead.status_id, pipeline_id: lead.pipeline_id });
    expect(chain('lead_status_changed', (change) => change?.lead_status, at)).toBeGreaterThan(leads.length);
  });

  it('by owner', () => {
    const links = chain(
      'entity_responsible_changed',
      (change) => change?.responsible_user?.id,
      (lead) => lead.responsible_user_id,
    );
    expect(links).toBeGreaterThan(100);
  });

  it('by price and name', () => {
    expect(
      chain(
        'sale_field_changed',
        (change) => change?.sale_field_value?.sale,
        (lead) => lead.price,
      ),
    ).toBeGreaterThan(1000);
    expect(
      chain(
        'name_field_changed',
        (change) => change?.name_field_value?.name,
        (lead) => lead.name,
      ),
    ).toBeGreaterThan(5);
  });

  it('by deletion: the last deleted or restored decides', () => {
    const last = (lead: Lead): string | undefined =>
      (histories.get(lead.id) ?? []).findLast(
        ({ type }) => type === 'lead_deleted' || type === 'lead_restored',
      )?.type;
    expect(leads.filter((lead) => lead.is_deleted !== (last(lead) === 'lead_deleted'))).toEqual([]);
    expect(leads.some((lead) => last(lead) === 'lead_restored')).toBe(true);
  });

  it('from one lead_added at creation to an updated_at no change is later than, never past the present', () => {
    const isFramed = (lead: Lead): boolean => {
      const own = (histories.get(lead.id) ?? []).filter(({ type }) =>
        /^(lead_|entity_|sale_|name_)/.test(type),
      );
      const [first] = own;
      return (
        first?.type === 'lead_added' &&
        first.created_at === lead.created_at &&
        first.created_by === lead.created_by &&
        own.filter(({ type }) => type === 'lead_added').length === 1 &&
        own.at(-1)?.created_at === lead.updated_at
      );
    };
    expect(leads.filter((lead) => !isFramed(lead))).toEqual([]);
    expect(events.every(({ created_at }) => Number.isInteger(created_at) && created_at <= now)).toBe(true);
  });

  it('in a feed whose ids rise with time, many in one second', () => {
    const times = new Map<number, number>();
    for (const { created_at } of events) times.set(created_at, (times.get(created_at) ?? 0) + 1);
    const disordered = events.filter(({ id, created_at }, index) => {
      const previous = events[index - 1];
      const rises = previous === undefined || (previous.id < id && previous.created_at <= created_at);
      return !rises || !/^[0-9a-hjkmnp-tv-z]{26}$/.test(id);
    });
    expect(disordered).toEqual([]);
    expect(Math.max(...times.values())).toBeGreaterThan(300);
  });
});
