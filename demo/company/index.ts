export { generateCompany, type Company, type GenerateOptions } from './company.ts';
export { companyFunnel } from './funnel.ts';
export type { CompanyOptions } from './simulate.ts';
export type { Anomaly } from './anomalies.ts';
export type { Duration, Fraction, TallyRecord } from './tally.ts';
export type { Truth, TruthManager } from './truth.ts';
export { writeCompany } from './write.ts';
export type { ManagerEntry, Outside } from './outside.ts';
export type { WorkRecord } from './work-tally.ts';
