// Jobs in a process of their own, `npm run worker`. Several share the work.
import { assemble } from './assemble.ts'
import { readConfig } from './config.ts'
import { makeLog } from './log.ts'
import { queueNames, runJobs } from './run-jobs.ts'
import { runProcess } from './run-process.ts'

await runProcess(async () => {
  const config = readConfig()
  const log = makeLog(config.logLevel)
  const assembled = await assemble(config, log, 'guest')
  const jobs = await runJobs(assembled)
  console.log(`Worker ${process.pid} takes jobs of: ${queueNames.join(', ')} (${assembled.queues.kind}).`)
  return async () => {
    await jobs.close()
    await assembled.close()
  }
})
