/** What went wrong, as the server said it. */

interface ErrorBody {
  errors?: { code?: string; message?: string }[];
}

export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    /** HTTP status; 0 when the server could not be reached. */
    readonly status: number,
    /** Harbor's code, such as NOT_FOUND; empty when there was none. */
    readonly code: string,
    /** What the server logged the request under; empty when it was not reached. */
    readonly requestId: string,
  ) {
    super(message);
  }

  /** The error of an answer's body, or of a request that got none. */
  static of(body: unknown, response: Response | undefined): ApiError {
    if (body instanceof ApiError) return body;
    const requestId = response?.headers.get('X-Request-Id') ?? '';
    const first = (parsed(body) as ErrorBody | null)?.errors?.[0];
    const said = first?.message || (typeof body === 'string' && body.length < 300 ? body : '');
    const fallback = body instanceof Error ? body.message : (response?.statusText ?? '');
    return new ApiError(said || fallback, response?.status ?? 0, first?.code ?? '', requestId);
  }
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Whether an error is of that status. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof ApiError && statuses.includes(error.status);
}
