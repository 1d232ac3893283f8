/**
 * What is released: `web` is asked and asks `api`, by name, so that an answer tells which releases worked together; `jobs` works in
 * the background. A shell and nothing else, so that an instance costs a tenth of a second.
 */
export const IMAGE = (base: string) => ({
  Dockerfile: `FROM ${base}\nCOPY app /app\n`,
  // Answers "web 7 api 7 fine".
  'app/www/cgi-bin/index.cgi': `#!/bin/sh
api=$(wget -q -O - http://api:8000/) || { printf 'HTTP/1.0 502 Bad Gateway\\r\\n\\r\\napi does not answer'; exit; }
printf 'Content-Type: text/plain\\r\\n\\r\\nweb %s api %s %s' "$VERSION" "$api" "$MOOD"
`,
  'app/serve.sh': `mkdir -p /tmp/www && printf %s "$VERSION" > /tmp/www/index.html
. /app/end.sh
httpd -f -p "$1" -h "$2" & child=$!
while kill -0 $child 2> /dev/null; do wait $child; done
`,
  'app/work.sh': `. /app/end.sh
touch /tmp/ready
while :; do sleep 100000 & wait $!; done
`,
  // Ends on SIGTERM unless it was made stubborn.
  'app/end.sh': `trap 'test -e /tmp/stubborn || exit 0' TERM\n`,
});

export const COMPOSE = `services:
  web:
    image: \${IMAGE}
    command: [sh, /app/serve.sh, "80", /app/www]
    environment: { VERSION: "\${VERSION}", MOOD: "\${MOOD}" }
    expose: ["80"]
    depends_on: [api]
    stop_grace_period: 2s
    healthcheck: { test: [CMD-SHELL, '[ "$$MOOD" != sick ] && wget -q -O - http://127.0.0.1/ | grep -q api'], interval: 2s, retries: 5 }
  api:
    image: \${IMAGE}
    command: [sh, /app/serve.sh, "8000", /tmp/www]
    environment: { VERSION: "\${VERSION}" }
    stop_grace_period: 2s
    healthcheck: { test: [CMD-SHELL, 'wget -q -O - http://127.0.0.1:8000/'], interval: 2s, retries: 5 }
  jobs:
    image: \${IMAGE}
    command: [sh, /app/work.sh]
    environment: { VERSION: "\${VERSION}" }
    stop_grace_period: 2s
    healthcheck: { test: [CMD, test, -e, /tmp/ready], interval: 2s }
`;

/** \`poor\` does not pass its verification, \`sick\` never becomes healthy. */
export type ReleaseHealth = 'fine' | 'poor' | 'sick';

export const SERVICES = ['api', 'jobs', 'web'];

export const manifestOf = (app: string, hosts: string[], kind: ReleaseHealth) => `app: ${app}
services:
  web: { drain: 3s, healthyWithin: ${kind === 'sick' ? '3s' : '30s'} }
  api: { healthyWithin: 30s }
  jobs: { background: true, healthyWithin: 30s }
environments:
  production:
    hosts: [${hosts.map((host) => JSON.stringify(host)).join(', ')}]
    routes: [{ service: web, host: shop.localhost }]
    verify: [{ http: { service: web, path: /, body: fine, attempts: 1 } }]
    soak: 1s
    onFailure: ask
`;
