import { setTimeout as sleep } from 'node:timers/promises'
import type { RuleResult } from '../mlflow/gateway.ts'
import { html, json } from '../mlflow/gateway-rules.ts'

export type MlflowFault = {
  readonly name: string
  readonly respond: () => RuleResult | Promise<RuleResult>
}

/** Faults of one request to MLflow that pass. */
export const mlflowFaults: readonly MlflowFault[] = [
  { name: 'drop', respond: () => 'drop' },
  { name: 'cut body', respond: () => 'truncate' },
  { name: 'hang', respond: () => sleep(hangMs, 'drop') },
  { name: 'empty 200', respond: () => ({ status: 200, body: '' }) },
  { name: '429, Retry-After: 0', respond: () => tooManyRequests('0') },
  { name: '429, Retry-After: 1', respond: () => tooManyRequests('1') },
  { name: '500', respond: () => json({ error_code: 'INTERNAL_ERROR', message: 'oops' }, 500) },
  { name: '502 with HTML', respond: () => html(502, '<html><h1>502 Bad Gateway</h1></html>') },
  { name: '503', respond: () => ({ status: 503, body: 'Service Unavailable' }) },
  { name: '200 with HTML', respond: () => html(200, '<!doctype html><h1>Maintenance</h1>') },
]

/** A proxy closes the connection after a while. */
const hangMs = 20

function tooManyRequests(retryAfter: string): RuleResult {
  return { status: 429, headers: { 'retry-after': retryAfter }, body: '{}' }
}
