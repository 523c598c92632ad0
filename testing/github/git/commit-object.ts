/** Commits as git stores them, including the signature that `git commit-tree` cannot write. */

export type Person = { readonly name: string; readonly email: string }

/** Who signed a commit. GitHub signs what is committed through its API or its website. */
export type Signer = 'github' | 'person'

export type Commit = {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Person
  readonly committer: Person
  /** When it was committed. */
  readonly date: string
  readonly message: string
  readonly signer: Signer | undefined
  /** The armored signature, and what it signs: the object without the signature. */
  readonly signature: string | null
  readonly payload: string
}

export type NewCommit = {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: Person
  /** The author by default. */
  readonly committer?: Person
  readonly signer?: Signer | undefined
}

/** Content of a commit object, dated now. */
export function formatCommit({ tree, parents, message, signer, ...people }: NewCommit): string {
  const { author, committer = author } = people
  const time = `${Math.floor(Date.now() / 1000)} +0000`
  const headers = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${author.name} <${author.email}> ${time}`,
    `committer ${committer.name} <${committer.email}> ${time}`,
    ...(signer === undefined ? [] : [`gpgsig ${armored(signer).replaceAll('\n', '\n ')}`]),
  ]
  return `${headers.join('\n')}\n\n${message}`
}

export function parseCommit(oid: string, raw: string): Commit {
  const end = raw.indexOf('\n\n')
  const headers = raw.slice(0, end).split(/\n(?! )/)
  const values = (name: string): string[] =>
    headers.flatMap((header) =>
      header.startsWith(`${name} `) ? header.slice(name.length + 1) : [],
    )
  const [tree = ''] = values('tree')
  const committer = parsePerson(values('committer')[0])
  const signature = values('gpgsig')[0]?.replaceAll('\n ', '\n') ?? null
  const unsigned = headers.filter((header) => !header.startsWith('gpgsig '))
  return {
    oid,
    tree,
    parents: values('parent'),
    author: parsePerson(values('author')[0]),
    committer,
    date: committer.date,
    message: raw.slice(end + 2).trimEnd(),
    signer: signature === null ? undefined : signerOf(signature),
    signature,
    payload: unsigned.join('\n') + raw.slice(end),
  }
}

function parsePerson(text = ''): Person & { readonly date: string } {
  const [, name = '', email = '', seconds = '0'] = /^(.*) <(.*)> (\d+) \S+$/.exec(text) ?? []
  return { name, email, date: new Date(Number(seconds) * 1000).toISOString() }
}

function armored(signer: Signer): string {
  return [
    '-----BEGIN PGP SIGNATURE-----',
    `Comment: signed by ${signer}`,
    '',
    'c3RhbmQtaW4=',
    '-----END PGP SIGNATURE-----',
  ].join('\n')
}

function signerOf(signature: string): Signer {
  return signature.includes('signed by github') ? 'github' : 'person'
}
