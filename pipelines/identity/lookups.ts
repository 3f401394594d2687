import type { ClientBase } from 'pg';
import type { IdentityKey } from './identity-key.ts';
import { normaliseAddress } from './normalise-address.ts';
import { normalisePhone } from './normalise-phone.ts';

const BATCH = 20_000;

/** A table of normal forms, and how it is filled from the texts that a model names. */
interface Lookup {
  /** Texts of `candidates` (a relation with loaded_xid) written since `$1` that the table lacks. */
  readonly unknown: (candidates: string) => string;
  readonly insert: string;
  readonly row: (raw: string, country: string, key: IdentityKey) => readonly (string | null)[];
}

/** Each is looked up by itself (`limit` sees to that): joined, a few new texts would have a table of millions read whole. */
const notKnown = (named: string, known: string): string => `
  select named.raw, named.country from (${named}) as named
  left join lateral (${known} limit 1) as known on true
  where known.is_known is null`;

export const LOOKUPS: Readonly<Record<string, Lookup>> = {
  phone_numbers: {
    unknown: (candidates) =>
      notKnown(
        `select distinct raw, coalesce(country, '') as country from ${candidates}
         where raw is not null and loaded_xid >= $1::xid8`,
        'select true as is_known from ops.phone_numbers as known where known.raw = named.raw and known.country = named.country',
      ),
    insert: `
      insert into ops.phone_numbers (raw, country, e164, kind, hmac, reason)
      select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
      on conflict do nothing`,
    row: (raw, country, key) => {
      const { e164, kind, reason } = normalisePhone(raw, country === '' ? null : country);
      return [raw, country, e164, kind, e164 === null ? null : key.phone(e164), reason];
    },
  },
  mail_addresses: {
    unknown: (candidates) =>
      notKnown(
        `select distinct raw, '' as country from ${candidates} where raw is not null and loaded_xid >= $1::xid8`,
        'select true as is_known from ops.mail_addresses as known where known.raw = named.raw',
      ),
    insert: `
      insert into ops.mail_addresses (raw, address, hmac, domain, reason)
      select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
      on conflict do nothing`,
    row: (raw, _country, key) => {
      const { address, domain, reason } = normaliseAddress(raw);
      return [raw, address, address === null ? null : key.address(address), domain, reason];
    },
  },
};

/**
 * Adds what `candidates` names and the lookup table lacks, inside the caller's transaction: a build that fails leaves nothing behind.
 * `since` (xid8 as text) is where the last build of the candidates left off, '0' for all of them.
 *
 * @returns how many texts were new.
 */
export async function fillLookup(
  client: ClientBase,
  name: string,
  candidates: string,
  since: string,
  key: IdentityKey,
): Promise<number> {
  const lookup = LOOKUPS[name];
  if (lookup === undefined)
    throw new Error(`There is no lookup "${name}"; known: ${Object.keys(LOOKUPS).join(', ')}.`);
  // A table rather than a cursor: inserting would otherwise go on beside a scan of the table inserted into.
  await client.query(
    `create temporary table unknown_texts on commit drop as ${bound(lookup.unknown(candidates), since)}`,
  );
  await client.query(
    'declare unknown_texts_cursor no scroll cursor for select raw, country from unknown_texts',
  );
  let added = 0;
  for (;;) {
    const { rows } = await client.query<{ raw: string; country: string }>(
      `fetch ${BATCH} from unknown_texts_cursor`,
    );
    if (rows.length === 0) break;
    const values = rows.map(({ raw, country }) => lookup.row(raw, country, key));
    const columns = values[0]?.map((_, column) => values.map((row) => row[column] ?? null)) ?? [];
    added += (await client.query(lookup.insert, columns)).rowCount ?? 0;
  }
  await client.query('close unknown_texts_cursor; drop table unknown_texts');
  if (added > 1_000) await client.query(`analyze ops.${name}`);
  return added;
}

/** `create table as` takes no parameters. */
function bound(sql: string, since: string): string {
  if (!/^\d+$/.test(since)) throw new Error(`"${since}" is no transaction id`);
  return sql.replace('$1', `'${since}'`);
}

/** Makes the tables those of `key`: what another key made is thrown away, and the models that read conf.identity are built anew. */
export async function announceKey(client: ClientBase, key: IdentityKey): Promise<void> {
  const { rows } = await client.query<{ key_id: string }>('select key_id from conf.identity');
  if (rows[0]?.key_id === key.id) return;
  await client.query('begin');
  try {
    await client.query('delete from ops.phone_numbers');
    await client.query('delete from ops.mail_addresses');
    await client.query(
      `insert into conf.identity (key_id) values ($1) on conflict (is_only_row) do update set key_id = excluded.key_id`,
      [key.id],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
