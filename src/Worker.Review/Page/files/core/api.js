// Requests to the API, and its errors as they are told to people.

/** Says 'signed-out' when the session has ended. */
export const session = new EventTarget();

const timeoutMs = 30_000;

/** A request that failed. The message is for people. */
export class Problem extends Error {
  /**
   * @param {number} status HTTP status; 0 where no answer came.
   * @param {string} kind The problem's kind, e.g. 'leased-by-others'.
   * @param {string} message
   * @param {number} [retryAfter] Seconds that the server asks to wait.
   */
  constructor(status, kind, message, retryAfter = 0) {
    super(message);
    this.status = status;
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed later. */
  get isPassing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/**
 * Sends a request; returns the body of the answer, null where it has none.
 * @param {string} method
 * @param {string} path Below /api/v1, or from the root with a leading '/'.
 * @param {object} [body]
 * @param {{key?: string, signal?: AbortSignal, keepalive?: boolean}} [options]
 * @returns {Promise<any>}
 */
export async function call(method, path, body, options = {}) {
  const headers = new Headers({ Accept: 'application/json' });
  if (method !== 'GET')
    headers.set('X-Worker-Page', '1');
  if (body !== undefined)
    headers.set('Content-Type', 'application/json');
  if (options.key)
    headers.set('Idempotency-Key', options.key);
  const timeout = AbortSignal.timeout(timeoutMs);
  let response;
  let text;
  try {
    response = await fetch(path.startsWith('/') ? path : `/api/v1/${path}`, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), keepalive: options.keepalive,
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
    text = await response.text();
  } catch (error) {
    if (options.signal?.aborted)
      throw error;
    throw new Problem(0, 'unreachable', 'The worker cannot be reached.');
  }
  if (response.ok)
    return text ? JSON.parse(text) : null;
  const problem = explain(response, text);
  if (problem.status === 401)
    session.dispatchEvent(new Event('signed-out'));
  throw problem;
}

/** @param {string} path @param {AbortSignal} [signal] @returns {Promise<any>} */
export const get = (path, signal) => call('GET', path, undefined, { signal });

/** @param {string} path @param {object} [body] @returns {Promise<any>} */
export const post = (path, body) => call('POST', path, body);

/** @param {Response} response @param {string} text */
function explain(response, text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy in between may answer with a page of its own.
  }
  const wait = Number(response.headers.get('Retry-After')) || 0;
  return new Problem(
    response.status, `${body?.type ?? ''}`.replace('urn:worker:', ''),
    body?.detail ?? `The server answered ${response.status}.`, wait);
}
