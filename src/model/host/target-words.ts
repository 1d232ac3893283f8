import { type TargetKind, USUAL_KIND } from '../target';

/** How people read of a kind of target. */
export interface TargetWords {
  one: string;
  several: string;
  /** What an instance runs on. */
  runsOn: string;
}

const WORDS: Record<TargetKind, TargetWords> = {
  docker: { one: 'host', several: 'hosts', runsOn: 'host' },
  swarm: { one: 'swarm', several: 'swarms', runsOn: 'node' },
  kubernetes: { one: 'namespace', several: 'namespaces', runsOn: 'node' },
};
const MIXED: TargetWords = { one: 'target', several: 'targets', runsOn: 'target' };

/** Of targets of these kinds together; what an older worker has told of has none. */
export function wordsFor(kinds: (TargetKind | undefined)[]): TargetWords {
  const [kind = USUAL_KIND, ...others] = [...new Set(kinds.map((one) => one ?? USUAL_KIND))];
  return others.length > 0 ? MIXED : WORDS[kind];
}
