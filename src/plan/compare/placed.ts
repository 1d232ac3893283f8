import type { EnvironmentRecord } from '../../manifest/record/record';
import type { PlacedFile } from '../../model/container/container';
import { countLines } from './line-changes';

/** What changed within files whose contents are kept by digest: `BEFORE AFTER` → `+3 −1`. */
export type LineChanges = Record<string, string>;

export const pairOf = (before: PlacedFile, after: PlacedFile): string => `${before.digest} ${after.digest}`;

/** A file of a release that is another one, or elsewhere, than it was. */
export interface FileChange {
  /** As people know it: where it lies in the repository, else in the container. */
  file: string;
  how: string;
}

/** What became of the files of a service, by their places in the container. */
export function compareFiles(
  before: PlacedFile[] = [],
  after: PlacedFile[] = [],
  lines: LineChanges = {},
): FileChange[] {
  const old = new Map(before.map((file) => [file.target, file]));
  const changes = after.flatMap((file): FileChange[] => {
    const was = old.get(file.target);
    old.delete(file.target);
    if (!was) return [{ file: nameOf(file), how: `new at ${file.target}` }];
    const how = describeChange(was, file, lines);
    return how.length > 0 ? [{ file: nameOf(file), how: how.join(', ') }] : [];
  });
  const gone = [...old.values()].map((file) => ({ file: nameOf(file), how: `gone from ${file.target}` }));
  return [...changes, ...gone];
}

/** Pairs of a file before and after whose contents must be looked at to say what changed in them. */
export function changedPairs(before: EnvironmentRecord, after: EnvironmentRecord): [PlacedFile, PlacedFile][] {
  const old = new Map(before.services.map(({ name, container }) => [name, container.files ?? []]));
  return after.services.flatMap(({ name, container: { files = [] } }) =>
    files.flatMap((file): [PlacedFile, PlacedFile][] => {
      const was = old.get(name)?.find(({ target }) => target === file.target);
      return was?.digest && file.digest && was.digest !== file.digest ? [[was, file]] : [];
    }),
  );
}

const nameOf = ({ from, target }: PlacedFile) => from ?? target;

function describeChange(was: PlacedFile, is: PlacedFile, lines: LineChanges): string[] {
  const isOther = was.digest !== is.digest || was.text !== is.text;
  const count =
    was.text === undefined || is.text === undefined ? lines[pairOf(was, is)] : countLines(was.text, is.text);
  return [
    ...(isOther ? [count ? `changed: ${count}` : 'changed'] : []),
    ...(was.mode === is.mode ? [] : [`mode ${was.mode.toString(8)} → ${is.mode.toString(8)}`]),
    ...(was.uid === is.uid && was.gid === is.gid ? [] : [`owner ${ownerOf(was)} → ${ownerOf(is)}`]),
  ];
}

const ownerOf = ({ uid = 0, gid = 0 }: PlacedFile) => `${uid}:${gid}`;
