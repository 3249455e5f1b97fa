// ProfileRequest: which documents the hub takes, and where (cXML Reference Guide, "Profile Transaction").
import { formatTimestamp } from '../../protocols/cxml/timestamp.ts'
import type { CxmlHandler } from './cxml.ts'

const TAKEN = ['ProfileRequest', 'PunchOutSetupRequest']

export const profileHandler: CxmlHandler = async (hub, { partner }) => {
  const url = `${hub.config.publicUrl}/cxml`
  const operations = [{ name: 'Direct.Operation', value: 'create,edit,inspect,source' }]
  return {
    writes: [],
    content: {
      type: 'ProfileResponse',
      effectiveDate: formatTimestamp(partner.updatedAt, hub.config.timeZone),
      transactions: TAKEN.map((requestName) => ({
        requestName,
        url,
        options: requestName === 'PunchOutSetupRequest' ? operations : undefined,
      })),
    },
  }
}
