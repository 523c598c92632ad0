import {
  activeRuns,
  batches,
  concurrently,
  experimentIdIn,
  experimentIds,
  json,
  loggedModels,
  modelIdOf,
  newestVersions,
  newFile,
  updatedFile,
} from './peer.mjs'

/** The floor: the requests that the action sends, each once, and no safety at all. */

const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, DIRECTORY } = process.env
const [owner, name] = GITHUB_REPOSITORY.split('/')
const headers = { authorization: `Bearer ${GITHUB_TOKEN}`, 'content-type': 'application/json' }

function post(path, body) {
  return json(`${GITHUB_API_URL}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function graphql(query, variables = {}) {
  const body = { query, variables: { owner, name, ...variables } }
  const { data, errors } = await post('graphql', body)
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}

async function readBranch() {
  const { repository } = await graphql(`query Branch($owner: String!, $name: String!) {
    repository(owner: $owner, name: $name) {
      id
      defaultBranchRef { name target { oid ... on Commit { tree { oid } } } }
      object(expression: "HEAD:${DIRECTORY}") { ... on Tree { entries { name mode type oid } } }
    }
  }`)
  const { target, name: branch } = repository.defaultBranchRef
  const entries = new Map(repository.object?.entries.map((entry) => [entry.name, entry.oid]) ?? [])
  const isNew = repository.object === null
  return { id: repository.id, branch, head: target.oid, tree: target.tree.oid, entries, isNew }
}

/** What is at the path of a directory that does not exist yet. */
function readParents({ head }) {
  return graphql(`query Parents($owner: String!, $name: String!) {
    repository(owner: $owner, name: $name) {
      object(expression: "${head}:") { ... on Tree { entries { name type } } }
    }
  }`)
}

/** Contents by hash. Each request also asks whether the directory is still the same. */
async function readFiles({ head }, oids) {
  const contents = new Map()
  const read = async (batch) => {
    const fields = batch.map((oid, index) => `b${index}: object(oid: "${oid}") { ...Content }`)
    const { repository } = await graphql(`query Blobs($owner: String!, $name: String!) {
      repository(owner: $owner, name: $name) {
        directory: object(expression: "${head}:${DIRECTORY}") { oid }
        ${fields.join('\n')}
      }
    } ${batch.length > 0 ? 'fragment Content on Blob { text isTruncated }' : ''}`)
    for (const [index, oid] of batch.entries()) contents.set(oid, repository[`b${index}`].text)
  }
  await concurrently(oids.length > 0 ? batches(oids, 250) : [[]], read)
  return contents
}

/** One mutation up to 500 files, and beyond that one tree for each 200 files. */
async function commit(branch, files) {
  const headline = `Sync MLflow models: ${files.length}`
  if (files.length <= 500) {
    const additions = files.map(({ path, text }) => ({
      path,
      contents: Buffer.from(text).toString('base64'),
    }))
    const input = {
      branch: { repositoryNameWithOwner: GITHUB_REPOSITORY, branchName: branch.branch },
      expectedHeadOid: branch.head,
      message: { headline },
      fileChanges: { additions },
    }
    const mutation = `mutation Commit($input: CreateCommitOnBranchInput!) {
      createCommitOnBranch(input: $input) { commit { oid } }
    }`
    await post('graphql', { query: mutation, variables: { input } })
    return
  }
  const git = `repos/${GITHUB_REPOSITORY}/git`
  let base_tree = branch.tree
  for (const batch of batches(files, 200)) {
    const entry = { mode: '100644', type: 'blob' }
    const tree = batch.map(({ path, text }) => ({ path, content: text, ...entry }))
    base_tree = (await post(`${git}/trees`, { base_tree, tree })).sha
  }
  const parents = [branch.head]
  const { sha } = await post(`${git}/commits`, { message: headline, tree: base_tree, parents })
  const update = { name: `refs/heads/${branch.branch}`, beforeOid: branch.head, afterOid: sha }
  const input = { repositoryId: branch.id, refUpdates: [update] }
  const query =
    'mutation Move($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }'
  await post('graphql', { query, variables: { input } })
}

/** New files: their runs with all data, and the locations of their models. */
async function readNew(versions) {
  if (versions.length === 0) return new Map()
  const experiments = await experimentIds()
  const runs = await activeRuns(versions.map(runIdOf), experiments, 250)
  await loggedModels(versions.map(modelIdOf), experiments)
  return runs
}

/** Updates: the locations of their models, and the metrics that the summary compares. */
async function readUpdated(versions, experiments) {
  if (versions.length === 0) return
  await loggedModels(versions.map(modelIdOf), experiments)
  await activeRuns(versions.map(runIdOf), await experimentIds(), 250)
}

const runIdOf = ({ run_id }) => run_id
const pathOf = ({ run_id }) => `${DIRECTORY}/${run_id}.yaml`

const [newest, branch] = await Promise.all([newestVersions(), readBranch()])
const oidOf = (version) => branch.entries.get(`${version.run_id}.yaml`)
const versions = [...newest.values()]
const missing = versions.filter((version) => oidOf(version) === undefined)
const existing = versions.filter((version) => oidOf(version) !== undefined)
const readAll = async () => {
  if (branch.isNew) await readParents(branch)
  return readFiles(branch, existing.map(oidOf))
}
const [contents, newRuns] = await Promise.all([readAll(), readNew(missing)])
const experiments = [...new Set([...contents.values()].map(experimentIdIn))]
await activeRuns(existing.map(runIdOf), experiments, 1000)
const created = missing
  .filter(({ run_id }) => newRuns.has(run_id))
  .map((version) => ({
    path: pathOf(version),
    text: newFile(version, newRuns.get(version.run_id)),
  }))
const updated = existing.flatMap((version) => {
  const before = contents.get(oidOf(version))
  const text = updatedFile(before, version)
  return text === before ? [] : [{ path: pathOf(version), text, version }]
})
const files = [...created, ...updated.map(({ path, text }) => ({ path, text }))]
if (files.length > 0) {
  const changed = updated.map(({ version }) => version)
  await Promise.all([commit(branch, files), readUpdated(changed, experiments)])
}
