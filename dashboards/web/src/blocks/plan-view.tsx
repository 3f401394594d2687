import { numberOf, useLoad, type Row } from '../api/cube.ts';
import { go } from '../controls/address.ts';
import type { Sheet } from '../export/sheet.ts';
import { useWords } from '../i18n/words.ts';
import { useTitle } from '../model/catalog.ts';
import { useFormat } from '../model/format.ts';
import { useScope } from '../model/scope.ts';
import type { PlanBlock } from '../pages/index.ts';
import { useCatalog } from '../shell/account.ts';
import { Icon } from '../shell/icons.tsx';
import { Frame } from './frame.tsx';

const name = (id: string): string => `plan_fact.${id}`;
const [PLAN, FACT, DUE, EXECUTION, PACE, FORECAST] = [
  'plan_amount',
  'fact_amount',
  'plan_amount_due',
  'plan_execution',
  'plan_pace',
  'plan_forecast',
].map(name) as [string, string, string, string, string, string];

interface Line {
  readonly label: string;
  readonly isWhole: boolean;
  readonly slice: readonly string[];
  readonly plan: number;
  readonly fact: number;
  readonly due: number | null;
  readonly execution: number | null;
  readonly pace: number | null;
  readonly forecast: number | null;
}

/** Plan and fact of the whole months the period touches, as bars: fact, where it should be by now, and the plan as the full length. */
export function PlanView({ block }: { block: PlanBlock }) {
  const t = useWords();
  const catalog = useCatalog();
  const titleOf = useTitle();
  const format = useFormat();
  const scope = useScope();
  const measures = [PLAN, FACT, DUE, EXECUTION, PACE, FORECAST].filter((one) => catalog.has(one));
  const months = scope.daysOf(PLAN, scope.range);
  const query = (dimensions: readonly string[]) => ({
    measures,
    dimensions,
    filters: scope.filters('plan_fact'),
    ...scope.dated(PLAN, scope.range),
  });
  const whole = useLoad(query([]));
  const hasTeams = catalog.has(name('team'));
  const teams = useLoad(hasTeams ? query([name('team')]) : undefined);
  const line = (row: Row, label: string, slice: readonly string[], isWhole = false): Line => ({
    label,
    slice,
    isWhole,
    plan: numberOf(row[PLAN]) ?? 0,
    fact: numberOf(row[FACT]) ?? 0,
    due: numberOf(row[DUE]),
    execution: numberOf(row[EXECUTION]),
    pace: numberOf(row[PACE]),
    forecast: numberOf(row[FORECAST]),
  });
  const byTeam = (teams.data ?? [])
    .filter((row) => row[name('team')] !== null)
    .map((row) => line(row, String(row[name('team')]), [`${name('team')}~${String(row[name('team')])}`]))
    .filter(({ plan }) => plan > 0)
    .sort((one, other) => (other.execution ?? 0) - (one.execution ?? 0));
  const total = (whole.data ?? [])
    .map((row) => line(row, t('total'), [], true))
    .filter(({ plan }) => plan > 0);
  const lines = byTeam.length === 1 ? total : [...total, ...byTeam];
  const sheet = (): Sheet => ({
    columns: [
      { title: t('team'), isNumber: false },
      ...measures.map((one) => ({
        title: titleOf(catalog.find(one)!),
        isNumber: true,
        unit: catalog.find(one)!.unit,
      })),
    ],
    rows: lines.map((one) => [
      one.label,
      ...measures.map(
        (measure) =>
          ({
            [PLAN]: one.plan,
            [FACT]: one.fact,
            [DUE]: one.due,
            [EXECUTION]: one.execution,
            [PACE]: one.pace,
            [FORECAST]: one.forecast,
          })[measure] ?? null,
      ),
    ]),
  });
  return (
    <Frame
      title={block.title}
      hint={{
        en: `${format.range(months.from, months.to)}, whole months`,
        ru: `${format.range(months.from, months.to)}, месяцы целиком`,
      }}
      width={block.width}
      isLoading={whole.isLoading || teams.isLoading}
      error={whole.error ?? teams.error}
      retry={() => void Promise.all([whole.refetch(), teams.refetch()])}
      isEmpty={false}
      deaf={scope.deaf('plan_fact')}
      sheet={lines.length > 0 ? sheet : undefined}
    >
      {lines.length === 0 ? (
        <div className="state">
          <Icon name="empty" size={28} />
          <strong>{t('noPlan')}</strong>
          <span>{t('noPlanMore')}</span>
        </div>
      ) : (
        <ul className="plans">
          {lines.map((one) => (
            <PlanLine key={one.label} line={one} />
          ))}
        </ul>
      )}
    </Frame>
  );
}

function PlanLine({ line }: { line: Line }) {
  const t = useWords();
  const format = useFormat();
  const { plan, fact, due, execution, pace, forecast } = line;
  const longest = Math.max(plan, fact, forecast ?? 0);
  const share = (value: number): string => `${Math.min(100, (value / longest) * 100).toFixed(1)}%`;
  const tone = pace === null ? '' : pace >= 1 ? 'good' : pace >= 0.8 ? 'warn' : 'bad';
  return (
    <li className={line.isWhole ? 'plan plan-whole' : 'plan'}>
      <button type="button" onClick={() => go({ open: EXECUTION, slice: line.slice })}>
        <span className="plan-head">
          <span>{line.label}</span>
          <strong className={tone}>{format.full('share', execution)}</strong>
        </span>
        <span className="plan-bar" aria-hidden="true">
          {forecast !== null && forecast > fact && (
            <span className="plan-forecast" style={{ width: share(forecast) }} />
          )}
          <span className={`plan-fact ${tone}`} style={{ width: share(fact) }} />
          {due !== null && due < plan && <span className="plan-due" style={{ left: share(due) }} />}
          <span className="plan-mark" style={{ left: share(plan) }} />
        </span>
        <span className="plan-foot muted">
          <span>
            {format.short('money', fact)} / {format.short('money', plan)}
          </span>
          {pace !== null && (
            <span>
              {t('pace')} {format.full('share', pace)}
            </span>
          )}
          {forecast !== null && (
            <span>
              {t('expected')} {format.short('money', forecast)}
            </span>
          )}
        </span>
      </button>
    </li>
  );
}
