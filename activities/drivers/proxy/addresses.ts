import type { ClaimedAddress } from '../../../src/model/host/route-address';

/**
 * A function of a shell that stands in the folder of routes: a line for each address that the files of other places than $NAME
 * have, `OWNER HOST PATH`, of TCP `OWNER :PORT /`. The rules themselves are read, because those are what the proxy serves, whichever
 * windlass wrote them.
 */
export const ADDRESSES_OF_OTHERS = `
addresses_of_others() {
  for file in live/*."$extension"; do
    [ -e "$file" ] && [ "$file" != "live/$NAME.$extension" ] || continue
    owner=\${file#live/}
    addresses_of "$file" | sort -u | sed 's/^/'"\${owner%."$extension"}"' /'
  done
}
`;

export const readAddresses = (text: string): ClaimedAddress[] =>
  text.split('\n').flatMap((line) => {
    const [owner, host, path] = line.split(' ');
    return owner && host && path ? [{ owner, host, path }] : [];
  });
