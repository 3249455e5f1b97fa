// What a person can do about a dead job, in a sentence: by what went wrong, and for some jobs by what they were about. Pure.

/** By JobRun.errorKind: the kinds and codes of jobs/failure.ts. */
const byKind: Readonly<Record<string, string>> = {
  unreachable: 'The other side was not reached in any attempt. When it is up again, replay.',
  unavailable: 'Something the hub needs was away in every attempt. When it is back, replay.',
  storefront_failed: 'The storefront did not answer as agreed. Have it mended, then replay.',
  throttled: 'The other side asked to wait again and again. Ask it for a higher limit or wait, then replay.',
  refused: 'The other side said no for the reason above. Mend that, then replay; it is the same request again.',
  unauthorised:
    'The login was refused. Put it right in the connection’s settings, try it with its check, then replay all of them.',
  unintelligible:
    'What came back could not be understood. Check the address: a proxy or login page answers there? Then replay.',
  crashed: 'The worker died in every attempt. Look into its log and memory at that time, then replay.',
  not_found: 'What it was about is gone. If that is right, discard it.',
  wrong_state: 'What it was about has moved on since. If that is right, discard it.',
  fault: 'A fault of the hub’s own. Its log has the cause under this run’s id. Mended or updated, replay.',
}

/** Where one job knows better, by job and kind. */
const byJob: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'push-order': {
    refused:
      'The ERP would not take the order, which is held. Mend what it names, then release the order: that pushes it. Discard this run.',
  },
  'sync-stream': {
    unreachable: 'The stream is read again by its schedule once the ERP is up. Replay only to have it at once.',
    refused: 'The ERP would not let this stream be read. Check the rights of the connection’s user, then replay.',
  },
  'deliver-document': {
    refused:
      'The buyer’s system refused the document for the reason above. Have that mended there or here, then replay: the same bytes go out.',
  },
  'send-webhook': {
    refused: 'The endpoint’s address is not one the hub calls. Change the endpoint, then replay.',
    unreachable:
      'The endpoint did not take the event in any attempt. When it is mended, replay, or replay all of the job send-webhook.',
  },
}

/** A sentence for the person who settles it. */
export function whatNext(job: string, errorKind: string | null): string {
  const kind = errorKind ?? 'fault'
  return byJob[job]?.[kind] ?? byKind[kind] ?? 'Mend what the error names, then replay; or discard it with a reason.'
}
