import { createHash } from 'node:crypto'

/** Port 9 is reserved for a service that nobody runs, so connections to it are refused. */
export const closedAddress = '127.0.0.1:9'

/** Replaces what differs from one run to the next, so that equal summaries have equal pictures. */
export function stabilise(
  markdown: string,
  { mlflowUrl, head }: { readonly mlflowUrl: string; readonly head: string },
): string {
  const ids = new Map<string, string>()
  for (const [id] of `${markdown}\n${head}`.matchAll(/\b(?:[0-9a-f]{40}|[0-9a-f]{32})\b/g)) {
    if (ids.has(id)) continue
    const stable = createHash('sha256').update(`id ${ids.size}`).digest('hex').slice(0, id.length)
    ids.set(id, stable)
  }
  // Runs and commits are shortened to their first characters.
  for (const [id, stable] of [...ids]) {
    for (const length of [7, 8]) ids.set(id.slice(0, length), stable.slice(0, length))
  }
  return (
    markdown
      .replace(/\b[0-9a-f]{7,40}\b/g, (text) => ids.get(text) ?? text)
      .replace(/\b20\d\d-\d\d-\d\d\b/g, '2026-03-02')
      .replace(/\b20\d\d[01]\d[0-3]\d\b/g, '20260302')
      .replaceAll(mlflowUrl, 'https://mlflow.example.com')
      // In messages of the network, and where the address is not written as a URL.
      .replaceAll(new URL(mlflowUrl).host, 'mlflow.example.com')
      .replaceAll(closedAddress, 'mlflow.internal:5001')
      .replaceAll('https://github.example.com', 'https://github.com')
  )
}
