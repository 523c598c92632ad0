/**
 * Whether a text is HTML or XML. Servers send JSON, so it is from a gateway, a login or a web page, or
 * the server's own error page. Looks at the text, because gateways send HTML with any Content-Type.
 */
export function isMarkup(text: string): boolean {
  return /^\s*</.test(text)
}
