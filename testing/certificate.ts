import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** PEM files of a self-signed certificate for 127.0.0.1 and one host. */
export type Certificate = {
  readonly key: string
  readonly certificate: string
  readonly remove: () => void
}

export function createCertificate(host = 'mlflow.test'): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'tls-'))
  const key = join(directory, 'key.pem')
  const certificate = join(directory, 'cert.pem')
  const options = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key]
  const names = `subjectAltName=IP:127.0.0.1,DNS:${host}`
  const subject = ['-subj', `/CN=${host}`, '-addext', names]
  const args = ['req', '-x509', ...options, '-out', certificate, ...subject]
  execFileSync('openssl', args, { stdio: 'pipe' })
  return { key, certificate, remove: () => rmSync(directory, { recursive: true }) }
}
