import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readXlsx } from 'hucre';
import { DateTime } from 'luxon';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../cube/access.ts';
import { issueToken } from '../../cube/auth.ts';
import { runQuery } from '../../cube/query.ts';
import { reportRoutes } from '../../cube/reports/routes.ts';
import { backTest, type BackTestReport } from '../../pipelines/alerts/index.ts';
import { withImages } from '../../pipelines/channels/folder/index.ts';
import { openAsker } from '../../pipelines/reports/asker.ts';
import { digestContent } from '../../pipelines/reports/digest-content.ts';
import type { Language, ReportDocument } from '../../pipelines/reports/document.ts';
import {
  makeReport,
  periodOf,
  renderReport,
  reportSpec,
  WorkingDays,
} from '../../pipelines/reports/index.ts';
import { businessCalendar } from '../../pipelines/workflows/business-calendar.ts';
import { openDigestCompany, type DigestCompany } from './digest-company.ts';
import { numbersEqual, sentencesEqual, type Ask } from './digest-numbers.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) =>
  existsSync(file),
);
const DIGESTS = ['daily', 'weekly', 'monthly', 'personal'] as const;
type Digest = (typeof DIGESTS)[number];
/** What the sentences of a digest are about. */
const TOLD = [
  ...['won_amount', 'leads_new', 'proposals_sent', 'deals_lost'].map((name) => `funnel.${name}`),
  'calls.calls_answered',
  'calls.missed_unreturned',
  'correspondence.emails_sent',
  'meetings.meetings_held',
  'activities.crm_actions',
];

interface Person {
  readonly id: string;
  readonly name: string;
  readonly team: string;
}

let company: DigestCompany;
let days: WorkingDays;
/** A full day of everything. */
let day: string;
let managers: Person[];
/** Who did most. */
let own: Person;

beforeAll(async () => {
  company = await openDigestCompany();
  const { config, warehouse } = company;
  days = new WorkingDays(await businessCalendar(config, warehouse.pool), config.account.time_zone);
  day = days.shift(DateTime.now().setZone(config.account.time_zone).toISODate()!, -2);
  const rows = await askAs('executive')({
    measures: ['scorecard.crm_actions'],
    dimensions: ['scorecard.manager_id', 'scorecard.manager', 'scorecard.team'],
    timeDimensions: [{ dimension: 'scorecard.date', dateRange: [days.shift(day, -10), day] }],
    filters: [{ member: 'scorecard.team', operator: 'set' }],
    order: { 'scorecard.crm_actions': 'desc' },
  });
  managers = rows.map((row) => ({
    id: String(row['scorecard.manager_id']),
    name: String(row['scorecard.manager']),
    team: String(row['scorecard.team']),
  }));
  own = managers[0]!;
}, 600_000);

afterAll(() => company.close());

const contextOf = (role: Role) => ({
  role,
  teams: role === 'head' ? [own.team] : [],
  managers: role === 'manager' ? [own.id] : [],
});
const tokenOf = (role: Role): string => issueToken({ secret: company.secret, ...contextOf(role) });
const askAs =
  (role: Role): Ask =>
  async (query) =>
    (await runQuery({ url: company.url, token: tokenOf(role), query })).rows;
const READERS: Readonly<Record<Digest, Role>> = {
  daily: 'head',
  weekly: 'executive',
  monthly: 'executive',
  personal: 'manager',
};

async function document(name: string, language: Language, role: Role): Promise<ReportDocument> {
  const spec = reportSpec(name);
  const lastMonth = DateTime.fromISO(day).startOf('month').minus({ days: 1 }).toISODate()!;
  return makeReport({
    spec,
    asker: await openAsker(company.url, tokenOf(role), contextOf(role)),
    period: periodOf(spec.period, name === 'monthly' ? lastMonth : day, day, days),
    language,
    account: { name: 'СеверПак', timeZone: 'Europe/Moscow', currency: 'RUB' },
    dashboardUrl: 'https://bi.example',
    madeAt: new Date(),
  });
}

const made = new Map<string, Promise<ReportDocument>>();
/** Made once for each language, to whom it is sent. */
function digest(name: Digest, language: Language): Promise<ReportDocument> {
  const key = `${name} ${language}`;
  if (!made.has(key)) made.set(key, document(name, language, READERS[name]));
  return made.get(key)!;
}

for (const name of DIGESTS)
  describe(`the digest ${name}`, () => {
    it('holds what REST says to its reader, number by number, and so does its workbook', async () => {
      const report = await digest(name, 'en');
      const ask = askAs(READERS[name]);
      const measures = await measuresOf(READERS[name]);
      const compared = await numbersEqual(report, ask, new Set(measures.keys()));
      expect(compared).toBeGreaterThan(40);
      if (!report.sentences[0]?.startsWith('Nothing changed'))
        expect(await sentencesEqual(report, ask, titlesOf(TOLD, measures))).toBeGreaterThanOrEqual(
          report.sentences.length,
        );

      const { sheets } = await readXlsx(await renderReport(report, 'xlsx'));
      expect(sheets.map(({ rows }) => rows.length - 2)).toEqual(
        report.tables.map(({ rows, footer = [] }) => rows.length + footer.length),
      );
      for (const [place, { columns, rows }] of report.tables.entries()) {
        for (const [line, row] of rows.entries()) {
          for (const [column, cell] of row.entries()) {
            if (columns[column]!.annotation.type !== 'number' || cell === null) continue;
            const value = sheets[place]!.rows[line + 2]?.[column];
            // A duration has a format of time, which this reader takes for a date; a text would be neither.
            expect(value instanceof Date || typeof value === 'number').toBe(true);
          }
        }
      }
    }, 240_000);

    it('is a mail that Outlook and Gmail can show, with a plain text and a workbook', async () => {
      for (const language of ['en', 'ru'] as const) {
        const content = await digestContent(await digest(name, language), ['xlsx', 'pdf']);
        const { html = '', text, images = [], attachments = [] } = content;
        expect(html).not.toMatch(/<svg|<style|<link|<script|<form|display:\s*(flex|grid)|position:|url\(/i);
        expect([...html.matchAll(/src="([^"]*)"/g)].map(([, source]) => source)).toEqual(
          images.map(({ cid }) => `cid:${cid}`),
        );
        expect(images.length).toBeGreaterThan(0);
        // Gmail cuts a longer one off.
        expect(Buffer.byteLength(html)).toBeLessThan(102_000);
        expect(text).not.toMatch(/<[a-z]|undefined|NaN|\[object|\bnull\b/);
        expect(attachments.map((one) => one.name.split('.').at(-1))).toEqual(['xlsx', 'pdf']);
        expect(Buffer.from(attachments[1]!.base64, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
      }
    }, 120_000);
  });

const titlesOf = (names: readonly string[], titles: ReadonlyMap<string, string>): Map<string, string> =>
  new Map(names.flatMap((name) => (titles.has(name) ? [[name, titles.get(name)!]] : [])));

/** Measures that the role may ask for, with their titles. */
async function measuresOf(role: Role): Promise<Map<string, string>> {
  const response = await fetch(`${company.url}/cubejs-api/v1/meta`, {
    headers: { authorization: tokenOf(role) },
  });
  const { cubes } = (await response.json()) as {
    cubes: { measures: { name: string; shortTitle: string }[] }[];
  };
  return new Map(
    cubes.flatMap(({ measures }) => measures.map(({ name, shortTitle }) => [name, shortTitle] as const)),
  );
}

it.skipIf(CHROMIUM === undefined)(
  'every digest is shown whole by a browser as wide as a mail, in both languages (Debian’s chromium)',
  async () => {
    const browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
    try {
      for (const name of DIGESTS) {
        for (const language of ['en', 'ru'] as const) {
          const { html = '', images = [] } = await digestContent(await digest(name, language), []);
          const page = await browser.newPage({ viewport: { width: 720, height: 1_000 } });
          const problems: string[] = [];
          page.on('console', (message) => problems.push(message.text()));
          page.on('request', (request) => {
            if (!request.url().startsWith('data:')) problems.push(request.url());
          });
          await page.setContent(withImages(html, images));
          const shown = await page.evaluate(() => ({
            overflow:
              globalThis.document.documentElement.scrollWidth -
              globalThis.document.documentElement.clientWidth,
            images: Array.from(globalThis.document.images, (image) => image.naturalWidth),
            text: globalThis.document.body.innerText,
            lang: globalThis.document.documentElement.lang,
          }));
          expect.soft(shown.overflow, `${name} ${language}`).toBeLessThanOrEqual(0);
          for (const width of shown.images) expect(width).toBe(1_200);
          expect(shown.text).not.toMatch(/undefined|NaN|\[object|\bnull\b/);
          expect(shown.lang).toBe(language);
          // Nothing is fetched from anywhere: a mail that calls home is blocked.
          expect(problems).toEqual([]);
          await page.close();
        }
      }
    } finally {
      await browser.close();
    }
  },
  240_000,
);

describe('rights', () => {
  it('leave nobody else’s name in a manager’s digest, in any of its forms', async () => {
    const report = await digest('personal', 'ru');
    const content = await digestContent(report, ['xlsx']);
    const workbook = await readXlsx(Buffer.from(content.attachments![0]!.base64, 'base64'));
    const everything = [
      content.html,
      content.text,
      content.brief,
      JSON.stringify(content.data),
      JSON.stringify(workbook.sheets.map(({ rows }) => rows)),
    ].join('\n');
    expect(everything.length).toBeGreaterThan(2_000);
    const others = managers.filter(({ id }) => id !== own.id);
    expect(others.length).toBeGreaterThan(5);
    for (const { name } of others) expect(everything, name).not.toContain(name);
  });

  it('show a head no manager of another team', async () => {
    const { html = '' } = await digestContent(await digest('daily', 'ru'), []);
    for (const { name, team } of managers) if (team !== own.team) expect(html).not.toContain(name);
    expect(html).toContain(own.name);
  });

  it('hold for files over REST: a report and an export say to each token what REST says to it', async () => {
    const { config, warehouse, secret, url } = company;
    const routes = reportRoutes({ config, pool: warehouse.pool, apiSecret: secret, url: () => url });
    const server: Server = createServer((request, response) =>
      routes(request, response, () => response.writeHead(418).end()),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cubejs-api/v1`;
    const get = (path: string, token?: string): Promise<Response> =>
      fetch(`${base}${path}`, token === undefined ? {} : { headers: { authorization: token } });
    const csv = async (role: Role): Promise<string> =>
      (
        await get(`/reports/scorecard?format=csv&from=${days.shift(day, -10)}&to=${day}`, tokenOf(role))
      ).text();
    const namesIn = (text: string): string[] =>
      managers.filter(({ name }) => text.includes(name)).map(({ name }) => name);
    expect(namesIn(await csv('manager'))).toEqual([own.name]);
    expect(namesIn(await csv('head')).sort()).toEqual(
      managers
        .filter(({ team }) => team === own.team)
        .map(({ name }) => name)
        .sort(),
    );
    expect(namesIn(await csv('executive'))).toHaveLength(managers.length);
    expect(namesIn(await csv('analyst'))).toEqual([]);
    const forged = issueToken({ secret: 'another secret that is just as long as it', role: 'executive' });
    for (const token of [undefined, '', 'nonsense', forged])
      expect((await get('/reports/scorecard', token)).status).toBe(403);

    const manager = tokenOf('manager');
    const pdf = Buffer.from(
      await (await get(`/reports/plan-fact?format=pdf&date=${day}`, manager)).arrayBuffer(),
    );
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const page = await get(`/reports/funnel?format=html&date=${day}`, manager);
    expect(page.headers.get('content-security-policy')).toContain('sandbox');
    expect((await get('/reports/nothing', manager)).status).toBe(400);
    expect((await get('/reports/scorecard?date=tomorrow', manager)).status).toBe(400);
    expect((await get('/meta', manager)).status).toBe(418);
    const query = { measures: ['funnel.leads_new'], dimensions: ['funnel.manager'] };
    const exported = await fetch(`${base}/export`, {
      method: 'POST',
      headers: { authorization: manager },
      body: JSON.stringify({ query, format: 'csv' }),
    });
    const rows = await askAs('manager')(query);
    expect((await exported.text()).trim().split('\r\n').slice(1)).toEqual(
      rows.map((row) => `${row['funnel.manager']};${row['funnel.leads_new']}`),
    );
    await new Promise((resolve) => server.close(resolve));
  }, 120_000);
});

it('a workbook has numbers and dates that are such, shares as percent, and titles that stay in sight', async () => {
  const { sheets } = await readXlsx(await renderReport(await document('dynamics', 'en', 'executive'), 'xlsx'), { readStyles: true }); // prettier-ignore
  const months = sheets[0]!;
  expect(months.freezePane?.rows).toBe(2);
  const titles = months.rows[1]!.map(String);
  const body = months.rows.slice(2);
  const column = (title: RegExp): number => titles.findIndex((one) => title.test(one));
  expect(body.length).toBeGreaterThan(2);
  for (const row of body) expect(row[0]).toBeInstanceOf(Date);
  const formatOf = (title: RegExp): string | undefined =>
    months.cells?.get(`2,${column(title)}`)?.style?.numFmt ?? months.columns?.[column(title)]?.numFmt;
  expect(formatOf(/close rate/i)).toBe('0.0%');
  expect(formatOf(/won amount|sales/i)).toBe('#,##0.00');
  expect(months.cells?.get('2,0')?.style?.numFmt ?? months.columns?.[0]?.numFmt).toBe('yyyy-mm-dd');
}, 60_000);

describe('what was planted', () => {
  let report: BackTestReport;
  beforeAll(async () => {
    const { anomalies, config } = company;
    const first = Math.min(...anomalies.map((one) => ('from' in one ? one.from : Number.POSITIVE_INFINITY)));
    report = await backTest({
      asker: await openAsker(company.url, tokenOf('executive'), contextOf('executive')),
      days,
      rules: config.alerts.rules,
      firstContactNorm: 1_800,
      span: { from: days.shift(isoOf(first), -20), to: day },
    });
    const counts = report.rules.map(
      ({ rule, raised, raisedPerWeek }) => `${rule}: ${raised}, ${raisedPerWeek} a week`,
    );
    console.log(
      `Alerts with default settings, ${report.span.from} – ${report.span.to}\n${counts.join('\n')}`,
    );
  }, 300_000);

  const isoOf = (seconds: number): string =>
    DateTime.fromSeconds(seconds, { zone: 'Europe/Moscow' }).toISODate()!;
  const planted = <Kind extends DigestCompany['anomalies'][number]['kind']>(kind: Kind) =>
    company.anomalies.find((one) => one.kind === kind) as Extract<
      DigestCompany['anomalies'][number],
      { kind: Kind }
    >;
  const raisedBy = (rule: string) => report.alerts.filter((alert) => alert.rule === rule);

  it('is found: the manager who slackens, before the sales fall', () => {
    const { manager_id: id, activity_falls_at: from, revenue_falls_at: fall } = planted('slackening_manager');
    const days = raisedBy('activity_drop')
      .filter(({ managerId, raisedOn }) => managerId?.endsWith(`:${id}`) && raisedOn >= isoOf(from))
      .map(({ raisedOn }) => raisedOn);
    expect(days[0] ?? 'never').toMatch(/^\d/);
    expect(days[0]! < isoOf(fall), `${days[0]} before ${isoOf(fall)}`).toBe(true);
  });

  it('is found: the telephone that was dead for hours, and no other silence', () => {
    const { from } = planted('pbx_outage');
    expect(raisedBy('source_stale').map(({ raisedOn }) => raisedOn)).toEqual([isoOf(from)]);
  });

  it('is found: the department that stands still, and it is over when the department moves again', () => {
    const { from, to } = planted('stuck_department');
    const heaps = raisedBy('stage_overdue').filter(
      ({ managerId, team, subjectTitle, raisedOn }) =>
        managerId === null &&
        team === 'Корпоративные продажи' &&
        subjectTitle === 'Договор на согласовании' &&
        raisedOn > isoOf(from) &&
        raisedOn < isoOf(to),
    );
    expect(heaps).toHaveLength(1);
    expect(heaps[0]!.clearedOn! >= isoOf(to)).toBe(true);
  });

  it('is not drowned: three false alarms in a manager’s quarter, at most, of those that judge how somebody works', () => {
    const weeks = (Date.parse(report.span.to) - Date.parse(report.span.from)) / (7 * 86_400_000);
    for (const rule of ['activity_drop', 'plan_behind', 'disqualified_spike'])
      expect(raisedBy(rule).length / weeks / managers.length, rule).toBeLessThan(3 / 13);
  });
});
