import { activeRuns, experimentIds, json, newestVersions, newFile, updatedFile } from './peer.mjs'

/** One request to look at each file, and one commit for each change, as polling services do. */

const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, DIRECTORY } = process.env
const headers = { authorization: `Bearer ${GITHUB_TOKEN}`, 'content-type': 'application/json' }

const newest = await newestVersions()
const runs = await activeRuns([...newest.keys()], await experimentIds(), 250)
for (const [runId, version] of newest) {
  const run = runs.get(runId)
  if (run === undefined) continue
  const path = `${DIRECTORY}/${runId}.yaml`
  const url = `${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/contents/${path}`
  const response = await fetch(url, { headers })
  const { sha, content } = response.ok ? await response.json() : {}
  if (!response.ok) await response.arrayBuffer()
  const text = content && Buffer.from(content, 'base64').toString()
  const result = text === undefined ? newFile(version, run) : updatedFile(text, version)
  if (result === text) continue
  const message = `Deploy ${version.name} version ${version.version}`
  const body = { message, sha, content: Buffer.from(result).toString('base64') }
  await json(url, { method: 'PUT', headers, body: JSON.stringify(body) })
}
