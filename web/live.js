// Tells screens that something happened, by the event stream. A page that is hidden hears nothing, and catches up when it is looked
// at again; so one that nobody looks at does not keep its session.

const BREATH_MS = 120; // what comes together is shown together
const AGAIN_MS = 2000;
const listeners = new Set();
let hearing = null; // an AbortController while somebody listens and the page is seen
let last = null;
let waiting = [];
let breath;

function tell(events) {
  waiting.push(...events);
  clearTimeout(breath);
  breath = setTimeout(() => {
    const all = waiting;
    waiting = [];
    listeners.forEach((call) => call(all));
  }, BREATH_MS);
}

// Calls back with the events that came (none: something may have happened), until the function that is returned is called.
export function onEvents(call) {
  listeners.add(call);
  hear();
  return () => {
    listeners.delete(call);
    hear();
  };
}

function hear() {
  const wanted = listeners.size > 0 && !document.hidden;
  if (wanted && !hearing) {
    hearing = new AbortController();
    listen(hearing.signal);
  } else if (!wanted && hearing) {
    hearing.abort();
    hearing = null;
  }
}

document.addEventListener('visibilitychange', () => {
  hear();
  if (!document.hidden && listeners.size) tell([]);
});

const pause = (ms, signal) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  signal.addEventListener('abort', () => { clearTimeout(timer); done(); }, {once: true});
});

async function listen(signal) {
  while (!signal.aborted) {
    try {
      const response = await fetch('/v1/events/stream', {signal, cache: 'no-store', headers: {Accept: 'text/event-stream', ...(last ? {'Last-Event-ID': last} : {})}});
      if (!response.ok) throw new Error(String(response.status));
      await take(response.body.getReader());
      if (last) continue; // it ended in good order: what comes meanwhile is not missed
    } catch {
      if (signal.aborted) return;
    }
    await pause(AGAIN_MS, signal);
    if (!signal.aborted) tell([]);
  }
}

async function take(reader) {
  const decoder = new TextDecoder();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, {stream: true});
    const blocks = text.split('\n\n');
    text = blocks.pop();
    blocks.forEach(takeBlock);
  }
}

function takeBlock(block) {
  const said = {};
  for (const line of block.split('\n')) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) || [];
    if (name) said[name] = value;
  }
  if (said.id) last = said.id;
  if (!said.data) return;
  try {
    const event = JSON.parse(said.data);
    tell(said.event === 'reset' ? [] : [event]);
  } catch {
    tell([]);
  }
}
