import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from './core/runtime.ts'

/** The machine's clock; the signal ends every wait. */
export function createClock(signal: AbortSignal): Clock {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    sleep: async (ms, other) => {
      const ends = other === undefined ? signal : AbortSignal.any([signal, other])
      try {
        await sleep(ms, undefined, { signal: ends })
      } catch {
        ends.throwIfAborted()
      }
    },
  }
}
