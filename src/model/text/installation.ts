/**
 * Why installation `own` may not touch a workflow, or undefined. Ids name only the application, so two
 * installations in one namespace would act on each other's workflows; the task queue has the installation's name.
 */
export function refuseForeign(workflowId: string, taskQueue: string, own: string): string | undefined {
  if (taskQueue === own) return undefined;
  return `${workflowId} belongs to the installation "${taskQueue}", but this is "${own}". Two installations cannot release the same application in one Temporal namespace. Use another one (TEMPORAL_NAMESPACE), or act as the other installation: WINDLASS_INSTALLATION=${taskQueue}`;
}
