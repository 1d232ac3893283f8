import type { Connection } from '../../../src/model/target';
import type { SshSettings } from '../ssh/settings';
import { buildImage } from './build/build';
import { clientFor } from './client';
import { containersOf } from './containers/containers';
import { realPaths } from '../ssh/ask-host';
import type { Engine } from './engine';
import { exec } from './containers/exec';
import { hasPath } from './containers/files';
import type { Host } from './host';
import { imagesOf } from './images';
import { readInfo } from './info';
import { readLogs } from './containers/logs';
import { networksOf } from './networks';
import { volumesOf } from './volumes';

/**
 * The engine of a host: `local` is the worker's own (`settings.dockerHost`), `unix:///path` another
 * socket on its machine, `ssh://user@host` another machine. Does not connect yet.
 */
export function connectEngine(
  target: Connection & { name: string },
  settings: { dockerHost: string; ssh?: SshSettings },
): Engine {
  const host = hostOf(target, settings);
  const connection = connectionOf(target, settings);
  return {
    host: host.name,
    info: () => readInfo(host),
    ...containersOf(host),
    ...networksOf(host),
    ...volumesOf(host),
    ...imagesOf(host),
    hasPath: (path) => hasPath(host, path),
    // An engine that is reached by TCP may be anywhere.
    realPaths: async (paths) =>
      /^(ssh|unix):/.test(connection.address) ? realPaths(connection, paths, settings.ssh) : {},
    logs: (name, bytes) => readLogs(host, name, bytes),
    exec: (name, command, options) => exec(host, name, command, options),
    buildImage: (context, options, watch) => buildImage(host, context, options, watch),
  };
}

export function hostOf(
  target: Connection & { name: string },
  settings: { dockerHost: string; ssh?: SshSettings },
): Host {
  const connection = connectionOf(target, settings);
  return { name: target.name, docker: clientFor(target.name, connection, settings.ssh) };
}

const connectionOf = (target: Connection, settings: { dockerHost: string }): Connection =>
  target.address === 'local' ? { address: settings.dockerHost } : target;
