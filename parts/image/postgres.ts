import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../find/debian';
import type { Files } from './import-image';
import { busyboxFiles, findBusybox, librariesOf, PATH, type Recipe } from './recipes';

/** Where Debian keeps PostgreSQL, a folder for each major version. */
const HOME = '/usr/lib/postgresql';
const PROGRAMS = ['postgres', 'initdb', 'psql', 'pg_isready'];
const PASSWD = 'root:x:0:0:root:/root:/bin/sh\npostgres:x:999:999:postgres:/var/lib/postgresql:/bin/sh\n';

/**
 * As much of the official image's way to start as examples use: it makes the database on an empty volume, with user and
 * password of its environment, and never runs the server as root.
 */
const entrypoint = (home: string) => `#!/bin/sh
set -e
: "\${PGDATA:=/var/lib/postgresql/data}" "\${POSTGRES_USER:=postgres}" "\${POSTGRES_HOST_AUTH_METHOD:=scram-sha-256}"
: "\${POSTGRES_DB:=$POSTGRES_USER}"
export PGDATA
[ "$1" = postgres ] || exec "$@"
mkdir -p "$PGDATA" && chown -R postgres "$PGDATA" && chmod 700 "$PGDATA"
as() { su -s /bin/sh postgres -c "$1"; }
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf %s "$POSTGRES_PASSWORD" > /tmp/password && chown postgres /tmp/password
  as "${home}/bin/initdb -D '$PGDATA' -U '$POSTGRES_USER' --pwfile=/tmp/password --auth-local=trust --locale=C --encoding=UTF8 --no-sync"
  rm /tmp/password
  echo "host all all all $POSTGRES_HOST_AUTH_METHOD" >> "$PGDATA/pg_hba.conf"
  [ "$POSTGRES_DB" = postgres ] ||
    as "echo 'CREATE DATABASE \\"$POSTGRES_DB\\"' | ${home}/bin/postgres --single -D '$PGDATA' -j postgres"
fi
exec su -s /bin/sh postgres -c "exec ${home}/bin/postgres -D '$PGDATA' -k /tmp -c listen_addresses='*'"
`;

/** PostgreSQL, of Debian's packages. */
export const postgresImage: Recipe = {
  name: 'windlass-parts/postgres:1',
  official: 'postgres:15',
  changes: [PATH, 'ENV PGHOST=/tmp', 'ENTRYPOINT ["/entrypoint.sh"]', 'CMD ["postgres"]', 'EXPOSE 5432'],
  async gather() {
    if (newest() === undefined) await installPackages('postgresql');
    const version = newest();
    if (version === undefined) throw new Error(`${HOME}: the package postgresql put nothing there`);
    const home = join(HOME, version);
    const modules = readdirSync(join(home, 'lib')).filter((name) => name.endsWith('.so') && !name.startsWith('llvm'));
    const own = [...PROGRAMS.map((name) => join(home, 'bin', name)), ...modules.map((name) => join(home, 'lib', name))];
    const libraries = (await Promise.all(own.map(librariesOf))).flat();
    const busybox = await findBusybox();
    const files: Files = {
      ...(await busyboxFiles(busybox.path)),
      ...Object.fromEntries([...own, ...libraries].map((file) => [file, { file }])),
      [`/usr/share/postgresql/${version}`]: { file: `/usr/share/postgresql/${version}` },
      ...Object.fromEntries(PROGRAMS.map((name) => [`/usr/local/bin/${name}`, { link: join(home, 'bin', name) }])),
      '/etc/passwd': { script: PASSWD },
      '/etc/group': { script: 'root:x:0:\npostgres:x:999:\n' },
      '/entrypoint.sh': { script: entrypoint(home) },
    };
    return { files, from: `made of Debian postgresql ${version}, ${busybox.from}` };
  },
};

/** The newest major version that is installed. */
function newest(): string | undefined {
  if (!existsSync(HOME)) return undefined;
  const versions = readdirSync(HOME).filter((name) => existsSync(join(HOME, name, 'bin/postgres')));
  return versions.sort((a, b) => Number(a) - Number(b)).at(-1);
}
