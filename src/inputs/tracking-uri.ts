/**
 * Reduces what people paste to the server's base: `https://host/prefix` of
 * `https://host/prefix/#/models/x`, `https://host/prefix/api/2.0/mlflow` or `https://host/prefix/`.
 *
 * @returns the base without a trailing slash, or what is wrong with the text.
 */
export function serverBase(
  text: string,
): { readonly ok: true; readonly base: string } | { readonly ok: false; readonly problem: string } {
  if (/^databricks(-uc)?(:|$)/i.test(text)) {
    return {
      ok: false,
      problem:
        'names Databricks, which has its own REST dialect; only http(s) servers are supported',
    }
  }
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    return { ok: false, problem: 'must be an address such as https://mlflow.example.com' }
  }
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    return {
      ok: false,
      problem: 'holds a user name or password; use mlflow-username and mlflow-password instead',
    }
  }
  const path = url.pathname
    .replace(/\/(ajax-)?api(\/\d\.\d(\/(mlflow|preview)(\/.*)?)?)?\/?$/, '')
    .replace(/\/(index\.html)?$/, '')
    .replace(/\/+$/, '')
  return { ok: true, base: `${url.origin}${path}` }
}
