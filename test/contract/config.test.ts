import { describe, expect, it } from 'vitest';
import {
  CONFIG_TEMPLATE,
  ConfigInvalidError,
  ConfigSyntaxError,
  loadConfig,
  parseConfig,
  regulationOf,
} from '../../pipelines/config/index.ts';
import { REGULATION_TEMPLATE } from '../../pipelines/config/template-regulation.ts';
import { SOURCES_TEMPLATE } from '../../pipelines/config/template-sources.ts';
import { SOURCE_KINDS } from '../../pipelines/sources/index.ts';

const VALID = `
account: { name: Acme, time_zone: Europe/Moscow, currency: RUB }
sources:
  - { type: amocrm, base_url: https://acme.amocrm.ru, token_env: AMOCRM_TOKEN }
`;

function mistakesIn(text: string): Record<string, string> {
  try {
    parseConfig(text, 'voronka.yaml');
  } catch (error) {
    if (error instanceof ConfigInvalidError)
      return Object.fromEntries(error.mistakes.map(({ path, message }) => [path, message]));
    throw error;
  }
  return {};
}

describe('voronka.yaml', () => {
  it('is accepted as `voronka init` writes it', () => {
    expect(parseConfig(CONFIG_TEMPLATE, 'voronka.yaml').account.time_zone).toBe('Europe/Moscow');
  });

  it('shows an example of every kind of source that works once it is switched on', () => {
    const examples = SOURCES_TEMPLATE.split('\n')
      .filter((line) => /^ {2}# (- type| {2})/.test(line))
      .map((line) => line.replace('# ', ''));
    const { sources } = parseConfig(VALID + examples.join('\n'), 'voronka.yaml');
    expect(sources.map(({ type }) => type).sort()).toEqual(SOURCE_KINDS.map(({ type }) => type).sort());
  });

  it('shows a regulation that works once it is switched on', () => {
    const example = REGULATION_TEMPLATE.replaceAll(/^# (?!Norms)/gm, '');
    const { regulation } = parseConfig(VALID + example, 'voronka.yaml');
    expect(regulationOf(parseConfig(VALID + example, 'voronka.yaml'))).toMatchObject({
      // Working days of nine hours, none being configured.
      stageLimits: [
        { step: 'proposal', stage: null, businessSeconds: 3 * 9 * 3_600 },
        { pipeline: 'Sales', stage: 'Contract', step: null, businessSeconds: 16 * 3_600 },
      ],
      competitions: [{ points: [{ metric: 'calls_out', points: 1 }] }, { name: 'Offers' }],
    });
    expect(regulation.norms.map(({ calls }) => calls)).toEqual([40, undefined, 20, 20]);
    expect(regulationOf(parseConfig(VALID, 'voronka.yaml')).staleSeconds).toBe(24 * 3_600);
    const often = parseConfig(`${VALID}\nregulation: { stale_after: 90m }\n`, 'voronka.yaml');
    expect(regulationOf(often).staleSeconds).toBe(90 * 60);
  });

  it('refuses a regulation that contradicts itself, each slip with its path', () => {
    const mistakes = mistakesIn(`${VALID}
regulation:
  norms: [{ manager: a, team: b, calls: 3 }, { calls: 3, from: 2026-02-01, to: 2026-01-01 }]
  stage_limits: [{ step: new, stage: 30, limit: 1d }]
  rating_points: { smiles: 3 }
  competitions:
    - { name: A, from: 2026-01-01, to: 2026-01-31, metric: calls_out, points: { deals_won: 1 } }
    - { name: A, from: 2026-01-01, to: 2026-01-31 }
`);
    expect(Object.keys(mistakes).sort()).toEqual([
      'regulation.competitions[0]',
      'regulation.competitions[1].name',
      'regulation.norms[0]',
      'regulation.norms[1].to',
      'regulation.rating_points.smiles',
      'regulation.stage_limits[0]',
    ]);
  });

  it('fills in defaults and cannot be changed afterwards', () => {
    const config = parseConfig(VALID, 'voronka.yaml');
    expect(config.sources[0]).toMatchObject({ name: 'amocrm', requests_per_second: 7 });
    expect(config.schedule).toEqual({ every: '5m' });
    expect(() => Object.assign(config.account, { currency: 'USD' })).toThrow(TypeError);
  });

  it('lists every mistake at once, each with its path', () => {
    const mistakes = mistakesIn(`
account: { name: Acme, time_zone: Mars/Olympus, currency: roubles }
sources:
  - { type: amocrm, base_url: acme, toke_env: X, requests_per_second: "7" }
funnel: { steps: [{ pipeline: Sales, stages: { Call: contact } }] }
schedule: { every: 7m }
`);
    expect(Object.keys(mistakes).sort()).toEqual([
      'account.currency',
      'account.time_zone',
      'funnel.steps[0].stages.Call',
      'schedule.every',
      'sources[0]',
      'sources[0].base_url',
      'sources[0].requests_per_second',
      'sources[0].toke_env',
    ]);
    expect(mistakes['account.time_zone']).toContain('Europe/Moscow');
    expect(mistakes['sources[0]']).toContain('token_env');
  });

  it('refuses a secret where the name of a variable belongs, without repeating it', () => {
    const mistakes = mistakesIn(VALID.replace('AMOCRM_TOKEN', 'eyJhbGciOi.secret'));
    expect(mistakes['sources[0].token_env']).toContain('NAME of an environment variable');
    expect(JSON.stringify(mistakes)).not.toContain('eyJhbGciOi');
  });

  it('refuses two sources of one name', () => {
    const source = '  - { type: amocrm, base_url: https://other.amocrm.ru, token_env: OTHER }\n';
    expect(mistakesIn(VALID + source)['sources[1].name']).toContain('taken');
  });

  it('says what is missing from an empty file', () => {
    expect(mistakesIn('')).toMatchObject({
      account: expect.stringContaining('missing'),
      sources: expect.stringContaining('missing'),
    });
  });

  it('names line and column of broken YAML', () => {
    expect(() => parseConfig('account: {\n  name: "Acme\n', 'voronka.yaml')).toThrow(ConfigSyntaxError);
    expect(() => parseConfig('account: {\n  name: "Acme\n', 'voronka.yaml')).toThrow(/line \d+, column \d+/);
  });

  it('says how to get a configuration where there is none', () => {
    expect(() => loadConfig('no-such-folder/voronka.yaml')).toThrow(/voronka init/);
  });
});
