import type { LocalAxis } from './local-axis.ts';
import { WHOLE, type StreamSpec } from '../engine/stream.ts';
import { call, employee, leg } from './schemas.ts';

export const UIS_STREAMS = ['calls', 'call_legs', 'employees'] as const;
export type UisStream = (typeof UIS_STREAMS)[number];

export interface UisReport {
  readonly method: string;
  /** Always named: what is given by default differs between accounts, and links to recordings are never asked for. */
  readonly fields: readonly string[];
}

export const REPORTS: Readonly<Record<UisStream, UisReport>> = {
  calls: {
    method: 'get.calls_report',
    fields: [
      'id',
      'start_time',
      'finish_time',
      'finish_reason',
      'direction',
      'source',
      'is_lost',
      'is_transfer',
      'communication_id',
      'contact_phone_number',
      'virtual_phone_number',
      'wait_duration',
      'total_wait_duration',
      'talk_duration',
      'clean_talk_duration',
      'total_duration',
      'lost_call_processing_duration',
      'call_records',
    ],
  },
  call_legs: {
    method: 'get.call_legs_report',
    fields: [
      'id',
      'call_session_id',
      'start_time',
      'connect_time',
      'duration',
      'total_duration',
      'finish_reason',
      'direction',
      'is_operator',
      'is_talked',
      'is_transfered',
      'is_coach',
      'calling_phone_number',
      'called_phone_number',
      'virtual_phone_number',
      'employee_id',
      'employee_full_name',
      'employee_phone_number',
      'group_id',
      'group_name',
      'call_records',
    ],
  },
  employees: {
    method: 'get.employees',
    fields: ['id', 'full_name', 'email', 'groups', 'phone_numbers', 'extension'],
  },
};

/** A page costs a point whatever its size (10,000 rows at most); 5,000 legs are about 3 MB. */
const PAGE = 5_000;
/** `offset` ends at 100,000; windows are read by time anyway, page numbers are for crowded seconds. */
const MAX_PAGES = 20;
const DAY_S = 86_400;

/** "3 months" by the error, 90 days by the page of the reports; a day less for zones whose clock turns. */
const LONGEST_WINDOW_S = 89 * DAY_S;

export function uisStreams(axis: LocalAxis, overlapSeconds: number): readonly StreamSpec[] {
  const report = {
    parts: WHOLE,
    cursor: 'created_at',
    order: 'oldest-first',
    pageSize: PAGE,
    maxPages: MAX_PAGES,
    overlapSeconds,
    maxWindowSeconds: LONGEST_WINDOW_S,
    trustsEnd: true,
    deletions: 'none',
    history: 'none',
    needs: 'any',
    windowMayBeIgnored: false,
    key: (row) => String(row['id']),
    cursorOf: (row) => axis.fromText(String(row['start_time'])),
  } as const satisfies Partial<StreamSpec>;
  return [
    { ...report, name: 'calls', schema: call },
    { ...report, name: 'call_legs', schema: leg },
    {
      name: 'employees',
      parts: WHOLE,
      cursor: 'none',
      order: 'by-id',
      pageSize: 10_000,
      maxPages: 1,
      overlapSeconds: 0,
      deletions: 'sweep',
      history: 'none',
      needs: 'any',
      windowMayBeIgnored: false,
      refreshSeconds: 3_600,
      schema: employee,
      key: (row) => String(row['id']),
      cursorOf: () => null,
    },
  ];
}
