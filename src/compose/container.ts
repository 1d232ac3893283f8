import type { ContainerSpec } from '../model/service';
import { readHealthcheck } from './health';
import type { ComposeService } from './model';
import type { Notes } from './notes';
import { readResources, readRestart } from './resources';
import { toBytes, toMs } from './units';

type Plain = Omit<ContainerSpec, 'environment' | 'mounts' | 'ports' | 'expose'>;

/** What is carried of a service as it is; keys that nobody wrote are left out, so that the image's own hold. */
export function readContainer(service: ComposeService, at: string[], notes: Notes): Plain {
  const text = (key: string) => service[key] as string | undefined;
  const list = (key: string) => nonEmpty(service[key] as string[] | undefined);
  const flag = (key: string) => service[key] as boolean | undefined;
  return withoutUndefined({
    // An empty list is no mistake: it clears what the image says.
    entrypoint: service.entrypoint ?? undefined,
    command: service.command ?? undefined,
    user: text('user'),
    workingDir: text('working_dir'),
    hostname: text('hostname'),
    init: flag('init'),
    readOnly: flag('read_only'),
    tty: flag('tty'),
    stdinOpen: flag('stdin_open'),
    privileged: flag('privileged'),
    capAdd: list('cap_add'),
    capDrop: list('cap_drop'),
    securityOpt: list('security_opt'),
    groupAdd: list('group_add'),
    extraHosts: service.extra_hosts?.map(asEngineHost),
    dns: list('dns'),
    sysctls: service.sysctls,
    ulimits: readUlimits(service),
    shmSizeBytes: toBytes(service['shm_size']),
    ...readResources(service, at, notes),
    ...readRestart(service),
    stopSignal: text('stop_signal'),
    stopGraceMs: text('stop_grace_period') && toMs(text('stop_grace_period')!),
    labels: service.labels,
    healthcheck: readHealthcheck(service.healthcheck),
    logging: service.logging && {
      driver: service.logging.driver ?? 'json-file',
      options: service.logging.options ?? {},
    },
  }) as Plain;
}

/** Compose writes `name=address`, the engine reads `name:address`. */
export const asEngineHost = (entry: string) => entry.replace('=', ':');

const readUlimits = ({ ulimits }: ComposeService) =>
  ulimits &&
  Object.entries(ulimits).map(([name, limit]) =>
    typeof limit === 'number' ? { name, soft: limit, hard: limit } : { name, soft: limit.soft, hard: limit.hard },
  );

const nonEmpty = (list: string[] | undefined) => (list && list.length > 0 ? list : undefined);

const withoutUndefined = (all: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
