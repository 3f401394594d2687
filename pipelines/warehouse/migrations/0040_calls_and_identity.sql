-- Who is who across systems: what voronka.yaml says about phone systems and people, and the normal forms of numbers and addresses.

-- One row per phone system. The staging models read from here what only the site knows.
create table conf.pbx (
  source_type text not null,
  -- The source's name in voronka.yaml: such a system has no account number of its own.
  account_id text not null,
  -- IANA name; of the times the system writes without a zone.
  time_zone text not null,
  -- ISO 3166 code: numbers written without a country belong to it.
  country text check (country ~ '^[A-Z]{2}$'),
  -- Regular expressions: of the channels that lead outside, and of internal numbers.
  trunk_pattern text,
  extension_pattern text,
  -- The company's own lines, as the system writes them: never a client's number.
  own_numbers text[] not null default '{}',
  -- What one kind of system needs besides, e.g. the dialplan contexts of calls from outside.
  contexts jsonb not null default '{}',
  primary key (source_type, account_id)
);

-- A manager is named by e-mail, CRM id or name; the models find whom it means.
create table conf.managers (
  manager_ref text primary key,
  team text
);

create table conf.manager_extensions (
  manager_ref text not null,
  extension text not null,
  -- Name of the phone system; null is any.
  source text,
  -- Days in the account's time zone, both included; null is without end.
  valid_from date,
  valid_to date
);

create table conf.manager_mailboxes (
  manager_ref text not null,
  address text not null,
  valid_from date,
  valid_to date
);

-- One row: the norms that calls and first contacts are held against.
create table conf.contact_norms (
  is_only_row boolean primary key default true check (is_only_row),
  callback_norm_seconds int not null,
  first_contact_norm_seconds int not null
);

-- One row: which key the pseudonyms below were made with. The models read it, so another key rebuilds them.
create table conf.identity (
  is_only_row boolean primary key default true check (is_only_row),
  key_id text not null
);

-- The normal form of every number met, by how it was written. Filled by the build as soon as the models name a new one.
create table ops.phone_numbers (
  raw text not null,
  -- The country that was assumed; '' when none is known.
  country text not null,
  e164 text,
  -- mobile, fixed, toll_free, other; null when it is no number.
  kind text,
  -- HMAC-SHA-256 of "tel:<e164>" under the tenant's key, its first 128 bits in hex.
  hmac text,
  -- Why e164 is missing, or doubtful.
  reason text,
  loaded_xid xid8 not null default pg_current_xact_id(),
  primary key (raw, country)
);

create table ops.mail_addresses (
  raw text primary key,
  address text,
  -- HMAC-SHA-256 of "eml:<address>" under the tenant's key, its first 128 bits in hex.
  hmac text,
  domain text,
  reason text,
  loaded_xid xid8 not null default pg_current_xact_id()
);
