import type { Connection } from '../../../src/model/host';
import type { SshSettings } from '../ssh/settings';
import { buildImage } from './build';
import { clientFor } from './client';
import { containersOf } from './containers';
import type { Engine } from './engine';
import { exec } from './exec';
import { hasPath } from './files';
import type { Host } from './host';
import { imagesOf } from './images';
import { readInfo } from './info';
import { readLogs } from './logs';
import { networksOf } from './networks';

/**
 * The engine of a host: `local` is the worker's own (`settings.dockerHost`), `unix:///path` the socket of another one on
 * its machine, `ssh://user@host` that of another machine. Nothing is asked of it yet.
 */
export function connectEngine(
  target: Connection & { name: string },
  settings: { dockerHost: string; ssh?: SshSettings },
): Engine {
  const connection = target.address === 'local' ? { address: settings.dockerHost } : target;
  const host: Host = { name: target.name, docker: clientFor(target.name, connection, settings.ssh) };
  return {
    host: host.name,
    info: () => readInfo(host),
    ...containersOf(host),
    ...networksOf(host),
    ...imagesOf(host),
    hasPath: (path) => hasPath(host, path),
    logs: (name, bytes) => readLogs(host, name, bytes),
    exec: (name, command, options) => exec(host, name, command, options),
    buildImage: (context, options, watch) => buildImage(host, context, options, watch),
  };
}
