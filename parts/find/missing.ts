/** The parts that windlass can be asked to find or fetch. */
export type PartName =
  'temporal' | 'engine' | 'compose' | 'registry' | 'images' | 'proxy' | 'nginx' | 'node' | 'postgres';

/** A part that cannot be had here: what was tried, in order, and what a person can do about it. */
export class PartMissing extends Error {
  override name = 'PartMissing';
  constructor(
    readonly part: PartName | 'hosts' | 'swarm' | 'kubernetes',
    readonly tried: string[],
    readonly todo: string,
  ) {
    super([`${part}: cannot be had here.`, ...tried.map((line) => `  tried ${line}`), todo].join('\n'));
  }
}

/** The message of whatever was thrown, on one line, for a list of what was tried; of a long one, both ends. */
export function inOneLine(thrown: unknown): string {
  const text = (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\s+/g, ' ').trim();
  return text.length > 400 ? `${text.slice(0, 120)} … ${text.slice(-270)}` : text;
}
