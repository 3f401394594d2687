import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readModel, UnsafeModelError } from '../../cube/model-files.ts';

const MODEL = path.join(import.meta.dirname, '..', '..', 'model');

describe('the data model', () => {
  it('is the views below, each with a policy, over private cubes', () => {
    expect([...readModel(MODEL).views].sort()).toEqual([
      'activities',
      'alerts',
      'call_rings',
      'calls',
      'clients',
      'correspondence',
      'data_health',
      'deals',
      'early_warnings',
      'economics',
      'forecast',
      'forecast_backtest',
      'funnel',
      'leaderboard',
      'meetings',
      'pipeline',
      'plan_fact',
      'quality',
      'refusals',
      'regulation',
      'scorecard',
      'stage_stays',
      'tasks',
    ]);
  });
});

describe('a model that would be open to every token is not served', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'voronka-model-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const problemsOf = (files: Record<string, string>): readonly string[] => {
    for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
    try {
      readModel(folder);
    } catch (error) {
      if (error instanceof UnsafeModelError) return error.context['problems'] as string[];
      throw error;
    }
    return [];
  };
  const view = (policy: string): string => `views:\n  - name: sales\n${policy}`;

  it('a view without a policy', () => {
    expect(problemsOf({ 'a.yml': view('') })).toEqual(['a.yml: view "sales" has no access_policy']);
  });

  it('a view with an empty policy', () => {
    expect(problemsOf({ 'a.yml': view('    access_policy: []') })).toEqual([
      'a.yml: view "sales" has no access_policy',
    ]);
  });

  it('a policy for everybody, named or by leaving the group out', () => {
    const everybody = ['- group: "*"', '- groups: [head, "*"]', '- row_level: { allow_all: true }'];
    for (const policy of everybody) {
      expect(problemsOf({ 'a.yml': view(`    access_policy:\n      ${policy}`) })).toEqual([
        'a.yml: view "sales" has a policy for everybody; name the group it is for',
      ]);
    }
  });

  it('a policy without rows said', () => {
    expect(problemsOf({ 'a.yml': view('    access_policy:\n      - group: head') })).toEqual([
      'a.yml: view "sales" has a policy without row_level, which is every row',
    ]);
  });

  it('a public cube, and a model that cannot be read, all listed at once', () => {
    expect(
      problemsOf({ 'a.yml': 'cubes:\n  - name: deals', 'b.yaml': 'views: [}', 'c.txt': 'views: x' }),
    ).toEqual([
      'a.yml: cube "deals" is not "public: false"; only views are served',
      expect.stringContaining('b.yaml: '),
      'there is no view in it',
    ]);
  });

  it('a folder that is not there', () => {
    expect(() => readModel(path.join(folder, 'nowhere'))).toThrow(/no such file or directory/);
  });
});
