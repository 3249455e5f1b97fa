// What a job is. One file = one job; a job only translates: it opens the transaction and calls one verb.
import type { Hub } from '../src/hub.ts'
import type { JobName, JobPayloads } from '../src/queue/job-payloads.ts'

export interface JobContext {
  /** The run's id: the same in every attempt, so it serves as a once-key towards others. */
  id: string
  /** 1 at the first. */
  attempt: number
  /** Aborted when the worker must go or has lost the job to another: stop soon, by throwing. */
  signal: AbortSignal
  /** Kept with the run, for people to see. Anything JSON can hold. */
  progress(value: unknown): Promise<void>
}

export interface Job<N extends JobName = JobName> {
  name: N
  /** Failed that often, the job is dead until somebody replays it. */
  attempts: number
  /** Wait before the second attempt, ms; doubled each time up to `most`, each shortened by a random part of up to half. */
  backoff: { first: number; most: number }
  run(hub: Hub, payload: JobPayloads[N], context: JobContext): Promise<void>
  /** Called once the run is given up, also when its workers died of it or it was put off too often: says so where people look. */
  died?(hub: Hub, payload: JobPayloads[N], why: { kind: string; words: string }): Promise<void>
}

/** The steps of a job that talks to somebody else's system: for hours, for they do repair it. */
export const patient = { attempts: 12, backoff: { first: 5_000, most: 3_600_000 } }

/** The steps of upkeep: the next scheduled run does what this one couldn't. */
export const brief = { attempts: 3, backoff: { first: 10_000, most: 60_000 } }
