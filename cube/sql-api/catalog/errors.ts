import { VoronkaError } from '../../../pipelines/errors.ts';

export class TableTakenError extends VoronkaError {
  constructor(name: string) {
    super(
      `Schema public of the database has a table "${name}" that voronka did not make; the SQL API shows the view of that name there. ` +
        'Rename that table, or give voronka a database of its own, or turn the SQL API off: sql_api.enabled: false in voronka.yaml.',
      { code: 'SQL_API_TABLE_TAKEN', retry: 'never', context: { name } },
    );
  }
}

export class CatalogRightsError extends VoronkaError {
  constructor(cause: unknown) {
    super(
      `The SQL API's catalog could not be made: ${(cause as Error).message}. The role of DATABASE_URL needs the right to create schemas in ` +
        'the database and tables in schema public (GRANT CREATE ON DATABASE …, GRANT CREATE ON SCHEMA public …).',
      { code: 'SQL_API_CATALOG_RIGHTS', retry: 'never', cause },
    );
  }
}
