import { mkdirSync, symlinkSync, writeFileSync, chmodSync, rmSync, mkdtempSync } from 'node:fs';
import type Docker from 'dockerode';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import tar from 'tar-fs';

/** What an image holds, by path in it. */
export type Files = Record<string, FromHost | Link | Script>;
/** A file of this machine; a link there stands for what it leads to. */
interface FromHost {
  file: string;
}
interface Link {
  link: string;
}
interface Script {
  script: string;
}

export interface Metadata {
  name: string;
  /** Instructions as in a Dockerfile. */
  changes: string[];
}

/** Makes an image of these files and nothing else; there is no base and no build. Throws with the engine's reason. */
export async function importImage(client: Docker, { name, changes }: Metadata, files: Files): Promise<void> {
  const [repo, tag] = name.split(':');
  const folder = mkdtempSync(join(tmpdir(), 'windlass-image-'));
  try {
    const links = stage(folder, files);
    const pack = tar.pack(folder, {
      dereference: true,
      // Nobody owns anything here but root, and the same files make the same image.
      map: (header) => ({
        ...header,
        uid: 0,
        gid: 0,
        mtime: new Date(0),
        mode: header.name === 'tmp' ? 0o1777 : header.mode,
      }),
      finalize: false,
      finish: (entries) => {
        for (const [path, link] of links) entries.entry({ name: path, type: 'symlink', linkname: link });
        entries.finalize();
      },
    });
    const options: object = { repo, tag, changes };
    const stream = await client.importImage(pack as unknown as NodeJS.ReadableStream, options);
    await new Promise<void>((resolve, reject) =>
      client.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lays out the files, as links to where they are; returns the links that shall be links in the image too. */
function stage(folder: string, files: Files): [string, string][] {
  const links: [string, string][] = [];
  for (const empty of ['tmp', 'root', 'var', 'proc', 'sys', 'dev']) mkdirSync(join(folder, empty));
  for (const [path, what] of Object.entries(files)) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    if ('link' in what) links.push([path.slice(1), what.link]);
    else if ('file' in what) symlinkSync(what.file, place);
    else {
      writeFileSync(place, what.script);
      chmodSync(place, 0o755);
    }
  }
  return links;
}
