import type { RestartPolicy } from '../../../../src/model/container/container';
import type { ContainerInspectInfo } from 'dockerode';
import type { ContainerState } from '../engine';

/** The engine's description of a container as our model. */
export function readState(info: ContainerInspectInfo): ContainerState {
  const { State: state, Config: config } = info;
  const test = config.Healthcheck?.Test;
  const hasTest = test && test.length > 0 && test[0] !== 'NONE';
  const timeoutNs = config.Healthcheck?.Timeout;
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    labels: config.Labels ?? {},
    image: config.Image,
    state: state.Status as ContainerState['state'],
    health: readHealth(state.Health?.Status),
    ...(state.Status === 'exited' || state.Status === 'dead' ? { exitCode: state.ExitCode } : {}),
    ...(state.OOMKilled ? { oomKilled: true } : {}),
    ...(state.Error ? { error: state.Error } : {}),
    restarts: info.RestartCount,
    ...(wasStarted(state.StartedAt) ? { startedAt: state.StartedAt } : {}),
    restart: readRestart(info),
    volumes: (info.Mounts ?? []).flatMap(({ Type, Name, Destination }) =>
      Type === 'volume' && Name ? [{ target: Destination, name: Name }] : [],
    ),
    networks: readNetworks(info),
    ports: readPorts(info),
    ...(hasTest ? { healthTest: test } : {}),
    ...(hasTest && timeoutNs ? { healthTimeoutMs: timeoutNs / 1e6 } : {}),
    environment: Object.fromEntries((config.Env ?? []).map((entry) => entry.split(/=(.*)/s, 2) as [string, string])),
  };
}

const readHealth = (status: string | undefined): ContainerState['health'] =>
  status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : 'none';

/** The engine writes year 1 for "never". */
const wasStarted = (at: string | undefined) => at !== undefined && !at.startsWith('0001-');

function readRestart(info: ContainerInspectInfo): RestartPolicy {
  const { Name, MaximumRetryCount: times } = info.HostConfig.RestartPolicy ?? {};
  // The engine also writes an empty string for "never".
  return { name: (Name || 'no') as RestartPolicy['name'], ...(times ? { times } : {}) };
}

function readNetworks(info: ContainerInspectInfo): Record<string, string> {
  const networks = Object.entries(info.NetworkSettings.Networks ?? {});
  return Object.fromEntries(networks.map(([name, endpoint]) => [name, endpoint.IPAddress]));
}

function readPorts(info: ContainerInspectInfo): ContainerState['ports'] {
  const ports = Object.entries(info.NetworkSettings.Ports ?? {}).filter(([, bindings]) => bindings);
  return Object.fromEntries(
    ports.map(([port, bindings]) => [port, bindings.map((b) => ({ ip: b.HostIp, port: Number(b.HostPort) }))]),
  );
}
