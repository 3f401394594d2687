export type { Leg, MangoData } from './account.ts';
export { mangoFaults, type MangoFault, type MangoFaults } from './faults.ts';
export { runMangoStandIn, type RunMangoOptions } from './run.ts';
export { signedForm, signOf } from './sign.ts';
export { startMangoStandIn, type MangoOptions, type MangoStandIn } from './stand-in.ts';
