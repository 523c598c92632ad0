import type { BranchSnapshot, Content, DirectoryEntry } from '../core/branch.ts'
import type { CommitRequest } from '../core/changes.ts'
import type { DirectoryHistory } from '../core/removal.ts'
import { createBlobReader } from './blobs.ts'
import { readBranch, revisionOf, type BranchQuery } from './branch.ts'
import { readBranchFile, type BranchFile } from './branch-file.ts'
import type { ContentCache } from './checkout.ts'
import type { GitHubClient } from './client.ts'
import { commitToBranch, findCommit } from './commit.ts'
import {
  createCommit,
  createTree,
  type Commit,
  type NewCommit,
  type TreeEntry,
} from './git-data.ts'
import { listFiles, type TreeFile } from './head-branch.ts'
import { findFiles, readLastCommits, type LastCommits } from './last-commits.ts'
import { readDirectoryHistories } from './history.ts'
import { listTree } from './list-tree.ts'
import { findObstacle, type Obstacle } from './obstacles.ts'
import { createProbes, type Probes } from './probes.ts'
import { createPullRequests, type PullRequests } from './pull-requests.ts'
import { moveBranch, type BranchMove } from './refs.ts'
import { readRemovals, type Removals } from './removals.ts'

/** One repository on GitHub: everything that a sync reads from it or writes to it. */
export type Repository = {
  readonly readBranch: (query: BranchQuery) => Promise<BranchSnapshot>
  /** Reads one file before anything else of its branch is known. */
  readonly readFile: (branch: string | undefined, path: string) => Promise<BranchFile>
  /**
   * Reads contents by Git hash.
   *
   * @param pathsByOid where a checkout contains each file, by hash.
   * @throws GitHubError with reason `branch-moved` if the snapshot turns out to be inconsistent.
   */
  readonly readFiles: (
    snapshot: BranchSnapshot,
    pathsByOid: ReadonlyMap<string, string>,
  ) => Promise<ReadonlyMap<string, Content>>
  /** Finds what is in the place of a file, or on the way to it, at a commit or on a branch. */
  readonly findObstacle: (
    at: { readonly head: string } | { readonly branch: string },
    path: string,
  ) => Promise<Obstacle | undefined>
  /** Lists everything below a directory, by path relative to it. */
  readonly listTree: (oid: string) => Promise<ReadonlyMap<string, DirectoryEntry>>
  /**
   * Checks before a write that the snapshot's directories belong to its head. Sends a request only if
   * reading contents has not confirmed this yet.
   *
   * @throws GitHubError with reason `branch-moved` if they do not.
   */
  readonly confirm: (snapshot: BranchSnapshot) => Promise<void>
  /**
   * Reads the newest commits of all of the snapshot's directories, in one request.
   *
   * @throws GitHubError with reason `branch-moved` if the snapshot turns out to be inconsistent.
   */
  readonly readHistories: (
    snapshot: BranchSnapshot,
  ) => Promise<ReadonlyMap<string, DirectoryHistory>>
  /** Reads the last commit that touched each of these paths, none of which exists. */
  readonly readRemovals: (snapshot: BranchSnapshot, paths: readonly string[]) => Promise<Removals>
  /**
   * Commits all edits to the branch in one commit, or nothing.
   *
   * @throws GitHubError with reason `branch-moved` if the branch is no longer at the snapshot's head.
   */
  readonly commit: (request: CommitRequest) => Promise<Commit>
  /** Creates a tree, for the commit of a pull request, and returns its hash. */
  readonly createTree: (base: string, entries: readonly TreeEntry[]) => Promise<string>
  /** Creates a commit that no branch points to yet, for a pull request. */
  readonly createCommit: (commit: NewCommit) => Promise<Commit>
  /**
   * Moves, creates or deletes the head branch of a pull request in one compare-and-swap step.
   *
   * @throws GitHubError with reason `branch-moved` if the branch is not at `from`.
   */
  readonly moveHeadBranch: (move: Omit<BranchMove, 'force'>) => Promise<void>
  /** Lists the files in directories of two commits. */
  readonly listFiles: (
    commits: Readonly<Record<'from' | 'to', string>>,
    directories: readonly string[],
  ) => Promise<Record<'from' | 'to', ReadonlyMap<string, TreeFile>>>
  /** Finds the commit of one of several requests whose responses were lost, and that request. */
  readonly findCommit: <T extends CommitRequest>(
    requests: readonly T[],
  ) => Promise<{ readonly request: T; readonly commit: Commit } | undefined>
  /** The last commit up to `head` that changed each file, by path, or why it is not known. */
  readonly lastCommits: (head: string, paths: readonly string[]) => Promise<LastCommits>
  /** Those of some files (`refs/heads/main:path`) that exist. */
  readonly findFiles: (files: readonly string[]) => Promise<ReadonlySet<string>>
  readonly pullRequests: PullRequests
  /** Requests that test permissions without leaving a trace. */
  readonly probes: Probes
}

export function createRepository(client: GitHubClient, checkout: ContentCache): Repository {
  const blobs = createBlobReader(client, checkout)
  return {
    readBranch: (query) => readBranch(client, query),
    readFile: (branch, path) => readBranchFile(client, branch, path),
    readFiles: blobs.read,
    findObstacle: (at, path) =>
      findObstacle(client, 'head' in at ? at.head : revisionOf(at.branch), path),
    listTree: (oid) => listTree(client, oid),
    confirm: blobs.confirm,
    readHistories: async (snapshot) => {
      const { histories, trees } = await readDirectoryHistories(client, snapshot)
      blobs.compare(snapshot, trees)
      return histories
    },
    readRemovals: ({ head }, paths) => readRemovals(client, head, paths),
    commit: (request) => commitToBranch(client, request),
    createTree: (base, entries) => createTree(client, 'propose', base, entries),
    createCommit: (commit) => createCommit(client, 'propose', commit),
    moveHeadBranch: (move) => moveBranch(client, 'propose', { ...move, force: true }),
    listFiles: (commits, directories) => listFiles(client, commits, directories),
    findCommit: (requests) => findCommit(client, requests),
    lastCommits: (head, paths) => readLastCommits(client, head, paths),
    findFiles: (files) => findFiles(client, files),
    pullRequests: createPullRequests(client),
    probes: createProbes(client),
  }
}
