import { asFirstProcess } from '../lifecycle/first-process';
import { API_PORT, HTTP_PORT, HTTPS_PORT, INSIDE_PORT, tcpPorts } from '../listens';
import type { StartOptions } from '../dialect';
import type { ProxySettings } from '../proxy';

const FOLDER = '/routes';
export const API = `http://127.0.0.1:${API_PORT}/api`;
/** The entry points for users, by their Traefik names. */
export const [WEB, SECURE, INSIDE] = ['web', 'websecure', 'inside'] as const;
export const tcpEntryPoint = (port: number) => `tcp-${port}`;
/** The name of the certificate resolver. */
export const RESOLVER = 'acme';

/**
 * What Traefik does to requests by itself, and an application behind a published port does not see: a body that takes longer than
 * a minute is cut off, `//` and `..` are taken out of paths, and `;` in a query becomes `&`. `trusted` are addresses of balancers
 * in front, whose X-Forwarded-* are kept; of anybody else they are thrown away.
 */
const passingOn = (name: string, trusted: string[] = []) => [
  `--entrypoints.${name}.transport.respondingtimeouts.readtimeout=0`,
  `--entrypoints.${name}.http.sanitizepath=false`,
  `--entrypoints.${name}.http.encodequerysemicolons=true`,
  ...(trusted.length > 0 ? [`--entrypoints.${name}.forwardedheaders.trustedips=${trusted.join(',')}`] : []),
];

const FLAGS = [
  `--entrypoints.${WEB}.address=:${HTTP_PORT}`,
  `--entrypoints.${INSIDE}.address=127.0.0.1:${INSIDE_PORT}`,
  ...passingOn(INSIDE),
  `--entrypoints.traefik.address=127.0.0.1:${API_PORT}`,
  '--api.insecure=true',
  '--api.dashboard=false',
  `--providers.file.directory=${FOLDER}/live`,
  '--providers.file.watch=true',
  // How long it waits for further changes; the default is 2 s.
  '--providers.providersthrottleduration=50ms',
  '--global.sendanonymoususage=false',
  '--global.checknewversion=false',
  '--log.level=ERROR',
];

const AUTHORITY = `${FOLDER}/authority.pem`;

/** The watched folder must be there before Traefik looks; on a new volume it is not. */
const SCRIPT = asFirstProcess(
  `mkdir -p ${FOLDER}/live && printf %s "$AUTHORITY" > ${AUTHORITY} || exit 1`,
  'traefik "$@"',
);

export const start = (settings: ProxySettings): StartOptions => ({
  script: SCRIPT,
  args: [...FLAGS, ...passingOn(WEB, settings.trusted), ...secureFlags(settings), ...tcpFlags(settings)],
  env: [`AUTHORITY=${settings.acme?.authority ?? ''}`],
});

const tcpFlags = (settings: ProxySettings): string[] =>
  tcpPorts(settings).flatMap(({ port, inside }) => {
    const entryPoint = `--entrypoints.${tcpEntryPoint(port)}`;
    return [`${entryPoint}.address=:${inside}`, `${entryPoint}.transport.respondingtimeouts.readtimeout=0`];
  });

/** HTTPS, with certificates stored next to the routes, so that a recreated proxy requests none. */
function secureFlags({ https, acme, trusted }: ProxySettings): string[] {
  if (https === undefined) return [];
  const resolver = `--certificatesresolvers.${RESOLVER}.acme`;
  return [
    `--entrypoints.${SECURE}.address=:${HTTPS_PORT}`,
    ...passingOn(SECURE, trusted),
    ...(acme
      ? [
          `${resolver}.email=${acme.email}`,
          `${resolver}.storage=${FOLDER}/acme.json`,
          `${resolver}.httpchallenge.entrypoint=${WEB}`,
          ...(acme.server ? [`${resolver}.caserver=${acme.server}`] : []),
          ...(acme.authority ? [`${resolver}.cacertificates=${AUTHORITY}`] : []),
        ]
      : []),
  ];
}
