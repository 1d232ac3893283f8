import { z } from 'zod';
import { permanent } from '../errors';
import type { RegistryConnection } from './connection';
import { readJson } from './manifests';

/** The page size; a registry may return fewer and name the next page (OCI distribution, "Listing Tags"). */
const PAGE = 1_000;
/** A list may be without an end. */
const MOST_PAGES = 1_000;

const tagList = z.looseObject({ tags: z.array(z.string()).nullish() });

/** All tags of a repository; empty when it is missing. */
export async function listTags(connection: RegistryConnection, repository: string): Promise<string[]> {
  const question = { doing: `list the tags of ${repository}`, repository, access: 'pull' as const, fine: [404] };
  const tags: string[] = [];
  let path: string | undefined = `/v2/${repository}/tags/list?n=${PAGE}`;
  for (let page = 0; path; page += 1) {
    if (page >= MOST_PAGES)
      throw permanent({
        kind: 'too-large',
        message: `${question.doing}: the registry ${connection.address.host} lists them on more than ${MOST_PAGES} pages. To have fewer: windlass clean --registry`,
      });
    const { status, headers, body } = await connection.ask({ ...question, path });
    if (status === 404) return tags;
    tags.push(...(readJson(connection, `the tags of ${repository}`, body, tagList).tags ?? []));
    path = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1];
  }
  return tags;
}
