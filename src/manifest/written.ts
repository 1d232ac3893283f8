import { z } from 'zod';

/** A variant of a union of `kinds.ts`: an object told by its `kind`. */
type Variant = z.ZodObject<{ kind: z.ZodLiteral<string> } & z.core.$ZodShape>;

/**
 * How a union of kinds is written: `{ http: { … } }` instead of `{ kind: http, … }`, so that the kind is the word that
 * one reads first. Everything else beside the kind (`common`) stays where it is.
 */
export function writtenAs<Common extends z.core.$ZodShape>(variants: readonly Variant[], common: Common) {
  const kinds = variants.map(kindOf);
  const shape = Object.fromEntries(
    variants.map((one) => [
      kindOf(one),
      one
        .omit({ kind: true })
        .optional()
        .describe(one.description ?? ''),
    ]),
  );
  return z
    .strictObject({ ...common, ...shape })
    .superRefine((written, context) => {
      const said = kinds.filter((kind) => kind in written);
      if (said.length === 1) return;
      const is = said.length === 0 ? 'does not say what is asked' : `says ${said.join(' and ')} at once`;
      context.addIssue({ code: 'custom', message: `${is}. Write one of ${kinds.join(', ')}` });
    })
    .transform((written) => {
      const kind = kinds.find((one) => one in written)!;
      const { [kind]: settings, ...rest } = written as Record<string, unknown>;
      return { ...rest, kind, ...(settings as object) };
    });
}

const kindOf = (variant: Variant): string => variant.shape.kind.value;
