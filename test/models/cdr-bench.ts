import { readLeg } from '../../pipelines/sources/asterisk/leg.ts';
import { WallClock } from '../../pipelines/sources/asterisk/local-time.ts';
import { land, type LandingRow } from '../../pipelines/warehouse/index.ts';
import { EXTENSIONS, type CdrRow, type Scenario } from './cdr-scenarios.ts';
import { BASICS, CONFIG, createSmallCrm, type SmallCrm } from './small-crm.ts';

const NAMES = Object.keys(EXTENSIONS);
/** CRM user of each of the company's people: 11 bob, 12 charlie, … */
export const managerId = (name: string): string => `7:${11 + NAMES.indexOf(name)}`;
export const managerName = (id: string | null): string | null =>
  id === null ? null : (NAMES[Number(id.split(':')[1]) - 11] ?? id);

/** A small CRM with a phone system beside it: bob … frank at their extensions, the trunk is called `provider`. */
export function createCdrBench(): Promise<SmallCrm> {
  return createSmallCrm(
    {
      ...CONFIG,
      settings: { ...CONFIG.settings, country: 'RU' },
      pbx: [
        {
          sourceType: 'asterisk',
          accountId: 'pbx',
          timeZone: 'UTC',
          country: 'RU',
          trunkPattern: '/provider-',
          extensionPattern: '^[0-9]{3}$',
          ownNumbers: ['84950000001'],
          contexts: {},
        },
      ],
      businessHours: [1, 2, 3, 4, 5].map((isoWeekday) => ({ isoWeekday, opens: '09:00', closes: '18:00' })),
      managers: Object.entries(EXTENSIONS).map(([name, number]) => ({
        manager: name,
        team: null,
        extensions: [{ number }],
        mailboxes: [],
      })),
    },
    [
      ...BASICS,
      ...NAMES.map((name, index) => ({
        stream: 'users' as const,
        id: String(11 + index),
        updatedAt: null,
        payload: { id: 11 + index, name, email: `${name}@example.org` },
      })),
    ],
  );
}

/** Channel of a party: a name of the cast, `IAX2/bob`, `trunk`, or a channel in full. */
function channelOf(party: string): string {
  if (party.startsWith('Local/')) return party;
  const [technology, name] = party.includes('/') ? (party.split('/') as [string, string]) : ['SIP', party];
  const peer =
    name === 'alice' || name === 'trunk' ? 'provider' : EXTENSIONS[name as keyof typeof EXTENSIONS];
  return `${technology}/${peer}-0000${name.length.toString(16)}a1f`;
}

function numberOf(party: string, alice: string): string {
  const name = party.split('/').at(-1) ?? '';
  if (party.startsWith('Local/')) return '700';
  return name === 'alice' ? alice : EXTENSIONS[name as keyof typeof EXTENSIONS];
}

const CLOCK = new WallClock('UTC');

/** The rows of a scenario that began at `epoch` (unix seconds), in the form the source lands; `linkedid` names the call. */
export function landedRows(
  { rows }: Pick<Scenario, 'rows'>,
  epoch: number,
  linkedid: string,
  alice: string,
): LandingRow[] {
  const at = (text: string | undefined): string => {
    if (text === undefined) return '';
    const [minutes = 0, seconds = 0] = text.split(':').map(Number);
    return new Date((epoch + minutes * 60 + seconds) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  };
  return rows.map((row: CdrRow, index) => {
    const call = row.call === undefined ? linkedid : `${linkedid}-${row.call}`;
    const isToTrunk = row.to === 'trunk';
    const read = readLeg(
      {
        src: numberOf(row.from, alice),
        dst:
          row.dst ?? (row.to === undefined || row.to.startsWith('Local/') ? '700' : numberOf(row.to, alice)),
        channel: channelOf(row.from),
        dstchannel: row.to === undefined ? '' : channelOf(isToTrunk ? 'trunk' : row.to),
        lastapp: row.app,
        lastdata: row.data ?? '',
        start: at(row.start),
        answer: at(row.answer),
        end: at(row.end),
        duration: String(
          Number(new Date(`${at(row.end)}Z`)) / 1000 - Number(new Date(`${at(row.start)}Z`)) / 1000,
        ),
        billsec: String(row.billsec),
        disposition: row.disposition,
        uniqueid: `${call}.${row.from.length}`,
        linkedid: call,
        sequence: String(index + 1),
      },
      { clock: CLOCK, timeKinds: {}, isStored: () => true },
    );
    if (!('leg' in read)) throw new Error(`row ${index} of ${linkedid}: ${read.reason}`);
    return { id: read.leg.leg_key, payload: JSON.stringify(read.leg), updatedAt: null };
  });
}

export async function landCdr(crm: SmallCrm, rows: readonly LandingRow[]): Promise<void> {
  await land({ pool: crm.pool }, { source: 'asterisk', account: 'pbx', stream: 'cdr', rows });
}
