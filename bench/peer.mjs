import { readFileSync } from 'node:fs'

/** What the scripts beside the action have in common: reading MLflow, and the text of a file. */

const { MLFLOW_TRACKING_URI, MODELS = '' } = process.env
const template = readFileSync(new URL('../templates/vllm.yaml', import.meta.url), 'utf8')
const [head, rest] = template.split(/^(?=vllm:)/m)

export async function json(url, options) {
  const response = await fetch(url, options)
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${await response.text()}`)
  return response.json()
}

function mlflow(path, body) {
  const url = `${MLFLOW_TRACKING_URI}/api/2.0/mlflow/${path}`
  const headers = { 'content-type': 'application/json' }
  return json(url, body && { method: 'POST', headers, body: JSON.stringify(body) })
}

export function batches(items, size) {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size)
  return starts.map((start) => items.slice(start, start + size))
}

/** A few requests at a time, as the action sends them. */
export async function concurrently(items, send) {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await send(item)
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}

/** The newest version of each run whose model has the prefix. */
export async function newestVersions() {
  const newest = new Map()
  for (let token = ''; ;) {
    const query = `max_results=10000&order_by=creation_timestamp%20ASC&page_token=${token}`
    const page = await mlflow(`model-versions/search?${query}`)
    for (const version of page.model_versions ?? []) {
      if (version.name.startsWith(MODELS)) newest.set(version.run_id, version)
    }
    token = page.next_page_token ?? ''
    if (token === '') return newest
  }
}

/** Experiments of all runs; MLflow only searches the experiments that it is given. */
export async function experimentIds() {
  const { experiments } = await mlflow('experiments/search?view_type=ALL&max_results=10000')
  return experiments.map(({ experiment_id }) => experiment_id)
}

/** One request at a time, as the action sends them. */
async function searchEach(ids, size, search) {
  for (const batch of batches(ids, size)) {
    await search(batch.map((id) => `'${id}'`).join(','), batch.length)
  }
}

/** Active runs, in batches. */
export async function activeRuns(ids, experiment_ids, size) {
  const found = new Map()
  await searchEach(ids, size, async (list, count) => {
    const body = {
      experiment_ids,
      filter: `attributes.run_id IN (${list})`,
      max_results: count + 1,
    }
    const { runs } = await mlflow('runs/search', body)
    for (const { info } of runs) found.set(info.run_id, info)
  })
  return found
}

/** Locations of logged models, in batches. */
export async function loggedModels(ids, experiment_ids) {
  const found = new Map()
  await searchEach(ids, 1000, async (list) => {
    const body = { experiment_ids, filter: `model_id IN (${list})`, max_results: 1000 }
    const { models } = await mlflow('logged-models/search', body)
    for (const { info } of models) found.set(info.model_id, info)
  })
  return found
}

export function modelIdOf({ source }) {
  return source.slice('models:/'.length)
}

export function experimentIdIn(text) {
  return /^ {2}experimentId: "(.*)"$/m.exec(text)?.[1]
}

function dateOf({ creation_timestamp }) {
  return new Date(Number(creation_timestamp)).toISOString().slice(0, 10).replaceAll('-', '')
}

export function newFile(version, { run_id, experiment_id }) {
  const { name } = version
  const artifacts =
    '/mlflow/{{ .Values.global.experimentId }}/models/{{ .Values.global.modelid }}/artifacts'
  return `${head}global:
  experimentId: "${experiment_id}"
  runid: "${run_id}"
  modelid: "${modelIdOf(version)}"
  timestamp: ${dateOf(version)}
  modelName: "${name}"
  modelVersion: "${version.version}"
${rest
  .replace('${model.artifacts}', artifacts)
  .replace('${model.name}', name)
  .replaceAll('${model.slug}', name)
  .replaceAll('${run.slug}', run_id.slice(0, 8))}`
}

/** The file with the version, which is the same text if it has it already. */
export function updatedFile(text, version) {
  return text
    .replace(/^ {2}timestamp: .*$/m, `  timestamp: ${dateOf(version)}`)
    .replace(/^ {2}modelName: .*$/m, `  modelName: "${version.name}"`)
    .replace(/^ {2}modelVersion: .*$/m, `  modelVersion: "${version.version}"`)
}
