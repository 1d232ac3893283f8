/** The hash of a plan is compared, signed and kept whole; people are shown its first digits, and may type as many. */

const SHOWN = 12;

export const shortHash = (hash: string): string => hash.slice(0, SHOWN);

/** The whole hash where its first digits were typed, as commits are named; what was typed where it is another plan's. */
export const wholeHash = (typed: string, whole: string): string =>
  typed.length >= SHOWN && whole.startsWith(typed) ? whole : typed;

/** Is the plan that was approved the one of now? An earlier windlass kept no more digits than it showed. */
export const isSamePlan = (approved: string, now: string): boolean =>
  approved === now || (approved.length === SHOWN && now.startsWith(approved));
