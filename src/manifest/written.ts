import { z } from 'zod';

type Variant = z.ZodObject<{ kind: z.ZodLiteral<string> } & z.core.$ZodShape>;

/**
 * The notation of a union of kinds: `{ http: { … } }` instead of `{ kind: http, … }`, so that the kind comes
 * first. Common keys (`common`) stay outside.
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
      const is = said.length === 0 ? 'has no kind' : `has ${said.join(' and ')} at once`;
      context.addIssue({ code: 'custom', message: `${is}. Write one of ${kinds.join(', ')}` });
    })
    .transform((written) => {
      const kind = kinds.find((one) => one in written)!;
      const { [kind]: settings, ...rest } = written as Record<string, unknown>;
      return { ...rest, kind, ...(settings as object) };
    });
}

/**
 * Like `writtenAs`, but a kind without required settings may be a word: `recreate`, `rolling`, `rolling: { …
 * }`, `canary: { … }`.
 */
export function writtenShort(variants: readonly Variant[]) {
  const words = variants.filter((one) => one.safeParse({ kind: kindOf(one) }).success).map(kindOf);
  const kinds = variants.filter((one) => Object.keys(one.shape).length > 1);
  const needing = kinds.map(kindOf).filter((kind) => !words.includes(kind));
  const word = z.enum(words as [string, ...string[]], {
    error: ({ input }) =>
      needing.includes(String(input))
        ? `is ${String(input)} without its settings. Write ${String(input)}: { … }; for its keys: windlass docs`
        : `is ${JSON.stringify(input)}. Expected ${words.join(', ')}${needing.map((kind) => ` or ${kind}: { … }`).join('')}`,
  });
  const shape = Object.fromEntries(
    kinds.map((one) => [
      kindOf(one),
      one
        .omit({ kind: true })
        .optional()
        .describe(one.description ?? ''),
    ]),
  );
  const settings = z.strictObject(shape).superRefine((written, context) => {
    const said = Object.keys(written);
    if (said.length === 1) return;
    const is = said.length === 0 ? 'is empty' : `has ${said.join(' and ')} at once`;
    context.addIssue({ code: 'custom', message: `${is}. Write one of ${[...words, ...needing].join(', ')}` });
  });
  return z.union([word, settings]).transform((written): { kind: string } => {
    if (typeof written === 'string')
      return variants.find((one) => kindOf(one) === written)!.parse({ kind: written }) as { kind: string };
    const [[kind = '', said = {}] = []] = Object.entries(written);
    return { kind, ...(said as object) };
  });
}

const kindOf = (variant: Variant): string => variant.shape.kind.value;
