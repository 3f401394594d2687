import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FILE_KINDS } from '../../pipelines/sources/files/kinds/index.ts';
import { template } from '../../pipelines/sources/files/template.ts';
import { openFilesBench, workbook, type FilesBench } from './files-fixture.ts';

let bench: FilesBench;
beforeAll(async () => {
  bench = await openFilesBench();
});
afterAll(() => bench.close());

const plan = (rows: readonly string[]): string => ['Месяц;Менеджер;Сумма продаж', ...rows, ''].join('\r\n');
const amounts = async (): Promise<unknown[]> =>
  (await bench.rows('targets')).map(({ values }) => {
    const { manager, amount } = values as { manager: string; amount: number };
    return [manager, amount];
  });
/** One small file is always there: a folder without any is taken for a disk that is not mounted. */
const clear = async (): Promise<void> => {
  for (const entry of readdirSync(bench.folder)) rmSync(join(bench.folder, entry), { recursive: true });
  bench.write('holidays.csv', 'Дата;Название\n12.06.2026;День России\n');
  await bench.sync();
};

describe('a file that is corrected', () => {
  beforeEach(clear);

  it('replaces its earlier version; both stay in history, and what vanished from it is marked deleted', async () => {
    bench.write('план.csv', plan(['01.2026;Анна;100', '01.2026;Борис;200', '01.2026;Вера;12ю0']));
    await bench.sync();
    expect(await amounts()).toEqual([
      ['Анна', 100],
      ['Борис', 200],
    ]);
    expect(await bench.rejects('targets')).toEqual([
      'план.csv, row 4, column C «Сумма продаж»: "12ю0" is not a number',
    ]);

    bench.write('план.csv', plan(['01.2026;Анна;150', '01.2026;Вера;120']));
    await bench.sync();
    expect(await amounts()).toEqual([
      ['Анна', 150],
      ['Вера', 120],
    ]);
    expect(await bench.rejects('targets')).toEqual([]);
    // Anna's 100 and Boris' row before its deletion.
    const history = await bench.warehouse.pool.query(
      `select payload #>> '{values,manager}' as manager, (payload #>> '{values,amount}')::int as amount, is_deleted
       from raw.files__targets__versions where payload ->> 'file' = 'план.csv' order by 1, 2, 3`,
    );
    expect(history.rows.map(({ manager, amount, is_deleted }) => [manager, amount, is_deleted])).toEqual([
      ['Анна', 100, false],
      ['Анна', 150, false],
      ['Борис', 200, false],
      ['Борис', 200, true],
      ['Вера', 120, false],
    ]);
    const versions = await bench.count(
      `select count(distinct payload ->> 'hash') from raw.files__files__versions where id = 'план.csv'`,
    );
    expect(versions).toBe(2);
  });

  it('that has not changed is not written again', async () => {
    bench.write('план.csv', plan(['01.2026;Анна;100']));
    await bench.sync();
    const loads = (): Promise<number> =>
      bench.count('select count(*) from ops.loads where inserted + updated > 0');
    const before = await loads();
    await bench.sync();
    expect(await loads()).toBe(before);
  });

  it('keeps what a row said before while its correction cannot be read', async () => {
    bench.write('план.csv', plan(['01.2026;Анна;100']));
    await bench.sync();
    bench.write('план.csv', plan(['01.2026;Анна;сто']));
    await bench.sync();
    expect(await amounts()).toEqual([['Анна', 100]]);
    expect(await bench.rejects('targets')).toHaveLength(1);
  });

  it('keeps all it said before while it is damaged, protected or headless, and says which', async () => {
    bench.write('план.csv', plan(['01.2026;Анна;100']));
    bench.write(
      'plan.xlsx',
      workbook([
        {
          name: 'L',
          rows: [
            ['Месяц', 'Менеджер', 'Сумма'],
            ['2026-01', 'Пётр', 7],
          ],
        },
      ]),
    );
    await bench.sync();
    const both = [
      ['Анна', 100],
      ['Пётр', 7],
    ];
    expect(await amounts()).toEqual(both);
    bench.write('план.csv', 'Кто;Сколько\r\nАнна;100\r\n');
    bench.write('plan.xlsx', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]));
    await bench.sync();
    expect(await amounts()).toEqual(both);
    expect(await bench.rejects('files')).toEqual([
      expect.stringMatching(/^plan\.xlsx: it is not an XLSX workbook, or it is damaged/),
      expect.stringMatching(/^план\.csv: no row of it looks like the header of targets/),
    ]);
    bench.write('план.csv', '');
    await bench.sync();
    expect(await amounts()).toEqual(both);
  });

  it('that is deleted takes its rows along, but an empty folder is taken for a disk that is not there', async () => {
    bench.write('план.csv', plan(['01.2026;Анна;100']));
    await bench.sync();
    bench.remove('план.csv');
    await bench.sync();
    expect(await amounts()).toEqual([]);
    bench.remove('holidays.csv');
    await expect(bench.sync()).rejects.toMatchObject({ code: 'FILES_FOLDER_EMPTY', retry: 'later' });
    expect(await bench.rows('holidays')).toHaveLength(1);
  });
});

describe('a row that stands in two places', () => {
  beforeEach(clear);

  it('is used once: the first place by name; another number in the second is reported with both places', async () => {
    bench.write('план-1.csv', plan(['01.2026;Анна;100', '02.2026;Анна;100']));
    bench.write('план-2.csv', plan(['01.2026; АННА ;100', '02.2026;Анна;250']));
    await bench.sync();
    expect(await amounts()).toEqual([
      ['Анна', 100],
      ['Анна', 100],
    ]);
    expect(await bench.rejects()).toEqual([
      expect.stringMatching(
        /^план-2\.csv, row 3: the row has the same «Период», «Менеджер», «Отдел» as план-1\.csv, row 3, and another «Сумма продаж»/,
      ),
    ]);
    // The first place gives way: the second one holds.
    bench.remove('план-1.csv');
    await bench.sync();
    expect(await amounts()).toEqual([
      ['АННА', 100],
      ['Анна', 250],
    ]);
    expect(await bench.rejects()).toEqual([]);
  });

  it('gives the same rows whichever file was there earlier', async () => {
    bench.write('план-2.csv', plan(['02.2026;Анна;250']));
    await bench.sync();
    bench.write('план-1.csv', plan(['02.2026;Анна;100']));
    await bench.sync();
    expect(await amounts()).toEqual([['Анна', 100]]);
  });
});

describe('a bad file of every kind gives a report to act on, and its good rows load', () => {
  beforeEach(clear);

  it('CSV: windows-1251, BOM, tabs and commas, thousands, days that do not exist, formula errors, totals', async () => {
    const cp1251 = (text: string): Buffer =>
      Buffer.from(
        [...text].map((letter) =>
          letter >= 'А' && letter <= 'я' ? letter.charCodeAt(0) - 0x350 : letter.charCodeAt(0),
        ),
      );
    bench.write(
      'план-cp1251.csv',
      cp1251(plan(["01.2026;Галина;1'234'567,50", '02.2026;Галина;#Н/Д', 'Итого;;99'])),
    );
    bench.write(
      'план-bom.csv',
      `\ufeff${plan(['03.2026;Галина;1\u00a0000\u00a0000']).replaceAll(';', '\t')}`,
    );
    bench.write(
      'plan-comma.csv',
      'sep=,\nmonth,manager,amount\n2026-04,"Galina ""G"" ООО",12.50\n31.02.2026,Galina,1\n2026-05,Galina,"1,234"\n',
    );
    await bench.sync();
    expect(await amounts()).toEqual([
      ['Галина', 1_234_567.5],
      ['Галина', 1_000_000],
      ['Galina "G" ООО', 12.5],
    ]);
    expect(await bench.rejects()).toEqual([
      'plan-comma.csv, row 4, column A «Период»: "31.02.2026" is a day that does not exist: day 31, month 02, year 2026',
      'plan-comma.csv, row 5, column C «Сумма продаж»: "1,234" can be read two ways; declare decimal_separator (comma or point) in voronka.yaml',
      'план-cp1251.csv, row 3, column C «Сумма продаж»: "#Н/Д" is an error of a formula; correct the formula or enter the value',
    ]);
    const forms = (await bench.rows('files')).map(({ file, encoding, delimiter }) => [
      file,
      encoding,
      delimiter,
    ]);
    expect(forms).toEqual([
      ['holidays.csv', 'utf-8', 'semicolon'],
      ['plan-comma.csv', 'utf-8', 'comma'],
      ['план-bom.csv', 'utf-8', 'tab'],
      ['план-cp1251.csv', 'windows-1251', 'semicolon'],
    ]);
  });

  it('XLSX: a title above, merged cells, formulas with errors or no result, serial dates, sheets of other kinds, hidden ones', async () => {
    const broken = { type: 'e', xml: '<f>1/0</f><v>#DIV/0!</v>' };
    bench.write(
      'Книга.xlsx',
      workbook([
        {
          name: 'План май',
          rows: [
            ['План отдела продаж на май', null, null],
            ['Период', 'Менеджер', 'Сумма продаж, руб.', 'Сделки', 'Мнение'],
            // 46143 is 1 May 2026 in the 1900 system; style 2 shows it as «май 2026».
            [{ xml: '<v>46143</v>', style: 2 }, 'Анна', { xml: '<f>2*750</f><v>1500</v>' }, 3, 'ок'],
            [null, 'Борис', broken, 4],
            [null, 'Вера', { xml: '<f>SUM(A1)</f>' }, 5],
            [46_143, 'Глеб', 10, 6],
            [46_143, 'Даша', null, 7],
            ['Всего', null, 99, 99],
          ],
          merges: ['A1:E1', 'A3:A5', 'C6:C7'],
        },
        {
          name: 'Расходы',
          rows: [
            ['Период', 'Вид', 'Сумма'],
            ['май 2026', 'Реклама', 20],
            ['май 2026', 'Прочее', 30],
          ],
        },
        {
          name: 'Черновик',
          isHidden: true,
          rows: [
            ['Период', 'Менеджер', 'План'],
            ['2026-05', 'Анна', 1],
          ],
        },
      ]),
    );
    await bench.sync();
    expect(await amounts()).toEqual([['Анна', 1500]]);
    expect((await bench.rows('targets'))[0]).toMatchObject({
      sheet: 'План май',
      row: 3,
      values: { period: { kind: 'month', from: '2026-05-01', to: '2026-05-31' }, deals: 3 },
    });
    expect((await bench.rows('costs')).map(({ values }) => values)).toMatchObject([
      { kind: 'marketing', amount: 20 },
    ]);
    const place = (row: number): string =>
      `Книга.xlsx, sheet "План май", row ${row}, column C «Сумма продаж»`;
    expect(await bench.rejects()).toEqual([
      `${place(4)}: "#DIV/0!" is an error of a formula; correct the formula or enter the value`,
      expect.stringContaining(`${place(5)}: "a formula without a result`),
      `${place(6)}: "10" stands for several rows at once (cells C6:C7 are merged); give each row its own number`,
      `${place(7)}: "10" stands for several rows at once (cells C6:C7 are merged); give each row its own number`,
      'Книга.xlsx, sheet "Расходы", row 3, column B «Вид расходов»: "Прочее" is none of sales (sale), marketing (маркетинг), goods (товары)',
    ]);
    const file = (await bench.rows('files')).find(({ key }) => key === 'Книга.xlsx');
    expect(file).toMatchObject({
      skipped_sheets: ['Черновик'],
      sheets: [
        {
          sheet: 'План май',
          kind: 'targets',
          rows: 1,
          rejected: 4,
          totals: 1,
          unknown_headers: ['E «Мнение»'],
        },
        { sheet: 'Расходы', kind: 'costs', rows: 1, rejected: 1 },
      ],
    });
  });

  it('XLSX of the 1904 date system has the days it shows', async () => {
    const rows = [
      ['Дата', 'Название'],
      [{ xml: '<v>44683</v>', style: 1 as const }, 'Праздник'],
      [44_684, 'Перенос'],
    ];
    bench.write('праздники.xlsx', workbook([{ name: 'L', rows }], { is1904: true }));
    await bench.sync();
    // Excel for Mac numbers 3 May 2026 as 44683.
    expect((await bench.rows('holidays')).map(({ values }) => (values as { day: string }).day)).toEqual([
      '2026-05-03',
      '2026-05-04',
      '2026-06-12',
    ]);
  });

  it('a file whose kind cannot be told, one in another form, one whose header lacks a column; what programs leave is passed over', async () => {
    bench.write('записки.csv', 'Кто;Что\nя;ничего\n');
    bench.write('старое.xls', 'BIFF');
    bench.write('курсы.csv', 'Дата;Курс\n01.01.2026;78,5\n');
    bench.write('~$план.xlsx', 'lock');
    bench.write('.~lock.план.csv#', 'lock');
    bench.write('_черновик/план.csv', plan(['01.2026;Анна;1']));
    await bench.sync();
    expect(await bench.rejects()).toEqual([
      expect.stringMatching(
        /^записки\.csv: neither its name nor its headers say what it holds\. Put one of these words into the name/,
      ),
      'курсы.csv: the header of exchange_rates in row 1 lacks «Валюта» (currency)',
      'старое.xls: it is not CSV or XLSX; save it as one of them',
    ]);
    for (const left of ['старое.xls', 'записки.csv', 'курсы.csv']) rmSync(join(bench.folder, left));
    await bench.sync();
    expect(await bench.rejects()).toEqual([]);
  });

  it('a currency beside the number belongs to the row, and contradicts another one', async () => {
    bench.write(
      'costs.csv',
      'period;kind;amount;currency;comment\n2026-01;sales;100 $;;a\n2026-01;sales;100 $;EUR;b\n2026-01;sales;7;kzt;c\n',
    );
    await bench.sync();
    expect((await bench.rows('costs')).map(({ values }) => values)).toMatchObject([
      { currency: 'USD' },
      { currency: 'KZT' },
    ]);
    expect(await bench.rejects()).toEqual([
      'costs.csv, row 3, column C «Сумма»: "100 $" is in USD, and the row is in EUR',
    ]);
  });
});

describe('reading is cut off', () => {
  it('after any batch: the next process goes on, and everything is there once', async () => {
    await clear();
    const rows = Array.from({ length: 2_100 }, (_, at) => `01.2026;Manager ${at};${at + 1}`);
    bench.write('план.csv', plan([...rows, ...Array.from({ length: 60 }, (_, at) => `01.2026;Bad ${at};?`)]));
    await bench.sync({ batches: 1, streams: ['targets'] });
    expect(await bench.count('select count(*) from raw.files__targets where not is_deleted')).toBe(2_100);
    expect(await bench.rejects('targets')).toHaveLength(60);
    bench.write('план.csv', plan(rows.slice(0, 10)));
    await bench.sync({ batches: 1, streams: ['targets'] });
    expect(await bench.count('select count(*) from raw.files__targets where not is_deleted')).toBe(10);
    expect(await bench.rejects('targets')).toEqual([]);
    // 2,100 first versions, of which 2,090 were superseded by their deletion.
    expect(await bench.count('select count(*) from raw.files__targets__history')).toBeGreaterThanOrEqual(
      2_090,
    );
  });

  it('a file that changes while it is read is read in its last form only', async () => {
    await clear();
    const path = join(bench.folder, 'план.csv');
    bench.write('план.csv', plan(['01.2026;Анна;1']));
    // Half of it, written this moment: it is waited for.
    writeFileSync(path, plan(['01.2026;Анна;2']).slice(0, 40));
    setTimeout(() => writeFileSync(path, plan(['01.2026;Анна;2', '01.2026;Борис;3'])), 500);
    await bench.sync();
    expect(await amounts()).toEqual([
      ['Анна', 2],
      ['Борис', 3],
    ]);
  });
});

it('every template is a good file of its kind, in both forms and languages', async () => {
  await clear();
  for (const kind of FILE_KINDS) {
    for (const [format, language] of [
      ['csv', 'ru'],
      ['csv', 'en'],
      ['xlsx', 'ru'],
      ['xlsx', 'en'],
    ] as const) {
      bench.write(`t/${kind.name}-${language}.${format}`, await template(kind, format, language));
    }
  }
  await bench.sync();
  expect(await bench.rejects()).toEqual([]);
  for (const { name } of FILE_KINDS) expect((await bench.rows(name)).length, name).toBeGreaterThan(0);
});
