import type { ClientBase } from 'pg';
import { writeTable } from './write-table.ts';

/** Which tasks of the CRM are meetings; the built-in type where nothing is said. */
export interface MeetingsConfig {
  readonly meetingTaskTypes?: readonly {
    readonly taskType: string;
    readonly kind: 'meeting' | 'presentation';
  }[];
}

/** Writes conf.meeting_task_types inside the caller's transaction; tells whether anything changed. */
export async function applyMeetings(client: ClientBase, config: MeetingsConfig): Promise<boolean> {
  const { meetingTaskTypes = [{ taskType: 'meeting', kind: 'meeting' }] } = config;
  // A type of both lists is a presentation: it says more.
  const kinds = new Map<string, string>();
  for (const { taskType, kind } of meetingTaskTypes) {
    const name = taskType.trim().toLowerCase();
    if (kinds.get(name) !== 'presentation') kinds.set(name, kind);
  }
  return writeTable(
    client,
    'meeting_task_types',
    'task_type text, kind text',
    [...kinds].map(([task_type, kind]) => ({ task_type, kind })),
  );
}
