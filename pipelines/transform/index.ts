export { runBuild, type BuildEvent, type BuildOptions } from './build/run-build.ts';
export { DataTestsFailedError, type BuildReport, type ModelResult, type TestResult } from './build/report.ts';
export type { CalendarConfig } from './conf/apply-calendar.ts';
export { applyConfig, type StageStep, type TransformConfig } from './conf/apply-config.ts';
export { checkFunnelNames } from './conf/check-funnel-names.ts';
export { unknownNames } from './conf/check-people-names.ts';
export { parseProject, type ParseOptions } from './project/parse-project.ts';
export { Compiler } from './compile/compiler.ts';
export * from './errors.ts';
