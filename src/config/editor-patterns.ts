/**
 * Regular expressions for editors, which know only `schema/config.schema.json`. They reject the common
 * mistakes; the parsers of the inputs decide.
 */
const inside = String.raw`(?!\s*/)(?!\s*[A-Za-z]:)(?!(.*/)?\s*\.\.\s*(/|$))`
const outsideGit = String.raw`(?!(.*/)?\s*\.[gG][iI][tT]\s*(/|$))`
const outsideGitHub = String.raw`(?!(.*/)?\s*\.[gG][iI][tT][hH][uU][bB]\s*(/|$))`
/** Something other than `.` and slashes, or nothing at all. */
const notARoot = String.raw`(?!\s*\.[./\s]*$)`
const notAValuesFile = String.raw`(?!\s*[A-Za-z0-9][A-Za-z0-9_-]*\.yaml\s*$)`

/** A pattern, and what editors with the language servers of VS Code say instead of showing it. */
export type EditorPattern = { readonly pattern: string; readonly patternErrorMessage: string }

export const editorPatterns = {
  /** A file that is only read. */
  read: {
    pattern: String.raw`^${inside}${outsideGit}${notARoot}[^\\]*$`,
    patternErrorMessage:
      'Must be the path of a file, relative to the root of the repository, with `/` and outside of `.git`.',
  },
  /** A directory that is written. */
  written: {
    pattern: String.raw`^${inside}${outsideGit}${outsideGitHub}[^\\]*$`,
    patternErrorMessage:
      'Must be a path relative to the root of the repository, with `/` and outside of `.git` and `.github`.',
  },
  index: {
    pattern: String.raw`^${inside}${outsideGit}${outsideGitHub}${notARoot}${notAValuesFile}[^/\\]*$`,
    patternErrorMessage:
      'Must be a file name such as `README.md`, without a directory, and not one that a values file could have.',
  },
  model: {
    pattern: String.raw`^(?!\s*!\s*$).*$`,
    patternErrorMessage: 'Must have a name after `!`: the models to exclude.',
  },
  alias: {
    pattern: String.raw`^\s*((?![vV]\p{Nd}+\s*$)(?![lL][aA][tT][eE][sS][tT]\s*$)[\p{L}\p{N}_-]{1,255})?\s*$`,
    patternErrorMessage:
      'Must have 1 to 255 letters, digits, `_` and `-`, and not be reserved by MLflow, as `latest` and `v1` are.',
  },
  duration: {
    pattern: '^([0-9]{1,9}[smhd])?$',
    patternErrorMessage: 'Must be a duration such as `30s`, `10m`, `2h` or `1d`.',
  },
} as const satisfies Readonly<Record<string, EditorPattern>>
