# One image, three commands: node dist/src/server.js (default), dist/src/worker.js, dist/src/migrate.js.
# Also dist/src/client.js, which makes API clients. No secret is built in.

FROM node:22-slim AS build
WORKDIR /hub
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
# .dockerignore lets in what the build needs, no more.
COPY . .
RUN npm run build

FROM node:22-slim AS packages
WORKDIR /hub
COPY package.json package-lock.json ./
# Install scripts must run: they put the links into the embedded PostgreSQL's libraries.
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

FROM node:22-slim
WORKDIR /hub
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    HUB_DATA_DIR=/data
# A volume made from this folder belongs to the user who runs the hub.
RUN mkdir /data && chown node:node /data
COPY --from=packages /hub/node_modules node_modules
COPY --from=build /hub/dist dist
COPY package.json LICENSE* ./
USER node
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/server.js"]
