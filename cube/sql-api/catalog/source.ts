import { viewTables, type MetaView, type ViewTable } from '../columns.ts';
import type { CatalogSource } from './install.ts';

export interface MetaCompiler {
  metaConfig(context: object, options: object): Promise<MetaView[]>;
}

const ROLES = ['executive', 'head', 'manager', 'analyst'] as const;
const REQUEST = 'sql-api catalog';

/** What each role sees of the model, as Cube's own `/meta` would tell it, and all of it together. */
export async function catalogSource(
  getCompilerApi: (context: object) => Promise<unknown>,
  reader: string,
): Promise<CatalogSource> {
  const byRole = new Map<string, readonly ViewTable[]>();
  for (const role of ROLES) {
    // What rows they see does not matter here, only that they may see some.
    const context = { securityContext: { role, teams: ['*'], managers: ['*'] }, requestId: REQUEST };
    const api = (await getCompilerApi(context)) as MetaCompiler;
    byRole.set(role, viewTables(await api.metaConfig(context, { requestId: REQUEST })));
  }
  return { tables: together([...byRole.values()]), byRole, reader };
}

function together(lists: readonly (readonly ViewTable[])[]): ViewTable[] {
  const tables = new Map<string, ViewTable>();
  for (const table of lists.flat()) {
    const known = tables.get(table.name);
    const more = table.columns.filter(({ name }) => !known?.columns.some((column) => column.name === name));
    tables.set(table.name, known ? { ...known, columns: [...known.columns, ...more] } : table);
  }
  return [...tables.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
