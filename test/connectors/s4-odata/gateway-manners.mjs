// What stands between a client and SAP's business logic, in front of the V2 adapter: login, CSRF token and session cookie,
// service versions in the path. And what only a test needs: rows put in behind the API, faults on demand, a list of requests.
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'

const express = createRequire(import.meta.url)('express')
const ROOT = '/sap/opu/odata/sap'
const SESSION = 'SAP_SESSIONID_S4T_100'

/** Puts the manners in front of everything `cds` serves. Call before the server starts. */
export function gatewayManners(cds) {
  /** session -> CSRF token */
  const sessions = new Map()
  /** access tokens given out */
  const bearers = new Set()
  const requests = []
  let faults = []

  cds.prependListener('bootstrap', (app) => {
    app.use('/control', express.json({ limit: '10mb' }), control(cds, { sessions, bearers, requests, setFaults }))
    app.post('/oauth/token', express.urlencoded({ extended: false }), giveToken)
    app.use(ROOT, note, faulty, loggedOn, csrf, versionless, answerless)
  })

  function setFaults(wanted) {
    faults = wanted.map((fault) => ({ times: 1, ...fault }))
  }

  function note(req, _res, next) {
    requests.push({ method: req.method, url: decodeURIComponent(req.originalUrl), headers: req.headers })
    next()
  }

  /**
   * The first fault that fits and isn't used up. `drop`: nothing is done; `lose`: it is done and nobody hears of it; `meanwhile`:
   * somebody else is faster.
   */
  async function faulty(req, res, next) {
    const url = decodeURIComponent(req.originalUrl)
    const fault = faults.find(
      (each) => each.times > 0 && url.includes(each.path ?? '') && (!each.method || each.method === req.method),
    )
    if (!fault) return next()
    fault.times--
    if (fault.drop) return req.socket.destroy()
    if (fault.meanwhile) {
      await update(cds, fault.meanwhile)
      return next()
    }
    if (!fault.lose)
      return res
        .status(fault.status)
        .set(fault.headers ?? {})
        .send(fault.body ?? '')
    const hangUp = () => req.socket.destroy()
    res.writeHead = hangUp
    res.write = hangUp
    res.end = hangUp
    next()
  }

  function giveToken(req, res) {
    const [client, secret] = Buffer.from(req.headers.authorization?.split(' ')[1] ?? '', 'base64')
      .toString()
      .split(':')
    if (req.body.grant_type !== 'client_credentials' || client !== 'hub' || secret !== 'hub-5ecret')
      return res.status(401).json({ error: 'invalid_client' })
    const token = randomBytes(12).toString('hex')
    bearers.add(token)
    res.json({ access_token: token, token_type: 'Bearer', expires_in: 3600 })
  }

  function loggedOn(req, res, next) {
    const [kind, value] = (req.headers.authorization ?? '').split(' ')
    if (kind === 'Basic' && Buffer.from(value, 'base64').toString() === 'HUB:hub-Pa55') return next()
    if (kind === 'Bearer' && bearers.has(value)) return next()
    res.status(401).set('www-authenticate', 'Basic realm="SAP NetWeaver Application Server [S4T/100]"').type('html')
    res.send('<html><head><title>Logon Error Message</title></head><body><h1>Logon failed</h1></body></html>')
  }

  /** Token and session belong together; a request that changes something without both is refused. */
  function csrf(req, res, next) {
    const session = new RegExp(`${SESSION}=([^;]+)`).exec(req.headers.cookie ?? '')?.[1]
    const sent = String(req.headers['x-csrf-token'] ?? '')
    if (req.method === 'GET') {
      if (sent.toLowerCase() === 'fetch') {
        const known = sessions.has(session) ? session : randomBytes(12).toString('hex')
        if (!sessions.has(known)) sessions.set(known, randomBytes(16).toString('base64'))
        res.set('x-csrf-token', sessions.get(known))
        res.append('set-cookie', 'sap-usercontext=sap-client=100; path=/')
        res.append('set-cookie', `${SESSION}=${known}; path=/; HttpOnly`)
      }
      return next()
    }
    if (sessions.has(session) && sessions.get(session) === sent) return next()
    res.status(403).set('x-csrf-token', 'Required').type('text/plain').send('CSRF token validation failed')
  }

  /** `API_OUTBOUND_DELIVERY_SRV;v=0002` is served as `API_OUTBOUND_DELIVERY_SRV`. */
  function versionless(req, _res, next) {
    req.url = req.url.replace(/^(\/\w+);v=\d+/, '$1')
    next()
  }

  /** SAP answers a change with 204 and nothing. */
  function answerless(req, _res, next) {
    if (req.method === 'MERGE' || req.method === 'PATCH') req.headers.prefer = 'return=minimal'
    next()
  }
}

/** POST /control/<what>: for tests. Rows go in by the service's own rules, past what the API may not write. */
function control(cds, { sessions, bearers, requests, setFaults }) {
  const router = express.Router()
  const answer = (work) => async (req, res) => {
    try {
      res.json((await work(req.body)) ?? {})
    } catch (error) {
      res.status(500).json({ message: error.message, args: error.args, target: error.target })
    }
  }
  router.post('/reset', answer(reset))
  router.post('/faults', answer(setFaults))
  router.post(
    '/expire-sessions',
    answer(() => sessions.clear()),
  )
  router.post(
    '/expire-tokens',
    answer(() => bearers.clear()),
  )
  router.post(
    '/requests',
    answer(() => requests.map(({ method, url, headers }) => ({ method, url, headers }))),
  )
  router.post(
    '/insert',
    answer(async ({ entity, rows }) => {
      const service = await cds.connect.to(entity.split('.')[0])
      await cds.tx({ user: cds.User.privileged }, async () => {
        for (const row of rows) await service.run(cds.ql.INSERT.into(entity).entries(row))
      })
      return rows
    }),
  )
  router.post(
    '/update',
    answer((change) => update(cds, change)),
  )
  router.post(
    '/delete',
    answer(({ entity, key }) => cds.tx(() => cds.db.run(cds.ql.DELETE.from(entity).where(key)))),
  )
  return router

  async function reset() {
    const tables = Object.values(cds.model.definitions).filter((each) => each.kind === 'entity' && !each.query)
    await cds.tx(async () => {
      for (const table of tables) await cds.db.run(cds.ql.DELETE.from(table))
    })
    setFaults([])
    requests.length = 0
  }
}

function update(cds, { entity, key, data }) {
  return cds.tx(() => cds.db.run(cds.ql.UPDATE(entity).where(key).with(data)))
}
