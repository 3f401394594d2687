import { describe, expect, it } from 'vitest';
import {
  CONFIG_TEMPLATE,
  ConfigInvalidError,
  ConfigSyntaxError,
  loadConfig,
  parseConfig,
} from '../../pipelines/config/index.ts';
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
