import { FaultBoard as Board, faultsFrom } from '../../stand-in/fault-board.ts';
import { standInFaults, type FaultName, type Faults } from './catalogue.ts';

export type { Struck } from '../../stand-in/fault-board.ts';

/** The board of amoCRM's faults. */
export class FaultBoard extends Board<FaultName> {
  constructor(faults: Faults, random: () => number) {
    super(standInFaults, faults, random);
  }
}

export function parseFaults(specs: readonly string[]): Faults {
  return faultsFrom(standInFaults, specs);
}
