import type { Json } from '../stand-in/json.ts';
import type { FaultBoard, Struck } from '../stand-in/fault-board.ts';
import type { UisAccount } from './account.ts';
import type { UisFault } from './faults.ts';
import { reportFields, type UisList } from './fields.ts';
import { questionOf, sorted, type Question } from './report.ts';
import { RpcError, unexpectedParameters } from './rpc-error.ts';

export interface MethodCall {
  readonly account: UisAccount;
  readonly faults: FaultBoard<UisFault>;
  readonly on: Struck;
  /** Unix seconds. */
  readonly now: number;
  /** Differs from call to call. */
  readonly serial: number;
  readonly params: Json;
}

export interface MethodResult {
  readonly data: readonly Json[];
  readonly total: number;
}

export const methods: Readonly<Record<string, (call: MethodCall) => MethodResult>> = {
  'get.account': (call) => {
    for (const name of Object.keys(call.params))
      if (name !== 'access_token') throw unexpectedParameters(name, call.params[name]);
    return { data: [call.account.account], total: 1 };
  },
  'get.employees': (call) => report('employees', [...call.account.employees.values()], call),
  'get.calls_report': (call) => report('calls', [...call.account.calls.values()], call),
  'get.call_legs_report': (call) => report('call_legs', [...call.account.legs.values()], call),
};

function report(list: UisList, rows: readonly Json[], call: MethodCall): MethodResult {
  const question = questionOf(list, call.params);
  const shown =
    list === 'employees'
      ? rows
      : rows.flatMap((row): readonly Json[] => {
          const shownAs = seen(list, row, question, call);
          return shownAs ? [shownAs] : [];
        });
  const salt = call.faults.strikes('reorder-ties', call.on) ? call.serial : 0;
  const ordered = sorted(shown, question, salt);
  let page = ordered.slice(question.offset, question.offset + question.limit);
  const short = page.length > 1 ? call.faults.strikes('short-page', call.on) : undefined;
  if (short) page = page.slice(0, Math.ceil(page.length * (short.share ?? 0.5)));
  return { data: page.map((row) => written(list, row, question, call)), total: ordered.length };
}

/** The row as it shows now, or undefined when it does not. */
function seen(list: UisList, row: Json, question: Question, call: MethodCall): Json | undefined {
  const { account, faults, now } = call;
  const start = row['start_time'] as string;
  if (start < question.from || start > question.till) return undefined;
  const session = list === 'calls' ? row : account.calls.get(row['call_session_id'] as number);
  const finish = (session?.['finish_time'] ?? start) as string;
  const late = faults.state('late-rows');
  if (finish <= account.local(now - (late ? (late.seconds ?? 3_600) : 0))) return row;
  if (list !== 'calls' || start > account.local(now)) return undefined;
  if (!question.ongoing && !faults.state('ongoing-included')) return undefined;
  const unknown = ['finish_time', 'finish_reason', 'talk_duration', 'clean_talk_duration', 'total_duration'];
  return { ...row, ...Object.fromEntries(unknown.map((name) => [name, null])) };
}

function written(list: UisList, row: Json, question: Question, call: MethodCall): Json {
  const { all } = reportFields[list];
  const varies = call.faults.state('empties-vary') !== undefined;
  const empties = [null, [], {}];
  let turn = (row['id'] as number) + call.serial;
  const result: Json = {};
  for (const name of question.fields) {
    const value = row[name] ?? all[name as keyof typeof all];
    const isEmpty = value === null || (Array.isArray(value) && value.length === 0);
    result[name] = varies && isEmpty ? empties[(turn += 1) % 3] : value;
  }
  if (call.faults.state('records-are-urls') && 'call_records' in result) {
    const records = result['call_records'];
    if (Array.isArray(records))
      result['call_records'] = records.map(
        (id) => `https://app.comagic.ru/system/media/talk/${String(row['id'])}/${String(id)}/`,
      );
  }
  return result;
}

/** The error of a fault that concerns any method; undefined when none strikes. */
export function troubleOf(faults: FaultBoard<UisFault>, on: Struck, ip: string): RpcError | undefined {
  const strikes = (name: UisFault): boolean => faults.strikes(name, on) !== undefined;
  if (strikes('ip-not-whitelisted'))
    return new RpcError(-32003, 'ip_not_whitelisted', `Your IP ${ip} is not whitelisted`, {}, 403);
  if (strikes('token-invalid'))
    return new RpcError(-32001, 'access_token_invalid', 'Access token is invalid', {}, 401);
  if (strikes('token-expired'))
    return new RpcError(-32001, 'access_token_expired', 'Access token has been expired', {}, 401);
  if (strikes('forbidden')) return new RpcError(-32003, 'forbidden', 'Permission denied', {}, 403);
  if (strikes('component-disabled'))
    return new RpcError(
      -32008,
      'method_component_disabled',
      'You need at least on of the following components to access this method: call_api',
      {},
      403,
    );
  if (strikes('account-inactive'))
    return new RpcError(
      -32009,
      'account_inactive',
      'Your account has been disabled, contact the support service',
      {},
      403,
    );
  if (strikes('internal-error'))
    return new RpcError(-32603, 'internal_error', 'Internal error, contact the support service', {}, 500);
  return undefined;
}
