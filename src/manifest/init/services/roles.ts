/** The last part of an image's name without its tag: `ghcr.io/x/postgres:16` → `postgres`. */
const baseOf = (image = '') => image.replace(/@.*$/, '').split('/').at(-1)!.replace(/:.*$/, '').toLowerCase();

const STORES =
  'postgres|postgresql|postgis|pgvector|timescaledb|mysql|mariadb|percona|mongo|mongodb|redis|valkey|keydb|dragonfly|memcached|rabbitmq|activemq|nats|kafka|' +
  'redpanda|zookeeper|pulsar|elasticsearch|opensearch|solr|meilisearch|typesense|clickhouse|influxdb|cassandra|scylla|cockroach|couchdb|neo4j|arangodb|' +
  'dgraph|surrealdb|rethinkdb|minio|etcd|mosquitto|emqx|qdrant|weaviate|chroma|milvus|mssql|questdb|victoria|cache|db|database';
const STORE = new RegExp(`(^|[-_.])(${STORES})([-_.\\d]|$)`);
const CALLED_SO = new RegExp(`^(${STORES})\\d*$`);
/** Last words that carry no meaning, as in `mcr.microsoft.com/mssql/server`. */
const STORE_PATH = /\/(mssql|azure-sql-edge|clickhouse|elasticsearch|mongodb)\//;

const ADMIN_PAGES =
  'adminer|phpmyadmin|phppgadmin|phpredisadmin|phpliteadmin|pgadmin|pgweb|dbgate|cloudbeaver|sqlpad|sqlite-web|nosqlclient|mailhog|mailpit|maildev|mailcatcher|' +
  'mailslurper|smtp4dev|inbucket|mongo-express|mongoku|redis-?(commander|insight)|kafka-?ui|kafdrop|akhq|kafka-?manager|redpanda-?console|conduktor|kibana|' +
  'opensearch-dashboards|elasticvue|elasticsearch-?hq|elastichq|cerebro|flower|bull-?board|dozzle|portainer|dockge|yacht|temporal-ui|control-center';
const ADMIN = new RegExp(`${ADMIN_PAGES}|-express$|(^|[-_])(studio|pma)$`);

/** They read what other containers say of themselves, and lead to them: so does the proxy of windlass. */
const LABEL_PROXY =
  /^(traefik|nginx-proxy|caddy-docker-proxy|docker-gen|acme-companion|letsencrypt-nginx-proxy-companion)$/;
const SHIPPER =
  /^(logstash|fluentd|fluent-bit|filebeat|metricbeat|heartbeat|vector|promtail|statsd|telegraf|otelcol.*|(.*-)?(otel|opentelemetry)-collector.*|.*exporter|loki|tempo|mimir|cadvisor|jaeger-(agent|collector)|(cp-)?(schema-registry|(kafka|server)-connect.*|kafka-rest|ksqldb-server))$/;

interface Seen {
  name: string;
  build?: unknown;
  image?: string;
}

/** An admin page of a database, queue or mail: never public. */
export const isAdminPage = ({ name, image }: Seen): boolean =>
  ADMIN.test(baseOf(image)) || ADMIN.test(name.toLowerCase());

/** A manager of the engine, which has a login of its own: it may be the application itself. */
export const isManager = ({ image }: Seen): boolean => /^(portainer(-ce|-ee)?|dockge|yacht)$/.test(baseOf(image));

/** A proxy that finds containers by itself. */
export const isLabelProxy = ({ image }: Seen): boolean => LABEL_PROXY.test(baseOf(image));
/** Takes in what others send, or keeps what is measured, or is a part of a queue, and has no page of its own. */
export const isShipper = ({ name, build, image }: Seen): boolean =>
  SHIPPER.test(build || !image ? name.toLowerCase() : baseOf(image));

export const isStore = (seen: Seen): boolean =>
  !isAdminPage(seen) &&
  (seen.build || !seen.image
    ? STORE.test(seen.name.toLowerCase()) &&
      !/(^|[-_])(api|app|web|server|worker|ui)([-_]|$)/.test(seen.name.toLowerCase())
    : (STORE.test(baseOf(seen.image)) || CALLED_SO.test(seen.name.toLowerCase()) || STORE_PATH.test(seen.image)) &&
      !/exporter|backup|dump|manager|ui$|connect/.test(baseOf(seen.image)));

/** Ports of other protocols than HTTP, and of debuggers. */
const NOT_HTTP = new Set([
  20, 21, 22, 23, 25, 53, 67, 68, 69, 110, 119, 123, 143, 161, 389, 445, 465, 500, 514, 548, 554, 587, 636, 853, 993,
  995, 1080, 1194, 1433, 1521, 1883, 1935, 2049, 2181, 2222, 3306, 3389, 3478, 4222, 4317, 4500, 5044, 5060, 5222, 5349,
  5432, 5433, 5672, 5900, 6379, 6667, 8883, 9042, 9092, 9300, 10050, 10051, 11211, 25565, 27015, 27017, 33060, 51820,
]);
const FOR_DEVELOPING = new Set([5005, 9003, 9229, 24678, 35729]);
const USUAL = [80, 8080, 3000, 8000, 5000, 4000, 8888, 8081, 5173, 4200, 9000, 8090];

interface Port {
  target: number;
  protocol?: string;
}

/** Can it have a route? */
export const isHttp = ({ target, protocol = 'tcp' }: Port): boolean =>
  protocol === 'tcp' && !NOT_HTTP.has(target) && !FOR_DEVELOPING.has(target);
/** A port that needs to be reachable, but not through a route. */
export const needsHostPort = (port: Port): boolean => !isHttp(port) && !FOR_DEVELOPING.has(port.target);

/** The most likely HTTP port. */
export function choosePort(ports: Port[]): number | undefined {
  const all = new Set(ports.filter(isHttp).map(({ target }) => target));
  const candidates = [...all].filter((port) => !isOfRange(port, all));
  const rank = (port: number) => {
    const index = USUAL.indexOf(port);
    if (index >= 0) return index;
    return port % 1_000 === 443 ? 2 * USUAL.length : USUAL.length;
  };
  return candidates.sort((a, b) => rank(a) - rank(b))[0];
}

/** Is it one of many ports in a row, as transfers and calls use them? */
function isOfRange(port: number, all: Set<number>): boolean {
  let first = port;
  while (all.has(first - 1)) first -= 1;
  let last = port;
  while (all.has(last + 1)) last += 1;
  return last - first >= MANY;
}
const MANY = 4;
