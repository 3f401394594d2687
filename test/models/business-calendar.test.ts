import { expect, it } from 'vitest';
import { parseConfig } from '../../pipelines/config/index.ts';
import { ensureStream, land, migrate, openWarehouse } from '../../pipelines/warehouse/index.ts';
import { businessCalendar } from '../../pipelines/workflows/business-calendar.ts';
import { createTestDatabase } from '../harness/database.ts';

const CONFIG = `
account:
  name: Test
  time_zone: Europe/Moscow
  currency: RUB
  business_hours: { mon-fri: ["10:00-19:00"] }
  holidays: [{ day: 2026-01-01, title: New Year }]
  working_days: [2026-02-14]
sources:
  - { type: amocrm, base_url: https://acme.amocrm.ru, token_env: TOKEN }
`;

it('takes holidays from voronka.yaml and from files; what voronka.yaml says of a day stands', async () => {
  const database = await createTestDatabase();
  const warehouse = await openWarehouse({ url: database.url });
  try {
    await migrate(warehouse);
    await ensureStream(warehouse, { source: 'files', stream: 'holidays' });
    const row = (day: string, values: object) => ({
      id: day,
      payload: JSON.stringify({ values: { day, ...values } }),
      updatedAt: null,
    });
    await land(warehouse, {
      source: 'files',
      account: 'tables',
      stream: 'holidays',
      rows: [
        row('2026-01-01', { is_working: true }),
        row('2026-03-06', { is_working: true, opens: '10:00', closes: '15:00', title: 'a short day' }),
        row('2026-03-09', { title: 'moved' }),
        row('2026-04-30', { is_working: true, opens: '10:00' }),
        { ...row('2026-05-01', {}), isDeleted: true, updatedAt: new Date() },
      ],
    });
    const calendar = await businessCalendar(parseConfig(CONFIG, 'voronka.yaml'), warehouse.pool);
    expect(calendar.businessHours).toHaveLength(5);
    expect(calendar.specialDays).toEqual([
      { day: '2026-01-01', title: 'New Year', isWorking: false },
      { day: '2026-02-14', title: null, isWorking: true },
      { day: '2026-03-06', title: 'a short day', isWorking: true, opens: '10:00', closes: '15:00' },
      { day: '2026-03-09', title: 'moved', isWorking: false, opens: null, closes: null },
      { day: '2026-04-30', title: null, isWorking: true, opens: null, closes: null },
    ]);
  } finally {
    await warehouse.close();
    await database.drop();
  }
});
