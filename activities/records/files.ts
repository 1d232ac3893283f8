import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Draft, EnvironmentRecord } from '../../src/manifest/record/record';
import type { RecordRef } from '../../src/model/release';
import type { PlacedFile } from '../../src/model/container/container';
import { permanent } from '../drivers/errors';
import { digestOf } from '../drivers/registry/manifests';
import { openRecords } from './repository';

/** The content of every file placed in a release's containers, from the commit's checkout; each once. */
export async function readFiles(draft: Draft, checkout: () => Promise<string>): Promise<Buffer[]> {
  const wanted = new Map(draft.environments.flatMap(filesOf).map((file) => [file.digest!, file]));
  if (wanted.size === 0) return [];
  const folder = await checkout();
  return Promise.all([...wanted.values()].map((file) => readOne(folder, file)));
}

const filesOf = ({ services }: EnvironmentRecord): PlacedFile[] =>
  services.flatMap(({ container }) => container.files ?? []).filter(({ digest }) => digest !== undefined);

async function readOne(folder: string, { from = '', digest }: PlacedFile): Promise<Buffer> {
  const bytes = await readFile(join(folder, from));
  if (digestOf(bytes) === digest) return bytes;
  throw permanent({
    kind: 'changed-file',
    message: `${from} changed after the manifest was read. Does something write to the worker's cache? Release again`,
  });
}

/** The content of a file kept with a release's record. Fails permanently (kind `no-file`) when it is lost. */
export async function loadFile(ref: RecordRef, { digest = '', from }: PlacedFile): Promise<Buffer> {
  const { registry, repository } = await openRecords(ref.registry, ref.app);
  const bytes = await registry.getBlob(repository, digest);
  if (bytes) return bytes;
  throw permanent({
    kind: 'no-file',
    message: `the content of ${from}, kept with release ${ref.release} of ${ref.app}, is not in the registry (${registry.host}/${repository}@${digest}). Was it deleted? Release that commit again`,
  });
}
