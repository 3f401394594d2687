import type { IncomingMessage, ServerResponse } from 'node:http';
import { DateTime } from 'luxon';
import type pg from 'pg';
import { z } from 'zod';
import { acknowledge } from '../../pipelines/alerts/alert.ts';
import type { Config } from '../../pipelines/config/index.ts';
import { VoronkaError } from '../../pipelines/errors.ts';
import { exportQuery } from '../../pipelines/reports/export-query.ts';
import {
  customPeriod,
  makeReport,
  openAsker,
  periodOf,
  renderReport,
  REPORT_FORMATS,
  reportSpec,
  WorkingDays,
  type Asker,
  type ReportFormat,
} from '../../pipelines/reports/index.ts';
import { MEDIA_TYPES } from '../../pipelines/reports/render/index.ts';
import { businessCalendar } from '../../pipelines/workflows/business-calendar.ts';
import { TokenRefusedError, verifyToken } from '../auth.ts';
import type { Middleware } from '../cube-packages.ts';
import { CubeForbiddenError } from '../query-errors.ts';

export interface ReportRoutesOptions {
  readonly config: Config;
  /** Of the warehouse's owner: the calendar is read from it, and alerts are acknowledged in it. */
  readonly pool: pg.Pool;
  readonly apiSecret: string;
  /** Where Cube is asked; known once it runs. */
  readonly url: () => string;
}

const PATH = /^\/cubejs-api\/v1\/(?:reports\/([a-z-]+)|(export)|alerts\/(\d+)\/(acknowledge))$/;
const BODY_LIMIT = 256 * 1024;

const day = z.iso.date();
const reportQuery = z.object({
  format: z.enum(REPORT_FORMATS).default('xlsx'),
  lang: z.enum(['en', 'ru']).optional(),
  date: day.optional(),
  from: day.optional(),
  to: day.optional(),
});
const exportBody = z.object({
  query: z.record(z.string(), z.unknown()),
  format: z.enum(REPORT_FORMATS).default('xlsx'),
  title: z.string().min(1).max(120).default('voronka'),
  lang: z.enum(['en', 'ru']).optional(),
});

/**
 * Reports as files and acknowledgements of alerts, beside Cube's own routes and under the same tokens: everything is asked from Cube with
 * the token that came, so a file holds what its bearer may see.
 *
 * `GET /cubejs-api/v1/reports/NAME?format=&date=&from=&to=&lang=`, `POST /cubejs-api/v1/export {query, format, title, lang}`,
 * `POST /cubejs-api/v1/alerts/ID/acknowledge`.
 */
export function reportRoutes(options: ReportRoutesOptions): Middleware {
  return (request, response, next) => {
    const address = new URL(request.url ?? '/', 'http://localhost');
    const match = PATH.exec(address.pathname);
    const wanted = match?.[1] === undefined ? 'POST' : 'GET';
    if (!match || request.method !== wanted) return next();
    answer(options, request, response, address, match).catch((error: unknown) => fail(response, error));
  };
}

async function answer(
  options: ReportRoutesOptions,
  request: IncomingMessage,
  response: ServerResponse,
  address: URL,
  [, name, isExport, alertId]: RegExpExecArray,
): Promise<void> {
  const token = (request.headers.authorization ?? '').replace(/^Bearer /i, '');
  const context = verifyToken(token, options.apiSecret);
  const asker = await openAsker(options.url(), token, context);
  if (alertId !== undefined) return acknowledgeAlert(options, response, asker, alertId);
  if (isExport !== undefined) {
    const { query, format, title, lang } = parse(exportBody, await readJson(request));
    const report = await exportQuery({ asker, query, title, ...aboutAccount(options, lang) });
    return send(response, await renderReport(report, format), format, 'export');
  }
  const { format, lang, ...dates } = parse(reportQuery, Object.fromEntries(address.searchParams));
  const spec = reportSpec(name ?? '');
  const report = await makeReport({
    spec,
    asker,
    period: await periodFor(options, spec.period, dates),
    dashboardUrl: options.config.reports.dashboard_url,
    ...aboutAccount(options, lang),
  });
  send(response, await renderReport(report, format), format, `${spec.name}-${report.period.to}`);
}

function aboutAccount({ config }: ReportRoutesOptions, lang: 'en' | 'ru' | undefined) {
  const { name, time_zone: timeZone, currency } = config.account;
  return {
    language: lang ?? config.reports.language,
    account: { name, timeZone, currency },
    madeAt: new Date(),
  };
}

async function periodFor(
  { config, pool }: ReportRoutesOptions,
  kind: 'day' | 'week' | 'month',
  { date, from, to }: { date?: string | undefined; from?: string | undefined; to?: string | undefined },
) {
  if (from !== undefined && to !== undefined) return customPeriod({ from, to });
  const { time_zone: timeZone } = config.account;
  const today = DateTime.now().setZone(timeZone).toISODate()!;
  const days = new WorkingDays(await businessCalendar(config, pool), timeZone);
  return periodOf(kind, date ?? today, today, days);
}

/** Who may see an alert may say that they have it in hand. */
async function acknowledgeAlert(
  { pool }: ReportRoutesOptions,
  response: ServerResponse,
  asker: Asker,
  id: string,
): Promise<void> {
  const { rows } = await asker.ask({
    dimensions: ['alerts.alert_id'],
    filters: [{ member: 'alerts.alert_id', operator: 'equals', values: [id] }],
  });
  const { role, teams, managers } = asker.context;
  const by = [role, ...(role === 'head' ? teams : managers)].join(' ');
  const isDone = rows.length > 0 && (await acknowledge(pool, Number(id), by));
  json(
    response,
    isDone ? 200 : 404,
    isDone ? { acknowledged: true } : { error: 'There is no such open alert.' },
  );
}

function send(response: ServerResponse, bytes: Buffer, format: ReportFormat, stem: string): void {
  response.writeHead(200, {
    'content-type': MEDIA_TYPES[format],
    'content-disposition': `attachment; filename="${stem}.${format}"`,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    // A page of a file opened from here must not act as a page of the dashboard.
    'content-security-policy': "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  response.end(bytes);
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

class BadRequestError extends VoronkaError {
  constructor(message: string) {
    super(message, { code: 'BAD_REQUEST', retry: 'never' });
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new BadRequestError(z.prettifyError(result.error));
  return result.data;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_LIMIT) throw new BadRequestError('The request is too long.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequestError('The request is not JSON.');
  }
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TokenRefusedError || error instanceof CubeForbiddenError)
    return json(response, 403, { error: message });
  if (error instanceof VoronkaError && error.retry === 'never')
    return json(response, 400, { error: message });
  json(response, 500, { error: error instanceof VoronkaError ? message : 'Unexpected failure' });
}
