import { dayOf, HOUR, startOfDay } from './calendar.ts';
import { TASK_TYPES } from './paperwork.ts';
import { Random } from './random.ts';
import { isPresent } from './staff.ts';
import type { World } from './world.ts';

const ON_NOTHING = ['Сдать отчёт за месяц', 'Пройти обучение по новой линейке', 'Обновить презентацию'];
const ON_A_CONTACT = ['Поздравить с днём рождения', 'Уточнить реквизиты', 'Пригласить на вебинар'];

/** Each month's tasks that stand on no deal: some on nothing at all, set by the head, some on a contact. */
export function addRoutine(world: World): void {
  const { span, staff, clients, calendar, tasks, seed } = world;
  for (let month = 0; month <= span.months; month += 1) {
    const begins = startOfDay(dayOf(span.month(month)));
    for (const manager of staff.managers) {
      const random = new Random(seed, 'routine', month, manager.id);
      for (const texts of [ON_NOTHING, ON_A_CONTACT]) {
        const at = calendar.after(begins, random.int(HOUR, 100 * HOUR));
        const contact = texts === ON_A_CONTACT ? random.pick(clients.contacts) : null;
        if (at > span.until || !isPresent(manager, at) || (contact?.createdAt ?? 0) >= at) continue;
        const head = manager.team === null ? staff.executive : staff.heads[manager.team.key];
        const done = calendar.after(at, random.int(HOUR, 60 * HOUR));
        const isDone = done <= span.until && done < manager.leavesAt && random.chance(manager.diligence);
        tasks.push({
          at,
          by: contact === null ? head.id : manager.id,
          ownerId: manager.id,
          typeId: TASK_TYPES.call,
          text: random.pick(texts),
          dueAt: calendar.after(at, 24 * HOUR),
          dealId: null,
          contactId: contact?.id ?? null,
          completedAt: isDone ? done : null,
          completedBy: manager.id,
          result: null,
          changedAt: isDone ? done : at,
        });
      }
    }
  }
}
