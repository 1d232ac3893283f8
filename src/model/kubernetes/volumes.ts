import type { Mount } from '../container/container';
import type { Service } from '../service';
import { contentsOf } from './contents';

/** What a pod mounts lies in these objects of the namespace. */
export interface Stores {
  /** The name of the Secret, and that of the ConfigMap. */
  secret: string;
  config: string;
  /** Volume of the compose file → its claim. */
  claims: Record<string, string>;
}

/** The volumes of a service's pod, and where its container has them. */
export function volumesOf(service: Service, stores: Stores): { volumes: object[]; volumeMounts: object[] } {
  const { mounts, shmSizeBytes } = service.container;
  const all = [
    ...mounts.map((mount, index) => volumeOf(mount, `mount-${index}`, stores)),
    ...(shmSizeBytes === undefined ? [] : [inMemory('shm', '/dev/shm', shmSizeBytes)]),
  ];
  const files = filesOf(service, stores);
  return {
    volumes: [...all.map(({ volume }) => volume), ...files.volumes],
    volumeMounts: [...all.map(({ mounted }) => mounted), ...files.volumeMounts],
  };
}

function volumeOf(mount: Mount, name: string, { claims }: Stores): { volume: object; mounted: object } {
  switch (mount.type) {
    case 'tmpfs':
      return inMemory(name, mount.target, mount.sizeBytes);
    case 'volume':
      return {
        volume: { name, persistentVolumeClaim: { claimName: claims[mount.volume] } },
        mounted: { name, mountPath: mount.target, readOnly: mount.readOnly, subPath: mount.subpath },
      };
    case 'bind':
      throw new TypeError(`a path of a host was not refused: ${mount.source}`);
  }
}

const inMemory = (name: string, mountPath: string, sizeBytes?: number) => ({
  volume: { name, emptyDir: { medium: 'Memory', sizeLimit: sizeBytes === undefined ? undefined : String(sizeBytes) } },
  mounted: { name, mountPath },
});

/** Each file by itself, so that its folder keeps what the image has there. */
function filesOf(service: Service, { secret, config }: Stores): { volumes: object[]; volumeMounts: object[] } {
  const contents = contentsOf(service);
  const of = (name: 'secret-files' | 'files', all: typeof contents.secret) => {
    const placed = all.flatMap(({ key, file }) => (file ? [{ key, file }] : []));
    const items = placed.map(({ key, file }) => ({ key, path: key, mode: file.mode }));
    if (items.length === 0) return { volumes: [], volumeMounts: [] };
    const source =
      name === 'files' ? { configMap: { name: config, items } } : { secret: { secretName: secret, items } };
    return {
      volumes: [{ name, ...source }],
      volumeMounts: placed.map(({ key, file }) => ({ name, mountPath: file.target, subPath: key, readOnly: true })),
    };
  };
  const [own, plain] = [of('secret-files', contents.secret), of('files', contents.config)];
  return {
    volumes: [...own.volumes, ...plain.volumes],
    volumeMounts: [...own.volumeMounts, ...plain.volumeMounts],
  };
}
