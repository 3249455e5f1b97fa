// A trading partner: one buyer's procurement system, how it introduces itself, where its users return to and how its cart is cut.
import { z } from 'zod'
import type { Mapping } from '../accounts/mapping-rules.ts'
import { profileOverridesSchema } from './buyer-profile.ts'
import { returnHostSchema } from './return-host.ts'

export type Mode = 'test' | 'production'

const origin = z
  .string()
  .max(255)
  .regex(/^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/, 'is no origin such as https://buyer.example')

/** What is compared between a cart and the order that follows; `line` = the order's line is from no cart. */
export const differenceFields = [
  'supplierPartId',
  'buyerPartId',
  'quantity',
  'unit',
  'unitPrice',
  'priceUnit',
  'currency',
  'classification',
  'description',
  'manufacturerPartId',
  'line',
] as const
export type DifferenceField = (typeof differenceFields)[number]

export const orderPolicySchema = z
  .object({
    holdOn: z
      .array(z.enum(differenceFields))
      .default(['supplierPartId', 'unit', 'unitPrice', 'priceUnit', 'currency'])
      .describe('an order line that differs from its cart in one of these waits for a person'),
    priceTolerancePercent: z
      .string()
      .regex(/^\d{1,3}(\.\d{1,4})?$/, 'is no percentage such as "2.5"')
      .default('0')
      .describe('a unit price may differ by so much before it holds the order'),
    overCredit: z.enum(['hold', 'warn', 'ignore']).default('hold').describe('an order over the credit limit'),
    testOrders: z
      .enum(['hold', 'push'])
      .default('hold')
      .describe('orders with deploymentMode test: kept back from the ERP, or pushed like others (an ERP for tests)'),
  })
  .meta({ id: 'OrderPolicy' })
export type OrderPolicy = z.infer<typeof orderPolicySchema>

export const outgoingKinds = ['ConfirmationRequest', 'ShipNoticeRequest', 'InvoiceDetailRequest'] as const
export type OutgoingKind = (typeof outgoingKinds)[number]

export const outgoingSchema = z
  .object({
    way: z
      .enum(['post', 'mailbox', 'off'])
      .default('off')
      .describe('post to `url`, keep for the buyer’s GetPendingRequest, or send nothing'),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .describe('where the buyer’s system takes documents'),
    kinds: z.array(z.enum(outgoingKinds)).default([...outgoingKinds]),
    confirmWhen: z
      .enum(['accepted', 'confirmed'])
      .default('confirmed')
      .describe('a first confirmation when the ERP has the order, or when it promised it'),
    taxIn: z
      .enum(['lines', 'summary'])
      .default('lines')
      .describe('where an invoice states its tax: on every line and in its summary, or in the summary only'),
  })
  .refine((o) => o.way !== 'post' || o.url !== undefined, { path: ['url'], message: 'is needed to post documents' })
  .meta({ id: 'OutgoingDocuments' })
export type OutgoingDocuments = z.infer<typeof outgoingSchema>

export const partnerSettingsSchema = z
  .object({
    allowedReturnHosts: z.array(returnHostSchema).max(100).describe('hosts the buyer’s browser may be sent back to'),
    frameAncestors: z.array(origin).max(50).default([]).describe('origins that may show the hub’s pages in an iframe'),
    language: z.string().max(20).optional().describe('BCP 47 tag for users whose document names none'),
    contract: z
      .string()
      .max(100)
      .optional()
      .describe('contract or assortment the storefront shows, unless a rule says another'),
    operationAllowed: z
      .enum(['create', 'edit', 'inspect'])
      .default('edit')
      .describe('what the buyer may do later with a returned cart'),
    overrides: profileOverridesSchema.prefault({}).describe('what this buyer takes otherwise than its profile says'),
    defaultCurrency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('EUR'),
    sessionMinutes: z.int().min(5).max(1440).default(240),
    cartValidDays: z
      .int()
      .min(1)
      .max(3650)
      .default(180)
      .describe('a cart returned longer ago counts as stale on edit and inspect'),
    unknownCarts: z
      .enum(['refuse', 'open'])
      .default('refuse')
      .describe('edit and inspect of lines the hub never returned: Status 412, or the storefront gets them as unknown'),
    orders: orderPolicySchema.prefault({}).describe('what holds an order of this partner'),
    outgoing: outgoingSchema.prefault({}).describe('confirmations, ship notices and invoices'),
    oci: z
      .object({
        version: z.enum(['4.0', '5.0']).default('4.0'),
        hookUrlName: z.string().max(40).default('HOOK_URL').describe('name of the parameter with the return address'),
        queryMode: z
          .enum(['split', 'keep'])
          .default('keep')
          .describe('parameters in HOOK_URL itself: moved to hidden fields, or left in the address'),
        method: z.enum(['POST', 'GET']).default('POST'),
        variant: z.enum(['html', 'xml']).default('html'),
        xmlTypeName: z.string().max(40).default('~xml_type'),
        emptyCart: z
          .enum(['form', 'ocicancel'])
          .default('ocicancel')
          .describe('leaving without items: an empty form to HOOK_URL, or OCICANCEL where the buyer sent one'),
      })
      .prefault({}),
  })
  .meta({ id: 'PartnerSettings' })
export type PartnerSettings = z.infer<typeof partnerSettingsSchema>

export interface PartnerCredential {
  id: string
  /** from, sender, to = cXML Header; user = OCI USERNAME. */
  party: 'from' | 'sender' | 'to' | 'user'
  domain: string
  identity: string
  mode: Mode
}

export interface SealedSecret {
  id: string
  mode: Mode
  label: string
  /** Who shows it: the partner's system to us, or we to it in the documents that go out. */
  shownBy: 'partner' | 'us'
  sealed: Buffer
  demo: boolean
  createdAt: Date
}

export interface TradingPartner {
  id: string
  sellerId: string
  storefrontId: string
  /** Stands in addresses: /oci/:slug. */
  slug: string
  name: string
  protocol: 'cxml' | 'oci'
  status: 'active' | 'paused'
  /** Name of a buyer profile. */
  profile: string
  settings: PartnerSettings
  mapping: Mapping
  demo: boolean
  /** Counts changes; an update carries the one it saw. */
  version: number
  credentials: PartnerCredential[]
  secrets: SealedSecret[]
  createdAt: Date
  updatedAt: Date
}

/** The most secrets of one mode alive at once: the old and the new while a buyer changes over. */
export const LIVE_SECRETS = 2

/** The purpose partner secrets are sealed for. */
export const SECRET_PURPOSE = 'partner-secret'
