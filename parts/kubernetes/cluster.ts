/**
 * A real Kubernetes on this machine: a machine for what controls it, and nodes with kubelet and containerd, each in
 * namespaces of its own, from one program that is built once (program.ts). 8 s until it is ready, 800 MB.
 *
 *     const why = whyNoKubernetes();              a reason, where there can be none, or none yet; else undefined
 *     const cluster = await startKubernetes({ registry });
 *     cluster.kubeconfig                          of its administrator
 *     await cluster.account({ namespace: 'shop', rules })   a namespace, and the kubeconfig of who may do just that there
 *     cluster.gateway.address                     `10.117.0.10:80`, where requests come in; .name, .namespace, .className
 *     cluster.nodes[0].kubelet.stop(); .start()   what runs on the node goes on
 *     cluster.nodes[0].stop(); .start()           the node is lost with all that runs there, and comes back
 *     cluster.apiServer, .etcd, .controller       `.stop()` is as a crash, `.start()` goes on from there
 *     await cluster.stop()
 *
 * Images are named as on this machine: `127.0.0.1:PORT/…` is its registry on every node, too. A class of storage is there.
 * It ends with the process that started it, however that ends; what this leaves of files, the next run removes.
 * In a jest test: `describeWith(['registry', 'kubernetes'], …)` skips by name where there is none.
 */
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { unpackProgram } from '../find/debian';
import { inOneLine, PartMissing } from '../find/missing';
import { makeBridge } from '../host/bridge';
import { Run, sweepLeftovers } from '../run/runs';
import { stopWith } from '../run/stopping';
import { installEngine } from '../server/dockerd';
import { makeAccount, type RoleRule } from './accounts';
import { addressesOf } from './addresses';
import { awaitNodes, letApiServerAsk, startApi, startControllers, startDns } from './control-plane';
import { makeCredentials } from './credentials';
import { awaitGateway, defineGateway, type Gateway, startGateway } from './gateway';
import { type Machine, makeMachine, type Program, whyNoMachines } from './machine/machine';
import { writePauseImage } from './machine/pause-image';
import { findKubernetesProgram } from './program';
import { defineStorage } from './storage';
import { startWorker } from './machine/worker';

export interface TestNode extends Program {
  name: string;
  ip: string;
  kubelet: Program;
}

export interface TestCluster {
  kubeconfig: string;
  server: string;
  version: string;
  gateway: Gateway;
  nodes: TestNode[];
  apiServer: Program;
  etcd: Program;
  /** The program behind the gateway. */
  controller: Program;
  account(wanted: { namespace: string; rules: RoleRule[]; name?: string }): Promise<string>;
  stop(): Promise<void>;
}

/** Why there can be no cluster here now; undefined when there can. */
export function whyNoKubernetes(): string | undefined {
  const why = whyNoMachines();
  if (why) return `kubernetes: ${why}`;
  const found = findKubernetesProgram();
  return 'missing' in found ? found.missing : undefined;
}

/** Starts a cluster of its own. Throws PartMissing with the reason. */
export async function startKubernetes(from: { registry: { address: string }; nodes?: number }): Promise<TestCluster> {
  const found = findKubernetesProgram();
  const why = whyNoKubernetes();
  if (why || 'missing' in found) throw new PartMissing('kubernetes', [why!], 'Run it as root on Linux, with Go.');
  await sweepLeftovers();
  // A short path, for the sockets below it.
  const run = new Run(mkdtempSync('/tmp/windlass-'));
  const { stop } = stopWith(run);
  try {
    await installEngine();
    const bridge = await makeBridge(run);
    return await start(run, { ...from, bridge: bridge.name, ...found, stop });
  } catch (error) {
    await stop();
    throw new PartMissing('kubernetes', [inOneLine(error)], 'Look at what was tried.');
  }
}

interface StartWishes {
  registry: { address: string };
  nodes?: number;
  bridge: string;
  program: string;
  version: string;
  gatewayApi: string;
  stop(): Promise<void>;
}

async function start(run: Run, wishes: StartWishes): Promise<TestCluster> {
  const { program, version, bridge, stop } = wishes;
  // Before the machines, for it is removed after them.
  const group = `/${basename(run.dir)}`;
  run.record({ kind: 'cgroup', name: group });
  const addresses = addressesOf(Number(/\d+$/.exec(bridge)![0]), wishes.nodes ?? 2);
  const { server, control, workers } = addresses;
  const folderOf = (name: string) => join(run.dir, name);
  const machine = (name: string, ip: string) =>
    makeMachine(run, { name, ip, bridge, folder: folderOf(name), registry: wishes.registry.address });
  mkdirSync(folderOf('credentials'));
  const pauseImage = folderOf('pause.tar');
  const [credentials, plugins, main, nodes] = await Promise.all([
    makeCredentials(folderOf('credentials'), addresses),
    findNetworkPlugins(),
    machine('control', control),
    Promise.all(workers.map(({ name, ip }) => machine(name, ip))),
    writePauseImage(pauseImage),
  ]);
  const { api, etcd, apiServer } = await startApi(main, program, credentials, addresses);
  await letApiServerAsk(api);
  const startNode = (node: Machine, index: number) =>
    startWorker(node, { program, credentials, addresses, index, plugins, pauseImage, cgroup: `${group}/${node.name}` });
  for (const [index, { ip }] of workers.entries())
    await main.run('ip', 'route', 'add', addresses.pods(index), 'via', ip);
  const [{ gateway, controller }, running] = await Promise.all([
    // Definitions first: what finds none asks again later and later.
    defineGateway(api, wishes.gatewayApi, `${control}:80`).then(async (defined) => ({
      gateway: defined,
      controller: await startGateway(main, credentials.kubeconfig('admin')),
    })),
    Promise.all(nodes.map(startNode)),
    startControllers(main, program, credentials, addresses),
    startDns(main, program, credentials, addresses, api),
    defineStorage(api, nodes),
  ]);
  await Promise.all([awaitNodes(api, workers.length), awaitGateway(api, gateway)]);
  return {
    kubeconfig: credentials.kubeconfig('admin'),
    server,
    version,
    gateway,
    apiServer,
    etcd,
    controller,
    nodes: nodes.map((node, index) => nodeOf(node, running[index]!, () => startNode(node, index))),
    account: (wanted) => makeAccount(api, credentials, { server, ...wanted }),
    stop,
  };
}

function nodeOf(
  { name, ip, powerOn, powerOff }: Machine,
  running: { kubelet: Program },
  start: () => Promise<{ kubelet: Program }>,
): TestNode {
  let { kubelet } = running;
  return {
    name,
    ip,
    kubelet: { stop: () => kubelet.stop(), start: () => kubelet.start() },
    stop: powerOff,
    async start() {
      await powerOn();
      ({ kubelet } = await start());
    },
  };
}

const NETWORK_PLUGINS = ['/opt/cni/bin', '/usr/lib/cni'];

async function findNetworkPlugins(): Promise<string> {
  const own = NETWORK_PLUGINS.find((folder) => existsSync(join(folder, 'bridge')));
  return own ?? dirname((await unpackProgram('containernetworking-plugins', 'bridge')).path);
}
