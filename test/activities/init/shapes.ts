/** A repository as people have one, and what `windlass init` makes of it. */
export interface Shape {
  name: string;
  compose: string;
  /** Besides the compose file; what is in `.gitignore` is not committed. */
  files?: Record<string, string>;
  /** Who gets a route, with its port where one must be chosen. */
  routed: string[];
  accessories: string[];
  recreate?: true;
  /** One environment, for two cannot be on one host. */
  alone?: true;
  /** What is still refused, and the edit that makes it accepted. */
  refused?: RegExp;
  edit?: (files: Record<string, string>) => Record<string, string>;
}

const PG =
  '  db: { image: "postgres:16", volumes: ["pg:/var/lib/postgresql/data"], environment: { POSTGRES_PASSWORD: example } }\n';
const PG_VOLUME = 'volumes: { pg: }\n';
const DOCKERFILE = { Dockerfile: 'FROM scratch\n' };
const IGNORED = { '.gitignore': '.env\n*.local.env\ndata/\n' };

export const SHAPES: Shape[] = [
  // Samples of stacks: a build or two, a database, passwords that are written out, sources that are mounted.
  {
    name: 'a web server and its database',
    compose: `services:\n  web: { build: ., ports: ["3000:3000"], depends_on: [db] }\n${PG}${PG_VOLUME}`,
    files: DOCKERFILE,
    routed: ['web'],
    accessories: ['db'],
  },
  {
    name: 'with an admin page of the database',
    compose: `services:\n  web: { build: ., ports: ["3000:3000"], depends_on: [db] }\n  adminer: { image: adminer, ports: ["8081:8080"], depends_on: [db] }\n${PG}${PG_VOLUME}`,
    files: DOCKERFILE,
    routed: ['web'],
    accessories: ['db'],
  },
  {
    name: 'front, api and database, each built in a folder, sources mounted',
    compose: `services:
  front:
    build: { context: ./front, target: dev }
    ports: ["3000:3000"]
    volumes: ["./front:/code", "/code/node_modules"]
    depends_on: [api]
    container_name: front
  api:
    build: api
    restart: always
    ports: ["80:80", "9229:9229"]
    volumes: ["./api/src:/code/src", "./api/package.json:/code/package.json", "/code/node_modules"]
    environment: { DATABASE_PASSWORD_FILE: /run/secrets/db-password }
    secrets: [db-password]
    depends_on: [db]
  db:
    image: mariadb:11
    restart: always
    volumes: ["data:/var/lib/mysql"]
    secrets: [db-password]
    environment: [MYSQL_DATABASE=example, MYSQL_ROOT_PASSWORD_FILE=/run/secrets/db-password]
secrets: { db-password: { file: db/password.txt } }
volumes: { data: }
`,
    files: {
      'front/Dockerfile': 'FROM scratch\n',
      'front/src/a.js': '1\n',
      'api/Dockerfile': 'FROM scratch\n',
      'api/src/a.js': '1\n',
      'api/package.json': '{}\n',
      'db/password.txt': 'db-btf5q\n',
    },
    routed: ['front'],
    accessories: ['db'],
  },
  {
    name: 'a proxy of configuration before a built server',
    compose: `services:
  proxy: { image: "nginx:alpine", ports: ["80:80"], volumes: ["./proxy/nginx.conf:/etc/nginx/conf.d/default.conf:ro"], depends_on: [backend] }
  backend: { build: backend, expose: [8000] }
`,
    files: { 'proxy/nginx.conf': 'server {}\n', 'backend/Dockerfile': 'FROM scratch\n' },
    routed: ['proxy'],
    accessories: [],
  },
  {
    name: 'a folder of configuration',
    compose: `services:
  proxy: { image: "nginx:alpine", ports: ["80:80"], volumes: ["./conf.d:/etc/nginx/conf.d:ro", "./html:/usr/share/nginx/html"], depends_on: [app] }
  app: { build: . }
`,
    files: { ...DOCKERFILE, 'conf.d/a.conf': 'a\n', 'conf.d/more/b.conf': 'b\n', 'html/index.html': 'hello\n' },
    routed: ['proxy'],
    accessories: [],
  },
  {
    name: 'metrics: an image with a volume and a folder of configuration, and who shows them',
    compose: `services:
  prometheus:
    image: prom/prometheus
    container_name: prometheus
    command: ['--config.file=/etc/prometheus/prometheus.yml']
    ports: ["9090:9090"]
    restart: unless-stopped
    volumes: ["./prometheus:/etc/prometheus", "prom_data:/prometheus"]
  grafana:
    image: grafana/grafana
    container_name: grafana
    ports: ["3000:3000"]
    environment: [GF_SECURITY_ADMIN_USER=admin, GF_SECURITY_ADMIN_PASSWORD=grafana]
    volumes: ["./grafana:/etc/grafana/provisioning/datasources"]
volumes: { prom_data: }
`,
    files: { 'prometheus/prometheus.yml': 'a: 1\n', 'grafana/datasource.yml': 'a: 1\n' },
    routed: ['grafana', 'prometheus'],
    accessories: [],
    recreate: true,
  },
  {
    name: 'a blog and its database, both images, passwords written out',
    compose: `services:
  db:
    image: mariadb:10.6.4-focal
    command: '--default-authentication-plugin=mysql_native_password'
    volumes: ["db_data:/var/lib/mysql"]
    environment: [MYSQL_ROOT_PASSWORD=somewordpress, MYSQL_DATABASE=wordpress, MYSQL_USER=wordpress, MYSQL_PASSWORD=wordpress]
    expose: [3306, 33060]
  wordpress:
    image: wordpress:latest
    volumes: ["wp_data:/var/www/html"]
    ports: ["80:80"]
    environment: [WORDPRESS_DB_HOST=db, WORDPRESS_DB_USER=wordpress, WORDPRESS_DB_PASSWORD=wordpress, WORDPRESS_DB_NAME=wordpress]
volumes: { db_data: , wp_data: }
`,
    routed: ['wordpress'],
    accessories: ['db'],
    recreate: true,
  },
  {
    name: 'a counter with a cache that keeps nothing',
    compose:
      'services:\n  redis: { image: "redislabs/redismod", ports: ["6379:6379"] }\n  web: { build: { context: . , target: builder }, ports: ["8000:8000"], volumes: [".:/code"], depends_on: [redis] }\n',
    files: DOCKERFILE,
    routed: ['web'],
    accessories: ['redis'],
  },
  {
    name: 'two instances behind a proxy',
    compose: `services:
  nginx: { image: nginx, ports: ["8080:80"], volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"], depends_on: [web1, web2] }
  web1: { build: ./web, hostname: web1, ports: ["81:5000"] }
  web2: { build: ./web, hostname: web2, ports: ["82:5000"] }
`,
    files: { 'nginx.conf': 'a\n', 'web/Dockerfile': 'FROM scratch\n' },
    routed: ['nginx'],
    accessories: [],
  },
  {
    name: 'search: three images, one before the others',
    compose: `services:
  elasticsearch:
    image: elasticsearch:7.16.1
    container_name: es
    environment: { discovery.type: single-node, ES_JAVA_OPTS: "-Xms512m -Xmx512m" }
    ports: ["9200:9200", "9300:9300"]
    healthcheck: { test: ["CMD-SHELL", "curl --silent --fail localhost:9200 || exit 1"], interval: 10s }
    networks: [elastic]
  logstash:
    image: logstash:7.16.1
    container_name: log
    volumes: ["./logstash/pipeline/nginx.config:/usr/share/logstash/pipeline/nginx.config"]
    depends_on: { elasticsearch: { condition: service_healthy } }
    ports: ["5000:5000/tcp", "5000:5000/udp", "5044:5044", "9600:9600"]
    networks: [elastic]
  kibana:
    image: kibana:7.16.1
    container_name: kib
    ports: ["5601:5601"]
    depends_on: { elasticsearch: { condition: service_healthy } }
    networks: [elastic]
networks: { elastic: { driver: bridge } }
`,
    files: { 'logstash/pipeline/nginx.config': 'input {}\n' },
    routed: [],
    accessories: ['elasticsearch'],
    recreate: true,
    alone: true,
  },
  {
    name: 'a page of a database alone is not for the public',
    compose:
      'services:\n  pgadmin: { image: dpage/pgadmin4, container_name: pgadmin4, ports: ["5050:80"], environment: { PGADMIN_DEFAULT_PASSWORD: "${PGADMIN_PW}" } }\n  postgres: { image: "postgres:latest", ports: ["5432:5432"], environment: ["POSTGRES_PASSWORD=${POSTGRES_PW}"] }\n',
    files: { '.env': 'POSTGRES_PW=postgres\nPGADMIN_PW=admin\n' },
    routed: [],
    accessories: ['postgres'],
  },
  {
    name: 'services that are awaited: a migration, and a bucket that is made',
    compose: `services:
  api: { build: ., ports: ["8000:8000"], depends_on: { migrate: { condition: service_completed_successfully }, bucket: { condition: service_completed_successfully } } }
  migrate: { build: ., command: [migrate], depends_on: { db: { condition: service_started } } }
  bucket: { image: minio/mc, command: [mb], depends_on: { minio: { condition: service_started } } }
  minio: { image: minio/minio, ports: ["9000:9000", "9001:9001"], volumes: ["objects:/data"] }
${PG}volumes: { pg: , objects: }
`,
    files: DOCKERFILE,
    routed: ['api'],
    accessories: ['db', 'minio'],
  },
  {
    name: 'a worker, a schedule and a monitor of the queue',
    compose: `x-app: &app
  build: .
  env_file: [app.env]
  depends_on: [db, redis]
services:
  web: { <<: *app, command: [serve], ports: ["8000:8000"] }
  worker: { <<: *app, command: [work] }
  beat: { <<: *app, command: [beat] }
  flower: { <<: *app, command: [flower], ports: ["5555:5555"] }
  redis: { image: "redis:7" }
${PG}${PG_VOLUME}`,
    files: { ...DOCKERFILE, 'app.env': 'DEBUG=0\n' },
    routed: ['web'],
    accessories: ['db', 'redis'],
  },
  // Applications that people host themselves: images, `.env`, folders of data.
  {
    name: 'a forge with a database and a port for SSH',
    compose: `services:
  app:
    image: gitea/gitea:1.22
    container_name: gitea
    environment: [USER_UID=1000, GITEA__database__HOST=db:5432, GITEA__database__PASSWD=gitea]
    restart: always
    volumes: ["data:/data", "/etc/timezone:/etc/timezone:ro", "/etc/localtime:/etc/localtime:ro"]
    ports: ["3000:3000", "2222:22"]
    depends_on: [db]
${PG}volumes: { data: , pg: }
`,
    routed: ['app:3000'],
    accessories: ['db'],
    recreate: true,
    alone: true,
  },
  {
    name: 'everything from .env, which is not committed, and an env file',
    compose: `services:
  web:
    image: "ghcr.io/example/notes:\${TAG}"
    env_file: .env
    ports: ["\${PORT}:3000"]
    read_only: "\${RO}"
    volumes: ["\${DATA}:/data"]
    depends_on: [db]
  db: { image: "postgres:16", env_file: [.env], volumes: ["pg:/var/lib/postgresql/data"], environment: { POSTGRES_PASSWORD: "\${DB_PASSWORD}" } }
volumes: { pg: }
`,
    files: {
      ...IGNORED,
      '.env': 'PORT=8080\nRO=true\nTAG=1.2\nDATA=./data\nDB_PASSWORD=hunter22\nGREETING="hi there"\n',
    },
    routed: ['web'],
    accessories: ['db'],
    recreate: true,
  },
  {
    name: 'only an example of .env',
    compose:
      'services:\n  web: { image: "ghcr.io/example/wiki:1", env_file: .env, ports: ["${PORT}:3000"], depends_on: [db] }\n  db: { image: "mysql:8", env_file: .env, volumes: ["my:/var/lib/mysql"] }\nvolumes: { my: }\n',
    files: {
      ...IGNORED,
      '.env.example': 'PORT=8080\n# the database\nMYSQL_ROOT_PASSWORD=change-me\nURL=http://localhost:8080\n',
    },
    routed: ['web'],
    accessories: ['db'],
  },
  {
    name: 'no .env and no example',
    compose:
      'services:\n  web: { image: "nginx:${NGINX_VERSION}", ports: ["${HTTP_PORT}:80"], environment: { TITLE: "${TITLE}", API_KEY: "${API_KEY}" } }\n',
    routed: ['web'],
    accessories: [],
  },
  {
    name: 'folders of data, and a home',
    compose: `services:
  server:
    image: ghcr.io/example/photos
    container_name: photos_server
    volumes: ["./library:/library", "~/photos:/import:ro", "/etc/localtime:/etc/localtime:ro"]
    env_file: [.env]
    ports: ["2283:2283"]
    depends_on: [redis, database]
    restart: always
  learning: { image: ghcr.io/example/photos-learning, container_name: photos_ml, volumes: ["model-cache:/cache"], env_file: [.env] }
  redis: { image: "valkey/valkey:8", container_name: photos_redis }
  database:
    image: tensorchord/pgvecto-rs:pg14
    container_name: photos_postgres
    environment: { POSTGRES_PASSWORD: "\${DB_PASSWORD}", POSTGRES_USER: "\${DB_USERNAME}" }
    volumes: ["./postgres:/var/lib/postgresql/data"]
volumes: { model-cache: }
`,
    files: { ...IGNORED, '.env': 'DB_PASSWORD=postgres\nDB_USERNAME=postgres\nTZ=Etc/UTC\n' },
    routed: ['server'],
    accessories: ['database', 'redis'],
    recreate: true,
  },
  {
    name: 'a DNS server with a page',
    compose: `services:
  dns:
    image: example/dns-filter
    container_name: dns
    ports: ["53:53/tcp", "53:53/udp", "8080:80/tcp"]
    environment: { TZ: Europe/Berlin, WEBPASSWORD: secret-of-mine }
    volumes: ["./etc:/etc/filter"]
    cap_add: [NET_ADMIN]
    restart: unless-stopped
`,
    files: IGNORED,
    routed: ['dns:80'],
    accessories: [],
    recreate: true,
    alone: true,
  },
  {
    name: 'a VPN: UDP, capabilities and sysctls',
    compose: `services:
  vpn:
    image: example/wg-easy
    container_name: wg
    environment: [WG_HOST=vpn.example.com, PASSWORD_HASH=abcdef123456]
    volumes: ["wg:/etc/wireguard", "/lib/modules:/lib/modules:ro"]
    ports: ["51820:51820/udp", "51821:51821/tcp"]
    cap_add: [NET_ADMIN, SYS_MODULE]
    sysctls: { net.ipv4.ip_forward: 1 }
volumes: { wg: }
`,
    routed: ['vpn'],
    accessories: [],
    recreate: true,
    alone: true,
  },
  {
    name: 'in the network of the host',
    compose:
      'services:\n  home:\n    container_name: home\n    image: example/home:stable\n    volumes: ["./config:/config", "/run/dbus:/run/dbus:ro"]\n    restart: unless-stopped\n    privileged: true\n    network_mode: host\n',
    files: IGNORED,
    routed: [],
    accessories: [],
    recreate: true,
    alone: true,
  },
  {
    name: 'volumes that are there already, and a network of a proxy',
    compose: `services:
  flows:
    image: example/flows
    restart: always
    ports: ["127.0.0.1:5678:5678"]
    environment: ["HOST=\${SUBDOMAIN}.\${DOMAIN_NAME}", "WEBHOOK_URL=https://\${SUBDOMAIN}.\${DOMAIN_NAME}/"]
    volumes: ["flows_data:/home/node", "\${DATA_FOLDER}/local:/files"]
    networks: [default, proxy]
volumes: { flows_data: { external: true } }
networks: { proxy: { external: true } }
`,
    files: { ...IGNORED, '.env': 'SUBDOMAIN=flows\nDOMAIN_NAME=example.com\nDATA_FOLDER=/srv/flows\n' },
    routed: ['flows'],
    accessories: [],
    recreate: true,
    alone: true,
  },
  {
    name: 'a server of games: its port alone',
    compose:
      'services:\n  mc: { image: example/minecraft, tty: true, stdin_open: true, ports: ["25565:25565"], environment: { EULA: "TRUE" }, volumes: ["./data:/data"] }\n',
    files: IGNORED,
    routed: [],
    accessories: [],
    recreate: true,
    alone: true,
  },
  {
    name: 'a broker alone is the application',
    compose:
      'services:\n  mqtt: { image: "eclipse-mosquitto:2", container_name: mosquitto, ports: ["1883:1883", "9001:9001"], volumes: ["./mosquitto.conf:/mosquitto/config/mosquitto.conf", "mqtt:/mosquitto/data"] }\nvolumes: { mqtt: }\n',
    files: { 'mosquitto.conf': 'listener 1883\n' },
    routed: ['mqtt:9001'],
    accessories: [],
    recreate: true,
    alone: true,
  },
  {
    name: 'mail: SMTP is no route',
    compose:
      'services:\n  mail: { image: example/mail, hostname: mail, ports: ["25:25", "143:143", "587:587", "993:993"], volumes: ["mail-data:/var/mail"], cap_add: [NET_ADMIN] }\n  webmail: { image: example/webmail, ports: ["8000:80"], depends_on: [mail] }\nvolumes: { mail-data: }\n',
    routed: ['webmail'],
    accessories: [],
    recreate: true,
    alone: true,
  },
  // A collection of examples: a name for each container, values in the file, fixed addresses.
  {
    name: 'names of containers, and a fixed address',
    compose: `version: "3.8"
services:
  app:
    container_name: demo-app
    image: example/app:latest
    networks: { demo: { ipv4_address: 172.28.0.10 } }
    ports: [8080:8080]
    environment: [DB_HOST=demo-db, DB_USER=demo, DB_PASS=demo]
    depends_on: [db]
    restart: always
  db:
    container_name: demo-db
    image: mysql:8
    networks: { demo: { ipv4_address: 172.28.0.11 } }
    volumes: ["demo-db:/var/lib/mysql"]
    environment: { MYSQL_ROOT_PASSWORD: demo, MYSQL_PASSWORD: demo }
networks: { demo: { driver: bridge, ipam: { config: [{ subnet: 172.28.0.0/16 }] } } }
volumes: { demo-db: { name: demo-db } }
`,
    routed: ['app'],
    accessories: ['db'],
    alone: true,
  },
  {
    name: 'fixed addresses in place of names',
    compose: `services:
  web:
    image: example/web
    ports: ["8080:80"]
    environment: { DB_SERVER: 10.5.0.6, CACHE_URL: "redis://:secret@10.5.0.7:6379/0" }
    extra_hosts: ["mail.local:10.5.0.8"]
    networks: { lab: { ipv4_address: 10.5.0.5 } }
  db: { image: "mysql:5.7", volumes: ["dvwa:/var/lib/mysql"], networks: { lab: { ipv4_address: 10.5.0.6 } } }
  cache: { image: "redis:7", networks: { lab: { ipv4_address: 10.5.0.7 } } }
  mail: { image: axllent/mailpit, ports: ["8025:8025"], networks: { lab: { ipv4_address: 10.5.0.8 } } }
volumes: { dvwa: }
networks: { lab: { ipam: { config: [{ subnet: 10.5.0.0/16 }] } } }
`,
    routed: ['web'],
    accessories: ['cache', 'db'],
  },
  {
    name: 'an address that another service has in its settings',
    compose:
      'services:\n  app: { image: example/app, ports: ["80:80"], dns: [10.9.0.2], networks: { n: { ipv4_address: 10.9.0.3 } } }\n  resolver: { image: example/resolver, networks: { n: { ipv4_address: 10.9.0.2 } } }\nnetworks: { n: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } } }\n',
    routed: ['app'],
    accessories: [],
    refused:
      /resolver\.networks\.n\.ipv4_address: is 10\.9\.0\.2, which app has under dns, where no name can stand.*Remove both/,
    edit: (files) => ({
      ...files,
      'docker-compose.yml': files['docker-compose.yml']!.replace('dns: [10.9.0.2], ', ''),
    }),
  },
  {
    name: 'a long name of the folder and of a service',
    compose:
      'services:\n  collaborative-editing-server: { container_name: collaborative-editing-server, image: example/editor, ports: ["80:80"] }\n',
    routed: ['collaborative-editing-server'],
    accessories: [],
  },
  {
    name: 'a service whose name no container can have whole',
    compose:
      'services:\n  a-very-long-name-of-a-service-as-some-people-write-them: { image: example/web, ports: ["80:80"] }\n',
    routed: ['a-very-long-name-of-a-service-as-some-people-write-them'],
    accessories: [],
  },
  {
    name: 'links with another name',
    compose:
      'services:\n  web: { container_name: web, image: example/cms, links: ["db:mysql"], ports: ["80:80"], environment: { MYSQL_HOST: mysql } }\n  db: { container_name: cms_db, image: "mariadb:11", volumes: ["d1:/var/lib/mysql"], environment: [MYSQL_ROOT_PASSWORD=root1] }\nvolumes: { d1: }\n',
    routed: ['web'],
    accessories: ['db'],
  },
  {
    name: 'two databases, each with a password of its own',
    compose: `services:
  app: { image: example/app, ports: ["80:80"], depends_on: [one, two] }
  one: { image: "postgres:16", environment: { POSTGRES_PASSWORD: first }, volumes: ["one:/var/lib/postgresql/data"] }
  two: { image: "postgres:16", environment: { POSTGRES_PASSWORD: second }, volumes: ["two:/var/lib/postgresql/data"] }
volumes: { one: , two: }
`,
    routed: ['app'],
    accessories: ['one', 'two'],
  },
  {
    name: 'the same setting with two values',
    compose:
      'services:\n  a: { image: example/a, ports: ["80:80"], environment: { SECRET_KEY: one-key }, depends_on: [b] }\n  b: { image: example/b, environment: { SECRET_KEY: other-key } }\n',
    routed: ['a'],
    accessories: [],
  },
  {
    name: 'variables that compose requires, without an example',
    compose:
      'services:\n  app: { image: example/app, ports: ["80:80"], environment: { URL: "${SITE_URL:?the address of the site}", DB_USER: "${DB_USER:?}", TZ: "${TZ:?}", APP_SECRET: "${APP_SECRET:?}" } }\n',
    routed: ['app'],
    accessories: [],
    refused: /required variable SITE_URL is missing a value: the address of the site/,
    edit: (files) => ({ ...files, '.env.example': 'SITE_URL=http://app.localhost\n' }),
  },
  {
    name: 'Swarm keys, a replica or two, logging',
    compose: `version: "3"
services:
  vote: { image: example/vote, ports: ["5000:80"], deploy: { replicas: 2, update_config: { parallelism: 2 }, restart_policy: { condition: on-failure }, placement: { constraints: [node.role == manager] } }, depends_on: [redis] }
  result: { image: example/result, ports: ["5001:80"], depends_on: [db], deploy: { mode: global } }
  worker: { image: example/worker, depends_on: [redis, db], deploy: { resources: { limits: { cpus: "0.5", memory: 128M } } } }
  redis: { image: "redis:alpine" }
${PG}${PG_VOLUME}`,
    routed: ['result', 'vote'],
    accessories: ['db', 'redis'],
  },
  {
    name: 'logs that are kept, with who reads them of the host',
    compose: `services:
  loki: { image: "grafana/loki:2.9.2", ports: ["3100:3100"] }
  promtail: { image: "grafana/promtail:2.9.2", volumes: ["/var/log:/var/log", "$HOME/promtail.yml:/etc/promtail/config.yml"] }
  grafana: { image: "grafana/grafana:latest", ports: ["3000:3000"], environment: [GF_AUTH_ANONYMOUS_ENABLED=true] }
`,
    routed: ['grafana'],
    accessories: [],
  },
  {
    name: 'the socket of docker, for a page of its own',
    compose:
      'services:\n  tiles: { container_name: tiles, image: example/dashboard, ports: ["7575:7575"], volumes: ["/var/run/docker.sock:/var/run/docker.sock", "tiles:/appdata"] }\nvolumes: { tiles: }\n',
    routed: ['tiles'],
    accessories: [],
    recreate: true,
  },
  {
    name: 'a path of the host that holds data',
    compose:
      'services:\n  media: { container_name: media, image: example/media, user: "1000:1000", ports: ["8096:8096", "7359:7359/udp"], volumes: ["/srv/media:/media", "/srv/config:/config"], devices: ["/dev/dri:/dev/dri"] }\n',
    routed: ['media'],
    accessories: [],
    recreate: true,
    alone: true,
  },
  {
    name: 'what an accessory waits for stays, too',
    compose:
      'services:\n  app: { image: example/app, ports: ["80:80"], depends_on: [search] }\n  search: { image: "elasticsearch:8", volumes: ["es:/data"], depends_on: [keeper] }\n  keeper: { image: example/keeper }\nvolumes: { es: }\n',
    routed: ['app'],
    accessories: ['keeper', 'search'],
  },
  {
    name: 'an override that a laptop needs to build',
    compose:
      'services:\n  php: { environment: { APP_ENV: prod }, depends_on: [database] }\n  database: { image: "postgres:16", volumes: ["database_data:/var/lib/postgresql/data"], environment: { POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:-!ChangeMe!}" } }\nvolumes: { database_data: }\n',
    files: {
      ...DOCKERFILE,
      'docker-compose.override.yml':
        'services:\n  php: { build: { context: . }, ports: ["80:80"] }\n  database: { ports: ["5432:5432"] }\n',
    },
    routed: ['php'],
    accessories: ['database'],
  },
  {
    name: 'COMPOSE_FILE and COMPOSE_PROFILES in .env',
    compose: 'services:\n  laptop: { image: example/other }\n',
    files: {
      ...IGNORED,
      ...DOCKERFILE,
      '.env': 'COMPOSE_FILE=base.yml:prod.yml\nCOMPOSE_PROFILES=full\n',
      'base.yml': 'services:\n  web: { build: ., profiles: [full] }\n',
      'prod.yml': 'services:\n  web: { ports: ["80:8080"] }\n',
    },
    routed: ['web'],
    accessories: [],
  },
  {
    name: 'sixty services with anchors within anchors',
    compose: `x-env: &e { A: "1", B: "2" }\nx-on: &d [db]\nx-all: &a { image: example/part, environment: *e }\nservices:\n${Array.from({ length: 60 }, (_, n) => `  part${n}: { <<: *a, environment: *e, depends_on: *d }\n`).join('')}  front: { <<: *a, ports: ["80:80"] }\n${PG}${PG_VOLUME}`,
    routed: ['front'],
    accessories: ['db'],
  },
  {
    name: 'an anonymous volume of a database',
    compose:
      'services:\n  web: { build: ., ports: ["80:80"], depends_on: [mongo] }\n  mongo: { image: mongo, volumes: [/data/db] }\n',
    files: DOCKERFILE,
    routed: ['web'],
    accessories: ['mongo'],
    refused: /mongo\.volumes\[0\]: mounts a volume without a name on \/data\/db/,
    edit: (files) => ({
      ...files,
      'docker-compose.yml': `${files['docker-compose.yml']!.replace('/data/db', '"mongo:/data/db"')}volumes: { mongo: }\n`,
    }),
  },
  {
    name: 'a secret that is given to the build',
    compose: 'services:\n  web: { build: { context: ., args: { NPM_TOKEN: "${NPM_TOKEN}" } }, ports: ["80:80"] }\n',
    files: { ...DOCKERFILE, ...IGNORED, '.env': 'NPM_TOKEN=abcdefgh\n' },
    routed: ['web'],
    accessories: [],
    refused: /build\.args\.NPM_TOKEN: passes secret NPM_TOKEN to the build/,
    edit: (files) => ({
      ...files,
      'docker-compose.yml': files['docker-compose.yml']!.replace(', args: { NPM_TOKEN: "${NPM_TOKEN}" }', ''),
    }),
  },
  {
    name: 'one service, no database, several ports',
    compose: 'services:\n  app: { build: ., ports: ["443:8443", "80:8080"], platform: linux/amd64 }\n',
    files: DOCKERFILE,
    routed: ['app:8080'],
    accessories: [],
  },
];
