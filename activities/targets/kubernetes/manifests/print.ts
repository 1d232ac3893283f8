import { stringify } from 'yaml';
import type { Manifest } from '../../../../src/model/kubernetes/objects';

/** As YAML for kubectl: the same manifests are always the same text. `head` are lines of comment. */
export const printManifests = (manifests: Manifest[], namespace: string, head: string[]): string =>
  [
    head.map((line) => `# ${line}\n`).join(''),
    ...manifests.map(({ apiVersion, kind, metadata, ...more }) =>
      stringify(
        { apiVersion, kind, metadata: { ...metadata, namespace }, ...more },
        { aliasDuplicateObjects: false, lineWidth: 0 },
      ),
    ),
  ].join('---\n');
