import { join } from 'node:path';
import { day, decimal, readSheets, type Row } from '../raw/table.ts';
import type { Story } from '../story/story.ts';

/** What the company writes down in tables. Months are `2026-03`. */
export interface Cost {
  readonly month: string;
  readonly kind: 'sales' | 'marketing' | 'goods';
  readonly amount: number;
}

const KINDS: Readonly<Record<string, Cost['kind']>> = {
  Продажи: 'sales',
  Маркетинг: 'marketing',
  Себестоимость: 'goods',
};

export function sheet({ dir }: Story, name: string): Row[] {
  return readSheets(join(dir, 'files'), name);
}

export function costs(story: Story): Cost[] {
  return sheet(story, 'Расходы').map((row) => ({
    month: row['Месяц'] ?? '',
    kind: KINDS[row['Вид расходов'] ?? ''] ?? 'sales',
    amount: decimal(row['Сумма']) ?? 0,
  }));
}

/** A quarter's market has a third in each of its months. */
export function marketOf(story: Story): ReadonlyMap<string, number> {
  return new Map(
    sheet(story, 'Объём рынка').flatMap((row) => {
      const [year = '', quarter = ''] = (row['Квартал'] ?? '').split('-Q');
      const first = 3 * Number(quarter) - 2;
      return [0, 1, 2].map(
        (index) =>
          [
            `${year}-${String(first + index).padStart(2, '0')}`,
            (decimal(row['Объём рынка']) ?? 0) / 3,
          ] as const,
      );
    }),
  );
}

export interface Plan {
  readonly month: string;
  readonly manager: string | null;
  readonly amount: number | null;
  readonly deals: number | null;
  readonly newClients: number | null;
  readonly proposals: number | null;
  readonly calls: number | null;
}

export function plans(story: Story): Plan[] {
  return sheet(story, 'План продаж').map((row) => ({
    month: row['Месяц'] ?? '',
    manager: story.people.named(row['Менеджер'] ?? ''),
    amount: decimal(row['Сумма продаж']),
    deals: decimal(row['Сделки']),
    newClients: decimal(row['Новые клиенты']),
    proposals: decimal(row['КП']),
    calls: decimal(row['Звонки']),
  }));
}

/** Noon of the day a table names: it is that day in any time zone near. */
export function noonOf(story: Story, text: string | undefined): number {
  return story.startOf(day(text)) + 12 * 3_600;
}
