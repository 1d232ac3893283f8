import { openStream } from '../docker/dial';
import { ask, type Host } from '../docker/host';
import { Tail, takeApart } from '../docker/containers/output';
import type { Swarm, TaskState } from './swarm';

export const tasksOf = (host: Host): Pick<Swarm, 'listTasks' | 'taskLogs'> => ({
  listTasks: (services) => list(host, services),
  taskLogs: (task, bytes) => readLogs(host, task, bytes),
});

interface Listed {
  ID: string;
  ServiceID: string;
  Slot?: number;
  NodeID?: string;
  CreatedAt: string;
  DesiredState: string;
  Spec: { ContainerSpec?: { Image?: string } };
  Status: {
    State: string;
    Timestamp: string;
    Message?: string;
    Err?: string;
    ContainerStatus?: { ContainerID?: string; ExitCode?: number };
  };
  NetworksAttachments?: { Network: { ID: string }; Addresses?: string[] }[];
}

async function list(host: Host, services: string[]): Promise<TaskState[]> {
  if (services.length === 0) return [];
  const docker = host.docker as unknown as { listTasks(options: object): Promise<Listed[]> };
  const call = () => docker.listTasks({ filters: { service: services } });
  const found = await ask(host, 'list tasks', call);
  return [...found].sort((a, b) => (a.CreatedAt < b.CreatedAt ? 1 : -1)).map(readTask);
}

function readTask({ ID, ServiceID, Slot, NodeID, DesiredState, Spec, Status, NetworksAttachments }: Listed): TaskState {
  const { ContainerID, ExitCode } = Status.ContainerStatus ?? {};
  return {
    id: ID,
    service: ServiceID,
    slot: Slot ?? 0,
    node: NodeID ?? '',
    state: Status.State,
    desired: DesiredState,
    said: Status.Message ?? '',
    ...(Status.Err && { error: Status.Err }),
    ...(ContainerID && ExitCode !== undefined && { exitCode: ExitCode }),
    image: Spec.ContainerSpec?.Image ?? '',
    at: Status.Timestamp,
    ...(ContainerID && { container: ContainerID }),
    addresses: Object.fromEntries(
      (NetworksAttachments ?? []).map(({ Network, Addresses }) => [Network.ID, (Addresses?.[0] ?? '').split('/')[0]!]),
    ),
  };
}

/** The engine counts lines, not bytes. */
const LINES = 5_000;
/** A node that is lost never answers. */
const ANSWERS_WITHIN_MS = 10_000;

async function readLogs(host: Host, task: string, bytes: number): Promise<string> {
  const call = async () => {
    const options = { stdout: true, stderr: true, tail: LINES };
    const dial = { path: `/tasks/${task}/logs?`, method: 'GET', options, statusCodes: { 200: true } };
    const tail = new Tail(bytes);
    await takeApart(host.docker, await openStream(host.docker, dial), tail, tail);
    return tail.text();
  };
  return ask(host, `read the log of task ${task}`, call, { withinMs: ANSWERS_WITHIN_MS });
}
