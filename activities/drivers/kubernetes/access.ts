import { permanent } from '../errors';

/** How a cluster is reached, and as whom. */
export interface ClusterAccess {
  server: URL;
  /** Of the context; `default` where it names none. */
  namespace: string;
  tls: ClientTls;
  token?: string;
  /** Reads the token again, where it comes from a file or a program; undefined where that gives none. */
  renewToken?: () => Promise<string | undefined>;
}

/** PEM. Without an authority, those that Node knows. The server's certificate is always verified. */
export interface ClientTls {
  ca?: string;
  cert?: string;
  key?: string;
  /** The name that the server's certificate is for, where it is not that of the address. */
  servername?: string;
}

/** Fails permanently: what says how to reach a cluster is wrong, and asking again does not help. */
export const badAccess = (where: string, what: string): Error =>
  permanent({ kind: 'bad-kubeconfig', message: `${where}: ${what}` });
