import { describeOperation, type Plan } from '../../src/model/plan';
import type { PlanSummary } from '../../src/model/environment/progress';
import type { Line } from './terminal/line';

/** The part of a plan that an approver reads. */
export function summaryLines(summary: PlanSummary, depth: number): Line[] {
  const { from, release, strategy, steps, changes, warnings } = summary;
  return [
    { depth, text: `${from ?? 'nothing'} → ${release ?? 'nothing'}`, detail: `${strategy}, ${steps} steps` },
    ...changes.map((text): Line => ({ depth, text })),
    ...warnings.map((text): Line => ({ depth, text: `! ${text}`, tone: 'warn' })),
  ];
}

/** A whole plan: its changes, then every step in order. Steps of one batch run in parallel. */
export function planLines(plan: Plan): Line[] {
  const steps = plan.phases.flatMap((phase) => phase.batches.flat()).length;
  return [...summaryLines({ ...plan, steps }, 0), ...plan.phases.flatMap(phaseLines)];
}

function phaseLines({ name, batches }: Plan['phases'][number]): Line[] {
  if (batches.length === 0) return name === 'commit' ? [{ depth: 0, text: name, tone: 'title' }] : [];
  const steps = batches.flatMap((batch) =>
    batch.map((step, index): Line => {
      const together = batch.length > 1 ? (index === 0 ? '┌ ' : index === batch.length - 1 ? '└ ' : '│ ') : '  ';
      const undo = step.undo ? `undo: ${describeOperation(step.undo)}` : '';
      const detail = step.irreversible ? 'cannot be undone' : undo;
      return { depth: 1, text: together + describeOperation(step.operation), detail };
    }),
  );
  return [{ depth: 0, text: name, tone: 'title' }, ...steps];
}
