// What an admin enters to connect an SAP S/4HANA.
import { z } from 'zod'
import type { Channel } from '../connector.ts'

const channels = ['punchout', 'web', 'phone', 'edi', 'erp'] as const satisfies readonly Channel[]

const code = (length: number, what: string) =>
  z
    .string()
    .regex(new RegExp(`^[A-Z0-9]{1,${length}}$`), `capital letters and digits, at most ${length}`)
    .describe(what)

export const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, hostname: /./ })
    .refine((url) => !/\/sap\/opu\/|[?#]/.test(url), 'without /sap/opu/odata and what follows it')
    .describe('Address of the system up to, and without, /sap/opu/odata: https://my300000-api.s4hana.cloud.sap'),
  client: z
    .string()
    .regex(/^\d{3}$/, 'three digits')
    .optional()
    .describe("SAP client. Empty = the system's default client."),
  login: z
    .discriminatedUnion('method', [
      z.strictObject({
        method: z.literal('password'),
        user: z.string().min(1).describe('Communication user (cloud) or system user.'),
        password: z.string().min(1).meta({ secret: true }),
      }),
      z.strictObject({
        method: z.literal('oauth'),
        oauthUrl: z.url({ protocol: /^https?$/, hostname: /./ }).describe('Where access tokens are given out.'),
        clientId: z.string().min(1),
        clientSecret: z.string().min(1).meta({ secret: true }),
      }),
    ])
    .describe('Basic authentication, or OAuth 2.0 client credentials.'),
  salesOrganization: code(4, 'Sales organization the orders are made in.'),
  distributionChannel: code(2, 'Distribution channel.').default('10'),
  division: code(2, 'Division.').default('00'),
  companyCode: code(4, 'Only open items of this company code. Empty = of all.').optional(),
  orderType: code(4, 'Sales order type.').default('OR'),
  purchaseOrderTypeChannels: z
    .record(z.string().max(4), z.enum(channels))
    .default({})
    .describe(
      'Purchase order type (CustomerPurchaseOrderType) -> channel: {"PUNC": "punchout", "DFUE": "edi"}. The first type of a ' +
        "channel is written into the orders of that channel; all are read from other people's orders.",
    ),
  orderTypeChannels: z
    .record(z.string().max(4), z.enum(channels))
    .default({})
    .describe('Sales order type -> channel, for orders whose purchase order type says nothing: {"ZWEB": "web"}.'),
  priceCondition: code(4, 'Condition type of an agreed net price.').default('PPR0'),
  freightCondition: code(
    4,
    'Condition type of the freight that was quoted. Empty = freight is not handed over.',
  ).optional(),
  rejectionReason: code(2, 'Reason for rejection of cancelled lines.').default('00'),
  textLanguage: z
    .string()
    .regex(/^[A-Z]{2}$/, 'two capital letters')
    .default('EN')
    .describe('Language of the texts written into orders.'),
  headerText: code(4, 'Text type for comments on an order.').default('TX01'),
  itemText: code(4, 'Text type for comments on a line.').default('0002'),
  creditSegment: z.string().max(10).default('0000').describe('Credit segment whose limits are read.'),
  units: z
    .record(z.string(), z.string())
    .default({})
    .describe('Units SAP has under another ISO code: {"BX": "KI"}. UN/CEFACT Recommendation 20 -> SAP\'s ISO code.'),
  taxCategories: z
    .record(z.string(), z.enum(['S', 'Z', 'E', 'AE', 'K', 'G', 'O']))
    .default({})
    .describe('Tax code -> EN 16931 category: {"A0": "Z", "AE": "AE"}. Others: S with a rate, Z without.'),
  pageSize: z.int().min(1).max(1000).default(100).describe('Records read at once.'),
  timeoutSeconds: z.int().min(5).max(600).default(60),
})

export type S4Settings = z.output<typeof settings>
