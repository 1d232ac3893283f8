import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { findBusybox } from '../../image/recipes';

/** What holds a pod's network while its containers come and go. */
export const PAUSE_IMAGE = 'docker.io/windlass-parts/pause:1';

/** Writes it as an archive that containerd imports: busybox, which sleeps. */
export async function writePauseImage(file: string): Promise<void> {
  const { path } = await findBusybox();
  const layer = await archive({ 'bin/busybox': readFileSync(path) });
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint: ['/bin/busybox', 'sleep', '2147483647'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] },
  });
  const manifest = [{ Config: 'config.json', RepoTags: [PAUSE_IMAGE], Layers: ['layer.tar'] }];
  const files = { 'layer.tar': layer, 'config.json': config, 'manifest.json': JSON.stringify(manifest) };
  await pipeline(packed(files), createWriteStream(file));
}

function packed(files: Record<string, string | Buffer>): Pack {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name, mode: 0o755 }, content);
  tar.finalize();
  return tar;
}

async function archive(files: Record<string, string | Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of packed(files) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
