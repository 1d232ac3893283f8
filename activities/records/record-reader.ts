import type { ReleaseRecord } from '../../src/manifest/record/record';
import type { PlacedFile } from '../../src/model/container/container';
import type { RecordRef } from '../../src/model/release';

export interface RecordReader {
  loadRecord(ref: RecordRef): Promise<ReleaseRecord>;
  loadFile(ref: RecordRef, file: PlacedFile): Promise<Buffer>;
}
