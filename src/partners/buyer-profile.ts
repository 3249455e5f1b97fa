// What a buyer's procurement system takes and what it refuses or silently changes, as data. facts/cxml.md, facts/oci.md.
import { z } from 'zod'

/** Fields of a cart a profile may limit. */
export const limitedFields = [
  'description',
  'shortName',
  'longText',
  'supplierPartId',
  'supplierPartAuxiliaryId',
  'buyerPartId',
  'manufacturerName',
  'manufacturerPartId',
  'vendor',
  'materialGroup',
  'contractId',
  'contractItem',
  'quoteId',
  'quoteItem',
  'attachmentUrl',
  'attachmentTitle',
  'attachmentPurpose',
  'classificationDomain',
  'classificationCode',
  'taxRate',
  'extrinsic',
  'customField1',
  'customField2',
  'customField3',
  'customField4',
  'customField5',
  'comments',
] as const
export type LimitedField = (typeof limitedFields)[number]

export const fieldRuleSchema = z.object({
  max: z.int().min(1).max(1_000_000).optional(),
  count: z.enum(['characters', 'bytes']).default('characters').describe('what `max` counts; bytes are of UTF-8'),
  over: z
    .enum(['cut', 'drop', 'reject', 'notice'])
    .default('cut')
    .describe('too long: shortened, left out, refused by the buyer, or only warned of; an identifier is never cut'),
  forbidden: z.string().max(100).optional().describe('characters the buyer’s system refuses the line for'),
  oneLine: z.boolean().optional().describe('line breaks become blanks'),
})
export type FieldRule = z.infer<typeof fieldRuleSchema>

export const decimalRuleSchema = z.object({
  maxWholeDigits: z.int().min(1).max(30).optional(),
  maxDecimals: z.int().min(0).max(12),
  over: z.enum(['round', 'reject']),
})
export type DecimalRule = z.infer<typeof decimalRuleSchema>

const unitCode = z.string().min(1).max(20)
export const unitRulesSchema = z.object({
  map: z.record(unitCode, unitCode).describe('our UN/CEFACT Rec 20 code -> the buyer’s code'),
  accepted: z
    .array(unitCode)
    .max(2000)
    .optional()
    .describe('the buyer’s codes, where the set is known; absent = whatever looks like a Rec 20 code'),
  unknown: z.enum(['reject', 'notice']).describe('what a unit outside `accepted` and `map` is worth'),
  unknownMeans: z.string().max(300).describe('what the buyer’s system does with a unit it lacks'),
  maxLength: z.int().min(1).max(20).optional().describe('a longer code is refused'),
})
export type UnitRules = z.infer<typeof unitRulesSchema>

const protocolRules = {
  fields: z.partialRecord(z.enum(limitedFields), fieldRuleSchema),
  price: decimalRuleSchema,
  quantity: decimalRuleSchema,
  units: unitRulesSchema,
  maxPriceUnitDigits: z.int().min(1).max(9),
  maxLines: z.int().min(1).max(10_000),
}

export const buyerProfileSchema = z.object({
  name: z.string().max(40),
  title: z.string().max(100),
  unspsc: z.enum(['notice', 'reject']).describe('what a UNSPSC that is no 8 digits means'),
  defaultClassification: z
    .object({ domain: z.string().min(1).max(60), code: z.string().min(1).max(60).optional() })
    .describe('for lines without any; without a code the line is only warned of'),
  requiredExtrinsics: z.array(z.string().min(1).max(100)).max(50),
  cxml: z.object({ ...protocolRules, formEncoding: z.enum(['cxml-urlencoded', 'cxml-base64']) }),
  oci: z.object({
    ...protocolRules,
    version: z.enum(['4.0', '5.0']),
    charset: z.string().max(40).describe('where the call-up has no http_content_charset'),
    maxInputVars: z
      .int()
      .min(1)
      .optional()
      .describe('most form fields the receiver reads, where it is known to have a bound'),
  }),
})
export type BuyerProfile = z.infer<typeof buyerProfileSchema>
export type ProtocolRules = Pick<BuyerProfile['cxml'], keyof typeof protocolRules>

/** What a partner may say otherwise than its profile. */
export const profileOverridesSchema = z
  .object({
    unitMap: z.record(unitCode, unitCode).optional(),
    acceptedUnits: z.array(unitCode).max(2000).optional(),
    requiredExtrinsics: z.array(z.string().min(1).max(100)).max(50).optional(),
    defaultClassification: buyerProfileSchema.shape.defaultClassification.optional(),
    formEncoding: z.enum(['cxml-urlencoded', 'cxml-base64']).optional(),
    fields: z.partialRecord(z.enum(limitedFields), fieldRuleSchema).optional(),
    maxLines: z.int().min(1).max(10_000).optional(),
    priceDecimals: z.int().min(0).max(12).optional(),
    ociVersion: z.enum(['4.0', '5.0']).optional(),
    charset: z.string().max(40).optional().describe('http_content_charset of the call-up'),
  })
  .meta({ id: 'ProfileOverrides' })
export type ProfileOverrides = z.infer<typeof profileOverridesSchema>

/** One thing a buyer's profile says about a cart. */
export const cartWarningSchema = z
  .object({
    code: z
      .enum(['cut', 'remapped', 'rejected', 'rounded', 'replaced', 'missing', 'notice'])
      .describe('`rejected`: the buyer’s system would refuse the line or the whole cart'),
    line: z.int().optional().describe('line number; absent = the whole cart'),
    field: z.string(),
    message: z.string(),
    before: z.string().optional(),
    after: z.string().optional(),
  })
  .meta({ id: 'CartWarning' })
export type CartWarning = z.infer<typeof cartWarningSchema>
