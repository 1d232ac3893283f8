import type { RegistryConnection } from './connection';
import { readJson } from './manifests';

/** The page size; a registry may return fewer and name the next page (OCI distribution, "Listing Tags"). */
const PAGE = 1_000;

/** All tags of a repository; empty when it is missing. */
export async function listTags(connection: RegistryConnection, repository: string): Promise<string[]> {
  const question = { doing: `list the tags of ${repository}`, repository, access: 'pull' as const, fine: [404] };
  const tags: string[] = [];
  let path: string | undefined = `/v2/${repository}/tags/list?n=${PAGE}`;
  while (path) {
    const { status, headers, body } = await connection.ask({ ...question, path });
    if (status === 404) return tags;
    tags.push(...(readJson<{ tags: string[] | null }>(connection, `the tags of ${repository}`, body).tags ?? []));
    path = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1];
  }
  return tags;
}
