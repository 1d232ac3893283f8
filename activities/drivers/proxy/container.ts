import { createHash } from 'node:crypto';
import { labels, proxyName, proxyNetwork, routesVolume } from '../../../src/model/names';
import type { ContainerMake } from '../docker/engine';
import type { ProxySettings } from './proxy';

/** The volume's folder in the container: `live` below it is watched; what is being written lies beside it. */
export const ROUTES_FOLDER = '/routes';
/** Traefik's API, on the container's own loopback: only an `exec` reaches it. */
export const API = 'http://127.0.0.1:8080/api';
/** Where the entry point for HTTP listens in the container. */
const WEB_PORT = 80;
const SECURE_PORT = 443;
/** All routes are served here without TLS, on the container's own loopback: for who asks from inside. */
export const INSIDE_PORT = 8081;
/** The entry points for users, by their names in Traefik. */
export const [WEB, SECURE, INSIDE] = ['web', 'websecure', 'inside'] as const;
/** The name of what gets certificates. */
export const RESOLVER = 'acme';

const FLAGS = [
  `--entrypoints.${WEB}.address=:${WEB_PORT}`,
  `--entrypoints.${INSIDE}.address=127.0.0.1:${INSIDE_PORT}`,
  '--entrypoints.traefik.address=127.0.0.1:8080',
  '--api.insecure=true',
  '--api.dashboard=false',
  `--providers.file.directory=${ROUTES_FOLDER}/live`,
  '--providers.file.watch=true',
  // How long it waits for further changes before it takes one in; 2 s by default.
  '--providers.providersthrottleduration=50ms',
  '--global.sendanonymoususage=false',
  '--global.checknewversion=false',
  '--log.level=ERROR',
];

/** The proxy's container as the settings want it. Its label `spec` tells one that was made otherwise. */
export function proxyContainer(settings: ProxySettings): ContainerMake {
  const { installation, image, http, https, acme } = settings;
  const published = { [`${WEB_PORT}/tcp`]: http, ...(https !== undefined && { [`${SECURE_PORT}/tcp`]: https }) };
  const config = {
    Entrypoint: ['sh', '-c', START, 'traefik'],
    Cmd: [...FLAGS, ...secureFlags(settings)],
    Env: [`AUTHORITY=${acme?.authority ?? ''}`],
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
      spec,
      step: 'ensureProxy',
      entryPoints: entryPointsOf(settings).join(),
    }),
    config,
    // The bare name of the installation sorts before every other network of it, so the published port stays with it
    // whatever the proxy joins later.
    networks: [{ name: proxyNetwork(installation), aliases: [] }],
  };
}

/** Where requests can come in with these settings. */
export const entryPointsOf = ({ https }: Pick<ProxySettings, 'https'>): string[] =>
  https === undefined ? [WEB] : [WEB, SECURE];

const AUTHORITY = `${ROUTES_FOLDER}/authority.pem`;

/**
 * The watched folder must be there before Traefik looks; on a new volume it is not. The shell stays as the container's first
 * process, for Traefik does not wait for processes that others leave behind, and every `exec` with a time-out leaves one: they
 * would fill the host's table of processes in the end.
 */
const START = `
mkdir -p ${ROUTES_FOLDER}/live && printf %s "$AUTHORITY" > ${AUTHORITY} || exit 1
traefik "$@" &
proxy=$!
trap 'kill "$proxy"' TERM INT
wait "$proxy"
status=$?
while kill -0 "$proxy" 2> /dev/null; do
  wait "$proxy"
  status=$?
done
exit "$status"
`;

/** HTTPS, with certificates that are kept beside the routes: a proxy that is made anew asks for none. */
function secureFlags({ https, acme }: ProxySettings): string[] {
  if (https === undefined) return [];
  const resolver = `--certificatesresolvers.${RESOLVER}.acme`;
  return [
    `--entrypoints.${SECURE}.address=:${SECURE_PORT}`,
    ...(acme
      ? [
          `${resolver}.email=${acme.email}`,
          `${resolver}.storage=${ROUTES_FOLDER}/acme.json`,
          `${resolver}.httpchallenge.entrypoint=${WEB}`,
          ...(acme.server ? [`${resolver}.caserver=${acme.server}`] : []),
          ...(acme.authority ? [`${resolver}.cacertificates=${AUTHORITY}`] : []),
        ]
      : []),
  ];
}

const mapValues = <A, B>(from: Record<string, A>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]));

/** `80` or `127.0.0.1:8080` in the engine's words. */
function publishAt(http: string): { HostIp: string; HostPort: string } {
  const { ip, port } = readAddress(http);
  return { HostIp: ip ?? '', HostPort: String(port) };
}

/** `80` or `127.0.0.1:8080`, `[::1]:80` taken apart. */
export function readAddress(http: string): { ip?: string; port: number } {
  const colon = http.lastIndexOf(':');
  const ip = colon > 0 ? http.slice(0, colon).replace(/^\[|\]$/g, '') : undefined;
  return { ip, port: Number(http.slice(colon + 1)) };
}
