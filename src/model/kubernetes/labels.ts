import type { Manifest } from './objects';
import { isLabelValue, standardLabels } from './names';
import { type EnvironmentRef, labels, type LabelWords } from '../names';

/** Of everything of an environment, or of these words. */
export const ownLabels = (
  { installation, app, environment }: EnvironmentRef,
  words: Pick<LabelWords, 'role'> & Partial<LabelWords>,
): Record<string, string> => labels(installation, { app, environment, ...words });

/** The metadata of an object. What a label cannot hold becomes an annotation. */
export function metadataOf(place: EnvironmentRef, name: string, own: Record<string, string>): Manifest['metadata'] {
  const entries = Object.entries(own);
  const word = (what: 'service' | 'release') => own[`${place.installation}.${what}`];
  return {
    name,
    labels: {
      ...standardLabels(place, { service: word('service'), release: word('release') }),
      ...Object.fromEntries(entries.filter(([, value]) => isLabelValue(value))),
    },
    annotations: Object.fromEntries(entries.filter(([, value]) => !isLabelValue(value))),
  };
}
