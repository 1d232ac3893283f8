import type { EnvironmentRecord } from '../../src/manifest/record/record';
import type { PlacedFile } from '../../src/model/container/container';
import { labels, type LabelWords } from '../../src/model/names';
import type { Service } from '../../src/model/service';
import type { OperationContext } from '../rollout/context';
import { hashSecrets, secretsWithin, writeHashes } from '../secrets/secret-hashes';
import { callerLabel } from './attempt';

/** What tells a container, or a Swarm service, from others of its service. */
export interface Identity {
  spec: string;
  release: string;
  words: Pick<LabelWords, 'role' | 'step' | 'irreversible' | 'shared'>;
  caller?: string;
}

/** The labels of what is made for a service. Reads its secrets, for the hashes among them. */
export async function labelsOf(
  ctx: OperationContext,
  environment: EnvironmentRecord,
  service: Service,
  { spec, release, words, caller }: Identity,
): Promise<Record<string, string>> {
  const { installation, app, environment: environmentName } = ctx.place;
  const secrets = secretsWithin(service.container);
  const { hashes } = await hashSecrets(ctx.settings, ctx.place, secrets, environment.secrets, ctx.secrets);
  const own = labels(installation, {
    ...words,
    release,
    app,
    environment: environmentName,
    service: service.name,
    spec,
    secrets: writeHashes(hashes),
    ledger: ctx.ledger,
  });
  return { ...own, ...(caller && { [callerLabel(installation)]: caller }) };
}

/** What is in a file that a release places in a container. Its secrets are resolved. */
export async function contentOf(
  ctx: OperationContext,
  { secrets }: EnvironmentRecord,
  file: PlacedFile,
  release: string,
): Promise<Buffer> {
  const { text } = file;
  return text === undefined ? await ctx.file(release, file) : Buffer.from(await ctx.secrets.inText(text, secrets));
}
