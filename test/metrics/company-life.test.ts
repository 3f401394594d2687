import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { valueSource } from '../../demo/amocrm/data/source.ts';
import { fileShapes, type DataFile } from '../../demo/amocrm/data/shapes.ts';
import { generateCompany } from '../../demo/company/index.ts';
import { byEntity, type Event, type Lead, read, UNTIL } from './company-fixture.ts';

// Large enough for the planted falls to stand out of a manager's chance.
const company = generateCompany({ seed: 7, until: UNTIL, leads: 24_000 });
const { truth } = company;
const leads = read<Lead>(company.leads);
const events = read<Event>(company.events);
const local = (at: number): DateTime => DateTime.fromSeconds(at, { zone: 'Europe/Moscow' });

describe('it looks like a sales department', () => {
  it('wins a believable share in a believable time', () => {
    const { close_rate, lead_to_won_rate, qualified_rate, sales_cycle_time, deal_close_time } = truth.total;
    expect(close_rate.num / close_rate.den).toBeGreaterThan(0.15);
    expect(close_rate.num / close_rate.den).toBeLessThan(0.35);
    expect(lead_to_won_rate.num / lead_to_won_rate.den).toBeGreaterThan(0.15);
    expect(lead_to_won_rate.num / lead_to_won_rate.den).toBeLessThan(0.35);
    expect(qualified_rate.num / qualified_rate.den).toBeGreaterThan(0.4);
    const days = ({ seconds, count }: { seconds: number; count: number }): number => seconds / count / 86_400;
    expect(days(sales_cycle_time)).toBeGreaterThan(12);
    expect(days(sales_cycle_time)).toBeLessThan(35);
    expect(days(deal_close_time)).toBeLessThan(days(sales_cycle_time));
  });

  it('makes the deals it was asked for, 24 managers with three heads, and managers differ', () => {
    expect(Math.abs(leads.length - 24_000)).toBeLessThan(1500);
    const listed = truth.managers.filter(({ role, is_listed }) => role === 'manager' && is_listed);
    expect(listed).toHaveLength(24);
    expect(truth.managers.filter(({ role }) => role === 'head')).toHaveLength(3);
    expect(listed.filter(({ is_active }) => !is_active).length).toBeGreaterThanOrEqual(2);
    const rates = truth.by_manager
      .filter(({ leads_new }) => leads_new > 300)
      .map(({ lead_to_won_rate }) => lead_to_won_rate.num / lead_to_won_rate.den);
    expect(Math.max(...rates) / Math.min(...rates)).toBeGreaterThan(1.5);
  });

  it('leaves the open deals of those who left to others', () => {
    const gone = new Set(truth.managers.filter(({ is_active }) => !is_active).map(({ id }) => id));
    expect(truth.now.by_manager.filter(({ manager_id }) => gone.has(manager_id))).toEqual([]);
  });

  it('loses, reopens, deletes, restores, hands over and repeats', () => {
    expect(truth.total.deals_reopened).toBeGreaterThan(100);
    expect(truth.total.deals_deleted).toBeGreaterThan(truth.total.leads_declined);
    expect(events.some(({ type }) => type === 'lead_restored')).toBe(true);
    const crossed = events.filter(({ type, value_before, value_after }) => {
      const [before] = value_before;
      const [after] = value_after;
      return (
        type === 'lead_status_changed' && before?.lead_status?.pipeline_id !== after?.lead_status?.pipeline_id
      );
    });
    expect(crossed.length).toBeGreaterThan(100);
    const stale = leads.filter((lead) => lead.status_id !== 143 && lead.loss_reason_id);
    expect(stale.length).toBeGreaterThan(20);
    const byContact = new Map<number, number>();
    for (const lead of leads) {
      for (const { id } of lead._embedded.contacts) byContact.set(id, (byContact.get(id) ?? 0) + 1);
    }
    expect([...byContact.values()].filter((count) => count > 1).length).toBeGreaterThan(500);
  });

  it('lets 0 and null both mean nothing, and keeps numeric fields as text', () => {
    expect(leads.some(({ loss_reason_id }) => loss_reason_id === 0)).toBe(true);
    expect(leads.some(({ loss_reason_id }) => loss_reason_id === null)).toBe(true);
    const fields = leads.flatMap(({ custom_fields_values }) => custom_fields_values ?? []);
    const numeric = fields.filter(({ field_type }) => field_type === 'numeric');
    expect(numeric.every(({ values }) => typeof values[0]?.value === 'string')).toBe(true);
    const dates = fields
      .filter(({ field_type }) => field_type === 'date')
      .map(({ values }) => Number(values[0]?.value));
    expect(dates.length).toBeGreaterThan(100);
    expect(dates.every((at) => local(at).toFormat('HH:mm:ss') === '00:00:00')).toBe(true);
  });
});

describe('it works when Moscow works', () => {
  const moves = events.filter(({ type, created_by }) => type === 'lead_status_changed' && created_by !== 0);

  it('moves deals on working days between nine and eight in the evening, never at lunch', () => {
    // A hand-over writes its second line a few seconds after the first, so the minute that begins lunch is let pass.
    const isWork = ({ created_at }: Event): boolean => {
      const { weekday, hour, minute } = local(created_at);
      return weekday <= 5 && hour >= 9 && hour <= 20 && (hour !== 13 || minute === 0);
    };
    expect(moves.filter((event) => !isWork(event))).toEqual([]);
  });

  it('rests on public holidays', () => {
    const days = new Set(moves.map(({ created_at }) => local(created_at).toISODate()));
    for (const holiday of [
      '2025-01-01',
      '2025-01-07',
      '2025-05-01',
      '2025-05-09',
      '2025-06-12',
      '2025-11-04',
      '2026-01-08',
    ]) {
      expect(days).not.toContain(holiday);
    }
    // 23 February 2025 was a Sunday: the Monday after it is free.
    expect(days).not.toContain('2025-02-24');
    for (const workday of ['2025-01-09', '2025-05-12', '2025-06-16']) expect(days).toContain(workday);
  });

  it('gets leads at night and at weekends too, fewer, and from the site', () => {
    const night = leads.filter(({ created_at }) => local(created_at).hour < 8);
    const weekend = leads.filter(({ created_at }) => local(created_at).weekday > 5);
    expect(night.length / leads.length).toBeGreaterThan(0.03);
    expect(weekend.length / leads.length).toBeGreaterThan(0.03);
    expect(weekend.length / leads.length).toBeLessThan(0.12);
    expect(night.concat(weekend).every(({ created_by }) => created_by === 0)).toBe(true);
  });

  it('has a quiet January and a growing year', () => {
    const leadsIn = (month: string): number =>
      truth.by_month.find((row) => row.month === month)?.leads_new ?? 0;
    expect(leadsIn('2026-01')).toBeLessThan(leadsIn('2025-11') * 0.8);
    expect(leadsIn('2025-10')).toBeGreaterThan(leadsIn('2024-10') * 1.1);
  });
});

describe('what was planted can be found', () => {
  it('a manager slackens, and revenue follows about three weeks later', () => {
    const planted = truth.anomalies.find(({ kind }) => kind === 'slackening_manager');
    if (planted?.kind !== 'slackening_manager') throw new Error('nobody slackens');
    const week = 7 * 86_400;
    const perWeek = (from: number, to: number, fits: (event: Event) => boolean): number =>
      events.filter((event) => event.created_at >= from && event.created_at < to && fits(event)).length /
      ((to - from) / week);
    const activity = (event: Event): boolean =>
      event.created_by === planted.manager_id &&
      (event.type === 'outgoing_call' || event.type === 'common_note_added');
    const wins = (event: Event): boolean =>
      event.created_by === planted.manager_id && event.value_after[0]?.lead_status?.id === 142;
    const { activity_falls_at: start, revenue_falls_at: fall, ends_at: end } = planted;
    expect(perWeek(start, end, activity)).toBeLessThan(0.6 * perWeek(start - 12 * week, start, activity));
    expect(perWeek(start, fall, wins)).toBeGreaterThan(0.6 * perWeek(start - 12 * week, start, wins));
    expect(perWeek(fall, end, wins)).toBeLessThan(0.65 * perWeek(start - 12 * week, start, wins));
  });

  it('a department stands still: nothing leaves its contract stage for five weeks', () => {
    const planted = truth.anomalies.find(({ kind }) => kind === 'stuck_department');
    if (planted?.kind !== 'stuck_department') throw new Error('no department is stuck');
    const corporate = new Set(
      truth.managers.filter(({ team_id }) => team_id === planted.team_id).map(({ id }) => id),
    );
    const left = (from: number, to: number): number =>
      events.filter(
        ({ created_at, created_by, value_before }) =>
          created_at >= from &&
          created_at < to &&
          corporate.has(created_by) &&
          value_before[0]?.lead_status?.id === planted.status_id,
      ).length;
    const length = planted.to - planted.from;
    expect(left(planted.from - length, planted.from)).toBeGreaterThan(40);
    expect(left(planted.from + 3600, planted.to)).toBeLessThan(
      0.1 * left(planted.from - length, planted.from),
    );
    expect(left(planted.to, planted.to + length)).toBeGreaterThan(left(planted.from - length, planted.from));
  });

  it('a bulk edit leaves hundreds of leads with one updated_at', () => {
    const planted = truth.anomalies.find(({ kind }) => kind === 'bulk_edit');
    if (planted?.kind !== 'bulk_edit') throw new Error('no bulk edit');
    expect(leads.filter(({ updated_at }) => updated_at === planted.at)).toHaveLength(planted.leads);
    expect(planted.leads).toBe(640);
  });
});

describe('the stand-in can serve it', () => {
  it.each(Object.keys(fileShapes) as DataFile[])('%s', (file) => {
    const { truth: _, ...data } = company;
    let count = 0;
    for (const _row of valueSource(data).rows(file)) count += 1;
    const name = file.slice(0, -'.jsonl'.length) as keyof typeof data;
    if (data[name] !== undefined) expect(count).toBeGreaterThan(0);
  });

  it('has a history for every deal', () => {
    expect(byEntity(events, 'lead').size).toBe(leads.length);
  });
});
