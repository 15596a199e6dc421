// In and out: where leads come from, what was delivered and what became of it, files, and where events go.
import {el, fill} from './dom.js';
import {get, post, patch} from './api.js';
import {known, may} from './known.js';
import {head, table, tag, when, button, copy, ask, later, say, facts, nothing} from './parts.js';
import {plain} from './words.js';
import {importer} from './import.js';
import {out} from './out.js';

const views = [['sources', 'Sources'], ['deliveries', 'Deliveries'], ['import', 'Import a file'], ['out', 'Out']];
const addressOf = (source) => `${location.origin}/v1/inbound/${source.id}`;

function secretShown(title, answer) {
  return ask(title, {body: [el('p', 'Paste this into the other system now. It is shown once.'), el('p.hash', {tabindex: 0}, answer.secret || answer.token || ''), copy(answer.secret || answer.token || '')], done: 'I have it', send: () => true});
}

async function sources() {
  const {data} = await get('/v1/sources');
  if (!data.length) return nothing('No source is connected. A source is an address to which a form or a tool sends what it knows.');
  return el('div.parts', data.map((source) => el('article.card',
    el('h2', source.name, ' ', source.active ? null : tag('state', 'withdrawn', 'Off')),
    facts([
      ['Send it to', [el('code', addressOf(source)), ' ', copy(addressOf(source))]],
      ['With', source.auth.scheme === 'bearer' ? 'Authorization: Bearer and a key of the team that may add leads' : [plain(source.auth.scheme), source.auth.header ? [' in ', el('code', source.auth.header)] : null]],
      ['New leads belong to', known.teams.find((team) => team.name === source.team)?.title || source.team],
    ]),
    el('details', el('summary', 'Its mapping'), el('pre', {tabindex: 0, 'aria-label': `Mapping of ${source.name}`}, JSON.stringify(source.mapping, null, 2))),
    may('admin') ? el('div.actions',
      el('a.button', {href: `#/source/${source.id}`}, 'Change its mapping'),
      source.auth.scheme === 'bearer' ? null : button('A new secret', async () => {
        try {
          const answer = await post(`/v1/sources/${source.id}/secret/rotate`, {});
          await secretShown('The new secret', answer);
        } catch (error) {
          say(error.message, 'bad');
        }
      }),
      button(source.active ? 'Switch it off' : 'Switch it on', async () => {
        await patch(`/v1/sources/${source.id}`, {active: !source.active}).catch((error) => say(error.message, 'bad'));
        location.reload();
      })) : null)));
}

// ---- deliveries ----

function readable(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

const leftOut = (list) => el('ul', list.map((one) => el('li', el('code', one.what || one.at), ' ', one.detail)));

async function openDelivery({id}, again) {
  const [found, {data: all}] = await Promise.all([get(`/v1/deliveries/${id}`), get('/v1/sources')]);
  const source = all.find((one) => one.name === found.source);
  const failed = found.items.some((item) => item.status === 'failed') || found.status === 'failed';
  return ask('A delivery', {
    body: [
      facts([['Source', found.source], ['Received', when(found.received_at)], ['Type', el('bdi', found.content_type)], ['What became of it', tag('delivery', found.status, plain(found.status))], ['Why', found.error], ['Replayed', found.replayed_at ? when(found.replayed_at) : null]]),
      found.read.length ? [el('h3', 'What was changed so that it could be read'), leftOut(found.read)] : null,
      found.items.map((item, at) => el('div', el('h3', found.items.length > 1 ? `Item ${at + 1}: ` : 'It was ', plain(item.status).toLowerCase(), item.lead_id ? [', ', el('a', {href: `#/lead/${item.lead_id}`}, 'the lead')] : null), item.error ? el('p', item.error) : null, item.left_out.length ? [el('p', 'What did not fit and was left out:'), leftOut(item.left_out)] : null)),
      el('h3', 'What came'),
      found.body ? [el('pre', {tabindex: 0, 'aria-label': 'Body'}, readable(found.body)), source ? el('p', el('a', {href: `#/source/${source.id}?delivery=${id}`, onclick: (event) => event.target.closest('dialog').close()}, 'Try another mapping on it')) : null] : el('p.quiet', 'Its body is gone: bodies are kept for 30 days.'),
    ],
    done: failed && found.body !== null ? 'Replay it' : 'Close', wide: true,
    async send() {
      if (!failed || found.body === null) return true;
      const answer = await post(`/v1/deliveries/${id}/replay`);
      say(answer.status === 'applied' ? 'It was applied.' : 'It failed again.', answer.status === 'applied' ? 'good' : 'bad');
      again();
      return true;
    },
  });
}

function deliveries(query) {
  const list = later(async () => {
    const page = await get('/v1/deliveries', {status: query.status || undefined, limit: 100});
    return table('Deliveries', [
      {title: 'Received', cell: (one) => button(when(one.received_at), () => openDelivery(one, () => list.again()).catch((error) => say(error.message, 'bad')), {kind: 'link'})},
      {title: 'Source', cell: (one) => one.source},
      {title: 'What became of it', cell: (one) => tag('delivery', one.status, plain(one.status))},
      {title: 'Why', cell: (one) => one.error || '–'},
      {title: 'Lead', cell: (one) => (one.lead_id ? el('a', {href: `#/lead/${one.lead_id}`}, 'See it') : '–')},
    ], page.data, {empty: query.status === 'failed' ? 'Nothing failed.' : 'Nothing was delivered yet.'});
  }, {lines: 6});
  const of = (status, text) => el('a', {href: `#/flow?${new URLSearchParams({show: 'deliveries', ...(status ? {status} : {})})}`, 'aria-current': (query.status || '') === status ? 'page' : null}, text);
  return [el('div.tabs', of('', 'All'), of('failed', 'Failed'), of('applied', 'Applied')), list];
}

export async function show(body, {query}) {
  const view = views.find(([name]) => name === query.show)?.[0] || 'sources';
  const content = {sources: () => later(sources, {lines: 6}), deliveries: () => deliveries(query), import: () => importer(query), out}[view]();
  const add = view === 'sources' && may('admin') ? el('a.button.first', {href: '#/connect'}, 'Connect a source') : null;
  fill(body, head('In and out', {about: 'Where leads come from, and where what happens goes.', actions: add}),
    el('div.tabs', views.map(([name, title]) => el('a', {href: `#/flow?show=${name}`, 'aria-current': name === view ? 'page' : null}, title))), content);
  return {};
}

