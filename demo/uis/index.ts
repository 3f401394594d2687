export type { NewCall, UisData } from './account.ts';
export { uisFaults, type UisFault, type UisFaults } from './faults.ts';
export { reportFields, type UisList } from './fields.ts';
export { runUisStandIn, type RunUisOptions } from './run.ts';
export { startUisStandIn, type UisOptions, type UisStandIn } from './stand-in.ts';
