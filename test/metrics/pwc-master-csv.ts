import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

interface PwcCall {
  readonly 'Call Id': string;
  readonly Agent: string;
  readonly Date: string;
  readonly Time: string;
  readonly 'Answered (Y/N)': 'Y' | 'N';
  readonly 'Speed of answer in seconds': string;
  readonly AvgTalkDuration: string;
}

/** The agents, each at an extension: the first at 201. */
export const AGENTS = ['Becky', 'Dan', 'Diane', 'Greg', 'Jim', 'Joe', 'Martha', 'Stewart'] as const;
export const extensionOf = (agent: string): string => String(201 + AGENTS.indexOf(agent as 'Becky'));

export function readPwcCalls(folder: string): PwcCall[] {
  return parse<PwcCall>(readFileSync(join(folder, 'Call-Center-Dataset.csv')), { columns: true, bom: true });
}

/**
 * The 5,000 calls of PwC's data set as an Asterisk with 21 columns would have written them: the agent's phone rings, and is answered
 * after the data set's seconds or not within half a minute. On every third answered call a colleague's phone rings in vain, too, in a
 * row of its own: counting rows gives other numbers than counting calls.
 */
export function pwcMasterCsv(calls: readonly PwcCall[]): string {
  let sequence = 0;
  return calls
    .flatMap((call, index) => {
      const start = Date.parse(`${call.Date}T${call.Time.padStart(8, '0')}Z`) / 1_000;
      const isAnswered = call['Answered (Y/N)'] === 'Y';
      const answer = start + Number(call['Speed of answer in seconds']);
      const [hours = 0, minutes = 0, seconds = 0] = call.AvgTalkDuration.split(':').map(Number);
      const end = isAnswered ? answer + hours * 3_600 + minutes * 60 + seconds : start + 30;
      const row = (extension: string, answeredAt: number | null, endsAt: number): string =>
        masterLine({
          caller: `8916${String(index).padStart(7, '0')}`,
          extension,
          start,
          answer: answeredAt,
          end: endsAt,
          linkedid: `${start}.${index}`,
          sequence: ++sequence,
        });
      const colleague = AGENTS[(AGENTS.indexOf(call.Agent as 'Becky') + 1) % AGENTS.length]!;
      const lines = [row(extensionOf(call.Agent), isAnswered ? answer : null, end)];
      if (isAnswered && index % 3 === 0) lines.push(row(extensionOf(colleague), null, answer));
      return lines;
    })
    .join('');
}

function masterLine(row: {
  caller: string;
  extension: string;
  start: number;
  answer: number | null;
  end: number;
  linkedid: string;
  sequence: number;
}): string {
  const at = (seconds: number): string =>
    new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  const channel = `PJSIP/trunk-${row.sequence.toString(16).padStart(8, '0')}`;
  const dstchannel = `PJSIP/${row.extension}-${row.sequence.toString(16).padStart(8, '0')}`;
  const texts = ['', row.caller, row.extension, 'from-trunk', row.caller, channel, dstchannel, 'Dial', ''];
  return `${[
    ...texts.map((text) => `"${text}"`),
    `"${at(row.start)}"`,
    row.answer === null ? '' : `"${at(row.answer)}"`,
    `"${at(row.end)}"`,
    row.end - row.start,
    row.answer === null ? 0 : row.end - row.answer,
    row.answer === null ? '"NO ANSWER"' : '"ANSWERED"',
    '"DOCUMENTATION"',
    `"${row.linkedid}"`,
    '""',
    '""',
    `"${row.linkedid}"`,
    row.sequence,
  ].join(',')}\n`;
}
