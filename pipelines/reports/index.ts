export { openAsker, setKpiServer, type Asker, type KpiServer } from './asker.ts';
export { makeReport } from './make-report.ts';
export { customPeriod, periodOf } from './period.ts';
export { renderReport, REPORT_FORMATS, type ReportFormat } from './render/index.ts';
export { REPORT_NAMES, reportSpec } from './specs/index.ts';
export { WorkingDays } from './working-days.ts';
