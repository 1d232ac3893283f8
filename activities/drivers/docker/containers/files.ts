import { pack } from 'tar-stream';
import type { FileToPut } from '../engine';
import { ask, type Host } from '../host';

/** Copies files as an archive that the engine unpacks at the container's root. */
export async function putFiles(host: Host, name: string, files: FileToPut[]): Promise<void> {
  if (files.length === 0) return;
  const archive = pack();
  for (const { path, mode, uid = 0, gid = 0, content } of files)
    archive.entry({ name: path.replace(/^\/+/, ''), mode, uid, gid, mtime: new Date(0) }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  // Owners are the archive's. With copyUIDGID the engine would resolve the container's user on its
  // own host and give everything to that user.
  await ask(host, `put files into container ${name}`, () =>
    host.docker.getContainer(name).putArchive(Buffer.concat(chunks), { path: '/' }),
  );
}

/** An image that does not exist: the engine checks a container's mounts before its image. */
const NO_IMAGE = 'windlass.invalid/nothing:none';

/** The engine cannot check a path directly, but it first reports what a container's mounts lack. */
export async function hasPath(host: Host, path: string): Promise<boolean> {
  const Mounts = [{ Type: 'bind' as const, Source: path, Target: '/path', ReadOnly: true }];
  return ask(host, `look for ${path}`, async () => {
    try {
      const made = await host.docker.createContainer({ Image: NO_IMAGE, HostConfig: { Mounts } });
      await made.remove();
      return true;
    } catch (error) {
      const { statusCode, message } = error as { statusCode?: number; message: string };
      if (statusCode === 404) return true;
      if (statusCode === 400 && /bind source path does not exist/.test(message)) return false;
      throw error;
    }
  });
}
