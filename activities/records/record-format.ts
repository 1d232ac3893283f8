import { z } from 'zod';
import { RECORD_FORMAT, type ReleaseRecord } from '../../src/manifest/record/record';
import { readTargets } from '../../src/model/format-1';
import type { RecordRef } from '../../src/model/release';
import { permanent } from '../drivers/errors';

export const RECORD_TYPE = 'application/vnd.windlass.release.v1+json';

const shape = z.looseObject({
  format: z.literal([1, RECORD_FORMAT]),
  app: z.string(),
  release: z.string(),
  registry: z.looseObject({ address: z.string() }),
  artifacts: z.record(z.string(), z.looseObject({ image: z.string() })),
  environments: z.array(z.looseObject({ name: z.string(), services: z.array(z.looseObject({ name: z.string() })) })),
});

/** Parses a record. Fails permanently (kind `bad-record`) for another format or release. */
export function readRecord(json: unknown, ref: Omit<RecordRef, 'digest'>, place: string): ReleaseRecord {
  const { data, error } = shape.safeParse(json);
  const format = (json as { format?: unknown } | null)?.format;
  if (error && typeof format === 'number' && format > RECORD_FORMAT)
    throw bad(
      place,
      `has format ${format}, but this worker reads formats up to ${RECORD_FORMAT}. Start a newer worker`,
    );
  if (error) throw bad(place, `is not a release record: ${z.prettifyError(error)}. Expected one written by windlass`);
  if (data.app !== ref.app || data.release !== ref.release)
    throw bad(place, `belongs to release ${data.release} of ${data.app}. Expected ${ref.release} of ${ref.app}`);
  const record = json as ReleaseRecord;
  return { ...record, format: RECORD_FORMAT, environments: record.environments.map(readTargets) };
}

const bad = (place: string, what: string) =>
  permanent({ kind: 'bad-record', message: `the release record ${place} ${what}` });
