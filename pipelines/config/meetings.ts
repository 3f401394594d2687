import { z } from 'zod';

const taskTypes = z.array(z.string().min(1));

/** Which tasks of the CRM are meetings with clients: types by name, `meeting` being the one amoCRM brings along. */
export const meetings = z
  .strictObject({
    task_types: taskTypes.default(['meeting']),
    /** Of these types a meeting is a presentation. */
    presentation_task_types: taskTypes.default([]),
  })
  .prefault({});
