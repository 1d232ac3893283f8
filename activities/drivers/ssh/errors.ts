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
  message: `the SSH connection to ${name} was cut. It is made again; check the network if it lasts`,
});

/** Why one was not let in, or did not get there. */
export function explainConnecting(
  { name, user }: Endpoint,
  { names, left }: Logins,
  error: Error & { level?: string; code?: string },
): ApplicationFailure {
  const tried = [names.length > 0 ? `tried ${names.join(', ')}` : 'there was no key to try', ...left].join('; ');
  if (error.level === 'client-authentication')
    return permanent({
      kind: 'unauthorised',
      message: `${name} does not let the worker in (${tried}). Put the public key of one into ~${user}/.ssh/authorized_keys there, or say another: WINDLASS_SSH_IDENTITY, or IdentityFile in ~/.ssh/config`,
    });
  if (/no matching (key exchange|host key)|no matching .* (cipher|algorithm)/i.test(error.message))
    return permanent({
      kind: 'unreachable',
      message: `${name}: ${error.message}. Its SSH server is too old for safe keys`,
    });
  const what =
    error.level === 'client-timeout'
      ? 'did not answer in time'
      : `is not reached by SSH (${error.code ?? error.message})`;
  return transient({
    kind: 'unreachable',
    message: `${name} ${what}. Check that the host is up and its port open to the worker`,
  });
}

/** Why a socket or a port of the host was not opened. */
export function explainOpening(
  { name, user }: Endpoint,
  what: string,
  error: Error & { reason?: number | string },
): ApplicationFailure {
  if (error.reason === PROHIBITED)
    return permanent({
      kind: 'forbidden',
      message: `${name} lets nobody through to ${what}. Its sshd_config must say AllowTcpForwarding yes and AllowStreamLocalForwarding yes, as they are by default`,
    });
  return transient({
    kind: 'unreachable',
    message: `${name} opens no way to ${what} (${error.message.replace(/^\(SSH\) /, '')}). Does Docker run there, and is ${user} in the group docker?`,
  });
}
