import { API_PORT, HTTP_PORT, INSIDE_PORT, tcpPorts } from '../listens';
import type { ProxySettings } from '../proxy';

/** The longest time that nginx can write: it has no word for no limit. */
const NO_LIMIT = '20d';

const SAID_TO_NGINX = ['Redirect', 'Expires', 'Limit-Rate', 'Buffering', 'Charset'].map((word) => `X-Accel-${word}`);
const SAID_TO_CLIENT = [...SAID_TO_NGINX, 'Server', 'Date'];

const passingOn = (by: 'proxy' | 'grpc') => [
  `${by}_set_header Host $http_host;`,
  ...['For', 'Proto', 'Host', 'Port'].map(
    (word) => `${by}_set_header X-Forwarded-${word} $forwarded_${word.toLowerCase()};`,
  ),
  `${by}_set_header X-Real-IP $remote_addr;`,
  `${by}_ignore_headers ${SAID_TO_NGINX.join(' ')};`,
  ...SAID_TO_CLIENT.map((header) => `${by}_pass_header ${header};`),
  `${by}_read_timeout ${NO_LIMIT};`,
  `${by}_send_timeout ${NO_LIMIT};`,
  `${by}_next_upstream off;`,
  `${by}_buffer_size 64k;`,
  'js_header_filter routes.learn;',
];

const indented = (lines: string[], by: number) => lines.map((line) => `${' '.repeat(by)}${line}`).join('\n');

const forwarded = (word: string, own: string) =>
  `map $is_trusted$http_x_forwarded_${word} $forwarded_${word} { default ${own}; "~^1(?<said>.+)$" $said; }`;

/** nginx as it is started; routes are no part of it. */
export const configurationOf = (settings: ProxySettings): string => `
daemon off;
user nobody;
worker_processes auto;
error_log stderr error;
pid /tmp/nginx.pid;
include /tmp/modules.conf;
events { worker_connections 8192; }
http {
  access_log off;
  server_tokens off;
  js_path /tmp/;
  js_import routes from routes.js;
  js_shared_dict_zone zone=hosts:8m;
  js_shared_dict_zone zone=sets:8m;
  js_shared_dict_zone zone=routed:8m;
  js_shared_dict_zone zone=turns:1m type=number evict timeout=1d;
  js_shared_dict_zone zone=known:1m evict timeout=1h;
  js_shared_dict_zone zone=asked:1m evict timeout=1s;
  js_set $way routes.way;
  js_set $server routes.server;
  map $way $protocol { default $way; "~^(?<word>\\S+) " $word; }
  geo $is_trusted { default 0; ${(settings.trusted ?? []).map((network) => `${network} 1;`).join(' ')} }
  map $is_trusted$http_x_forwarded_for $forwarded_for { default $remote_addr; "~^1(?<said>.+)$" "$said, $remote_addr"; }
  ${forwarded('proto', '$scheme')}
  ${forwarded('host', '$http_host')}
  map $http_host $own_port { default $server_port; "~:(?<said>\\d+)$" $said; }
  ${forwarded('port', '$own_port')}
  map $http_upgrade $connection_header { default upgrade; "" ""; }
  resolver 127.0.0.11 valid=1s ipv6=off;
  resolver_timeout 30s;
  client_body_temp_path /tmp/nginx-body;
  proxy_temp_path /tmp/nginx-proxy;
  fastcgi_temp_path /tmp/nginx-fastcgi;
  uwsgi_temp_path /tmp/nginx-uwsgi;
  scgi_temp_path /tmp/nginx-scgi;
  merge_slashes off;
  ignore_invalid_headers off;
  underscores_in_headers on;
  large_client_header_buffers 8 64k;
  client_max_body_size 0;
  client_body_timeout ${NO_LIMIT};
  send_timeout ${NO_LIMIT};
  keepalive_timeout 180s;
  keepalive_time ${NO_LIMIT};
  keepalive_requests 1000000000;

  server {
    listen 127.0.0.1:${API_PORT};
    location = /alive { return 200; }
    location = /load { js_content routes.load; }
    location = /set { js_content routes.set; }
    location = /served { js_content routes.served; }
  }

  server {
    listen ${HTTP_PORT};
    listen 127.0.0.1:${INSIDE_PORT};
    http2 on;
    location / {
      error_page 418 = @h2c;
      if ($protocol = 404) { return 404; }
      if ($protocol = 503) { return 503; }
      if ($protocol = h2c) { return 418; }
${indented(passingOn('proxy'), 6)}
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_header;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_buffers 8 64k;
      proxy_redirect off;
      proxy_pass http://$server;
    }
    location @h2c {
${indented(passingOn('grpc'), 6)}
      grpc_pass grpc://$server;
    }
  }
}
${streamOf(settings)}`;

function streamOf(settings: ProxySettings): string {
  const ports = tcpPorts(settings);
  if (ports.length === 0) return '';
  const servers = ports.map(
    ({ port, inside }) => `  server { listen ${inside}; set $listens ${port}; proxy_pass $server; }`,
  );
  return `stream {
  js_path /tmp/;
  js_import routes from routes.js;
  js_shared_dict_zone zone=tcp_turns:1m type=number evict timeout=1d;
  js_set $way routes.tcpWay;
  map $way $server { default ""; "~ (?<rest>.+)$" $rest; }
  resolver 127.0.0.11 valid=1s ipv6=off;
  resolver_timeout 30s;
  proxy_timeout ${NO_LIMIT};
  proxy_half_close on;
${servers.join('\n')}
}
`;
}
