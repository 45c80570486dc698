/** The client of the API: one place for cross-site tokens, for what is refused, and for sessions that ended. */

import { ApiError } from './errors';
import { client } from './generated/client.gen';

const TOKEN_HEADER = 'X-Harbor-CSRF-Token';
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Asks whoever sits there to sign in again; false when they would not. */
type SignInAgain = () => Promise<boolean>;

let token: string | null = null;
let signInAgain: SignInAgain | null = null;

/** What is done when an answer says that the session has ended; null: nothing, the error is passed on. */
export function onSessionEnd(ask: SignInAgain | null): void {
  signInAgain = ask;
}

/** A request to this server. Where the session has ended it waits until somebody has signed in, and is repeated. */
export async function request(input: Request | string, init?: RequestInit): Promise<Response> {
  const wanted = new Request(input, init);
  const response = await requestOnce(wanted.clone());
  if (response.status === 401 && signInAgain !== null && (await signInAgain())) return requestOnce(wanted);
  return response;
}

/** A request with the token against cross-site requests. 401 is an answer like others: signing in is told of it. */
export async function requestOnce(input: Request | string, init?: RequestInit): Promise<Response> {
  const wanted = new Request(input, init);
  const response = await send(wanted.clone());
  // Only for the token: with a session that is alive 403 says CSRF when the token was an older one's.
  if (response.status === 403 && !SAFE.has(wanted.method) && (await isForToken(response.clone()))) {
    token = null;
    return send(wanted.clone());
  }
  return response;
}

async function send(wanted: Request): Promise<Response> {
  if (!SAFE.has(wanted.method)) {
    wanted.headers.set(TOKEN_HEADER, token ?? (await fetchToken()));
  }
  const response = await fetch(wanted);
  token = response.headers.get(TOKEN_HEADER) ?? token;
  return response;
}

async function fetchToken(): Promise<string> {
  // The first answer brings the cookie, the next one the token that belongs to it.
  for (const path of ['/api/v2.0/session', '/api/v2.0/ping']) {
    const response = await fetch(path);
    token = response.headers.get(TOKEN_HEADER) ?? token;
    if (token !== null) return token;
  }
  return '';
}

async function isForToken(response: Response): Promise<boolean> {
  return /csrf/i.test(await response.text());
}

/** Call once, before anything is asked. */
export function configureClient(): void {
  client.setConfig({
    baseUrl: '/api/v2.0',
    fetch: request as typeof fetch,
    throwOnError: true,
  });
  client.interceptors.error.use((error, response) => ApiError.of(error, response));
}
