import type { Connection } from './connection';

/** As many tags at a time; a registry may give fewer and name the next page (OCI distribution, "Listing Tags"). */
const PAGE = 1_000;

/** All tags of a repository; none when it is not there. */
export async function listTags(connection: Connection, repository: string): Promise<string[]> {
  const question = { doing: `list the tags of ${repository}`, repository, access: 'pull' as const, fine: [404] };
  const tags: string[] = [];
  let path: string | undefined = `/v2/${repository}/tags/list?n=${PAGE}`;
  while (path) {
    const { status, headers, body } = await connection.ask({ ...question, path });
    if (status === 404) return tags;
    tags.push(...((JSON.parse(body.toString()) as { tags: string[] | null }).tags ?? []));
    path = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1];
  }
  return tags;
}
