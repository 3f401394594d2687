import type { Call } from '../../telephony/index.ts';
import type { Books, Cost } from './books.ts';
import { called, dmy, type Cell, type Sheet } from './sheet.ts';

const COSTS: Readonly<Record<Cost['kind'], string>> = {
  sales: 'Продажи',
  marketing: 'Маркетинг',
  goods: 'Себестоимость',
};

/** The books as tables, one file each; the plan has one for every year. `keyOf` gives the exchange's id of a call. */
export function sheetsOf(books: Books, keyOf: (call: Call) => string): Sheet[] {
  const { costs, market, surveys, reviews, trainings, holidays } = books;
  return [
    ...plans(books),
    {
      name: 'Расходы',
      headers: ['Месяц', 'Вид расходов', 'Статья', 'Отдел', 'Сумма'],
      rows: costs.map(({ month, kind, category, team, amount }) => [
        month,
        COSTS[kind],
        category,
        team?.name ?? null,
        amount,
      ]),
    },
    {
      name: 'Объём рынка',
      headers: ['Квартал', 'Объём рынка'],
      rows: market.map(({ quarter, amount }) => [quarter, amount]),
    },
    {
      name: 'Опросы клиентов',
      headers: ['№ анкеты', 'Дата', 'Клиент', 'Менеджер', 'CSAT', 'NPS'],
      rows: surveys.map(({ number, day, client, manager, csat, nps }) => {
        const who = client.company?.id ?? client.contact.id;
        return [number, dmy(day), String(who), called(manager), csat, nps];
      }),
    },
    {
      name: 'Оценка звонков',
      headers: ['Дата звонка', 'Менеджер', 'ID звонка', 'Пункт', 'Балл', 'Макс. балл', 'Проверил'],
      rows: reviews.flatMap(({ call, day, manager, reviewer, points }) =>
        points.map(([item, score]): Cell[] => [
          dmy(day),
          called(manager),
          keyOf(call),
          item,
          score,
          1,
          reviewer.email,
        ]),
      ),
    },
    {
      name: 'Обучение',
      headers: ['Дата', 'Менеджер', 'Тема', 'Часы', 'Результат теста'],
      rows: trainings.map(({ day, manager, title, hours, score }) => [
        dmy(day),
        called(manager),
        title,
        hours,
        score,
      ]),
    },
    {
      name: 'Праздники',
      headers: ['Дата', 'Рабочий день', 'Название'],
      rows: holidays.map(({ day, title }) => [dmy(day), 'нет', title]),
    },
  ];
}

function plans({ targets }: Books): Sheet[] {
  const years = [...new Set(targets.map(({ month }) => month.slice(0, 4)))];
  return years.map((year) => ({
    name: `План продаж ${year}`,
    headers: ['Месяц', 'Менеджер', 'Отдел', 'Сумма продаж', 'Сделки', 'Новые клиенты', 'КП', 'Звонки'],
    rows: targets
      .filter(({ month }) => month.startsWith(year))
      .map(({ month, manager, amount, deals, newClients, proposals, calls }): Cell[] => [
        month,
        called(manager),
        manager.team?.name ?? null,
        amount,
        deals,
        newClients,
        proposals,
        calls,
      ]),
  }));
}
