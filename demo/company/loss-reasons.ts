export interface LossReason {
  readonly id: number;
  readonly name: string;
}

const reason = (id: number, name: string): LossReason => ({ id, name });

export const LOSS_REASONS = {
  unreachable: reason(18_204_410, 'Не удалось связаться'),
  spam: reason(18_204_412, 'Спам / ошибочная заявка'),
  offProfile: reason(18_204_414, 'Не наш профиль'),
  noNeed: reason(18_204_416, 'Нет потребности'),
  noBudget: reason(18_204_418, 'Нет бюджета'),
  expensive: reason(18_204_420, 'Дорого'),
  competitor: reason(18_204_422, 'Выбрали конкурента'),
  terms: reason(18_204_424, 'Не устроили сроки поставки'),
  contract: reason(18_204_426, 'Не согласовали договор'),
  postponed: reason(18_204_428, 'Отложили покупку'),
  silent: reason(18_204_430, 'Перестал выходить на связь'),
  duplicate: reason(18_204_432, 'Дубль'),
} as const;

export type Reasons = readonly (readonly [LossReason, number])[];

const R = LOSS_REASONS;
export const DISQUALIFIED: Reasons = [
  [R.offProfile, 32],
  [R.noNeed, 30],
  [R.noBudget, 20],
  [R.spam, 10],
  [R.duplicate, 8],
];
export const NOT_A_LEAD: Reasons = [
  [R.spam, 45],
  [R.offProfile, 30],
  [R.duplicate, 25],
];
export const DURING_SALE: Reasons = [
  [R.expensive, 33],
  [R.competitor, 24],
  [R.silent, 16],
  [R.postponed, 15],
  [R.terms, 12],
];
export const AT_THE_END: Reasons = [
  [R.contract, 34],
  [R.competitor, 20],
  [R.postponed, 24],
  [R.noBudget, 22],
];
