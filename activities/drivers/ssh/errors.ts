import type { ApplicationFailure } from '@temporalio/common';
import type { Failure } from '../../../src/model/failure';
import { permanent, transient } from '../errors';
import type { Endpoint } from './endpoint';
import type { Logins } from './logins';

/** RFC 4254, 5.1: why a host opens no channel. */
const PROHIBITED = 1;

export const refusedKey = (message: string): ApplicationFailure => permanent({ kind: 'host-key', message });

export const cutOff = ({ name }: Endpoint): Failure => ({
  kind: 'unreachable',
  message: `the SSH connection to ${name} was cut. Windlass reconnects; if this persists, check the network`,
});

/** Why a login or a connection failed. */
export function explainConnecting(
  { name, user }: Endpoint,
  { names, left }: Logins,
  error: Error & { level?: string; code?: string },
): ApplicationFailure {
  const tried = [names.length > 0 ? `tried ${names.join(', ')}` : 'no key to try', ...left].join('; ');
  if (error.level === 'client-authentication')
    return permanent({
      kind: 'unauthorised',
      message: `${name} refused the worker's login (${tried}). Add one of its public keys to ~${user}/.ssh/authorized_keys there, or use another key: WINDLASS_SSH_IDENTITY, or IdentityFile in ~/.ssh/config`,
    });
  if (/no matching (key exchange|host key)|no matching .* (cipher|algorithm)/i.test(error.message))
    return permanent({
      kind: 'unreachable',
      message: `${name}: ${error.message}. Its SSH server is too old for secure keys`,
    });
  const what =
    error.level === 'client-timeout'
      ? 'did not answer in time'
      : `cannot be reached by SSH (${error.code ?? error.message})`;
  return transient({
    kind: 'unreachable',
    message: `${name} ${what}. Check that the host is up and its port is open to the worker`,
  });
}

/** Why the host opened no channel to a socket or port. */
export function explainOpening(
  { name, user }: Endpoint,
  what: string,
  error: Error & { reason?: number | string },
): ApplicationFailure {
  if (error.reason === PROHIBITED)
    return permanent({
      kind: 'forbidden',
      message: `${name} forbids forwarding to ${what}. Set AllowTcpForwarding yes and AllowStreamLocalForwarding yes (the defaults) in its sshd_config`,
    });
  return transient({
    kind: 'unreachable',
    message: `${name} cannot connect to ${what} (${error.message.replace(/^\(SSH\) /, '')}). Does Docker run there, and is ${user} in the group docker?`,
  });
}
