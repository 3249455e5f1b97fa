// Brings the database to this version and ends, `npm run migrate`. The hub does the same at its start.
import { assemble } from './assemble.ts'
import { readConfig } from './config.ts'
import { makeLog } from './log.ts'
import { runProcess } from './run-process.ts'

await runProcess(async () => {
  const config = readConfig()
  const { close } = await assemble(config, makeLog(config.logLevel), 'owner')
  await close()
  console.log('The database is at this version.')
  process.exit(0)
})
