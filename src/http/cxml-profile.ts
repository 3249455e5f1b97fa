// ProfileRequest: which documents the hub takes, and where (cXML Reference Guide, "Profile Transaction").
import { formatTimestamp } from '../../protocols/cxml/timestamp.ts'
import type { CxmlHandler } from './cxml.ts'

const TAKEN = ['ProfileRequest', 'PunchOutSetupRequest', 'OrderRequest', 'StatusUpdateRequest', 'GetPendingRequest']

export const profileHandler: CxmlHandler = async (hub, { partner }) => {
  const url = `${hub.config.publicUrl}/cxml`
  const options: Record<string, { name: string; value: string }[]> = {
    PunchOutSetupRequest: [{ name: 'Direct.Operation', value: 'create,edit,inspect,source' }],
    OrderRequest: [
      { name: 'attachments', value: 'yes' },
      { name: 'changes', value: 'yes' },
      { name: 'requiredType', value: 'no' },
    ],
  }
  return {
    writes: [],
    content: {
      type: 'ProfileResponse',
      effectiveDate: formatTimestamp(partner.updatedAt, hub.config.timeZone),
      transactions: TAKEN.map((requestName) => ({
        requestName,
        url,
        options: options[requestName],
      })),
    },
  }
}
