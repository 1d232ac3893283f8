import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import type { PlacedFile } from '../../../../src/model/container/container';
import { labels } from '../../../../src/model/names';
import { secretsIn } from '../../../../src/model/container/secret';
import type { Service } from '../../../../src/model/service';
import type { ContentFile } from '../../../drivers/swarm/translate';
import { contentOf } from '../../../engines/make';
import { hashContent } from '../../../secrets/secret-hashes';
import type { SwarmContext } from '../context';

/**
 * The service's files as Swarm secrets and configs. Their data cannot change, so each is named by a hash of what is in it that only
 * the installation's key can make; what no service uses any more is collected by `pruneSecrets`.
 */
export const placeFiles = (
  ctx: SwarmContext,
  environment: EnvironmentRecord,
  { container: { files = [] } }: Service,
  release: string,
): Promise<ContentFile[]> => Promise.all(files.map((file) => place(ctx, environment, file, release)));

async function place(
  ctx: SwarmContext,
  record: EnvironmentRecord,
  file: PlacedFile,
  release: string,
): Promise<ContentFile> {
  const { target, mode, uid, gid, text } = file;
  const data = await contentOf(ctx, record, file, release);
  const kind = text !== undefined && secretsIn(text).length > 0 ? 'secrets' : 'configs';
  const { installation, app, environment } = ctx.place;
  const name = `${installation}-${await hashContent(ctx.settings, ctx.place, data)}`;
  const id = await ctx.swarm.createContent(kind, {
    name,
    labels: labels(installation, { role: 'file', app, environment }),
    data,
  });
  return { kind, id, name, target, mode, uid, gid };
}
