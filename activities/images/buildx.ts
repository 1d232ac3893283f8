import type { Readable } from 'node:stream';
import { join } from 'node:path';
import type { BuildxOptions } from '../../src/model/build';
import { type Buildx, runBuildx } from '../drivers/docker/buildx';
import type { BuildOptions, Watch } from '../drivers/docker/engine';
import { redact } from '../redact';
import { SecretReader } from '../secrets';
import type { Settings } from '../settings';

export type BuildxSettings = Pick<Settings, 'buildxCommand' | 'dockerHost'>;

interface Wanted {
  /** The folder of the commit. */
  top: string;
  service: string;
  buildx: BuildxOptions;
  settings: BuildxSettings;
}

/** Builds by the buildx client. Values of secrets reach it by its environment alone, and are struck out of what it says. */
export async function buildWithBuildx(
  { top, service, buildx, settings }: Wanted,
  context: Readable,
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
          `id=${secret.id},${'file' in secret ? `src=${join(top, secret.file)}` : `env=${variable(index)}`}`,
        ),
      ),
      ...(buildx.ssh ?? []).map((agent) => flag('ssh', agent)),
      ...(buildx.contexts ?? []).map((one) =>
        flag('build-context', `${one.name}=${'folder' in one ? join(top, one.folder) : one.from}`),
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
    strike: (line) =>
      redact(
        line,
        values.filter((value) => value !== undefined),
      ),
  };
  return runBuildx(client, context, options, watch);
}

const flag = (name: string, value: string) => `--${name}=${value}`;
