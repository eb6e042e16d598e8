# Targets: `development` (sources, hot reload), `migrator` and `production` (the server; the default).
FROM node:24-bookworm-slim AS workspace
ENV CI=true TURBO_TELEMETRY_DISABLED=1
RUN install --directory --owner=node --group=node /repo
WORKDIR /repo
COPY package.json ./
RUN npm install --global "$(node --print 'require("./package.json").packageManager')"
USER node
COPY --chown=node:node pnpm-lock.yaml pnpm-workspace.yaml ./
RUN pnpm fetch
COPY --chown=node:node . .
RUN pnpm install --offline --frozen-lockfile

FROM workspace AS development
ENV NODE_ENV=development
WORKDIR /repo/apps/server
EXPOSE 8000
CMD ["node", "--watch", "--watch-preserve-output", "src/main.ts"]

FROM workspace AS build
RUN pnpm --filter @severalty/server --filter @severalty/migrator run build

FROM node:24-bookworm-slim AS runtime
# Objects that live as long as a request fit into 24 MB; Node would let 48 MB fill up. With --enable-source-maps besides, traces name sources.
ENV NODE_ENV=production NODE_OPTIONS="--max-semi-space-size=8"
RUN rm -rf /usr/local/lib/node_modules /opt/yarn-* \
  /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
WORKDIR /app
# By number, so that an orchestrator can tell that it is not root; 1000 is `node`.
USER 1000:1000
CMD ["node", "main.mjs"]

FROM runtime AS migrator
COPY --from=build --chown=root:root /repo/apps/migrator/dist ./

# Without settings the server ends at once, and leaves its compiled code beside itself: a container starts a third sooner.
FROM runtime AS compiled
USER root
COPY --from=build /repo/apps/server/dist ./
RUN node main.mjs 2> /dev/null || true

FROM runtime AS production
COPY --from=compiled --chown=root:root /app ./
EXPOSE 8000
