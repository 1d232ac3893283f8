import { realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { BuildxOptions } from '../../src/model/container/build';
import type { BuildContext } from '../drivers/docker/build/context';
import { type Buildx, runBuildx } from '../drivers/docker/build/buildx';
import type { BuildOptions, Watch } from '../drivers/docker/engine';
import { permanent } from '../drivers/errors';
import { wayWithin } from '../drivers/within';
import { redact } from '../secrets/redact';
import { SecretReader } from '../secrets';
import type { Settings } from '../settings';

export type BuildxSettings = Pick<Settings, 'buildxCommand' | 'dockerHost'>;

interface Wanted {
  root: string;
  top: string;
  service: string;
  buildx: BuildxOptions;
  settings: BuildxSettings;
}

/** Builds with the buildx client. Secrets reach it in its environment only, and are redacted in its output. */
export async function buildWithBuildx(
  { root, top, service, buildx, settings }: Wanted,
  context: BuildContext,
  options: BuildOptions,
  watch: Watch,
): Promise<string> {
  const reader = new SecretReader();
  const secrets = buildx.secrets ?? [];
  const values = await Promise.all(
    secrets.map(async (secret) => ('source' in secret ? await reader.value(secret.source, secret.id) : undefined)),
  );
  const variable = (index: number) => `WINDLASS_SECRET_${index}`;
  const client: Buildx = {
    command: settings.buildxCommand,
    dockerHost: settings.dockerHost,
    service,
    flags: [
      ...secrets.map((secret, index) =>
        flag(
          'secret',
          inOneLine({
            id: secret.id,
            ...('file' in secret
              ? { src: inCheckout(root, join(top, secret.file), service) }
              : { env: variable(index) }),
          }),
        ),
      ),
      ...(buildx.ssh ?? []).map((agent) => flag('ssh', agent)),
      ...(buildx.contexts ?? []).map((one) =>
        flag(
          'build-context',
          `${one.name}=${'folder' in one ? inCheckout(root, join(top, one.folder), service) : one.from}`,
        ),
      ),
      ...(buildx.cacheFrom ?? []).map((cache) => flag('cache-from', cache)),
      ...(buildx.cacheTo ?? []).map((cache) => flag('cache-to', cache)),
      ...(buildx.allow ?? []).map((entitlement) => flag('allow', entitlement)),
      ...(buildx.ulimits ?? []).map(({ name, soft, hard }) => flag('ulimit', `${name}=${soft}:${hard}`)),
      ...(buildx.provenance === undefined ? [] : [flag('provenance', buildx.provenance)]),
      ...(buildx.sbom === undefined ? [] : [flag('sbom', buildx.sbom)]),
      ...(buildx.shmSizeBytes === undefined ? [] : [flag('shm-size', String(buildx.shmSizeBytes))]),
    ],
    env: Object.fromEntries(values.flatMap((value, index) => (value === undefined ? [] : [[variable(index), value]]))),
    strike: (text) =>
      redact(
        text,
        values.filter((value) => value !== undefined),
      ),
  };
  return runBuildx(client, context, options, watch);
}

const flag = (name: string, value: string) => `--${name}=${value}`;

/** The real path of a file, with all links resolved. Fails permanently outside the commit. */
function inCheckout(root: string, path: string, service: string): string {
  const way = wayWithin(root, path);
  if (way !== undefined) return join(realpathSync(root), way);
  const message = `the build of ${service} uses ${relative(root, path)}, which is outside the repository. Commit what it needs, and use that`;
  throw permanent({ kind: 'bad-build', service, message });
}

/** A buildx option in CSV: a field with a comma or a quote is quoted, so that it cannot become two. */
const inOneLine = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([key, value]) => `${key}=${value}`)
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
