import { hasNativeBinary } from '../../../cube/portable/index.ts';
import { loadCubePackages } from '../../../cube/cube-packages.ts';
import type { Check } from './check.ts';

export function checkCube(): Check {
  const native = hasNativeBinary(loadCubePackages(() => undefined).native);
  return {
    state: 'ok',
    what: 'Cube',
    found: native
      ? 'runs with its native module'
      : 'its native module is not installed; runs with the portable one of cube/portable, which answers the same',
  };
}
