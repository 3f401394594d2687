import { sourceKind } from '../engine/kind.ts';
import { amocrmSettings } from './settings.ts';
import { streams } from './streams.ts';

export const amocrm = sourceKind({
  type: 'amocrm',
  settings: amocrmSettings,
  streams: streams.map(({ name }) => name),
  async open(settings, options) {
    const { openAmocrm } = await import('./open.ts');
    return openAmocrm(settings, options);
  },
});
