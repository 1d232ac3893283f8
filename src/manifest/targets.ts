import type { Service } from '../model/service';
import type { Target, TargetKind, TargetOf } from '../model/target';
import { placeServices } from './record/placement';
import type { ManifestEnvironment } from './schema';

interface WrittenTargets<T extends Target> {
  key: keyof ManifestEnvironment;
  /** Who places services is the manifest, by `groups`. */
  hasGroups?: true;
  /** The targets, with what runs on each; none where the key is not written. */
  place(said: ManifestEnvironment, services: Service[]): T[];
}

export const TARGETS: { [Kind in TargetKind]: WrittenTargets<TargetOf<Kind>> } = {
  docker: { key: 'hosts', hasGroups: true, place: placeServices },
  swarm: {
    key: 'swarm',
    place: ({ swarm }) => (swarm ? [{ kind: 'swarm', name: 'swarm', ...swarm }] : []),
  },
  kubernetes: {
    key: 'kubernetes',
    place: ({ kubernetes }) => (kubernetes ? [{ kind: 'kubernetes', name: 'kubernetes', ...kubernetes }] : []),
  },
};

/** The kinds of target whose keys are written in an environment: one, where all is well (`rules-targets.ts`). */
export const kindsIn = (said: ManifestEnvironment): TargetKind[] =>
  (Object.keys(TARGETS) as TargetKind[]).filter((kind) => isWritten(said[TARGETS[kind].key]));

const isWritten = (value: ManifestEnvironment[keyof ManifestEnvironment]) =>
  Array.isArray(value) ? value.length > 0 : value !== undefined;

/** The targets of an environment, whatever their kind, with what runs on each. */
export const placeTargets = (said: ManifestEnvironment, services: Service[]): Target[] =>
  Object.values(TARGETS).flatMap(({ place }): Target[] => place(said, services));
