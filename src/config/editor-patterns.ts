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

export const editorPatterns = {
  /** A file that is only read. */
  read: String.raw`^${inside}${outsideGit}${notARoot}[^\\]*$`,
  /** A directory that is written. */
  written: String.raw`^${inside}${outsideGit}${outsideGitHub}[^\\]*$`,
  index: String.raw`^${inside}${outsideGit}${outsideGitHub}${notARoot}${notAValuesFile}[^/\\]*$`,
  model: String.raw`^(?!\s*!\s*$).*$`,
  alias: String.raw`^\s*((?![vV]\p{Nd}+\s*$)(?![lL][aA][tT][eE][sS][tT]\s*$)[\p{L}\p{N}_-]{1,255})?\s*$`,
}
