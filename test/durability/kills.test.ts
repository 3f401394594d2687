import { expect, it } from 'vitest';
import { killEngine } from './kills-engine.ts';
import { printReport } from './kills-report.ts';
import { killWorkflows } from './kills-workflows.ts';

// 220 kills: with SIGKILL, at every named point (pipelines/crash-points.ts) and at random instants. `npm run bench -- durability` does 1,000.

it('costs one page a kill at most, with one request in flight', async () => {
  const report = await killEngine({
    name: 'one request in flight',
    kills: 90,
    concurrency: 1,
    isLive: false,
  });
  printReport(report);
  expect(report).toMatchObject({ kills: 90, differences: [], duplicates: 0 });
  expect(report.inTheMiddle).toBeGreaterThan(25);
  expect(report.extraPages).toBeLessThanOrEqual(report.inTheMiddle);
  // Fewer pages than an undisturbed run would mean that something was not read.
  expect(report.extraPages).toBeGreaterThanOrEqual(0);
}, 600_000);

it('costs at most the pages under way, with eight requests in flight', async () => {
  const report = await killEngine({
    name: 'eight requests in flight',
    kills: 45,
    concurrency: 8,
    isLive: false,
  });
  printReport(report);
  expect(report).toMatchObject({ kills: 45, differences: [], duplicates: 0 });
  // Six streams at a time, each with eight: those asked for and not answered, and those that wait for the commit before them.
  expect(report.extraPages).toBeLessThanOrEqual(6 * 8 * report.inTheMiddle);
}, 600_000);

it('loses and doubles nothing while the CRM goes on changing between the kills', async () => {
  const report = await killEngine({
    name: 'a CRM that goes on changing',
    kills: 45,
    concurrency: 8,
    isLive: true,
  });
  printReport(report);
  expect(report).toMatchObject({ kills: 45, differences: [], duplicates: 0 });
}, 600_000);

it('ends each sync and each build exactly once, whatever durable step it is killed at', async () => {
  const report = await killWorkflows(40);
  printReport(report);
  expect(report).toMatchObject({ kills: 40, differences: [], duplicates: 0, leftovers: [] });
  expect(report.inTheMiddle).toBeGreaterThan(30);
}, 600_000);
