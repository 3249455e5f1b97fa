// The list of migrations, in order. A merged one is never changed: write the next.
import { up as accounts } from './migrations/0001-accounts.ts'
import { up as queue } from './migrations/0002-queue.ts'
import { up as partners } from './migrations/0003-partners.ts'
import { up as documents } from './migrations/0004-documents.ts'
import { up as punchout } from './migrations/0005-punchout.ts'

export const migrations: readonly { name: string; up: readonly string[] }[] = [
  { name: '0001-accounts', up: accounts },
  { name: '0002-queue', up: queue },
  { name: '0003-partners', up: partners },
  { name: '0004-documents', up: documents },
  { name: '0005-punchout', up: punchout },
]
