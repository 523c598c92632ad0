import { z } from 'zod'
import { indexName, optionalPath, writtenPath } from '../inputs/git-names.ts'
import { detailsOf, issue, type InputIssue } from '../inputs/issue.ts'
import { aliases, duration, modelPatterns, optional } from '../inputs/parsers.ts'
import { own, prose } from '../core/text/prose.ts'
import { editorPatterns, type EditorPattern } from './editor-patterns.ts'

/**
 * The schema of the configuration file. It validates, and `schema/config.schema.json` and the table in
 * `docs/targets.md` are generated from it. A message continues a sentence that starts with the key. A
 * function, because only jobs with a configuration need it.
 */
export function createConfigSchema() {
  const keys = targetKeys()
  const target = z
    .strictObject({ name: targetName(), ...keys }, mustBe('a map of keys'))
    .describe('One directory of values files, and the model versions that belong in it.')
  return z
    .strictObject(
      {
        version: z
          .literal(1, { error: missingOr('must be `1`') })
          .describe('Version of the format of this file: `1`.'),
        defaults: z
          .strictObject(keys, mustBe('a map of keys'))
          .optional()
          .describe(
            'What targets leave out: the same keys, except `name`. What is left out here, too, comes from the inputs of the action with the same names, or is the default.',
          ),
        targets: z
          .array(target, mustBe('a list of targets, each starting with `-`'))
          .min(1, 'must have at least one target')
          .meta({
            description:
              'The targets, 1 to 100. All of them are synced in one commit, or one pull request.',
            // The schema would report nothing else about a list that is too long.
            maxItems: maxTargets,
          }),
      },
      mustBe('a map with the keys `version` and `targets`'),
    )
    .meta({
      title: 'Configuration of mlflow-sync',
      description: 'Several targets in one sync: the file that the input `config` names.',
    })
}

/** Each directory is part of one query. */
export const maxTargets = 100

export type Config = z.output<ReturnType<typeof createConfigSchema>>

/** What a target of the file sets, by its key in the file. */
export type ConfigKeys = NonNullable<Config['defaults']>

/** The keys of a target that `defaults` may have as well. */
function targetKeys() {
  return {
    path: text({ ...editorPatterns.written, examples: ['deploy/production'] })
      .pipe(writtenPath)
      .optional()
      .describe(
        'Directory of the values files, from the root of the repository; each target has one of its own. It is created if it is missing. Default: the root.',
      ),
    template: text({ ...editorPatterns.read, examples: ['deploy/templates/vllm.yaml'] })
      .pipe(optionalPath)
      .optional()
      .describe(
        'Path of the YAML template for new files, from the root of the repository. Default, also with an empty text: the built-in template for vLLM.',
      ),
    models: lines(modelPatterns, {
      example: ['llm-*', '!llm-draft-*'],
      pattern: editorPatterns.model,
    })
      .optional()
      .describe(
        "Registered models, as globs. `!` excludes, and the last match wins. A list, or one per line. Quote an entry that starts with `!` or `*`: `'!llm-draft-*'`. Default: all models.",
      ),
    aliases: lines(aliases, { example: ['champion'], pattern: editorPatterns.alias })
      .optional()
      .describe(
        'Only versions with one of these aliases. A list, or one per line. Default: versions with any alias or none.',
      ),
    filter: text({ examples: ["tags.deploy = 'yes'"] })
      .pipe(optional)
      .optional()
      .describe("MLflow filter for model versions, such as `tags.deploy = 'yes'`. Default: none."),
    'run-filter': text({ examples: ['metrics.eval_accuracy >= 0.9'] })
      .pipe(optional)
      .optional()
      .describe(
        'MLflow filter that the training run must match, such as `metrics.eval_accuracy >= 0.9`. Default: none.',
      ),
    'minimum-age': text({ ...editorPatterns.duration, examples: ['1h'] })
      .pipe(duration('0s'))
      .optional()
      .describe('Ignore versions younger than this: `30s`, `10m`, `2h` or `1d`. Default: `0s`.'),
    prune: z
      .boolean(mustBe('`true` or `false`'))
      .meta({ examples: [true] })
      .optional()
      .describe(
        'Delete files whose run is no longer selected: `true` or `false`. Default: `false`.',
      ),
    'max-deletions': z
      .int(mustBe('a whole number, 0 or more'))
      .min(0, 'must be a whole number, 0 or more')
      .max(999_999_999, 'must be at most 999999999')
      .meta({ examples: [10] })
      .optional()
      .describe(
        'Maximum number of deletions in this target, from 0 to 999999999. If more would be deleted, none are, and the step fails. Default: 10.',
      ),
    'values-schema': text({
      ...editorPatterns.read,
      examples: ['charts/vllm/values.schema.json'],
    })
      .pipe(optionalPath)
      .optional()
      .describe(
        "Path of the chart's JSON schema, from the root of the repository. Files that it rejects are not written; the `values.yaml` beside it supplies defaults. Default: none.",
      ),
    index: text({ ...editorPatterns.index, examples: ['README.md'] })
      .pipe(indexName)
      .optional()
      .describe(
        "Name of a file in the target's directory with a generated table of its models, such as `README.md`. Default: none.",
      ),
  }
}

/** Letters, digits, spaces and `._/-`: what MLflow accepts in the key of a tag, too. */
const namePattern = /^(?! )[\p{L}\p{N} ._/-]{1,64}(?<! )$/u

function targetName() {
  return text()
    .regex(namePattern, 'must have 1 to 64 characters: letters, digits, spaces and `._/-`')
    .optional()
    .meta({
      description:
        'Name of the target in outputs, report and summary, unique in this file: 1 to 64 letters, digits, spaces and `._/-`. Default: its path.',
      examples: ['production'],
      patternErrorMessage: 'Must have 1 to 64 characters: letters, digits, spaces and `._/-`.',
    })
}

/** Whether a path can be the name of a target that has none of its own. */
export function isTargetName(text: string): boolean {
  return namePattern.test(text)
}

/** @param meta what an editor shows besides the description. */
function text(meta: Partial<EditorPattern> & { examples?: string[] } = {}) {
  return z.string(mustBe('a text')).trim().meta(meta)
}

/**
 * A list of texts, or one text with several lines, as the parser of the input reads them. The entries of
 * a list are checked one by one, so that a mistake has the line of its entry, and one that is not a text
 * hides no other one.
 *
 * @param pattern of an entry, for editors.
 */
function lines<T>(
  parser: z.ZodType<T, string>,
  meta: { example: string[]; pattern: EditorPattern },
) {
  const entry = z.unknown().meta({ type: 'string', ...meta.pattern })
  return z
    .union([z.string(), z.array(entry)], mustBe('a list of texts'))
    .meta({ examples: [meta.example] })
    .transform((value, context) => {
      const isList = typeof value !== 'string'
      const entries = isList ? value : [value]
      for (const [index, text] of entries.entries()) {
        for (const found of findEntryIssues(text, parser, isList)) {
          context.addIssue({ ...issue(found), path: isList ? [index] : [] })
        }
      }
      const texts = entries.filter((text) => typeof text === 'string')
      const parsed = parser.safeParse(texts.join('\n'))
      return parsed.success ? parsed.data : z.NEVER
    })
}

function findEntryIssues(text: unknown, parser: z.ZodType, isEntry: boolean): InputIssue[] {
  if (typeof text !== 'string') return [{ text: own('must be a text') }]
  if (isEntry && /[\r\n]/.test(text.trim())) {
    return [{ text: prose`has an entry with a line break: \`${text}\``, showsValue: true }]
  }
  return (parser.safeParse(text).error?.issues ?? []).map(detailsOf)
}

function mustBe(what: string) {
  return { error: missingOr(`must be ${what}`) }
}

/** Zod reports a key that is missing like one with a wrong value. */
function missingOr(message: string) {
  return (found: { readonly input?: unknown }): string =>
    found.input === undefined ? `is missing: it ${message}` : message
}

/** The names of the keys, for suggestions. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return ['version', 'defaults', 'targets']
  const keys = Object.keys(targetKeys())
  return path[0] === 'defaults' ? keys : ['name', ...keys]
}

export const keyList = (names: readonly string[]) =>
  own(names.map((name) => `\`${name}\``).join(', '))
