import { sourceKind } from '../engine/kind.ts';
import { calendarSettings } from './settings.ts';

export const calendar = sourceKind({
  type: 'calendar',
  settings: calendarSettings,
  streams: ['events'],
  async open(settings, options) {
    const { openCalendars } = await import('./open.ts');
    return openCalendars(settings, options);
  },
});
