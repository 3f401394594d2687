/** The company's two pipelines and where each stage stands in the canonical funnel. */
export type Step =
  | 'incoming'
  | 'new'
  | 'contacted'
  | 'qualified'
  | 'proposal'
  | 'meeting'
  | 'objection'
  | 'agreement'
  | 'won'
  | 'lost';

/** The steps a deal can reach, in order. `incoming` comes before them, `lost` is outside. */
export const STEPS = [
  'new',
  'contacted',
  'qualified',
  'proposal',
  'meeting',
  'objection',
  'agreement',
  'won',
] as const satisfies readonly Step[];
export type ReachedStep = (typeof STEPS)[number];

/** The same two ids in every pipeline of every account. */
export const WON = 142;
export const LOST = 143;

export interface Stage {
  readonly id: number;
  readonly name: string;
  readonly step: Step;
  readonly sort: number;
  readonly color: string;
}

export interface Pipeline {
  readonly id: number;
  readonly name: string;
  readonly isMain: boolean;
  readonly isUnsortedOn: boolean;
  readonly stages: readonly Stage[];
}

const stage = (id: number, sort: number, step: Step, name: string, color: string): Stage => ({
  id,
  name,
  step,
  sort,
  color,
});

/** New sales. Stage ids are spread as in an account that has been edited for years. */
export const SALES = {
  incoming: stage(60_210_110, 10, 'incoming', 'Неразобранное', '#c1c1c1'),
  fresh: stage(60_210_114, 20, 'new', 'Новая заявка', '#99ccff'),
  unreached: stage(61_873_402, 30, 'new', 'Недозвон', '#ffcc66'),
  contacted: stage(60_210_118, 40, 'contacted', 'Контакт установлен', '#ffff99'),
  qualified: stage(60_210_122, 50, 'qualified', 'Потребность выявлена', '#deff81'),
  proposal: stage(60_210_126, 60, 'proposal', 'КП отправлено', '#87f2c0'),
  meeting: stage(60_402_770, 70, 'meeting', 'Встреча / презентация', '#98cbff'),
  objection: stage(60_402_774, 80, 'objection', 'Работа с возражениями', '#ffc8c8'),
  agreement: stage(60_210_130, 90, 'agreement', 'Договор на согласовании', '#d6eaff'),
  invoice: stage(62_005_918, 100, 'agreement', 'Счёт выставлен', '#c1e0ff'),
  won: stage(WON, 10_000, 'won', 'Успешно реализовано', '#CCFF66'),
  lost: stage(LOST, 11_000, 'lost', 'Закрыто и не реализовано', '#D5D8DB'),
} as const;

/** Repeat sales: known clients, fewer stages, its own names for the two final ones. */
export const REPEAT = {
  incoming: stage(63_118_202, 10, 'incoming', 'Неразобранное', '#c1c1c1'),
  fresh: stage(63_118_206, 20, 'new', 'Новый запрос', '#99ccff'),
  qualified: stage(63_118_210, 30, 'qualified', 'Уточнение заказа', '#ffff99'),
  proposal: stage(63_118_214, 40, 'proposal', 'КП отправлено', '#87f2c0'),
  agreement: stage(63_118_218, 50, 'agreement', 'Счёт на оплате', '#d6eaff'),
  won: stage(WON, 10_000, 'won', 'Оплачено', '#CCFF66'),
  lost: stage(LOST, 11_000, 'lost', 'Отказ', '#D5D8DB'),
} as const;

export const SALES_PIPELINE: Pipeline = {
  id: 7_331_402,
  name: 'Продажи',
  isMain: true,
  isUnsortedOn: true,
  stages: Object.values(SALES),
};

export const REPEAT_PIPELINE: Pipeline = {
  id: 7_684_950,
  name: 'Повторные продажи',
  isMain: false,
  isUnsortedOn: false,
  stages: Object.values(REPEAT),
};

export const PIPELINES = [SALES_PIPELINE, REPEAT_PIPELINE] as const;

/** Where a deal stands. The two final stages have one id in both pipelines, so the pair is what tells them apart. */
export interface Place {
  readonly pipeline: Pipeline;
  readonly stage: Stage;
}

const places = new Map<Stage, Place>(
  PIPELINES.flatMap((pipeline) => pipeline.stages.map((stage) => [stage, { pipeline, stage }] as const)),
);

export function placeOf(stage: Stage): Place {
  const place = places.get(stage);
  if (place === undefined) throw new RangeError(`no pipeline has the stage ${stage.name}`);
  return place;
}

/** Pipeline name → stage name → step, the `funnel` of `voronka.yaml` for this company. */
export const companyFunnel: Readonly<Record<string, Readonly<Record<string, Step>>>> = Object.fromEntries(
  PIPELINES.map((pipeline) => [
    pipeline.name,
    Object.fromEntries(pipeline.stages.map(({ name, step }) => [name, step])),
  ]),
);
