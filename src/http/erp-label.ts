// How data of an ERP is labelled in answers: when it was true, whether that is too long ago, and what went wrong since.
import { z } from 'zod'

export const erpLabel = z
  .object({
    connectionId: z.uuid(),
    connection: z.string().describe('name of the ERP connection').meta({ example: 'Tryton Almere' }),
    asOf: z.iso.datetime().nullable().describe('when this was last read from the ERP to the end; null = never yet'),
    stale: z
      .boolean()
      .describe('older than its schedule lets expect, or the last reading failed; the data is shown all the same'),
    ageSeconds: z.int().nullable().describe('age of stale data'),
    lastError: z.string().nullable().describe('what the last reading failed with'),
  })
  .meta({ id: 'ErpLabel' })

/** In a list: one of each ERP connection of the seller. */
export const erpLabels = { erp: z.array(erpLabel).describe('one of each ERP connection') }
