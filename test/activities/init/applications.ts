/** How an application that many people run by compose looks, and what `windlass init` makes of it. Its files are in `applications/`. */
export interface Application {
  /** Of its compose file, and of its `.env`, which git ignores. */
  name: string;
  /** Where in the repository its compose file is. */
  folder?: string;
  /** Folders with a Dockerfile. */
  builds?: string[];
  /** Further files that are there; what is `ignored` is not committed. */
  files?: Record<string, string>;
  ignored?: string[];
  /** Who gets a route, with its port where one must be chosen. */
  routed: string[];
  accessories: string[];
  /** What runs once per release although nobody waits for its end. */
  jobs?: string[];
  recreate?: true;
  /** One environment, for two cannot be on one host. */
  alone?: true;
  /** What is still refused, and the edit of the compose file that makes it accepted. */
  refused?: RegExp;
  edit?: (compose: string) => string;
}

export const APPLICATIONS: Application[] = [
  { name: 'arr', routed: ['radarr', 'sonarr'], accessories: [], recreate: true, alone: true },
  { name: 'aspnet', builds: ['app/aspnetapp'], routed: ['web'], accessories: ['db'] },
  { name: 'authentik', routed: ['server:9000'], accessories: ['postgresql', 'redis'], recreate: true },
  { name: 'dashboard-files', ignored: ['links.yml'], routed: ['dashboard'], accessories: [] },
  { name: 'database-page', routed: [], accessories: ['db'] },
  {
    name: 'deploy-sub',
    folder: 'docker',
    builds: ['.'],
    files: { '../.env.example': 'LOG=1\n', '../config/app.toml': 'x\n' },
    routed: ['web'],
    accessories: ['db'],
  },
  {
    name: 'django',
    builds: ['nginx'],
    files: {
      'manage.py': 'x\n',
      'docker/Dockerfile': 'FROM scratch\n',
      '.env.prod-sample': 'DEBUG=0\nSECRET_KEY=change_me\nSQL_HOST=db\n',
      '.env.prod.db-sample': 'POSTGRES_USER=hello\nPOSTGRES_PASSWORD=hello\n',
    },
    routed: ['nginx'],
    accessories: ['db', 'redis'],
    recreate: true,
  },
  {
    name: 'django-dev',
    builds: ['.'],
    files: { 'manage.py': 'x\n' },
    ignored: ['data/'],
    routed: ['web'],
    accessories: ['db'],
  },
  {
    name: 'django-celery',
    builds: ['.'],
    files: { 'manage.py': 'x\n', 'docker/initdb/01.sql': 'x\n' },
    routed: ['web'],
    accessories: ['db', 'redis'],
    jobs: ['migrate'],
    recreate: true,
  },
  {
    name: 'elk-built',
    builds: ['setup', 'elasticsearch', 'logstash', 'kibana'],
    files: {
      'elasticsearch/config/elasticsearch.yml': 'x\n',
      'logstash/config/logstash.yml': 'x\n',
      'logstash/pipeline/logstash.conf': 'x\n',
      'kibana/config/kibana.yml': 'x\n',
    },
    routed: [],
    accessories: ['elasticsearch'],
    recreate: true,
    alone: true,
  },
  { name: 'elk-page', builds: ['.'], routed: ['app'], accessories: ['elasticsearch'], recreate: true },
  { name: 'engine-manager', routed: ['manager:9000'], accessories: [], recreate: true },
  {
    name: 'fastapi-template',
    builds: ['backend', 'frontend'],
    routed: ['backend:8000', 'frontend:80'],
    accessories: ['db'],
  },
  { name: 'ghost', routed: ['ghost'], accessories: ['db'], recreate: true },
  { name: 'gitea-ssh', routed: ['server:3000'], accessories: ['db'], recreate: true, alone: true },
  { name: 'gluetun', routed: ['gluetun:8080'], accessories: [], recreate: true, alone: true },
  {
    name: 'homeassistant-mqtt',
    files: { 'mosquitto/config/mosquitto.conf': 'x\n' },
    routed: [],
    accessories: ['mosquitto'],
    recreate: true,
    alone: true,
  },
  { name: 'hooks', routed: ['web'], accessories: [], recreate: true },
  {
    name: 'image-mount',
    routed: ['web'],
    accessories: [],
    refused:
      /volumes\[0\]: mounts the image example\/assets:1 on \/assets, .*COPY --from=example\/assets:1 \/dist \/assets/,
    edit: (compose) => compose.replace(/ {4}volumes:[^]*$/, ''),
  },
  { name: 'immich', routed: ['immich-server'], accessories: ['database', 'redis'], recreate: true },
  { name: 'jitsi', routed: ['web:80'], accessories: ['prosody'], recreate: true, alone: true },
  { name: 'kafka-dev', builds: ['producer', 'gateway'], routed: ['gateway'], accessories: ['kafka', 'zookeeper'] },
  {
    name: 'kafka-platform',
    builds: ['.'],
    routed: [],
    accessories: ['broker', 'zookeeper'],
    jobs: ['init-kafka'],
  },
  {
    name: 'laravel-sail',
    builds: ['vendor/laravel/sail/runtimes/8.4', 'docker'],
    files: { artisan: 'x\n', 'composer.json': 'x\n' },
    ignored: ['vendor'],
    routed: ['laravel.test:80'],
    accessories: ['mysql', 'redis'],
    refused:
      /environment.IGNITION_LOCAL_SITES_PATH: contains \$\{PWD\}, .*Write the path|laravel.test"\].build: builds vendor\/.*which git does not have/,
    edit: (compose) =>
      compose.replace("'${PWD}'", '/var/www/html').replace('./vendor/laravel/sail/runtimes/8.4', './docker'),
  },
  {
    name: 'mail-parts',
    routed: ['nginx-mail:80'],
    accessories: ['mysql-mail', 'redis-mail'],
    recreate: true,
    alone: true,
    refused: /unbound-mail\.networks\.mail-network\.ipv4_address: is 172\.22\.1\.254, which postfix-mail has under dns/,
    edit: (compose) =>
      compose
        .replace('dns: ["${IPV4_NETWORK:-172.22.1}.254"], ', '')
        .replace('ipv4_address: "${IPV4_NETWORK:-172.22.1}.254", ', ''),
  },
  {
    name: 'mastodon',
    files: {
      '.env.production.sample':
        'LOCAL_DOMAIN=example.com\nREDIS_HOST=localhost\nDB_PASS=\nSECRET_KEY_BASE=\nOTP_SECRET=\n',
    },
    routed: ['streaming', 'web'],
    accessories: ['db', 'redis'],
    recreate: true,
  },
  {
    name: 'measurements',
    files: { 'user_scripts/a': 'x\n', 'config.xml': 'x\n', 'otel.yaml': 'x\n' },
    routed: ['signoz'],
    accessories: ['clickhouse', 'zookeeper-1'],
    recreate: true,
    alone: true,
    refused:
      /places user_scripts\/a at .*Choose another target|makes an accessory wait for init-clickhouse, which runs once in each release.*remove it/,
    edit: (compose) =>
      compose
        .replaceAll('./user_scripts:/var/lib/clickhouse/user_scripts/', './user_scripts:/etc/user_scripts/')
        .replace('init-clickhouse: { condition: service_completed_successfully }, zookeeper', 'zookeeper'),
  },
  { name: 'media-host', routed: ['jellyfin'], accessories: [], recreate: true, alone: true },
  { name: 'media-parts', routed: ['library'], accessories: [], recreate: true, alone: true },
  {
    name: 'mern',
    builds: ['server', 'client'],
    files: { 'server/index.js': 'x\n', 'client/package.json': 'x\n' },
    routed: ['client'],
    accessories: ['mongo'],
  },
  {
    name: 'minio-buckets',
    builds: ['.'],
    routed: ['web'],
    accessories: ['minio'],
    jobs: ['createbuckets'],
  },
  { name: 'minio-stack', files: { 'nginx.conf': 'x\n' }, routed: ['nginx:9000'], accessories: ['minio1', 'minio2'] },
  {
    name: 'mongo-replica',
    builds: ['.'],
    files: { 'scripts/setup.sh': 'x\n' },
    routed: ['app'],
    accessories: ['mongo1', 'mongo2', 'mongo3'],
    jobs: ['mongo-setup'],
  },
  {
    name: 'monitoring',
    files: {
      'prometheus.yml': 'x\n',
      'alertmanager/config.yml': 'x\n',
      'grafana/provisioning/datasources/p.yml': 'x\n',
      'grafana/config.monitoring': 'GF_SECURITY_ADMIN_PASSWORD=foobar\nGF_USERS_ALLOW_SIGN_UP=false\n',
    },
    routed: ['alertmanager', 'grafana'],
    accessories: ['prometheus'],
    recreate: true,
  },
  {
    name: 'monorepo',
    builds: ['apps/web', 'apps/api'],
    files: {
      'apps/web/a.ts': 'x\n',
      'packages/x/a.ts': 'x\n',
      'apps/api/a.ts': 'x\n',
      'docker/init.sql': 'x\n',
      'apps/api/.env.example': 'LOG_LEVEL=info\nSESSION_SECRET=\n',
      'apps/api/.env': 'LOG_LEVEL=debug\nSESSION_SECRET=abc123456\n',
    },
    ignored: ['apps/api/.env'],
    routed: ['web'],
    accessories: ['db', 'redis'],
  },
  {
    name: 'n8n-queue',
    files: { 'init-data.sh': 'x\n' },
    routed: ['n8n'],
    accessories: ['postgres', 'redis'],
    recreate: true,
  },
  { name: 'n8n-traefik', routed: ['n8n'], accessories: ['traefik'], recreate: true },
  {
    name: 'nextcloud',
    builds: ['web'],
    files: { 'db.env': 'MYSQL_PASSWORD=\nMYSQL_DATABASE=nextcloud\nMYSQL_USER=nextcloud\n' },
    routed: ['web'],
    accessories: ['db', 'redis'],
    recreate: true,
  },
  {
    name: 'nextcloud-aio',
    routed: ['nextcloud-aio-mastercontainer:80'],
    accessories: [],
    recreate: true,
    alone: true,
  },
  { name: 'nginx-proxy', routed: ['whoami:8000'], accessories: ['acme', 'nginx-proxy'] },
  {
    name: 'old-version',
    builds: ['.'],
    files: { 'static/a.css': 'x\n' },
    routed: ['web'],
    accessories: ['db', 'redis'],
    jobs: ['assets'],
  },
  {
    name: 'outline',
    files: {
      'redis.conf': 'x\n',
      'docker.env': 'NODE_ENV=production\nSECRET_KEY=generate_a_new_key\nURL=https://docs.mycompany.com\n',
    },
    ignored: ['docker.env'],
    routed: ['https-portal:80'],
    accessories: ['postgres', 'redis'],
    recreate: true,
  },
  {
    name: 'paperless',
    files: { 'docker-compose.env': '# USERMAP_UID=1000\nPAPERLESS_OCR_LANGUAGE=eng\n' },
    routed: ['webserver'],
    accessories: ['broker', 'db'],
    recreate: true,
  },
  { name: 'permissions-first', routed: ['app'], accessories: [], recreate: true },
  { name: 'pihole', routed: ['pihole:80'], accessories: [], recreate: true, alone: true },
  {
    name: 'plausible',
    files: { 'clickhouse/logs.xml': 'x\n', 'clickhouse/ipv4-only.xml': 'x\n', 'clickhouse/low-resources.xml': 'x\n' },
    routed: ['plausible'],
    accessories: ['plausible_db', 'plausible_events_db'],
    recreate: true,
  },
  { name: 'portainer', routed: ['uptime'], accessories: [], recreate: true },
  {
    name: 'rails',
    files: { Dockerfile: 'FROM scratch AS assets\nFROM scratch AS app\n', 'public/robots.txt': 'x\n' },
    routed: ['web'],
    accessories: ['postgres', 'redis'],
  },
  {
    name: 'sentry-style',
    files: { 'app/config.yml': 'x\n', 'app/entrypoint.sh': 'x\n', 'nginx/nginx.conf': 'x\n' },
    routed: ['nginx'],
    accessories: ['kafka', 'memcached', 'smtp'],
    recreate: true,
    alone: true,
  },
  {
    name: 'sidecars',
    builds: ['.'],
    routed: ['app'],
    accessories: ['cache', 'db', 'queue'],
    recreate: true,
    alone: true,
  },
  { name: 'spring', builds: ['.'], routed: ['app:8080'], accessories: ['db'] },
  {
    name: 'static-ip',
    files: { 'unbound/unbound.conf': 'x\n' },
    routed: ['filter:80'],
    accessories: [],
    recreate: true,
    alone: true,
    refused:
      /unbound.networks.dns_net.ipv4_address: is 172.23.0.8, which filter uses in its settings.* Write unbound there/,
    edit: (compose) =>
      compose.replace('172.23.0.8#53', 'unbound#53').replace('{ dns_net: { ipv4_address: 172.23.0.8 } }', '[dns_net]'),
  },
  {
    name: 'supabase-like',
    files: { 'volumes/api/kong.yml': 'x\n', 'volumes/db/realtime.sql': 'x\n', 'volumes/logs/vector.yml': 'x\n' },
    ignored: ['volumes/db/data'],
    routed: ['kong:8000'],
    accessories: ['db', 'meta', 'vector'],
  },
  {
    name: 'swarm-configs',
    files: { 'config.yml': 'x\n', 'secrets/db_password.txt': 'hunter22' },
    ignored: ['secrets/'],
    routed: ['app'],
    accessories: ['db'],
  },
  { name: 'traefik-labels', routed: ['blog:2368'], accessories: ['db'], recreate: true },
  { name: 'traefik-waits', builds: ['api'], routed: ['api:8000'], accessories: [] },
  { name: 'transfers', builds: ['.'], routed: ['web'], accessories: [], recreate: true, alone: true },
  { name: 'umami', routed: ['umami'], accessories: ['db'] },
  {
    name: 'vaultwarden-caddy',
    files: { Caddyfile: 'x\n' },
    routed: ['caddy:80'],
    accessories: [],
    recreate: true,
    alone: true,
  },
  { name: 'wordpress-cli', routed: ['wordpress'], accessories: ['db'] },
  {
    name: 'wordpress-pma',
    files: { 'config/uploads.ini': 'x\n' },
    routed: ['wordpress'],
    accessories: ['db'],
    recreate: true,
  },
];
