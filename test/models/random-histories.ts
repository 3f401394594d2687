import fc from 'fast-check';
import {
  deleted,
  lead,
  moved,
  reassigned,
  repriced,
  restored,
  type Lead,
  type RawRow,
  type Stage,
} from './small-crm.ts';

/** What a test does to a deal; `wait` minutes after the last thing (0: within the same second). */
export type Action = { readonly wait: number } & (
  | { readonly kind: 'move'; readonly to: Stage }
  | { readonly kind: 'reassign'; readonly to: number }
  | { readonly kind: 'reprice'; readonly to: number }
  | { readonly kind: 'delete' | 'restore' }
);

export interface Story {
  readonly first: Stage;
  readonly actions: readonly Action[];
}

const STEP_NO: Readonly<Record<string, number>> = {
  '1:10': 0,
  '1:20': 1,
  '1:30': 2,
  '1:40': 3,
  '1:50': 4,
  '1:60': 5,
  '1:70': 7,
  '1:75': 7,
  '1:142': 8,
  '1:143': 9,
  '2:210': 1,
  '2:220': 3,
  '2:142': 8,
  '2:143': 9,
};
const STEPS = 'incoming new contacted qualified proposal meeting objection agreement won lost'.split(' ');
export const STAGES = Object.keys(STEP_NO).map((key): Stage =>
  key.startsWith('1:') ? Number(key.slice(2)) : (key as Stage),
);
const keyOf = (stage: Stage): string => (typeof stage === 'number' ? `1:${stage}` : stage);

const wait = fc.integer({ min: 0, max: 3 });
const stage = fc.constantFrom(...STAGES);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('move' as const), wait, to: stage }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reassign' as const),
      wait,
      to: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('reprice' as const), wait, to: fc.integer({ min: 0, max: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'restore' as const), wait }) },
);
export const story: fc.Arbitrary<Story> = fc.record({
  first: stage,
  actions: fc.array(action, { maxLength: 9 }),
});

/** Each stage, owner and price at most once, nothing within the same minute: what versions alone can tell. */
export const onceEach: fc.Arbitrary<Story> = fc
  .tuple(
    fc.shuffledSubarray(
      STAGES.filter((to) => !/14[23]/.test(String(to))),
      { minLength: 1 },
    ),
    fc.shuffledSubarray([2, 3, 4]),
    fc.infiniteStream(fc.record({ wait: fc.integer({ min: 1, max: 4 }), isOwnerNext: fc.boolean() })),
  )
  .map(([[first = 20, ...stages], owners, choices]) => {
    const actions: Action[] = [];
    while (stages.length + owners.length > 0) {
      const { wait: minutes, isOwnerNext } = choices.next().value;
      const owner = isOwnerNext || stages.length === 0 ? owners.pop() : undefined;
      const to = owner === undefined ? stages.pop() : undefined;
      if (owner !== undefined) actions.push({ kind: 'reassign', wait: minutes, to: owner });
      if (to !== undefined) actions.push({ kind: 'move', wait: minutes, to });
    }
    return { first, actions };
  });

export interface Lived {
  readonly events: readonly RawRow[];
  /** Versions as a reader with no delay would have seen them, one per minute at most, the last one current. */
  readonly versions: readonly RawRow[];
  readonly stays: readonly string[];
  readonly milestones: readonly string[];
}

interface Stay {
  readonly stage: string;
  readonly stepNo: number;
  readonly at: number;
  readonly owner: number;
  readonly price: number;
}

/**
 * Lives a story event by event and keeps its books beside it. This is the oracle of the models: a state machine over one deal at a
 * time, where they are window functions over all.
 */
export function live(id: number, { first, actions }: Story): Lived {
  let state: Lead = {
    id,
    ...place(first),
    owner: 1,
    price: 1,
    updated: 0,
    ...(isClosed(first) && { closed: 0 }),
  };
  let now = 0;
  let current = first;
  let deletedAt: number | undefined;
  const events: RawRow[] = [];
  const byMinute = new Map<number, Lead>();
  const stays: Stay[] = [];
  const arrive = (to: Stage): void => {
    stays.push({
      stage: keyOf(to),
      stepNo: STEP_NO[keyOf(to)]!,
      at: now,
      owner: state.owner!,
      price: state.price!,
    });
  };
  arrive(first);
  byMinute.set(now, state);
  for (const act of actions) {
    if ((act.kind === 'restore') !== (deletedAt !== undefined)) continue;
    now += act.wait;
    switch (act.kind) {
      case 'move':
        if (keyOf(act.to) === keyOf(current)) continue;
        events.push(moved(id, now, current, act.to));
        current = act.to;
        state = { ...state, ...place(act.to) };
        // Reopening clears neither closed_at nor the reason here, as amoCRM may leave them.
        if (isClosed(act.to))
          state = { ...state, closed: now, reason: keyOf(act.to).endsWith('143') ? 901 : null };
        arrive(act.to);
        break;
      case 'reassign':
        if (act.to === state.owner) continue;
        events.push(reassigned(id, now, state.owner!, act.to));
        state = { ...state, owner: act.to };
        break;
      case 'reprice':
        if (act.to === state.price) continue;
        events.push(repriced(id, now, state.price!, act.to));
        state = { ...state, price: act.to };
        break;
      case 'delete':
        events.push(deleted(id, now, 2));
        deletedAt = now;
        continue;
      case 'restore':
        events.push(restored(id, now));
        deletedAt = undefined;
        break;
    }
    state = { ...state, updated: now };
    byMinute.set(now, state);
  }
  const versions = [...byMinute.values()].map((version, index, all) => lead(version, index < all.length - 1));
  if (deletedAt !== undefined) versions.push(lead({ ...(byMinute.get(now) ?? state), ...state, deletedAt }));
  // The deleted version replaces the last full one.
  const kept =
    deletedAt === undefined
      ? versions
      : [...versions.slice(0, -2).map(asPast), asPast(versions.at(-2)!), versions.at(-1)!];
  return { events, versions: kept, ...books(stays, state, deletedAt) };
}

const asPast = (row: RawRow): RawRow => ({ ...row, isPast: true });
const isClosed = (to: Stage): boolean => /14[23]$/.test(keyOf(to));
function place(to: Stage): Pick<Lead, 'pipeline' | 'status'> {
  const [pipeline, status] = keyOf(to).split(':').map(Number);
  return { pipeline: pipeline!, status: status! };
}

function books(
  stays: readonly Stay[],
  state: Lead,
  deletedAt: number | undefined,
): Pick<Lived, 'stays' | 'milestones'> {
  const told = stays.map((stay, index) => {
    const next = stays[index + 1];
    const left = next?.at ?? deletedAt;
    return [
      stay.stage,
      stay.at,
      left ?? 'now',
      exitOf(stay, next, deletedAt),
      `7:${stay.owner}`,
      `${stay.price}.00`,
    ].join(' ');
  });
  if (deletedAt !== undefined)
    return { stays: told, milestones: [`deleted ${deletedAt} 7:${state.owner} ${state.price}.00`] };

  const milestones: string[] = [];
  const tell = (event: string, { at, owner, price }: Stay, amount = price): void => {
    milestones.push(`${event} ${at} 7:${owner} ${amount}.00`);
  };
  tell(stays.some(({ stepNo }) => stepNo > 0) ? 'created' : 'incoming', stays[0]!);
  let furthest = 0;
  stays.forEach((stay, index) => {
    const before = stays[index - 1]?.stepNo;
    if (stay.stepNo === 9) {
      if (before !== 9) tell(`lost from ${before === undefined ? '-' : STEPS[before]}`, stay);
      return;
    }
    if (before !== undefined && before >= 8 && stay.stepNo < 8) tell('reopened', stay);
    for (; furthest < stay.stepNo; furthest += 1)
      tell(`reached ${STEPS[furthest + 1]}${furthest + 1 < stay.stepNo ? ' skipped' : ''}`, stay);
  });
  if (stays.at(-1)!.stepNo === 8) {
    const win = stays.findLast(({ stepNo }, index) => stepNo === 8 && stays[index - 1]?.stepNo !== 8)!;
    tell('won', win, state.price!);
  }
  return { stays: told, milestones: milestones.sort() };
}

function exitOf(stay: Stay, next: Stay | undefined, deletedAt: number | undefined): string {
  if (next === undefined) return deletedAt === undefined ? 'still_there' : 'deleted';
  if (next.stepNo >= 8 && next.stepNo !== stay.stepNo) return STEPS[next.stepNo]!;
  if (next.stage.split(':')[0] !== stay.stage.split(':')[0]) return 'handed_over';
  if (next.stepNo === stay.stepNo) return 'moved_within';
  return next.stepNo > stay.stepNo ? 'advanced' : 'moved_back';
}
