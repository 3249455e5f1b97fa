// POST /api/v1/partners/:id/dry-run: paste a PunchOutSetupRequest or an OCI call, see who it would be and why. Changes nothing.
import { z } from 'zod'
import { CxmlError } from '../../protocols/cxml/cxml-error.ts'
import { decode } from '../../protocols/cxml/document.ts'
import type { OciLogin } from '../../protocols/oci/login.ts'
import { OciError } from '../../protocols/oci/oci-error.ts'
import type { BuyerFacts } from '../accounts/mapping-rules.ts'
import { matchUser } from '../accounts/match-user.ts'
import { roleNames } from '../accounts/permission.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { buyerFacts, fromSetupRequest, partiesOf } from '../mapping/cxml-punchout.ts'
import { ociFacts } from '../mapping/oci-login.ts'
import { authenticateOciUser, authenticatePartner, type Parties } from '../partners/authenticate-partner.ts'
import type { TradingPartner } from '../partners/partner.ts'
import { findPartnersBySender } from '../partners/partner-store.ts'
import { whyReturnUrlRefused } from '../partners/return-host.ts'
import { isSapEvent, parseOciCall } from './oci-call.ts'
import { partnerOr404 } from './partners.ts'
import { jsonRoute, type Route } from './route.ts'

const check = z.object({ ok: z.boolean(), message: z.string() })

const verdictSchema = z
  .object({
    accepted: z.boolean().describe('a live document like this would start a session'),
    checks: z.object({ document: check, credentials: check, returnUrl: check, user: check }),
    rules: z
      .array(z.object({ rule: z.string(), matched: z.boolean(), why: z.string() }))
      .describe('in order, up to the one that decided'),
    user: z
      .object({
        account: z.object({ id: z.uuid(), name: z.string() }),
        person: z.object({ id: z.string(), email: z.string(), name: z.string() }),
        role: z.enum(roleNames).nullable(),
        costCentre: z.string().nullable(),
        shipTo: z.string().nullable(),
        contract: z.string().nullable(),
        limits: z
          .object({
            costCentres: z.array(z.string()).nullable(),
            projects: z.array(z.string()).nullable(),
            shipTos: z.array(z.string()).nullable(),
            catalogues: z.array(z.string()).nullable(),
            orderLimit: z.string().nullable(),
            orderLimitCurrency: z.string().nullable(),
          })
          .nullable()
          .describe('what the person may order for: null = all, an empty list = none'),
        firstSight: z.boolean().describe('the person would be provisioned'),
      })
      .nullable(),
    facts: z
      .record(z.string(), z.array(z.string()))
      .describe('what the document says of its buyer: the fields rules can use'),
    findings: z.array(z.object({ code: z.string(), message: z.string(), path: z.string().optional() })),
  })
  .meta({ id: 'DryRun' })

interface Reading {
  facts: BuyerFacts
  returnUrl: string | null
  findings: { code: string; message: string; path?: string }[]
  document: z.infer<typeof check>
  credentials: z.infer<typeof check>
}

export const dryRunRoute: Route = jsonRoute({
  method: 'post',
  path: '/api/v1/partners/:id/dry-run',
  who: 'partners:read',
  may: 'mapping.edit',
  sellers: true,
  tag: 'Partners',
  summary: 'Try a document on the mapping rules',
  description:
    'For cXML paste the whole PunchOutSetupRequest; for OCI the query text of the call-up (HOOK_URL=...&USERNAME=...). Nothing is stored or provisioned.',
  body: z.object({ document: z.string().min(1).max(2_000_000) }).meta({ id: 'DryRunDocument' }),
  answer: verdictSchema,
  async handle(hub, { params, body, reach }) {
    const partner = await partnerOr404(hub.db, reach.sellerId, params.id)
    const reading =
      partner.protocol === 'cxml' ? await readCxml(hub, partner, body.document) : readOci(hub, partner, body.document)
    const refusal = reading.returnUrl
      ? isSapEvent(reading.returnUrl)
        ? null
        : whyReturnUrlRefused(reading.returnUrl, partner.settings.allowedReturnHosts)
      : 'the document names none'
    const match = await matchUser(hub.findStanding, partner.sellerId, partner.mapping, reading.facts)
    const checks = {
      document: reading.document,
      credentials: reading.credentials,
      returnUrl: {
        ok: !refusal,
        message: refusal ? `The return address is refused: ${refusal}.` : 'The return address is allowed.',
      },
      user: { ok: match.user !== null, message: match.why },
    }
    return {
      accepted: Object.values(checks).every((c) => c.ok),
      checks,
      rules: match.verdicts,
      user: match.user && {
        ...match.user,
        account: { id: match.user.account.id, name: match.user.account.name },
        firstSight: match.firstSight,
      },
      facts: reading.facts,
      findings: reading.findings,
    }
  },
})

async function readCxml(hub: Hub, partner: TradingPartner, text: string): Promise<Reading> {
  const nothing = { facts: {}, returnUrl: null, findings: [] }
  const unchecked = { ok: false, message: 'Not looked at: the document cannot be read.' }
  try {
    const document = decode(new TextEncoder().encode(text), { charset: 'utf-8' })
    if (document.kind !== 'Request' || document.content.type !== 'PunchOutSetupRequest')
      return {
        ...nothing,
        document: { ok: false, message: 'This is no PunchOutSetupRequest.' },
        credentials: unchecked,
      }
    const { returnUrl } = fromSetupRequest(document.content, document.lang)
    return {
      facts: buyerFacts(document.content, document.header),
      returnUrl,
      findings: document.findings,
      document: { ok: true, message: `PunchOutSetupRequest, operation ${document.content.operation}.` },
      credentials: await checkCredentials(hub, partner, partiesOf(document.header, document.deploymentMode)),
    }
  } catch (error) {
    if (!(error instanceof CxmlError)) throw error
    return { ...nothing, document: { ok: false, message: `${error.path}: ${error.message}` }, credentials: unchecked }
  }
}

async function checkCredentials(hub: Hub, partner: TradingPartner, parties: Parties) {
  try {
    const candidates = await findPartnersBySender(hub.db, parties.sender, parties.mode)
    const found = authenticatePartner(hub.keys, candidates, parties, { refuseDemo: hub.config.production })
    return found.id === partner.id
      ? { ok: true, message: `Sender, secret, From and To are this partner’s, in ${parties.mode} mode.` }
      : { ok: false, message: 'These credentials belong to another partner.' }
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    return { ok: false, message: typeof error.cause === 'string' ? `${error.cause}.` : error.message }
  }
}

function readOci(hub: Hub, partner: TradingPartner, text: string): Reading {
  const query = (text.includes('?') ? text.slice(text.indexOf('?') + 1) : text).trim()
  try {
    const login = parseOciCall(partner, { query, body: new Uint8Array(), contentType: '' })
    return {
      facts: ociFacts(login),
      returnUrl: login.hookUrl,
      findings: [],
      document: { ok: true, message: `OCI call-up, function ${login.function ?? '(none)'}.` },
      credentials: checkOciUser(hub, partner, login),
    }
  } catch (error) {
    if (!(error instanceof OciError)) throw error
    const unchecked = { ok: false, message: 'Not looked at: the call cannot be read.' }
    return {
      facts: {},
      returnUrl: null,
      findings: [],
      document: { ok: false, message: error.message },
      credentials: unchecked,
    }
  }
}

function checkOciUser(hub: Hub, partner: TradingPartner, login: OciLogin) {
  try {
    const rules = { refuseDemo: hub.config.production }
    const mode = authenticateOciUser(hub.keys, partner, login.username ?? '', login.password ?? '', rules)
    return { ok: true, message: `USERNAME and PASSWORD are this partner’s, in ${mode} mode.` }
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    return { ok: false, message: error.message }
  }
}
