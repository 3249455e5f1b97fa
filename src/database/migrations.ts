// The list of migrations, in order. A merged one is never changed: write the next.
import { up as accounts } from './migrations/0001-accounts.ts'
import { up as queue } from './migrations/0002-queue.ts'
import { up as partners } from './migrations/0003-partners.ts'
import { up as documents } from './migrations/0004-documents.ts'
import { up as punchout } from './migrations/0005-punchout.ts'
import { up as erp } from './migrations/0006-erp.ts'
import { up as orders } from './migrations/0007-orders.ts'
import { up as fulfilment } from './migrations/0008-fulfilment.ts'
import { up as outgoing } from './migrations/0009-outgoing.ts'
import { up as sellerParty } from './migrations/0010-seller-party.ts'
import { up as orderLists } from './migrations/0011-order-lists.ts'
import { up as jobSellers } from './migrations/0012-job-sellers.ts'
import { up as webhookEndpoints } from './migrations/0013-webhook-endpoints.ts'
import { up as nudge } from './migrations/0014-nudge.ts'
import { up as differences } from './migrations/0015-differences.ts'
import { up as looseLines } from './migrations/0016-loose-lines.ts'
import { up as accountConnections } from './migrations/0017-account-connections.ts'
import { up as access } from './migrations/0018-access.ts'
import { up as signIn } from './migrations/0019-sign-in.ts'
import { up as budgets } from './migrations/0020-budgets.ts'
import { up as approvals } from './migrations/0021-approvals.ts'
import { up as people } from './migrations/0022-people.ts'
import { up as requisitions } from './migrations/0023-requisitions.ts'
import { up as payments } from './migrations/0024-payments.ts'
import { up as accessLists } from './migrations/0025-access-lists.ts'
import { up as suspendedFrom } from './migrations/0026-suspended-from.ts'

export const migrations: readonly { name: string; up: readonly string[] }[] = [
  { name: '0001-accounts', up: accounts },
  { name: '0002-queue', up: queue },
  { name: '0003-partners', up: partners },
  { name: '0004-documents', up: documents },
  { name: '0005-punchout', up: punchout },
  { name: '0006-erp', up: erp },
  { name: '0007-orders', up: orders },
  { name: '0008-fulfilment', up: fulfilment },
  { name: '0009-outgoing', up: outgoing },
  { name: '0010-seller-party', up: sellerParty },
  { name: '0011-order-lists', up: orderLists },
  { name: '0012-job-sellers', up: jobSellers },
  { name: '0013-webhook-endpoints', up: webhookEndpoints },
  { name: '0014-nudge', up: nudge },
  { name: '0015-differences', up: differences },
  { name: '0016-loose-lines', up: looseLines },
  { name: '0017-account-connections', up: accountConnections },
  { name: '0018-access', up: access },
  { name: '0019-sign-in', up: signIn },
  { name: '0020-budgets', up: budgets },
  { name: '0021-approvals', up: approvals },
  { name: '0022-people', up: people },
  { name: '0023-requisitions', up: requisitions },
  { name: '0024-payments', up: payments },
  { name: '0025-access-lists', up: accessLists },
  { name: '0026-suspended-from', up: suspendedFrom },
]
