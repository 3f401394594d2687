import type { Crm } from '../raw/crm.ts';

/** The canonical steps in their order (KPI.md); `lost` stands outside of it, `incoming` before it. */
export const STEPS: readonly string[] = ['new', 'contacted', 'qualified', 'proposal', 'meeting', 'objection', 'agreement', 'won']; // prettier-ignore

/** The step of a stage. */
export type Steps = (pipeline: number, status: number) => string;

/** From the stage map of voronka.yaml, which names pipelines and stages. */
export function readSteps(
  crm: Crm,
  funnel: readonly { readonly pipeline: string; readonly stages: Readonly<Record<string, string>> }[],
): Steps {
  const steps = new Map<string, string>();
  for (const { id: pipeline, name, _embedded } of crm.pipelines) {
    const stages = funnel.find((entry) => entry.pipeline === name)?.stages ?? {};
    for (const { id, name: stage } of _embedded.statuses) steps.set(`${pipeline}:${id}`, stages[stage] ?? '');
  }
  return (pipeline, status) => steps.get(`${pipeline}:${status}`) ?? '';
}
