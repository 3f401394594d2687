import { randomBytes } from 'node:crypto';
import { DateTime } from 'luxon';
import type { FaultBoard, Struck } from '../stand-in/fault-board.ts';
import type { Json } from '../stand-in/json.ts';
import type { Outgoing } from '../stand-in/server.ts';
import { LEG_FIELDS, type Leg, type MangoAccount } from './account.ts';
import type { MangoFault } from './faults.ts';
import { refusal, type Refusal } from './refusal.ts';

type Field = (typeof LEG_FIELDS)[number];

const DEFAULT_FIELDS: readonly Field[] = LEG_FIELDS.slice(0, 11);
const KNOWN = ['date_from', 'date_to', 'fields', 'from', 'to', 'call_party', 'request_id'];
/** "At least a minute": no longer than that here. */
const KEPT_S = 60;
const MSK_S = 10_800;

interface Prepared {
  readonly csv: string;
  readonly until: number;
}

/** `stats/request` and `stats/result`: a key first, the rows when they are ready, and not for long. */
export class Statistics {
  readonly #account: MangoAccount;
  readonly #faults: FaultBoard<MangoFault>;
  readonly #now: () => number;
  readonly #prepared = new Map<string, Prepared>();
  #serial = 0;

  constructor(account: MangoAccount, faults: FaultBoard<MangoFault>, now: () => number) {
    this.#account = account;
    this.#faults = faults;
    this.#now = now;
  }

  /** Gives a key, or what is wrong with the question. `unexpected` is told what the documentation does not know. */
  request(json: Json, on: Struck, unexpected: (what: string) => void): Outgoing | Refusal {
    for (const name of Object.keys(json)) if (!KNOWN.includes(name)) unexpected(`stats/request: ${name}`);
    const [from, to] = [json['date_from'], json['date_to']].map((value) => Number(value ?? NaN));
    if (
      json['date_from'] === undefined ||
      json['date_to'] === undefined ||
      this.#strikes('missing-parameter', on)
    )
      return refusal(3103, 'required parameter is missing');
    if (
      from === undefined ||
      to === undefined ||
      !Number.isInteger(from) ||
      !Number.isInteger(to) ||
      to < from
    )
      return refusal(3111, 'wrong date');
    const month = DateTime.fromSeconds(from, { zone: 'utc' }).plus({ months: 1 }).toSeconds();
    if (to > month || this.#strikes('bad-dates', on))
      return refusal(3111, 'the period is longer than a month');
    const fields = fieldsOf(json['fields']);
    const wrong = fields.find((name) => !(LEG_FIELDS as readonly string[]).includes(name));
    if (wrong !== undefined) unexpected(`stats/request: the field ${wrong}`);
    const key = randomBytes(24).toString('base64');
    this.#prepared.set(key, { csv: this.#csv(from, to, fields as Field[], on), until: this.#now() + KEPT_S });
    return { status: 200, contentType: 'application/json', body: JSON.stringify({ key }) };
  }

  result(json: Json, on: Struck): Outgoing {
    if (this.#strikes('not-ready', on)) return { status: 204, body: '' };
    const prepared = this.#prepared.get(String(json['key']));
    if (!prepared || prepared.until < this.#now() || this.#strikes('key-expired', on))
      return { status: 404, contentType: 'text/plain', body: 'Not Found' };
    return { status: 200, contentType: 'text/csv; charset=utf-8', body: prepared.csv };
  }

  #csv(from: number, to: number, fields: readonly Field[], on: Struck): string {
    const offset = this.#faults.state('epoch-offset');
    const ahead = offset ? (offset.seconds ?? MSK_S) : 0;
    const late = this.#faults.state('late-rows');
    const seenUntil = this.#now() - (late ? (late.seconds ?? 3_600) : 0);
    const end = this.#faults.state('end-excluded') ? to - 1 : to;
    let legs = this.#account.legs.filter(
      ({ start, finish }) => start + ahead >= from && start + ahead <= end && finish <= seenUntil,
    );
    this.#serial += 1;
    if (this.#strikes('reorder-rows', on))
      legs = legs
        .map((leg, at) => ({ leg, at: (at * 7 + this.#serial * 13) % 11 }))
        .sort((left, right) => left.at - right.at)
        .map(({ leg }) => leg);
    const isStray = this.#strikes('stray-semicolon', on);
    const isBare = this.#faults.state('records-bare') !== undefined;
    const value = (leg: Leg, field: Field): string => {
      if (field === 'records') return isBare ? leg.records.join(',') : `[${leg.records.join(',')}]`;
      if (field === 'answer') return String(leg.answer === 0 ? 0 : leg.answer + ahead);
      if (field === 'start' || field === 'finish' || field === 'create') return String(leg[field] + ahead);
      return String(leg[field]);
    };
    return legs
      .map((leg, at) => {
        const row = fields.map((field) => value(leg, field)).join(';');
        return isStray && at === 0 ? row.replace(leg.to_number, `${leg.to_number};1`) : row;
      })
      .map((row) => `${row}\n`)
      .join('');
  }

  #strikes(name: MangoFault, on: Struck): boolean {
    return this.#faults.strikes(name, on) !== undefined;
  }
}

function fieldsOf(value: unknown): readonly string[] {
  if (typeof value !== 'string' || value.trim() === '') return DEFAULT_FIELDS;
  return value.split(',').map((name) => name.trim());
}
