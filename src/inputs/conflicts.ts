import { own, prose, type Prose } from '../core/text/prose.ts'
import { indexName, optionalPath, writtenPath } from './git-names.ts'
import { findIndexConflict } from './index-conflict.ts'
import { shown } from './issue.ts'

/** Finds problems with combinations of inputs. */
export function findConflicts(raw: Readonly<Record<string, string>>): Prose[] {
  const problems: Prose[] = []
  const credentialsIncomplete = (raw['mlflow-username'] === '') !== (raw['mlflow-password'] === '')
  if (credentialsIncomplete && raw['mlflow-token'] === '') {
    const names = ['mlflow-username', 'mlflow-password'] as const
    const [missing, given] = raw[names[0]] === '' ? names : [names[1], names[0]]
    problems.push(
      prose`\`${own(missing)}\` is empty, but \`${own(given)}\` is set: MLflow needs both`,
    )
  }
  if (/^true$/i.test(raw['mlflow-insecure-tls'] ?? '') && raw['mlflow-ca-certificate'] !== '') {
    problems.push(
      prose`\`mlflow-insecure-tls\` and \`mlflow-ca-certificate\` exclude each other: remove one of them`,
    )
  }
  if (
    /^0+[smhd]$/.test(raw['poll-interval'] ?? '') &&
    !/^(0+[smhd])?$/.test(raw['poll-duration'] ?? '')
  ) {
    problems.push(
      prose`\`poll-interval\` must be at least \`1s\` (received ${shown(raw['poll-interval'] ?? '')})`,
    )
  }
  return [...problems, ...findIndexProblem(raw)]
}

/** With a configuration, the inputs are only what its targets leave out. */
function findIndexProblem(raw: Readonly<Record<string, string>>): Prose[] {
  const path = writtenPath.safeParse(raw.path)
  const index = indexName.safeParse(raw.index)
  if (raw.config !== '' || !path.success || index.data === undefined) return []
  const others = (['template', 'values-schema'] as const).flatMap((name) => {
    const other = optionalPath.safeParse(raw[name]).data
    return other === undefined
      ? []
      : [{ what: prose`the file that \`${own(name)}\` names`, path: other }]
  })
  const text = findIndexConflict(path.data, index.data, others)
  return text === undefined ? [] : [prose`\`index\` ${text}`]
}
