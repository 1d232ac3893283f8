import type { Draft } from '../../src/manifest/record/record';
import { findEnvironment } from '../../src/model/environment/find';
import type { HostCheck } from '../../src/model/inspection';
import { servicesOn } from '../../src/model/target';
import { type ImagePlatforms, judgePlatform, platformOf } from '../../src/plan/engines/platforms';
import type { Engine } from '../drivers/docker/engine';

/** The checks of hosts with what their engines cannot run, as far as the platforms of images are known. */
export async function withPlatforms(
  hosts: HostCheck[],
  draft: Pick<Draft, 'environments' | 'builds'>,
  found: Record<string, ImagePlatforms>,
  builder: Engine,
): Promise<HostCheck[]> {
  if (hosts.every(({ platform }) => !platform)) return hosts;
  const own = draft.builds.some(({ platform }) => !platform) ? await platformOfEngine(builder) : undefined;
  const built = draft.builds.flatMap(({ service, platform = own }): [string, ImagePlatforms][] =>
    platform ? [[service, { platforms: [withoutVariant(platform)], isList: false }]] : [],
  );
  const images = { ...found, ...Object.fromEntries(built) };
  return hosts.map((host) => {
    const environment = findEnvironment(draft, host.environment);
    if (!host.platform || !environment) return host;
    const names = servicesOn(environment, host.host).map(({ name }) => name);
    const { refusal, warnings } = judgePlatform(host.platform, names, images);
    const composed = [...host.composed, ...warnings];
    if (!refusal) return { ...host, composed };
    return { ...host, ok: false, found: { ...host.found, engine: { ok: false, what: refusal } }, composed };
  });
}

/** `linux/arm/v7` → `linux/arm` */
const withoutVariant = (platform: string) => platform.split('/').slice(0, 2).join('/');

async function platformOfEngine(engine: Engine): Promise<string | undefined> {
  const info = await engine.info().catch(() => undefined);
  return info && platformOf(info);
}
