import { z } from 'zod';
import type { ReleaseRecord } from '../../src/manifest/record';
import type { RecordRef } from '../../src/model/release';
import { permanent } from '../drivers/errors';

export const RECORD_TYPE = 'application/vnd.windlass.release.v1+json';

/** As much of a record as tells that it is one that this worker can read; the rest was checked before it was stored. */
const shape = z.looseObject({
  format: z.literal(1),
  app: z.string(),
  release: z.string(),
  registry: z.looseObject({ address: z.string() }),
  artifacts: z.record(z.string(), z.looseObject({ image: z.string() })),
  environments: z.array(z.looseObject({ name: z.string(), services: z.array(z.looseObject({ name: z.string() })) })),
});

/** A record that was read, as such. Permanent failure (kind `bad-record`) for another format or another release's. */
export function readRecord(json: unknown, ref: Omit<RecordRef, 'digest'>, place: string): ReleaseRecord {
  const { data, error } = shape.safeParse(json);
  const format = (json as { format?: unknown } | null)?.format;
  if (error && typeof format === 'number' && format > 1)
    throw bad(place, `is of format ${format}, and this worker reads format 1. Start a newer worker`);
  if (error) throw bad(place, `is no release record: ${z.prettifyError(error)}. Expected one that windlass wrote`);
  if (data.app !== ref.app || data.release !== ref.release)
    throw bad(place, `is of release ${data.release} of ${data.app}. Expected ${ref.release} of ${ref.app}`);
  return json as ReleaseRecord;
}

const bad = (place: string, what: string) =>
  permanent({ kind: 'bad-record', message: `the release record ${place} ${what}` });
