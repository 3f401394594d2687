import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { advanceStream, openSource } from '../../pipelines/sources/index.ts';
import { filesSettings, type FilesSettings } from '../../pipelines/sources/files/settings.ts';
import { STREAM_NAMES } from '../../pipelines/sources/files/stream-names.ts';
import { ensureStream, migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';

export interface FilesBench {
  readonly folder: string;
  readonly settings: FilesSettings;
  readonly warehouse: Warehouse;
  /** Puts a file in place at once, as a program that saves does; each writing has a time of its own, well in the past. */
  write(path: string, content: string | Uint8Array): void;
  remove(path: string): void;
  /** Reads what is new of every stream, in sessions of their own; `batches` at most in one session. */
  sync(options?: { batches?: number; streams?: readonly string[] }): Promise<void>;
  /** Current rows of a stream, the deleted ones left out, by key. */
  rows(stream: string): Promise<Record<string, unknown>[]>;
  /** Reasons of the open rejects, sorted. */
  rejects(stream?: string): Promise<string[]>;
  count(sql: string): Promise<number>;
  close(): Promise<void>;
}

export async function openFilesBench(more: Partial<FilesSettings> = {}): Promise<FilesBench> {
  const database = await createTestDatabase();
  const warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  for (const stream of STREAM_NAMES) await ensureStream(warehouse, { source: 'files', stream });
  const folder = mkdtempSync(join(tmpdir(), 'voronka-files-'));
  const settings = filesSettings.parse({ type: 'files', folder, date_order: 'dmy', ...more });
  let clock = Date.now() / 1_000 - 86_400;
  return {
    folder,
    settings,
    warehouse,
    write(path, content) {
      const full = join(folder, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(`${full}.part`, content);
      clock += 60;
      utimesSync(`${full}.part`, clock, clock);
      renameSync(`${full}.part`, full);
    },
    remove: (path) => rmSync(join(folder, path)),
    async sync({ batches, streams = STREAM_NAMES } = {}) {
      const left = new Set(streams);
      while (left.size > 0) {
        const session = await openSource(settings, { warehouse });
        try {
          for (const stream of left) {
            const { done } = await advanceStream(
              session,
              stream,
              batches === undefined ? {} : { maxPages: batches },
            );
            if (done) left.delete(stream);
          }
        } finally {
          await session.close();
        }
      }
    },
    async rows(stream) {
      const { rows } = await database.pool.query<{ payload: Record<string, unknown> }>(
        `select payload from raw.files__${stream} where not is_deleted order by id`,
      );
      return rows.map(({ payload }) => payload);
    },
    async rejects(stream) {
      const { rows } = await database.pool.query<{ reason: string }>(
        `select reason from ops.rejects where resolved_at is null and ($1::text is null or stream = $1) order by reason`,
        [stream ?? null],
      );
      return rows.map(({ reason }) => reason);
    },
    async count(sql) {
      const { rows } = await database.pool.query<{ count: string }>(sql);
      return Number(rows[0]?.count);
    },
    async close() {
      await warehouse.close();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A cell as XML: what a spreadsheet program writes, independent of the library that reads it. */
export type XmlCell =
  string | number | { readonly xml: string; readonly type?: string; readonly style?: 1 | 2 } | null;

export interface XmlSheet {
  readonly name: string;
  readonly rows: readonly (readonly XmlCell[])[];
  readonly merges?: readonly string[];
  readonly isHidden?: boolean;
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** A workbook put together from XML by hand. Style 1 is a date, style 2 is a month in words. */
export function workbook(sheets: readonly XmlSheet[], { is1904 = false } = {}): Uint8Array {
  const parts: Record<string, string> = {
    '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>${sheets
      .map(
        (_, at) =>
          `<Override PartName="/xl/worksheets/sheet${at + 1}.xml" ContentType="${TYPE}.worksheet+xml"/>`,
      )
      .join('')}</Types>`,
    '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr${is1904 ? ' date1904="1"' : ''}/><sheets>${sheets
      .map(
        ({ name, isHidden }, at) =>
          `<sheet name="${name}" sheetId="${at + 1}"${isHidden ? ' state="hidden"' : ''} r:id="rId${at + 1}"/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships">${sheets
      .map(
        (_, at) =>
          `<Relationship Id="rId${at + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
      )
      .join('')}<Relationship Id="rId99" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="[$-419]mmmm\\ yyyy;@"/></numFmts><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
  };
  sheets.forEach((sheet, at) => {
    parts[`xl/worksheets/sheet${at + 1}.xml`] = sheetXml(sheet);
  });
  return zipSync(
    Object.fromEntries(
      Object.entries(parts).map(([name, xml]) => [name, strToU8(`<?xml version="1.0"?>${xml}`)]),
    ),
  );
}

function sheetXml({ rows, merges = [] }: XmlSheet): string {
  const lines = rows.map((row, at) => {
    const cells = row.map((cell, column) => cellXml(`${String.fromCharCode(65 + column)}${at + 1}`, cell));
    return `<row r="${at + 1}">${cells.join('')}</row>`;
  });
  const merged = merges.map((ref) => `<mergeCell ref="${ref}"/>`).join('');
  return `<worksheet xmlns="${MAIN}"><sheetData>${lines.join('')}</sheetData>${merged && `<mergeCells>${merged}</mergeCells>`}</worksheet>`;
}

function cellXml(ref: string, cell: XmlCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${ref}"><v>${cell}</v></c>`;
  if (typeof cell === 'string') return `<c r="${ref}" t="inlineStr"><is><t>${cell}</t></is></c>`;
  return `<c r="${ref}"${cell.type ? ` t="${cell.type}"` : ''}${cell.style ? ` s="${cell.style}"` : ''}>${cell.xml}</c>`;
}
