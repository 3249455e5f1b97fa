// /healthz: the process is up. /readyz: database, migrations and queue answer. /metrics: Prometheus.
import { missingMigrations } from '../database/database.ts'
import type { Route } from './route.ts'

export const healthRoutes: Route[] = [
  {
    method: 'get',
    path: '/healthz',
    who: 'anyone',
    summary: 'The process is up',
    handle: (_hub, _req, res) => void res.json({ status: 'up' }),
  },
  {
    method: 'get',
    path: '/readyz',
    who: 'anyone',
    summary: 'Database, migrations and queue answer',
    async handle(hub, _req, res) {
      const [missing, queue] = await Promise.all([
        missingMigrations(hub.db).catch(() => null),
        hub.queueReady().catch(() => false),
      ])
      const checks = {
        database: missing ? 'ok' : 'does not answer',
        migrations: missing?.length === 0 ? 'ok' : missing ? `missing: ${missing.join(', ')}` : 'unknown',
        queue: queue ? 'ok' : 'does not answer',
      }
      const ready = missing?.length === 0 && queue
      res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks })
    },
  },
  {
    method: 'get',
    path: '/metrics',
    who: 'anyone',
    summary: 'Prometheus metrics',
    async handle(hub, _req, res) {
      res.type(hub.metrics.contentType).send(await hub.metrics.metrics())
    },
  },
  {
    method: 'get',
    path: '/.well-known/jwks.json',
    who: 'anyone',
    summary: 'Public keys of the hub’s tokens',
    handle(hub, _req, res) {
      res.set('Cache-Control', 'public, max-age=300').json(hub.tokens.jwks())
    },
  },
]
