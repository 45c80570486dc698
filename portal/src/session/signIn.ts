/** Signing in and out: the two requests that are not of the API. */

import { requestOnce } from '@/api/client';
import { ApiError } from '@/api/errors';

export async function signIn(username: string, password: string): Promise<void> {
  await answered(
    requestOnce('/c/login', { method: 'POST', body: new URLSearchParams({ principal: username, password }) }),
  );
}

export async function signOut(): Promise<void> {
  await answered(requestOnce('/c/log_out'));
}

async function answered(asked: Promise<Response>): Promise<void> {
  let response: Response;
  try {
    response = await asked;
  } catch (error) {
    throw ApiError.of(error, undefined);
  }
  const text = await response.text();
  if (!response.ok) throw ApiError.of(text, response);
}
