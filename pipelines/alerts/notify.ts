import type { ClientBase, Pool } from 'pg';
import { postMessage, type Content } from '../channels/index.ts';
import { parseDuration, type Config } from '../config/index.ts';
import type { Asker } from '../reports/asker.ts';
import { escape } from '../reports/render/html.ts';
import type { SecurityContext } from '../../cube/access.ts';
import { readerOf, type Reader } from '../reports/readers.ts';
import { isQuiet } from '../workflows/quiet-hours.ts';
import { listAlerts, type Alert } from './alert.ts';
import { describeAlert, describeEvidence } from './describe.ts';

export interface NotifyRequest {
  readonly pool: Pool;
  readonly config: Config;
  readonly now: Date;
  /** An asker with the rights of a reader. */
  readonly askerOf: (context: SecurityContext) => Promise<Asker>;
}

/**
 * Tells whom each open alert is to be told, once: the first level at once, a further one when nobody has acknowledged it for its time.
 * Nothing goes out in the quiet hours; what comes within `group_for` of a reader's last message waits for it and goes in one. The message
 * and the note that it was told are one transaction. Answers how many messages were posted.
 */
export async function notifyAlerts({ pool, config, now, askerOf }: NotifyRequest): Promise<number> {
  const { alerts } = config;
  if (isQuiet(alerts.quiet_hours, now, config.account.time_zone)) return 0;
  const open = await listAlerts(pool);
  if (open.length === 0) return 0;
  const told = await toldTo(pool);
  let posted = 0;
  for (const [level, { to, after }] of alerts.levels.entries()) {
    const due = open.filter(({ raisedAt, acknowledgedAt }) => {
      const isOfAge = now.getTime() - raisedAt.getTime() >= (parseDuration(after) ?? 0);
      return isOfAge && acknowledgedAt === null;
    });
    for (const name of to) {
      const recipient = config.recipients.find((one) => one.name === name);
      if (!recipient) continue;
      const news = due.filter(({ id }) => !told.has(`${id}/${name}`));
      if (news.length === 0 || (await wasJustTold(pool, name, config, now))) continue;
      const reader = readerOf(recipient, config);
      const seen = await visibleTo(await askerOf(reader.context), news);
      if (seen.length === 0) continue;
      posted += await inTransaction(pool, (client) => tell(client, config, reader, level, seen, now));
      seen.forEach(({ id }) => told.add(`${id}/${name}`));
    }
  }
  return posted;
}

/** Of these alerts, those that the view of alerts shows to this reader: rights are Cube's, here as everywhere. */
async function visibleTo(asker: Asker, alerts: readonly Alert[]): Promise<Alert[]> {
  if (!asker.knows('alerts.alert_id')) return [];
  const { rows } = await asker.ask({
    dimensions: ['alerts.alert_id'],
    filters: [{ member: 'alerts.alert_id', operator: 'equals', values: alerts.map(({ id }) => String(id)) }],
    limit: 10_000,
  });
  const ids = new Set(rows.map((row) => Number(row['alerts.alert_id'])));
  return alerts.filter(({ id }) => ids.has(id));
}

async function tell(
  client: ClientBase,
  config: Config,
  reader: Reader,
  level: number,
  alerts: readonly Alert[],
  now: Date,
): Promise<number> {
  const content = alertContent(alerts, reader.language, config);
  const numbers = alerts.map(({ id }) => id).sort((left, right) => left - right);
  let posted = 0;
  for (const { channel, address } of reader.at) {
    const settings = config.channels.find(({ name }) => name === channel);
    if (!settings) continue;
    const key = `alerts/${reader.id}/${level + 1}/${numbers.join('-')}/${channel}/${address}`;
    posted += (await postMessage(client, { key, channel: settings, address, content })) ? 1 : 0;
    await client.query(
      `insert into ops.alert_notices (alert_id, recipient, level, message_key, noticed_at)
       select unnest($1::bigint[]), $2, $3, $4, $5 on conflict do nothing`,
      [numbers, reader.id, level + 1, key, now],
    );
  }
  await client.query(
    `update ops.alerts set notified_at = coalesce(notified_at, $2), level = greatest(level, $3) where alert_id = any ($1)`,
    [numbers, now, level + 1],
  );
  return posted;
}

const MOST_SUBJECT = 120;

/** One message for all of them, the first named in the subject. */
export function alertContent(
  alerts: readonly Alert[],
  language: Reader['language'],
  config: Pick<Config, 'account' | 'reports'>,
): Content {
  const lines = alerts.map((alert) => ({
    title: describeAlert(alert, language),
    rows: describeEvidence(alert, language),
  }));
  const first = lines[0]?.title ?? '';
  const more = lines.length > 1 ? ` (+${lines.length - 1})` : '';
  const url = config.reports.dashboard_url?.replace(/\/$/, '');
  const link = url === undefined ? [] : [`${url}/alerts`];
  const font = "font-family:Arial,'Helvetica Neue',sans-serif";
  const html = `<!DOCTYPE html>
<html lang="${language}"><head><meta charset="utf-8"><title>${escape(first)}</title></head>
<body style="margin:0;padding:16px;background:#ffffff">
${lines
  .map(
    ({ title, rows }) =>
      `<p style="margin:0 0 4px;${font};font-size:15px;line-height:21px;color:#222222"><b>${escape(title)}</b></p><ul style="margin:0 0 16px;padding:0 0 0 20px;${font};font-size:13px;line-height:19px;color:#444444">${rows.map((row) => `<li>${escape(row)}</li>`).join('')}</ul>`,
  )
  .join('\n')}
${link.map((address) => `<p style="margin:0;${font};font-size:13px"><a href="${escape(address)}" style="color:#1f6f8b">${escape(address)}</a></p>`).join('')}
</body></html>
`;
  return {
    subject: `${config.account.name}: ${first.slice(0, MOST_SUBJECT)}${more}`,
    text: [
      ...lines.map(({ title, rows }) => [title, ...rows.map((row) => `  ${row}`)].join('\n')),
      ...link,
    ].join('\n\n'),
    html,
    data: { alerts: alerts.map(({ level, ...alert }) => ({ ...alert, told: level > 0 })) },
  };
}

async function toldTo(pool: Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ told: string }>(
    `select alert_id || '/' || recipient as told from ops.alert_notices
     where alert_id in (select alert_id from ops.alerts where cleared_at is null)`,
  );
  return new Set(rows.map(({ told }) => told));
}

async function wasJustTold(pool: Pool, recipient: string, { alerts }: Config, now: Date): Promise<boolean> {
  const seconds = (parseDuration(alerts.group_for) ?? 0) / 1_000;
  const { rows } = await pool.query(
    `select from ops.alert_notices where recipient = $1 and noticed_at > $2::timestamptz - make_interval(secs => $3)
     and noticed_at < $2 limit 1`,
    [recipient, now, seconds],
  );
  return rows.length > 0;
}

async function inTransaction<T>(pool: Pool, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
