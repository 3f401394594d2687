import { DBOS } from '@dbos-inc/dbos-sdk';
import { postMessage } from '../channels/index.ts';
import { crashPoint } from '../crash-points.ts';
import { businessCalendar } from '../workflows/business-calendar.ts';
import { workflowContext } from '../workflows/context.ts';
import { STEP_RETRY } from '../workflows/retry.ts';
import { askerOf } from './asker.ts';
import { dueEditions, editionFailed, editionMade, noteDueEditions } from './due-editions.ts';
import { lastDue } from './editions.ts';
import { makeReport } from './make-report.ts';
import { readersOf } from './readers.ts';
import { reportSpec } from './specs/index.ts';
import { WorkingDays } from './working-days.ts';

const PREFIX = 'digest-';

interface EditionInput {
  readonly digest: string;
  /** ISO instant. */
  readonly dueAt: string;
  readonly isLate: boolean;
}

/**
 * One edition of a digest: a step for each reader, which asks with the reader's rights and puts the message into the outbox under a key of
 * edition and reader. A step that runs twice finds its message there.
 */
const makeDigest = DBOS.registerWorkflow(
  async (input: EditionInput): Promise<number> => {
    try {
      const readers = await DBOS.runStep(() => listReaders(input), { ...STEP_RETRY, name: 'listReaders' });
      let messages = 0;
      for (const reader of readers)
        messages += await DBOS.runStep(() => makeFor(input, reader), { ...STEP_RETRY, name: 'makeFor' });
      await DBOS.runStep(() => noteMade(input, messages), { ...STEP_RETRY, name: 'noteMade' });
      return messages;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      await DBOS.runStep(() => noteFailed(input, text), { ...STEP_RETRY, name: 'noteFailed' });
      throw error;
    }
  },
  { name: 'makeDigest' },
);

async function listReaders(input: EditionInput): Promise<string[]> {
  const { config, warehouse } = workflowContext();
  const digest = config.reports.digests.find(({ name }) => name === input.digest);
  return digest ? (await readersOf(digest, config, warehouse.pool)).map(({ id }) => id) : [];
}

async function makeFor(input: EditionInput, readerId: string): Promise<number> {
  const { config, warehouse } = workflowContext();
  const digest = config.reports.digests.find(({ name }) => name === input.digest);
  if (!digest) return 0;
  const reader = (await readersOf(digest, config, warehouse.pool)).find(({ id }) => id === readerId);
  if (!reader) return 0;
  const days = await workingDays();
  const dueAt = new Date(input.dueAt);
  const edition = lastDue(digest, dueAt, days);
  if (!edition) return 0;
  const report = await makeReport({
    spec: reportSpec(digest.report),
    asker: await askerOf(reader.context),
    period: edition.period,
    language: reader.language,
    account: {
      name: config.account.name,
      timeZone: config.account.time_zone,
      currency: config.account.currency,
    },
    dashboardUrl: config.reports.dashboard_url,
    madeAt: new Date(),
    ...(input.isLate && { lateFor: dueAt }),
  });
  // What draws and prints is loaded by who needs it: every command registers this workflow.
  const { digestContent } = await import('./digest-content.ts');
  const content = await digestContent(report, digest.attach);
  const client = await warehouse.pool.connect();
  try {
    await client.query('begin');
    for (const { channel, address } of reader.at) {
      const settings = config.channels.find(({ name }) => name === channel);
      if (!settings) continue;
      const key = `digest/${digest.name}/${input.dueAt}/${reader.id}/${channel}/${address}`;
      await postMessage(client, { key, channel: settings, address, content });
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
  crashPoint('digest.posted');
  return reader.at.length;
}

const noteMade = ({ digest, dueAt }: EditionInput, messages: number): Promise<void> =>
  editionMade(workflowContext().warehouse.pool, digest, new Date(dueAt), messages);

const noteFailed = ({ digest, dueAt }: EditionInput, error: string): Promise<void> =>
  editionFailed(workflowContext().warehouse.pool, digest, new Date(dueAt), error);

/** The company's calendar as it stands now, holidays of files included. */
export async function workingDays(): Promise<WorkingDays> {
  const { config, warehouse } = workflowContext();
  const calendar = await businessCalendar(config, warehouse.pool);
  return new WorkingDays(calendar, config.account.time_zone);
}

/** Starts making each edition that is due; the workflow's id is the edition's, so that two processes start one. */
export async function startDueDigests(): Promise<void> {
  for (const { digest, dueAt, isLate, attempts } of await dueEditions(workflowContext().warehouse.pool)) {
    const moment = dueAt.toISOString();
    await DBOS.startWorkflow(makeDigest, { workflowID: `${PREFIX}${digest}-${moment}-${attempts}` })({
      digest,
      dueAt: moment,
      isLate,
    });
  }
}

/** The tick of a digest's schedule: what is due is written down; a process that serves KPIs makes it. */
const noteDueDigest = DBOS.registerWorkflow(
  async (scheduledAt: Date): Promise<void> => {
    await DBOS.runStep(() => noteDue(scheduledAt), { ...STEP_RETRY, name: 'noteDue' });
  },
  { name: 'noteDueDigest' },
);

async function noteDue(now: Date): Promise<void> {
  const { config, warehouse } = workflowContext();
  await noteDueEditions(warehouse.pool, config, await workingDays(), now);
}

/** Puts the digests' schedules in force, drops those that are gone, and notes what was missed. */
export async function applyDigestSchedules(): Promise<void> {
  const { config } = workflowContext();
  const { digests } = config.reports;
  await DBOS.applySchedules(
    digests.map(({ name, at }) => ({
      scheduleName: `${PREFIX}${name}`,
      workflowFn: noteDueDigest,
      // Every day: which days it is due on is the calendar's to say, and that changes with a file of holidays.
      schedule: `0 ${Number(at.slice(3))} ${Number(at.slice(0, 2))} * * *`,
      cronTimezone: config.account.time_zone,
    })),
  );
  for (const { scheduleName } of await DBOS.listSchedules({ scheduleNamePrefix: PREFIX })) {
    if (!digests.some(({ name }) => scheduleName === `${PREFIX}${name}`))
      await DBOS.deleteSchedule(scheduleName);
  }
  if (digests.length > 0) await noteDue(new Date());
}
