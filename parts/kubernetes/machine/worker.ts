import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Addresses } from '../addresses';
import { makeCgroup } from './cgroups';
import type { Credentials } from '../credentials';
import type { Machine, Program } from './machine';
import { PAUSE_IMAGE } from './pause-image';

export interface WorkerWishes {
  program: string;
  credentials: Credentials;
  addresses: Addresses;
  /** Which of them it is, from 0. */
  index: number;
  /** The folder of the plugins that give pods their network. */
  plugins: string;
  pauseImage: string;
  cgroup: string;
}

/** Starts what makes a machine a node. Also on one that was off: what it had is still on its disk. */
export async function startWorker(machine: Machine, wishes: WorkerWishes): Promise<{ kubelet: Program }> {
  const { program, credentials, addresses, pauseImage, cgroup } = wishes;
  const { name, ip, folder } = machine;
  makeCgroup(cgroup);
  const write = (file: string, content: string | object) => {
    const path = join(folder, file);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 1));
    return path;
  };
  mkdirSync(join(folder, 'cni'), { recursive: true });
  write('cni/10-pods.conflist', podNetwork(addresses.pods(wishes.index)));
  const toml = write('containerd.toml', containerdSettings(folder, wishes.plugins));
  await machine.start('containerd', ['containerd', '--config', toml], () => machine.run('ctr', 'version'));
  await machine.run('ctr', '--namespace', 'k8s.io', 'images', 'import', pauseImage);
  for (const [other, { ip: via }] of addresses.workers.entries())
    if (other !== wishes.index) await machine.run('ip', 'route', 'replace', addresses.pods(other), 'via', via);
  const settings = write('kubelet.yaml', kubeletSettings(name, credentials, addresses, cgroup));
  const own = ['--kubeconfig', credentials.kubeconfig(name), '--hostname-override', name, '--node-ip', ip];
  const kubelet = await machine.start('kubelet', [program, 'kubelet', '--config', settings, ...own, '--v=1']);
  const proxy = write('proxy.yaml', proxySettings(name, credentials, addresses));
  await machine.start('proxy', [program, 'proxy', '--config', proxy]);
  return { kubelet };
}

const podNetwork = (subnet: string) => ({
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods0',
      isGateway: true,
      ipMasq: false,
      hairpinMode: true,
      ipam: { type: 'host-local', ranges: [[{ subnet }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});

const CRI = 'plugins."io.containerd.grpc.v1.cri"';

/** Registries on 127.0.0.1 need no TLS, as with engines, and images are named by that address here, too. */
const containerdSettings = (folder: string, plugins: string) =>
  `version = 2
root = "${folder}/containerd"
state = "/run/containerd/state"
[grpc]
address = "/run/containerd/containerd.sock"
[debug]
level = "warn"
[${CRI}]
sandbox_image = "${PAUSE_IMAGE}"
# Without CAP_SYS_RESOURCE nobody may lower it, and runc only says "can't get final child's PID from pipe: EOF".
restrict_oom_score_adj = true
[${CRI}.cni]
bin_dir = "${plugins}"
conf_dir = "${folder}/cni"
[${CRI}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
`;

const kubeletSettings = (name: string, { ca, cert, key }: Credentials, { service }: Addresses, cgroup: string) => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: ca } },
  authorization: { mode: 'Webhook' },
  tlsCertFile: cert(name),
  tlsPrivateKeyFile: key(name),
  clusterDNS: [service('10')],
  clusterDomain: 'cluster.local',
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  cgroupDriver: 'cgroupfs',
  cgroupRoot: cgroup,
  enforceNodeAllocatable: [],
  failCgroupV1: false,
  failSwapOn: false,
  // The machine's: they are shown to it as it wants them, see machine.ts.
  protectKernelDefaults: true,
  // It has no names but the cluster's.
  resolvConf: '/dev/null',
  // A disk that is nearly full is the machine's matter.
  imageGCHighThresholdPercent: 100,
  evictionHard: {
    'memory.available': '0%',
    'nodefs.available': '0%',
    'nodefs.inodesFree': '0%',
    'imagefs.available': '0%',
  },
  nodeStatusUpdateFrequency: '4s',
  serializeImagePulls: false,
  registryPullQPS: 0,
  maxPods: 200,
});

const proxySettings = (name: string, { kubeconfig }: Credentials, { podRange }: Addresses) => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  clientConnection: { kubeconfig: kubeconfig('proxy') },
  mode: 'iptables',
  clusterCIDR: podRange,
  hostnameOverride: name,
  healthzBindAddress: '127.0.0.1:10256',
  // Limits of the machine's, which a namespace may not set.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  iptables: { localhostNodePorts: false, minSyncPeriod: '100ms' },
});
