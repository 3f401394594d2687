import type { MemberAnnotation, Row } from '../../cube/query.ts';
import type { Asker } from './asker.ts';
import { fullTitleOf, titleOf, UNKNOWN_SOURCE } from './ask-section.ts';
import type { Language } from './document.ts';
import type { Period, Span } from './period.ts';
import { formatNumber } from './render/format.ts';
import { STEP_TITLES, WORDS } from './words.ts';

/** Sums whose changes are worth telling, and by what each is taken apart. Averages and rates cannot be taken apart into parts that add up. */
const TOLD: readonly { readonly measure: string; readonly by: readonly string[] }[] = [
  { measure: 'funnel.won_amount', by: ['manager', 'source'] },
  { measure: 'funnel.leads_new', by: ['source', 'manager'] },
  { measure: 'funnel.proposals_sent', by: ['manager', 'source'] },
  { measure: 'funnel.deals_lost', by: ['loss_reason', 'lost_from_step', 'manager'] },
  { measure: 'calls.calls_answered', by: ['manager', 'line'] },
  { measure: 'calls.missed_unreturned', by: ['manager', 'line', 'hour'] },
  { measure: 'correspondence.emails_sent', by: ['manager'] },
  { measure: 'meetings.meetings_held', by: ['manager'] },
  { measure: 'activities.crm_actions', by: ['manager'] },
];
const SENTENCES = 3;
/** Standard deviations of a count: changes below one are what chance does any day. */
const LEAST_SCORE = 1;
/** A part that explains less than this of a change is no explanation. */
const LEAST_SHARE = 0.3;

interface Change {
  readonly measure: string;
  readonly annotation: MemberAnnotation;
  readonly now: number;
  readonly before: number;
  readonly score: number;
}

/** A part of a change: how much of it one member of one dimension brought. */
interface Part {
  readonly title: string;
  readonly name: string;
  readonly delta: number;
}

/**
 * Up to three sentences on what changed most between the period and the one before, and which part brought most of it. All of it is
 * computed: a change is weighed by how far it is beyond what a count does by chance, and is taken apart along the dimensions of its view
 * that this reader may see; the dimension is told in which one member explains the most.
 */
export async function explainChanges(asker: Asker, period: Period, language: Language): Promise<string[]> {
  const changes: Change[] = [];
  for (const { measure } of TOLD.filter((told) => asker.knows(told.measure))) {
    const change = await changeOf(asker, measure, period);
    if (change && change.score >= LEAST_SCORE) changes.push(change);
  }
  changes.sort((left, right) => right.score - left.score);
  const sentences: string[] = [];
  for (const change of changes.slice(0, SENTENCES)) {
    const by = TOLD.find(({ measure }) => measure === change.measure)?.by ?? [];
    sentences.push(sentenceOf(change, await mainPart(asker, change, by, period, language), language));
  }
  return sentences.length > 0 ? sentences : [WORDS[language].nothing_changed];
}

async function changeOf(asker: Asker, measure: string, period: Period): Promise<Change | undefined> {
  const [now, before] = await Promise.all([
    asker.ask(queryOf(measure, period)),
    asker.ask(queryOf(measure, period.previous)),
  ]);
  const annotation = now.annotation[measure];
  if (!annotation) return undefined;
  const change = { now: numberOf(now.rows[0], measure), before: numberOf(before.rows[0], measure) };
  return { measure, annotation, ...change, score: scoreOf(change, annotation) };
}

/** How many standard deviations apart two counts are; amounts come in few large pieces, so that only their share of change is weighed. */
function scoreOf({ now, before }: { now: number; before: number }, { meta }: MemberAnnotation): number {
  const larger = Math.max(now, before);
  if (larger === 0) return 0;
  const delta = Math.abs(now - before);
  if (meta?.['unit'] === 'money') return (delta / larger) * 4;
  return delta / Math.sqrt(now + before);
}

async function mainPart(
  asker: Asker,
  change: Change,
  by: readonly string[],
  period: Period,
  language: Language,
): Promise<Part | undefined> {
  const delta = change.now - change.before;
  let best: Part | undefined;
  for (const name of by) {
    const dimension = `${change.measure.split('.')[0]}.${name}`;
    if (!asker.knows(dimension)) continue;
    const [now, before] = await Promise.all([
      asker.ask(queryOf(change.measure, period, dimension)),
      asker.ask(queryOf(change.measure, period.previous, dimension)),
    ]);
    const annotation = now.annotation[dimension] ?? before.annotation[dimension];
    const parts = partsOf(change.measure, dimension, now.rows, before.rows);
    // Who is alone explains everything and says nothing.
    if (!annotation || parts.size < 2) continue;
    for (const [key, part] of parts) {
      const isWithIt = Math.sign(part) === Math.sign(delta);
      if (!isWithIt || Math.abs(part) <= Math.abs(best?.delta ?? 0)) continue;
      best = { title: titleOf(annotation, language), name: nameOf(name, key, language), delta: part };
    }
  }
  return best && Math.abs(best.delta) >= Math.abs(delta) * LEAST_SHARE ? best : undefined;
}

function partsOf(
  measure: string,
  dimension: string,
  now: readonly Row[],
  before: readonly Row[],
): Map<string, number> {
  const parts = new Map<string, number>();
  const add = (rows: readonly Row[], sign: number): void => {
    for (const row of rows) {
      const key = String(row[dimension] ?? '');
      parts.set(key, (parts.get(key) ?? 0) + sign * numberOf(row, measure));
    }
  };
  add(now, 1);
  add(before, -1);
  return parts;
}

function nameOf(dimension: string, key: string, language: Language): string {
  if (key === '') return dimension === 'manager' ? WORDS[language].nobody : WORDS[language].none;
  if (dimension === 'source' && key === UNKNOWN_SOURCE) return WORDS[language].none;
  return dimension === 'lost_from_step' ? (STEP_TITLES[language][key] ?? key) : key;
}

function sentenceOf({ annotation, now, before }: Change, part: Part | undefined, language: Language): string {
  const number = (value: number): string => formatNumber(value, annotation, language);
  const signed = (value: number): string => `${value > 0 ? '+' : '−'}${number(Math.abs(value))}`;
  const delta = now - before;
  const percent =
    before === 0 ? '' : ` (${delta > 0 ? '+' : '−'}${Math.round((Math.abs(delta) / before) * 100)} %)`;
  const head = `${fullTitleOf(annotation, language)}: ${number(now)}, ${WORDS[language].vs} ${number(before)}${percent}`;
  if (!part) return `${head}.`;
  const of = language === 'ru' ? 'из' : 'of';
  const chiefly = language === 'ru' ? 'главное' : 'chiefly';
  return `${head}; ${chiefly}: ${part.title.toLowerCase()} «${part.name}», ${signed(part.delta)} ${of} ${signed(delta)}.`;
}

const queryOf = (measure: string, { from, to }: Span, dimension?: string): object => ({
  measures: [measure],
  ...(dimension !== undefined && { dimensions: [dimension] }),
  timeDimensions: [{ dimension: `${measure.split('.')[0]}.date`, dateRange: [from, to] }],
  limit: 5_000,
});

const numberOf = (row: Row | undefined, measure: string): number => Number(row?.[measure] ?? 0);
