import { sourceKind } from '../engine/kind.ts';
import { mangoSettings } from './settings.ts';
import { MANGO_STREAMS } from './streams.ts';

/** Mango Office's virtual PBX. */
export const mango = sourceKind({
  type: 'mango',
  settings: mangoSettings,
  streams: MANGO_STREAMS,
  async open(settings, options) {
    const { openMango } = await import('./open.ts');
    return openMango(settings, options);
  },
});
