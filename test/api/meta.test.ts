import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cubeOverMarts, type CubeOverMarts } from './cube-harness.ts';

interface Member {
  readonly name: string;
  readonly shortTitle: string;
  readonly description?: string;
  readonly type: string;
  readonly format?: string;
  readonly meta?: Record<string, unknown>;
  readonly drillMembers?: string[];
  readonly public: boolean;
}
interface View {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly meta?: Record<string, unknown>;
  readonly measures: Member[];
  readonly dimensions: Member[];
  readonly segments: Member[];
}

let api: CubeOverMarts;
let views: View[];
beforeAll(async () => {
  api = await cubeOverMarts();
  views = (await api.get('/meta')).body['cubes'] as View[];
});
afterAll(() => api.close());

const measures = (): Member[] => views.flatMap((view) => view.measures);
const shortName = ({ name }: Member): string => name.split('.')[1] ?? '';

describe('/meta tells an analyst what every number means', () => {
  it('every view has a description and a Russian title', () => {
    for (const view of views) {
      expect(view.description, view.name).toMatch(/\w{3}/);
      expect(view.meta?.['title_ru'], view.name).toMatch(/[а-яё]{3}/i);
    }
  });

  it('every member has a title of its own, a description and a Russian title', () => {
    const members = views.flatMap((view) => [...view.measures, ...view.dimensions]);
    expect(members.length).toBeGreaterThan(100);
    for (const member of members) {
      expect(member.shortTitle, member.name).toMatch(/\w{2}/);
      expect(member.description, member.name).toMatch(/\.$/);
      expect(member.meta?.['title_ru'], member.name).toMatch(/[а-яё]{3}/i);
    }
  });

  it('every measure has a unit, a section of KPI.md, members to drill into, and says when it is 0 or null', () => {
    for (const measure of measures()) {
      expect(measure.meta?.['unit'], measure.name).toMatch(
        /^(deals|stays|tasks|actions|calls|messages|meetings|clients|answers|tests|points|money|share|months|weeks|days|hours|seconds|managers|alerts|ratio|place|records|identities|streams)$/,
      );
      expect(measure.meta?.['kpi'], measure.name).toMatch(/^(section [A-J]|report 1?\d)$/);
      expect(measure.drillMembers?.length, measure.name).toBeGreaterThan(1);
      expect(measure.description, measure.name).toMatch(/\b0 when|\b[Nn]ull (when|for|where)/);
    }
  });

  it('shares are percents, money is currency, and both say which way is good', () => {
    for (const measure of measures()) {
      const unit = measure.meta?.['unit'];
      if (unit === 'share') expect(measure.format, measure.name).toBe('percent');
      if (unit === 'money') expect(measure.format, measure.name).toBe('currency');
      if (unit === 'share' || unit === 'days' || unit === 'seconds')
        expect(measure.meta?.['good'], measure.name).toMatch(/^(up|down)$/);
    }
  });

  it('a ratio names its numerator and denominator, measures of the same view', () => {
    for (const view of views) {
      const ids = view.measures.map(shortName);
      for (const measure of view.measures.filter(({ meta }) => meta?.['unit'] === 'share')) {
        expect(ids, measure.name).toContain(measure.meta?.['numerator']);
        expect(ids, measure.name).toContain(measure.meta?.['denominator']);
      }
    }
  });

  it('drills lead to members of the view, none of them private', () => {
    for (const view of views) {
      const names = new Set(view.dimensions.map(({ name }) => name));
      for (const drill of view.measures.flatMap(({ drillMembers }) => drillMembers ?? [])) {
        expect(names, view.name).toContain(drill);
      }
    }
  });

  it('one measure id means one thing, in whatever views it occurs', () => {
    const meaning = ({ shortTitle, description, format, meta }: Member): unknown => ({
      shortTitle,
      description,
      format,
      meta,
    });
    const known = new Map<string, Member>();
    for (const measure of measures()) {
      const same = known.get(shortName(measure));
      if (same) expect(meaning(measure), measure.name).toEqual(meaning(same));
      known.set(shortName(measure), measure);
    }
    expect(known.size).toBeGreaterThan(50);
  });

  it('has every KPI of the contract', () => {
    const ids = measures().map(shortName);
    const contract = [
      'leads_new',
      'deals_won',
      'deals_lost',
      'won_amount',
      'avg_check',
      'close_rate',
      'lead_to_won_rate',
    ].concat(
      [
        'qualified_rate',
        'lead_to_proposal_rate',
        'proposals_sent',
        'deals_reached',
        'step_conversion',
        'deals_deleted',
      ],
      ['calls_in', 'calls_out', 'calls_answered', 'calls_missed', 'missed_rate', 'missed_unreturned'],
      ['emails_sent', 'emails_received', 'email_reply_time', 'emails_unanswered'],
      ['callback_time', 'talk_time', 'avg_talk_time', 'reach_rate', 'numbers_dialled'],
      ['first_call_speed', 'first_contact_speed', 'contacted_rate', 'contacted_in_sla_rate'],
      ['sales_cycle_time', 'sales_cycle_time_median', 'sales_cycle_time_p90', 'open_deals', 'open_amount'],
      [
        'deal_close_time',
        'deal_close_time_median',
        'deal_close_time_p90',
        'stay_time',
        'tasks_done',
        'crm_actions',
      ],
    );
    expect(ids).toEqual(expect.arrayContaining(contract));
  });

  it('every measure of every view answers by every dimension of it', async () => {
    for (const view of views) {
      const ids = view.measures.map(({ name }) => name);
      const plain = view.dimensions.filter(({ type }) => type !== 'time').map(({ name }) => name);
      const times = view.dimensions.filter(({ type }) => type === 'time').map(({ name }) => name);
      const rows = await api.rows({
        measures: ids,
        dimensions: plain,
        timeDimensions: times.map((dimension) => ({ dimension, granularity: 'day' })),
        segments: [],
      });
      expect(rows.length, view.name).toBeGreaterThan(0);
    }
  });
});
