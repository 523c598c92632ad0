export type RestResponse = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export function ok(body: unknown, status = 200): RestResponse {
  return { status, body }
}

export function errorResponse(status: number, message: string, errors?: unknown): RestResponse {
  return {
    status,
    body: {
      message,
      ...(errors === undefined ? {} : { errors }),
      documentation_url: 'https://docs.github.com/rest',
      status: String(status),
    },
  }
}

export const notFound = errorResponse(404, 'Not Found')
