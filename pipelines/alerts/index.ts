export { acknowledge, listAlerts, type Alert } from './alert.ts';
export { backTest, type BackTestReport } from './back-test.ts';
export { unjudgedRules, type UnjudgedRule } from './due-evaluation.ts';
export { describeAlert, describeEvidence, ruleTitle } from './describe.ts';
