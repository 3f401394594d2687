import { sourceKind } from '../engine/kind.ts';
import { uisSettings } from './settings.ts';
import { UIS_STREAMS } from './streams.ts';

/** UIS, and CoMagic, Novofon and CallGear, which are the same at other addresses. */
export const uis = sourceKind({
  type: 'uis',
  settings: uisSettings,
  streams: UIS_STREAMS,
  async open(settings, options) {
    const { openUis } = await import('./open.ts');
    return openUis(settings, options);
  },
});
