// Verifies the audit trail from the command line, `npm run audit:verify`: exit code 0 = it is what was sealed, 1 = it is not.
import { parseArgs } from 'node:util'
import { assemble } from './assemble.ts'
import { sealWholeTrail } from './audit/seal-trail.ts'
import { verifyTrail } from './audit/verify-trail.ts'
import { ConfigError, readConfig } from './config.ts'
import { makeLog } from './log.ts'
import { runProcess } from './run-process.ts'

const HELP = `Verifies the audit trail: every event is the one that was sealed, and none is missing. The hub must be running, or DATABASE_URL set.

  npm run audit:verify
  npm run audit:verify -- --seller NAME --head NUMBER:HASH

  --seller  only this seller's trail
  --head    what an earlier run printed, kept elsewhere: the trail must still contain it. Whoever can write to the database could
            chain a false trail anew; not without this hash becoming another.

Says the first broken number. Exit code 0 = all is well, 1 = a trail is broken, 2 = it could not be read.`

const { values } = parseArgs({
  options: { seller: { type: 'string' }, head: { type: 'string' }, help: { type: 'boolean' } },
})
if (values.help) {
  process.stdout.write(`${HELP}\n`)
  process.exit(0)
}

await runProcess(async () => {
  const head = /^(\d+):([0-9a-f]{64})$/.exec(values.head ?? '')
  if (values.head !== undefined && (!head || !values.seller))
    throw new ConfigError('--head must be NUMBER:HASH as an earlier run printed it, together with --seller')
  const expected = head?.[1] && head[2] ? { number: head[1], hash: head[2] } : undefined
  const config = readConfig()
  const assembled = await assemble(config, makeLog('warn'), config.databaseUrl ? 'owner' : 'guest')
  let broken = false
  try {
    const { db } = assembled.hub
    const sellers: { id: string; name: string }[] = await db('sellers').select('id', 'name').orderBy('name')
    const wanted = sellers.filter((s) => !values.seller || s.name === values.seller)
    if (wanted.length === 0) throw new ConfigError(`there is no seller ${values.seller ?? ''}`.trim())
    for (const { id, name } of wanted) {
      await sealWholeTrail(db, id)
      const verdict = await verifyTrail(db, id, expected)
      const at = verdict.head ? `, head ${verdict.head.number}:${verdict.head.hash}` : ''
      if (verdict.broken)
        process.stdout.write(`${name}: BROKEN at event ${verdict.broken.number}. ${verdict.broken.why}\n`)
      else process.stdout.write(`${name}: ${verdict.count} events, all as sealed${at}\n`)
      broken ||= verdict.broken !== null
    }
  } finally {
    await assembled.close()
  }
  process.exit(broken ? 1 : 0)
})
