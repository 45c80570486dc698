import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const TOKEN = 'X-Harbor-CSRF-Token';
const HERE = 'http://localhost';

type Answer = (request: Request) => Response | Promise<Response>;

/** What was asked, as `METHOD path`, and with which token. */
let asked: { what: string; token: string | null; body: string }[];
let answer: Answer;

/** A client that knows no token yet. */
async function freshClient() {
  vi.resetModules();
  return { ...(await import('./client')), ...(await import('@/session/signIn')) };
}

beforeEach(() => {
  asked = [];
  answer = () => new Response('{}', { status: 200 });
  const NativeRequest = Request;
  // Browsers take addresses as relative to the page's.
  vi.stubGlobal(
    'Request',
    class extends NativeRequest {
      constructor(input: Request | string, init?: RequestInit) {
        super(typeof input === 'string' ? new URL(input, HERE) : input, init);
      }
    },
  );
  vi.stubGlobal('fetch', async (input: Request | string) => {
    const request = new Request(input);
    asked.push({
      what: `${request.method} ${new URL(request.url).pathname}`,
      token: request.headers.get(TOKEN),
      body: await request.clone().text(),
    });
    return answer(request);
  });
});

afterEach(() => vi.unstubAllGlobals());

const whatWasAsked = () => asked.map(({ what }) => what);
const isSafe = (request: Request) => request.method === 'GET';
const post = { method: 'POST', body: 'robot' };
const refusedForToken = () => new Response('{"errors":[{"message":"CSRF token invalid"}]}', { status: 403 });

describe('the token against cross-site requests', () => {
  it('is fetched before the first request that changes something, and sent with all of them', async () => {
    answer = (request) => new Response('{}', { headers: isSafe(request) ? { [TOKEN]: 't1' } : {} });
    const { request } = await freshClient();
    await request('/api/v2.0/robots', post);
    await request('/api/v2.0/robots', post);
    expect(whatWasAsked()).toEqual(['GET /api/v2.0/session', 'POST /api/v2.0/robots', 'POST /api/v2.0/robots']);
    expect(asked.slice(1).map(({ token }) => token)).toEqual(['t1', 't1']);
  });

  it('is asked for twice where the first answer only brings the cookie', async () => {
    answer = (request) => new Response('{}', { headers: request.url.endsWith('/ping') ? { [TOKEN]: 't1' } : {} });
    const { request } = await freshClient();
    await request('/api/v2.0/robots', post);
    expect(whatWasAsked()).toEqual(['GET /api/v2.0/session', 'GET /api/v2.0/ping', 'POST /api/v2.0/robots']);
    expect(asked.at(-1)?.token).toBe('t1');
  });

  it('is not sent with requests that only read', async () => {
    const { request } = await freshClient();
    await request('/api/v2.0/robots');
    expect(asked).toEqual([{ what: 'GET /api/v2.0/robots', token: null, body: '' }]);
  });

  it('is taken from any answer that has a newer one', async () => {
    answer = (request) => new Response('{}', { headers: isSafe(request) ? { [TOKEN]: 't1' } : { [TOKEN]: 't2' } });
    const { request } = await freshClient();
    await request('/api/v2.0/robots', post);
    await request('/api/v2.0/robots', post);
    expect(asked.at(-1)?.token).toBe('t2');
  });

  it('is renewed once when it is refused, and the request repeated as it was', async () => {
    let last = 0;
    answer = (request) => {
      if (isSafe(request)) return new Response('{}', { headers: { [TOKEN]: `t${(last += 1)}` } });
      return request.headers.get(TOKEN) === 't1' ? refusedForToken() : new Response('{}', { status: 201 });
    };
    const { request } = await freshClient();
    expect((await request('/api/v2.0/robots', post)).status).toBe(201);
    expect(asked.filter(({ what }) => what.startsWith('POST'))).toEqual([
      { what: 'POST /api/v2.0/robots', token: 't1', body: 'robot' },
      { what: 'POST /api/v2.0/robots', token: 't2', body: 'robot' },
    ]);
  });

  it('is not renewed again and again', async () => {
    answer = (request) => (isSafe(request) ? new Response('{}', { headers: { [TOKEN]: 't' } }) : refusedForToken());
    const { request } = await freshClient();
    expect((await request('/api/v2.0/robots', post)).status).toBe(403);
    expect(whatWasAsked().filter((what) => what.startsWith('POST'))).toHaveLength(2);
  });

  it('has nothing to do with what one may not do', async () => {
    answer = (request) =>
      isSafe(request)
        ? new Response('{}', { headers: { [TOKEN]: 't' } })
        : new Response('{"errors":[{"message":"forbidden"}]}', { status: 403 });
    const { request } = await freshClient();
    expect((await request('/api/v2.0/robots', post)).status).toBe(403);
    expect(whatWasAsked().filter((what) => what.startsWith('POST'))).toHaveLength(1);
  });
});

describe('a session that has ended', () => {
  let hasSession: boolean;

  beforeEach(() => {
    hasSession = false;
    answer = (request) => {
      if (request.url.endsWith('/session')) return new Response('{}', { headers: { [TOKEN]: 't' } });
      return hasSession ? new Response('{"id":1}') : new Response('{}', { status: 401 });
    };
  });

  it('is an answer like others while nobody is there to sign in', async () => {
    const { request } = await freshClient();
    expect((await request('/api/v2.0/robots')).status).toBe(401);
    expect(asked).toHaveLength(1);
  });

  it('keeps the request waiting until somebody has signed in, and repeats it as it was', async () => {
    const { request, onSessionEnd } = await freshClient();
    let signedIn: (yes: boolean) => void = () => undefined;
    onSessionEnd(() => new Promise((resolve) => (signedIn = resolve)));
    let status = 0;
    const answered = request('/api/v2.0/robots', post).then((response) => (status = response.status));
    await vi.waitFor(() => expect(whatWasAsked()).toContain('POST /api/v2.0/robots'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(status).toBe(0);
    hasSession = true;
    signedIn(true);
    expect(await answered).toBe(200);
    expect(asked.at(-1)).toMatchObject({ what: 'POST /api/v2.0/robots', body: 'robot' });
  });

  it('is passed on when they would not sign in', async () => {
    const { request, onSessionEnd } = await freshClient();
    onSessionEnd(() => Promise.resolve(false));
    expect((await request('/api/v2.0/robots')).status).toBe(401);
    expect(asked).toHaveLength(1);
  });

  it('is asked about only once for one request', async () => {
    const { request, onSessionEnd } = await freshClient();
    const ask = vi.fn(() => Promise.resolve(true));
    onSessionEnd(ask);
    expect((await request('/api/v2.0/robots')).status).toBe(401);
    expect(ask).toHaveBeenCalledOnce();
    expect(asked).toHaveLength(2);
  });

  it('also ends the token: the repeated request renews it', async () => {
    let tokens = 0;
    const { request, onSessionEnd } = await freshClient();
    answer = (request) => {
      if (isSafe(request)) return new Response('{}', { headers: { [TOKEN]: `t${(tokens += 1)}` } });
      if (!hasSession) return new Response('{}', { status: 401 });
      return request.headers.get(TOKEN) === 't1' ? refusedForToken() : new Response('{}', { status: 201 });
    };
    onSessionEnd(() => {
      hasSession = true;
      return Promise.resolve(true);
    });
    expect((await request('/api/v2.0/robots', post)).status).toBe(201);
  });

  it('is not what a wrong password means: whoever signs in again is told so', async () => {
    const { signIn, onSessionEnd } = await freshClient();
    const ask = vi.fn(() => new Promise<boolean>(() => undefined));
    onSessionEnd(ask);
    await expect(signIn('ann', 'wrong')).rejects.toMatchObject({ status: 401 });
    expect(ask).not.toHaveBeenCalled();
  });
});
