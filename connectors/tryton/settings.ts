// What an ERP admin enters to connect a Tryton.
import { z } from 'zod'

const url = z
  .url({ protocol: /^https?$/, message: 'an http or https address' })
  .refine((text) => !/[?#@]/.test(text), 'without user, password, ? and #')
  .transform((text) => text.replace(/\/+$/, ''))

export const settings = z.strictObject({
  url: url.describe('Address of the Tryton server, without the database: https://tryton.example'),
  database: z
    .string()
    .regex(/^[^/\s]+$/, 'a name without spaces and slashes')
    .describe("The database's name."),
  user: z.string().min(1).describe('Login of a user made for the hub; its rights are in the connector README.'),
  password: z.string().min(1).meta({ secret: true }).describe("That user's password."),
  company: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the company the user must work for; the check fails when it is another.'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(_[A-Z]{2})?$/, 'a code as en or nl')
    .default('en')
    .describe("Language of Tryton's messages."),
  customerCategory: z
    .string()
    .min(1)
    .optional()
    .describe('Party category of the customers. Without one every party is a customer, except companies of your own.'),
  confirmOrders: z
    .boolean()
    .default(true)
    .describe('Orders are quoted and confirmed. Otherwise they are left as quotations, for your people to confirm.'),
  notConfirmed: z
    .enum(['block', 'refuse'])
    .default('block')
    .describe(
      'An order that Tryton does not let be confirmed, as over the credit limit: block leaves the quotation to your people, refuse removes it and says no.',
    ),
  warnings: z
    .enum(['accept', 'refuse'])
    .default('refuse')
    .describe("Whether Tryton's warnings are answered yes in the hub user's name."),
  unknownShipTo: z
    .enum(['create', 'refuse'])
    .default('create')
    .describe('A ship-to address that the customer does not have yet is added to the customer, or the order refused.'),
  freightItemNumber: z
    .string()
    .min(1)
    .optional()
    .describe('Article for the freight that a buyer was quoted. Without one it is only written into the comment.'),
  openOrders: z
    .boolean()
    .default(true)
    .describe(
      "Balances with the value of open orders. Tryton walks through all of a customer's open sales for it: leave it out where those are hundreds.",
    ),
  timeoutSeconds: z.int().min(1).max(600).default(60).describe('How long one call may take.'),
  overlapSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe('How long a transaction in Tryton may last: changes are read again from that long before the last.'),
})

export type TrytonConfig = z.output<typeof settings>
