// What an e-invoice says of its two parties beyond what the ERP's invoice holds (EN 16931 BG-4, BG-7, BG-16): the seller's own data, and
// of a customer's account where the network delivers and what reference it wants.
import { z } from 'zod'

const text = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}*$/u, 'holds a control character')

const country = z.string().regex(/^[A-Z]{2}$/, 'is no ISO 3166 code such as NL')

const vatId = z
  .string()
  .regex(/^[A-Z]{2}[A-Z0-9+*.]{2,13}$/, 'is no VAT identifier with its country, such as NL001234567B01')
  .describe('with country prefix')
  .meta({ example: 'NL001234567B01' })

const endpoint = z
  .object({
    scheme: z.string().regex(/^[A-Z0-9]{2,4}$/, 'is no scheme of electronic addresses (EAS) such as 0106'),
    id: text,
  })
  .describe('electronic address: EAS scheme (0106 KvK, 0204 Leitweg-ID, 9930 German VAT, ...) and identifier')

const legalId = z
  .object({
    scheme: z
      .string()
      .regex(/^\d{4}$/, 'is no ISO 6523 code such as 0106')
      .optional(),
    id: text,
  })
  .describe('company register: ISO 6523 scheme and number')

export const sellerPartySchema = z
  .object({
    name: text.describe('registered name'),
    tradingName: text.optional(),
    address: z.object({
      street: text.optional(),
      additionalStreet: text.optional(),
      city: text.optional(),
      postCode: text.optional(),
      subdivision: text.optional(),
      country,
    }),
    vatId: vatId.optional(),
    taxRegistrationId: text.optional().describe('number at the tax office'),
    legalId: legalId.optional(),
    legalForm: text.optional().describe('legal form, register court, share capital'),
    endpoint: endpoint.optional(),
    contact: z.object({ name: text.optional(), phone: text.optional(), email: text.optional() }).optional(),
    bank: z
      .object({
        iban: z
          .string()
          .regex(/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/, 'is no IBAN without blanks, such as NL91ABNA0417164300')
          .refine(hasCheckDigits, 'is no IBAN: its check digits are wrong'),
        bic: z
          .string()
          .regex(/^[A-Z0-9]{8}([A-Z0-9]{3})?$/, 'is no BIC')
          .optional(),
        holder: text.optional().describe('name of the account, where it is not the seller’s'),
      })
      .optional(),
  })
  .meta({ id: 'SellerParty' })
export type SellerParty = z.output<typeof sellerPartySchema>

export interface Seller {
  id: string
  name: string
  /** Null = not told yet: no e-invoice can be written. */
  party: SellerParty | null
}

export const buyerPartySchema = z
  .object({
    format: z
      .enum(['peppol', 'xrechnung'])
      .default('peppol')
      .describe('Peppol BIS Billing 3.0, or XRechnung for German authorities'),
    vatId: vatId.optional().describe('where absent: the customer’s in the ERP'),
    legalId: legalId.optional(),
    endpoint: endpoint.optional().describe('where absent: the VAT identifier, under its country’s scheme'),
    reference: text
      .optional()
      .describe('buyer reference (BT-10), for German authorities the Leitweg-ID')
      .meta({ example: '04011000-1234512345-06' }),
  })
  .meta({ id: 'AccountInvoicing' })
export type BuyerParty = z.output<typeof buyerPartySchema>

/** ISO 13616: two check digits, modulo 97. */
function hasCheckDigits(iban: string): boolean {
  const digits = `${iban.slice(4)}${iban.slice(0, 4)}`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  return !/^\d+$/.test(digits) || BigInt(digits) % 97n === 1n
}
