import { sourceKind } from '../engine/kind.ts';
import { asteriskSettings } from './settings.ts';

export const asterisk = sourceKind({
  type: 'asterisk',
  settings: asteriskSettings,
  streams: ['cdr'],
  async open(settings, options) {
    const { openAsterisk } = await import('./open.ts');
    return openAsterisk(settings, options);
  },
});
