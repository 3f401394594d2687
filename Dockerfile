FROM node:22-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY . .
# The dashboard for browsers, which is built on first use elsewhere.
RUN node --import tsx cube/web/prebuild.ts
# The embedded Postgres is not used here (DATABASE_URL is), so nothing needs root.
RUN mkdir -p .voronka && chown node:node .voronka
USER node
ENTRYPOINT ["node", "bin/voronka.js"]
CMD ["up"]
