import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCdrBench, landCdr, landedRows, managerName } from './cdr-bench.ts';
import { SCENARIOS, type ToldCall } from './cdr-scenarios.ts';
import type { SmallCrm } from './small-crm.ts';

const START = Date.parse('2025-03-03T09:00:00Z') / 1_000;
const alice = (index: number): string => `8916000${String(1_000 + index)}`;

interface Found {
  call_key: string;
  direction: string;
  outcome: string;
  reason: string | null;
  manager_id: string | null;
  rung: string[];
  wait: number;
  talk: number;
  queue: string | null;
  client_number: string | null;
}

let crm: SmallCrm;
let calls: Map<string, Found>;
beforeAll(async () => {
  crm = await createCdrBench();
  await landCdr(
    crm,
    SCENARIOS.flatMap((scenario, index) =>
      landedRows(scenario, START + index * 3_600, `s${index}`, alice(index)),
    ),
  );
  await crm.build();
  const rows = await crm.rows<Found>(
    `select call_key, direction, outcome, missed_reason as reason, manager_id, rung_manager_ids as rung, wait_seconds as wait,
       talk_seconds as talk, queue, client_number from marts.fct_calls`,
  );
  calls = new Map(rows.map((row) => [row.call_key, row]));
});
afterAll(() => crm.drop());

/** The call as the story tells it. */
function toldOf(key: string): ToldCall | undefined {
  const found = calls.get(key);
  if (found === undefined) return undefined;
  const { direction, outcome, reason, manager_id, rung, wait, talk, queue } = found;
  return {
    direction: direction as ToldCall['direction'],
    outcome,
    ...(reason !== null && { reason }),
    manager: managerName(manager_id),
    rung: rung.map((id) => managerName(id) ?? '').sort(),
    wait,
    talk,
    ...(queue !== null && { queue }),
  };
}

it('makes one call of each linkedid, however many rows it has', () => {
  const told = SCENARIOS.reduce((sum, { other }) => sum + (other === undefined ? 1 : 2), 0);
  expect(calls.size).toBe(told);
});

it.each(SCENARIOS.map(({ story }, index) => ({ story, index })))('$story', ({ index }) => {
  const { call, other } = SCENARIOS[index]!;
  expect(toldOf(`s${index}`)).toEqual(call);
  expect(calls.get(`s${index}`)?.client_number).toBe(`+7916000${1_000 + index}`);
  if (other !== undefined) expect(toldOf(`s${index}-second`)).toEqual(other);
});
