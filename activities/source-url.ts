/**
 * The address of a repository without the login, query and fragment that it may carry: it goes into labels and records
 * that others read. What is no URL (a path, `git@host:team/app`) carries none and stays.
 */
export function withoutCredentials(source: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(source) || !URL.canParse(source)) return source;
  const url = new URL(source);
  if (url.password || url.protocol.startsWith('http')) url.username = '';
  url.password = url.search = url.hash = '';
  return url.href;
}
