import { type Listen, readAddress, tcpListen } from '../../../src/model/host/proxy';
import type { LabelWords } from '../../../src/model/names';
import type { ProxySettings } from './proxy';

/** Ports in the container of a proxy of any kind. */
export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;
/** The first of the ports for TCP: apart from the proxy's own ports, whatever the host's is. */
export const FIRST_TCP_PORT = 20_000;
/** All routes are served here without TLS, on the container's own loopback, for questions from inside. */
export const INSIDE_PORT = 8081;
/** The proxy's own API, on the container's own loopback: only an `exec` reaches it. */
export const API_PORT = 8080;

/** Where requests come in with these settings. */
export const listensOf = ({ https, tcp = [] }: Pick<ProxySettings, 'https' | 'tcp'>): Listen[] => [
  'http',
  ...(https === undefined ? [] : (['https'] as const)),
  ...tcp.map((at) => tcpListen(readAddress(at).port)),
];

/** The ports of TCP: on the host, and in the container. */
export const tcpPorts = ({ tcp = [] }: Pick<ProxySettings, 'tcp'>): { port: number; inside: number; at: string }[] =>
  tcp.map((at, index) => ({ port: readAddress(at).port, inside: FIRST_TCP_PORT + index, at }));

const FORMER: Record<string, Listen> = { web: 'http', websecure: 'https' };

/** Where a proxy listens, as the labels of its container say. */
export const readListens = ({ listens, entryPoints = '' }: Partial<LabelWords>): string[] =>
  (listens ?? entryPoints)
    .split(',')
    .filter(Boolean)
    .map((name) => FORMER[name] ?? name);
