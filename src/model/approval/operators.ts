/**
 * Why somebody may not act, for the sender, or undefined. Where operators are listed, nobody else may. `by` is
 * the sender's claim; `which` describes the operators: `of production`.
 */
export function refuseOperator(by: string, operators: string[] = [], which: string): string | undefined {
  if (by === '') return "by: is missing. Expected the requester's name";
  if (operators.length === 0 || operators.includes(by)) return undefined;
  return `${by} is not among the operators ${which}: ${operators.join(', ')}. Ask one of them`;
}
