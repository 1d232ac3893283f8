import { createHash } from 'node:crypto';
import { labels, proxyName, proxyNetwork, routesVolume } from '../../../../src/model/names';
import type { ContainerMake, ContainerState } from '../../docker/engine';
import { dialects, kindOf } from '../dialects';
import { readAddress } from '../../../../src/model/host/proxy';
import { HTTP_PORT, HTTPS_PORT, listensOf, tcpPorts } from '../listens';
import type { ProxySettings } from '../proxy';

/** The volume's folder in the container: `live` below it has the files of routes; what is being written lies beside it. */
export const ROUTES_FOLDER = '/routes';

/** The proxy's container for the settings. Its label `spec` identifies one with other settings. */
export function proxyContainer(given: ProxySettings): ContainerMake {
  const settings = asFarAsItCan(given);
  const { installation, image, kind, http, https } = settings;
  const published: Record<string, string> = {
    [`${HTTP_PORT}/tcp`]: http,
    ...(https !== undefined && { [`${HTTPS_PORT}/tcp`]: https }),
    ...Object.fromEntries(tcpPorts(settings).map(({ inside, at }) => [`${inside}/tcp`, at])),
  };
  const { script, args, env } = dialects[kind].start(settings);
  const config = {
    Entrypoint: ['sh', '-c', script, kind],
    Cmd: args,
    Env: env,
    ExposedPorts: mapValues(published, () => ({})),
    HostConfig: {
      RestartPolicy: { Name: 'unless-stopped' },
      ...(!settings.closed && { PortBindings: mapValues(published, (address) => [publishAt(address)]) }),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      Mounts: [{ Type: 'volume', Source: routesVolume(installation), Target: ROUTES_FOLDER }],
    },
  };
  const spec = createHash('sha256')
    .update(JSON.stringify([image, config]))
    .digest('hex')
    .slice(0, 12);
  return {
    name: proxyName(installation),
    image,
    labels: labels(installation, {
      role: 'proxy',
      kind,
      spec,
      step: 'ensureProxy',
      listens: listensOf(settings).join(),
    }),
    config,
    // The installation's bare name sorts before its other networks, so the published port stays with this
    // network whatever the proxy joins later.
    networks: [{ name: proxyNetwork(installation), aliases: [] }],
  };
}

const asFarAsItCan = (settings: ProxySettings): ProxySettings =>
  dialects[settings.kind].can.includes('https') ? settings : { ...settings, https: undefined };

/** The label `spec` of a proxy with these settings, open or closed. */
export const specsOf = (settings: ProxySettings): string[] =>
  [settings, { ...settings, closed: true }].map(
    (one) => proxyContainer(one).labels[`${settings.installation}.spec`] ?? '',
  );

/** The settings, for the kind that there is: only `replace` makes another one, for the routes go with it. */
export function settingsFor(found: ContainerState | undefined, settings: ProxySettings): ProxySettings {
  const kind = found ? kindOf(settings.installation, found) : settings.kind;
  return kind === settings.kind ? settings : { ...settings, kind, image: found!.image };
}

const mapValues = <A, B>(from: Record<string, A>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]));

function publishAt(http: string): { HostIp: string; HostPort: string } {
  const { ip, port } = readAddress(http);
  return { HostIp: ip ?? '', HostPort: String(port) };
}
