import { talkSeconds, type Call } from '../../telephony/index.ts';
import { civil, DAY, dayNumber, dayOf, HOUR, isPublicHoliday, monthOf, startOfDay } from '../calendar.ts';
import type { Deal } from '../deal.ts';
import { WON } from '../funnel.ts';
import { Random } from '../random.ts';
import { isPresent, TEAMS, type Employee, type TeamKey } from '../staff.ts';
import type { World } from '../world.ts';
import type { Books, Cost, Review, Survey, Target, Training } from './books.ts';

const CHECKLIST = [
  'Представился',
  'Выявил потребность',
  'Рассказал о выгодах',
  'Отработал возражение',
  'Назначил следующий шаг',
];
const COURSES = [
  'Работа с возражениями',
  'Новая линейка стеллажей',
  'Переговоры о цене',
  'Складская техника: основы',
];
const SALARY = 95_000;
const ADVERTISING: readonly (readonly [category: string, share: number])[] = [['Контекстная реклама', 0.6], ['Выставки', 0.25], ['Сайт', 0.15]]; // prettier-ignore

/** Plans, costs and judgements that fit what was sold and said: worked out from the deals and calls themselves. */
export function keepBooks(world: World, calls: readonly Call[]): Books {
  const wins = world.deals.flatMap((deal) => {
    const win = deal.journal.findLast((entry) => entry.kind === 'moved' && entry.to.stage.id === WON);
    return win === undefined || deal.isDeleted || deal.place.stage.id !== WON ? [] : [{ deal, at: win.at }];
  });
  return {
    targets: targets(world, wins),
    costs: costs(world, wins),
    market: market(world),
    surveys: surveys(world, wins),
    reviews: reviews(world, calls),
    trainings: trainings(world),
    holidays: holidays(world),
  };
}

interface Win {
  readonly deal: Deal;
  readonly at: number;
}

function monthsOf({ span }: World): number[] {
  return Array.from({ length: span.months + 1 }, (_, index) => span.month(index));
}

/** A manager's share of what the team sold in an average month, drawn a little apart; the newcomer's first month is half. */
function targets(world: World, wins: readonly Win[]): Target[] {
  const { staff, seed } = world;
  const months = monthsOf(world);
  const has = (manager: Employee, month: number): boolean =>
    isPresent(manager, month + 3 * DAY) || manager.hiredAt > month;
  const rows: Target[] = [];
  for (const { key } of TEAMS) {
    const team = staff.managers.filter((manager) => manager.team?.key === key);
    const places = months.reduce((sum, month) => sum + team.filter((one) => has(one, month)).length, 0);
    const sold = wins.filter(({ deal }) => teamOf(world, deal) === key);
    const amount = sold.reduce((sum, { deal }) => sum + deal.price, 0) / Math.max(1, places);
    const deals = sold.length / Math.max(1, places);
    for (const [index, month] of months.entries()) {
      for (const manager of team) {
        if (manager.leavesAt < month + 5 * DAY || manager.hiredAt > month + 20 * DAY) continue;
        const random = new Random(seed, 'target', index, manager.id);
        const part =
          (manager.hiredAt > month - 20 * DAY && manager.hiredAt > 0 ? 0.5 : 1) *
          (0.85 + 0.3 * random.next());
        rows.push({
          month: monthOf(month),
          manager,
          amount: Math.max(10_000, Math.round((amount * part) / 10_000) * 10_000),
          deals: Math.max(1, Math.round(deals * part)),
          newClients: Math.max(1, Math.round(deals * part * 0.6)),
          proposals: Math.max(1, Math.round(deals * part * 2.2)),
          calls: Math.round(200 * part),
        });
      }
    }
  }
  return rows;
}

function teamOf({ staff }: World, { ownerId, start }: Deal): TeamKey {
  return staff.byId(ownerId).team?.key ?? start.team;
}

function costs(world: World, wins: readonly Win[]): Cost[] {
  const rows: Cost[] = [];
  for (const [index, at] of monthsOf(world).entries()) {
    const month = monthOf(at);
    const random = new Random(world.seed, 'costs', index);
    const sold = wins
      .filter((win) => monthOf(win.at) === month)
      .reduce((sum, { deal }) => sum + deal.price, 0);
    for (const team of TEAMS) {
      const heads =
        world.staff.managers.filter((one) => one.team === team && one.hiredAt <= at && one.leavesAt > at)
          .length + 1;
      rows.push({ month, kind: 'sales', category: 'Зарплата', team, amount: heads * SALARY });
    }
    const advertising = 400_000 + sold * 0.02;
    for (const [category, share] of ADVERTISING)
      rows.push({
        month,
        kind: 'marketing',
        category,
        team: null,
        amount: thousands(advertising * share * (0.9 + 0.2 * random.next())),
      });
    rows.push({
      month,
      kind: 'goods',
      category: 'Закупка',
      team: null,
      amount: thousands(sold * (0.61 + 0.06 * random.next())),
    });
  }
  return rows;
}

function thousands(amount: number): number {
  return Math.round(amount / 1000) * 1000;
}

function market(world: World): Books['market'] {
  const quarters = new Set(monthsOf(world).map((month) => quarterOf(month)));
  return [...quarters].map((quarter, index) => ({ quarter, amount: 9_000_000_000 + index * 150_000_000 }));
}

function quarterOf(moment: number): string {
  const { year, month } = civil(dayOf(moment));
  return `${year}-Q${Math.ceil(month / 3)}`;
}

/** Some of those who bought answer a week later; who waited long is less content. */
function surveys(world: World, wins: readonly Win[]): Survey[] {
  const rows: Survey[] = [];
  for (const { deal, at } of wins) {
    const random = new Random(world.seed, 'survey', deal.start.number);
    const answeredAt = at + random.int(5, 12) * DAY;
    if (!random.chance(0.12) || answeredAt > world.span.until) continue;
    const mood = random.normal() + 0.6 - (at - deal.start.at) / (60 * DAY);
    rows.push({
      number: 1001 + rows.length,
      day: isoDay(answeredAt),
      client: deal.start.client,
      manager: world.staff.byId(deal.ownerId),
      csat: Math.min(5, Math.max(1, Math.round(4 + mood))),
      nps: Math.min(10, Math.max(0, Math.round(7.5 + 2 * mood))),
    });
  }
  return rows;
}

/** The head listens to about one call of each manager a week. */
function reviews(world: World, calls: readonly Call[]): Review[] {
  const heard = new Map<string, number>();
  const rows: Review[] = [];
  for (const call of calls) {
    const [leg] = call.legs;
    const manager = leg?.from?.employee ?? leg?.to?.employee;
    if (
      call.direction === 'internal' ||
      manager?.team == null ||
      manager.role !== 'manager' ||
      talkSeconds(call) < 60
    )
      continue;
    const week = `${manager.id}:${Math.floor((dayOf(call.startedAt) + 3) / 7)}`;
    const random = new Random(world.seed, 'review', call.startedAt, manager.id);
    if ((heard.get(week) ?? 0) >= 1 || !random.chance(0.08)) continue;
    heard.set(week, (heard.get(week) ?? 0) + 1);
    const skill = 0.62 + manager.skill * 0.12;
    const reviewer = world.staff.heads[manager.team.key];
    const points = CHECKLIST.map((item) => [item, random.chance(skill) ? 1 : 0] as const);
    rows.push({ call, day: isoDay(call.startedAt), manager, reviewer, points });
  }
  return rows;
}

function trainings(world: World): Training[] {
  const { staff, seed, span } = world;
  const rows: Training[] = [];
  for (const [index, month] of monthsOf(world).entries()) {
    if (index % 3 !== 1) continue;
    const title = COURSES[Math.floor(index / 3) % COURSES.length] ?? '';
    for (const manager of staff.managers) {
      const at = world.calendar.after(month + 9 * DAY, 4 * HOUR);
      if (at > span.until || !isPresent(manager, at)) continue;
      const random = new Random(seed, 'training', index, manager.id);
      const score = random.chance(0.9) ? Math.min(100, Math.round(74 + 12 * random.normal())) : null;
      rows.push({ day: isoDay(at), manager, title, hours: random.pick([2, 2.5, 4]), score });
    }
  }
  return rows;
}

/** Free weekdays from the first told year to the end of the one after the last. */
function holidays({ span }: World): Books['holidays'] {
  const rows: { day: string; title: string }[] = [];
  const last = dayNumber(civil(dayOf(span.until)).year + 1, 12, 31);
  for (let day = dayNumber(civil(dayOf(span.start)).year, 1, 1); day <= last; day += 1) {
    if (civil(day).weekday <= 5 && isPublicHoliday(day))
      rows.push({ day: isoDay(startOfDay(day)), title: 'Праздничный день' });
  }
  return rows;
}

function isoDay(moment: number): string {
  return new Date(dayOf(moment) * DAY * 1000).toISOString().slice(0, 10);
}
