import type { EnvironmentRecord } from '../../src/manifest/record/record';
import type { RecordRef } from '../../src/model/release';
import { countLines } from '../../src/plan/compare/line-changes';
import { changedPairs, type LineChanges, pairOf } from '../../src/plan/compare/placed';
import type { RecordReader } from './record-reader';

interface Side {
  ref: RecordRef;
  environment: EnvironmentRecord;
}

/** So many files are read to say what changed within them. */
const MOST = 20;

/** What changed within the files that two releases give to the containers of an environment; nothing of what cannot be read. */
export async function readLineChanges(
  { loadFile }: Pick<RecordReader, 'loadFile'>,
  before: Side | undefined,
  after: Side,
): Promise<LineChanges> {
  if (!before) return {};
  const pairs = changedPairs(before.environment, after.environment).slice(0, MOST);
  const found = await Promise.all(
    pairs.map(async ([was, is]) => {
      const read = Promise.all([loadFile(before.ref, was), loadFile(after.ref, is)]);
      const [old, now] = await read.catch(() => [undefined, undefined]);
      const count = old && now && countLines(old.toString(), now.toString());
      return count ? [[pairOf(was, is), count] as const] : [];
    }),
  );
  return Object.fromEntries(found.flat());
}
