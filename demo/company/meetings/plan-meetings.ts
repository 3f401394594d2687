import { civil, DAY, dayOf, HOUR, secondOfDay, startOfDay } from '../calendar.ts';
import type { Deal } from '../deal.ts';
import { hash, Random } from '../random.ts';
import { isPresent } from '../staff.ts';
import type { World } from '../world.ts';
import type { Meeting, TeamMeeting } from './meeting.ts';

const HALF_HOUR = 1800;
const PRESENTATIONS = 0.35;
const MOVED = 0.12;
/** Of deals that got an offer: an appointment that came to nothing. */
const CALLED_OFF = 0.03;
const DECLINED = 0.015;

/** Appointments with clients, as the deals tell: one before each move out of the meeting stage, some that came to nothing, and those to come. */
export function planMeetings(world: World): Meeting[] {
  const { seed, staff, touches, span, calendar } = world;
  const meetings: Meeting[] = [];
  for (const touch of touches) {
    const { deal, at, kind } = touch;
    // Who has no address is called, not invited.
    if ((kind !== 'meeting' && kind !== 'proposal') || deal.start.client.contact.email === null) continue;
    const random = new Random(seed, 'meeting', deal.start.number, at);
    const host = staff.byId(touch.by);
    const isPresentation = random.chance(PRESENTATIONS);
    if (kind === 'meeting') {
      const startsAt = before(world, at);
      if (startsAt <= deal.start.at) continue;
      const movedFrom = random.chance(MOVED) ? startsAt + random.int(1, 3) * DAY : null;
      meetings.push(meeting(deal, { startsAt, movedFrom, host, isPresentation, fate: 'held' }));
      continue;
    }
    const chance = random.next();
    if (chance > CALLED_OFF + DECLINED) continue;
    const startsAt = round(calendar.after(at, random.int(8, 40) * HOUR));
    if (startsAt > span.until || host.leavesAt <= startsAt) continue;
    const fate = chance < CALLED_OFF ? 'cancelled' : 'declined';
    meetings.push(meeting(deal, { startsAt, movedFrom: null, host, isPresentation, fate }));
  }
  for (const deal of world.deals) {
    if (deal.isDeleted || deal.place.stage.step !== 'meeting' || deal.start.client.contact.email === null)
      continue;
    const random = new Random(seed, 'meeting ahead', deal.start.number);
    const startsAt = round(calendar.after(span.until, random.int(2, 60) * HOUR));
    const host = staff.byId(deal.ownerId);
    // Only what was entered lately is looked forward to.
    if (span.until - deal.changedAt > 20 * DAY || startsAt <= span.until) continue;
    meetings.push(meeting(deal, { startsAt, movedFrom: null, host, isPresentation: false, fate: 'planned' }));
  }
  return meetings;
}

/** An hour that ended before the move, on the same day if the day was long enough, else in the afternoon before. */
function before(world: World, at: number): number {
  const startsAt = round(at - HALF_HOUR) - HOUR;
  if (secondOfDay(startsAt) >= 9 * HOUR) return startsAt;
  let day = dayOf(at) - 1;
  while (!world.calendar.isWorkingDay(day)) day -= 1;
  return startOfDay(day) + 15 * HOUR + HALF_HOUR;
}

function round(moment: number): number {
  return Math.floor(moment / HALF_HOUR) * HALF_HOUR;
}

function meeting(deal: Deal, rest: Omit<Meeting, 'uid' | 'endsAt' | 'deal'>): Meeting {
  const uid = `${hash('meeting', deal.start.id, rest.startsAt).toString(36)}-${deal.start.id}@severpak.example`;
  return { uid, endsAt: rest.startsAt + HOUR, deal, ...rest };
}

/** Every team's Monday, half an hour at half past nine, called off on holidays. */
export function teamMeetings({ staff, span, calendar }: World): TeamMeeting[] {
  return Object.values(staff.heads).map((host) => {
    const firstDay = mondayFrom(dayOf(span.start));
    const mondays: number[] = [];
    for (let day = firstDay; day <= dayOf(span.until); day += 7) mondays.push(day);
    const at = (day: number): number => startOfDay(day) + 9.5 * HOUR;
    const working = mondays.filter((day) => calendar.isWorkingDay(day));
    const moved = working[Math.floor(working.length / 2)] ?? firstDay;
    return {
      uid: `week-${host.team?.key ?? ''}@severpak.example`,
      host,
      guests: staff.managers
        .filter(({ team }) => team === host.team)
        .filter((one) => isPresent(one, span.until)),
      firstAt: at(firstDay),
      seconds: HALF_HOUR,
      calledOff: mondays.filter((day) => !calendar.isWorkingDay(day)).map(at),
      moved: { from: at(moved), to: at(moved) + DAY },
    };
  });
}

function mondayFrom(day: number): number {
  return day + ((8 - civil(day).weekday) % 7);
}
