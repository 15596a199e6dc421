// The one place that asks the service. What goes wrong is a Refusal with a sentence that can be shown as it is.

export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The service answered ${status}.`);
    this.status = status;
    this.code = problem.code || 'unknown';
    this.errors = problem.errors || [];
    this.problem = problem;
  }
}

const signedOut = new Set();

// Called when a session has ended while the page was open.
export function onSignedOut(call) {
  signedOut.add(call);
}

async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

async function send(method, path, {body, headers = {}, signal} = {}) {
  const init = {method, headers: {Accept: 'application/json', ...headers}, signal, cache: 'no-cache'};
  if (body !== undefined) {
    init.body = typeof body === 'string' || body instanceof Blob ? body : JSON.stringify(body);
    if (!init.headers['Content-Type']) init.headers['Content-Type'] = 'application/json';
  }
  let response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refusal(0, {code: 'offline', detail: 'The service cannot be reached. Nothing was lost; try again.'});
  }
  if (response.ok || response.status === 304) return response;
  const refusal = new Refusal(response.status, await problemOf(response));
  if (refusal.status === 401 && !headers.Authorization) signedOut.forEach((call) => call());
  throw refusal;
}

async function json(response) {
  return response.status === 204 ? null : response.json();
}

export function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters || {}))
    if (value !== undefined && value !== null && value !== '') search.set(name, value);
  const text = search.toString();
  return text ? `?${text}` : '';
}

export async function get(path, parameters, options) {
  return json(await send('GET', path + query(parameters), options));
}

// With the ETag, for what is edited.
export async function getTagged(path) {
  const response = await send('GET', path);
  return {value: await response.json(), tag: response.headers.get('ETag')};
}

export async function getText(path, type) {
  return (await send('GET', path, {headers: {Accept: type}})).text();
}

// A write takes effect once, however often its button is pressed or the network drops: what is the same attempt has the same
// key. An unknown outcome is asked for again with it.
export async function write(method, path, body, {key = crypto.randomUUID(), ...options} = {}) {
  const headers = {...options.headers, 'Idempotency-Key': key};
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await json(await send(method, path, {...options, body, headers}));
    } catch (error) {
      const again = error instanceof Refusal && (error.code === 'outcome_unknown' || error.code === 'offline');
      if (!again || attempt === 3) throw error;
      await new Promise((done) => setTimeout(done, attempt * 500));
    }
  }
}

export const post = (path, body, options) => write('POST', path, body, options);
export const patch = (path, body, options) => write('PATCH', path, body, options);
export const put = (path, body, options) => write('PUT', path, body, options);
export const remove = (path, options) => write('DELETE', path, undefined, options);

// All pages of a list, up to so many items.
export async function all(path, parameters, most = 500) {
  const items = [];
  let cursor;
  do {
    const page = await get(path, {...parameters, limit: Math.min(most, 500), cursor});
    items.push(...page.data);
    cursor = page.next;
  } while (cursor && items.length < most);
  return items;
}
