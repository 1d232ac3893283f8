import { join } from 'node:path';
import type { Api } from './api';
import type { Machine } from './machine/machine';

/** So many volumes has each node, made beforehand, for there is nobody who makes them when they are wanted. */
const COUNT = 10;

/** Gives a cluster its default class of storage: folders of its nodes, each for one claim. */
export async function defineStorage(api: Api, nodes: Machine[]): Promise<void> {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  await api.apply({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'folders', annotations },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  const volumes = nodes.flatMap(({ name, folder }) =>
    Array.from({ length: COUNT }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${name}-${index}` },
      spec: {
        storageClassName: 'folders',
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: join(folder, 'volumes', String(index)), type: 'DirectoryOrCreate' },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode(name)] }] } },
      },
    })),
  );
  await Promise.all(volumes.map((volume) => api.apply(volume)));
}

const onNode = (name: string) => ({ key: 'kubernetes.io/hostname', operator: 'In', values: [name] });
