import { sourceKind } from '../engine/kind.ts';
import { filesSettings } from './settings.ts';
import { STREAM_NAMES } from './stream-names.ts';

/** Spreadsheets that people keep: plans, costs, surveys, reviews, trainings, rates and maps. */
export const files = sourceKind({
  type: 'files',
  settings: filesSettings,
  streams: STREAM_NAMES,
  async open(settings, options) {
    const { openFiles } = await import('./open.ts');
    return openFiles(settings, options);
  },
});
