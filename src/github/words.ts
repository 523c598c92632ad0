/**
 * Names in GitHub's messages: `Required status check "merge conflict" is expected.`, ``workflow
 * `.github/workflows/dco-signoff.yml` ``, `a Ref with the name 'refs/heads/x'`, `Permission to
 * acme/sign-off.git denied`. An apostrophe is no quotation mark, and the id of a node is not a name.
 */
const namePattern =
  /"[^"]*"|`[^`]*`|(?<!\w|global id of )'[^]{0,500}?'(?!\w)|(?<![^\s"'`])[^\s"'`]*\/[^\s"'`]*/g

/** GitHub's own words, because names can have any. Quotation marks stay where they are. */
export function withoutNames(message: string): string {
  return message.replace(namePattern, (name) => {
    const [mark = ''] = name
    return /["'`]/.test(mark) ? mark + mark : '…'
  })
}
