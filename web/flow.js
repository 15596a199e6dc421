// In and out: where leads come from, what was delivered and what became of it, files, and where events go.
import {el, fill, field, choice} from './dom.js';
import {get, post, patch} from './api.js';
import {known, may} from './known.js';
import {head, table, tag, when, button, ask, later, say, facts, nothing} from './parts.js';
import {plain} from './words.js';
import {importer} from './import.js';
import {out} from './out.js';

const views = [['sources', 'Sources'], ['deliveries', 'Deliveries'], ['import', 'Import a file'], ['out', 'Out']];
const addressOf = (source) => `${location.origin}/v1/inbound/${source.id}`;

function copy(text) {
  return button('Copy', () => navigator.clipboard.writeText(text).then(() => say('Copied.', 'still'), () => say('The browser does not let this page copy: select the text.', 'bad')));
}

function secretShown(title, answer) {
  return ask(title, {body: [el('p', 'Paste this into the other system now. It is shown once.'), el('p.hash', {tabindex: 0}, answer.secret || answer.token || ''), copy(answer.secret || answer.token || '')], done: 'I have it', send: () => true});
}

const forms = {
  email: '/email', attributes: {name: '/name', 'company.employees': '/employees', seniority: '/seniority'},
};

async function addSource() {
  const name = el('input', {required: true, placeholder: 'website-forms'});
  const team = choice(known.teams.filter((one) => one.active).map((one) => [one.name, one.title]), known.me.team.name);
  const scheme = choice([['bearer', 'A key of the team, as Authorization: Bearer'], ['hmac_sha256', 'A signature (HMAC-SHA256) in a header']], 'bearer');
  const header = el('input', {value: 'X-Signature'});
  const mapping = el('textarea', {rows: 10, spellcheck: 'false', value: JSON.stringify(forms, null, 2)});
  const answer = await ask('Connect a source', {
    body: [
      el('div.pair', field('Name', name, {name: '/name', hint: 'Lower case, digits and dashes.'}), field('New leads belong to', team, {name: '/team'})),
      el('div.pair', field('How it proves who it is', scheme, {name: '/auth/scheme'}), field('Header of the signature', header, {name: '/auth/header'})),
      field('Where things are in what it sends', mapping, {name: '/mapping', wide: true, hint: 'JSON pointers into its body: docs/mapping has all of it.'}),
    ],
    done: 'Connect', wide: true,
    send() {
      let read;
      try {
        read = JSON.parse(mapping.value);
      } catch (error) {
        throw Object.assign(new Error('The mapping is not JSON.'), {errors: [{pointer: '/mapping', detail: `It is not JSON: ${error.message}`}]});
      }
      return post('/v1/sources', {name: name.value.trim(), team: team.value, auth: scheme.value === 'bearer' ? {scheme: 'bearer'} : {scheme: 'hmac_sha256', header: header.value.trim()}, mapping: read});
    },
  });
  if (answer?.secret) await secretShown('The secret of this source', answer);
  return answer;
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
      button('Change the mapping', () => changeMapping(source)),
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

// The mapping can be tried on a delivery that came: a click on a value gives its place.
async function changeMapping(source) {
  const mapping = el('textarea', {rows: 12, spellcheck: 'false', value: JSON.stringify(source.mapping, null, 2)});
  const answer = await ask(`The mapping of ${source.name}`, {
    body: field('Mapping', mapping, {name: '/mapping', wide: true}), wide: true,
    send() {
      return patch(`/v1/sources/${source.id}`, {mapping: JSON.parse(mapping.value)});
    },
  });
  if (answer) say('Kept: what comes next is read by it.');
}

// ---- deliveries ----

// A body as a tree: each value is a button that says its place.
function tree(value, pointer, pick) {
  if (value !== null && typeof value === 'object')
    return el('ul.tree', Object.entries(value).map(([name, inner]) => el('li', el('code', name), ' ', tree(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, pick))));
  return el('button.link', {type: 'button', onclick: () => pick(pointer)}, el('bdi', JSON.stringify(value)));
}

const leftOut = (list) => el('ul', list.map((one) => el('li', el('code', one.what || one.at), ' ', one.detail)));

async function openDelivery({id}, again) {
  const found = await get(`/v1/deliveries/${id}`);
  const picked = el('p.hash', {role: 'status'}, 'Click on a value to see its place.');
  let body = null;
  try {
    body = JSON.parse(found.body);
  } catch {
    body = null; // another format: it is shown as it came
  }
  const failed = found.items.some((item) => item.status === 'failed') || found.status === 'failed';
  return ask('A delivery', {
    body: [
      facts([['Source', found.source], ['Received', when(found.received_at)], ['Type', el('bdi', found.content_type)], ['What became of it', tag('delivery', found.status, plain(found.status))], ['Why', found.error], ['Replayed', found.replayed_at ? when(found.replayed_at) : null]]),
      found.read.length ? [el('h3', 'What was changed so that it could be read'), leftOut(found.read)] : null,
      found.items.map((item, at) => el('div', el('h3', found.items.length > 1 ? `Item ${at + 1}: ` : 'It was ', plain(item.status).toLowerCase(), item.lead_id ? [', ', el('a', {href: `#/lead/${item.lead_id}`}, 'the lead')] : null), item.error ? el('p', item.error) : null, item.left_out.length ? [el('p', 'What did not fit and was left out:'), leftOut(item.left_out)] : null)),
      el('h3', 'What came'),
      body !== null && typeof body === 'object' ? [picked, tree(body, '', (pointer) => { picked.textContent = pointer; })] : found.body ? el('pre', {tabindex: 0, 'aria-label': 'Body'}, found.body) : el('p.quiet', 'Its body is gone: bodies are kept for 30 days.'),
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
  const content = {sources: () => later(sources, {lines: 6}), deliveries: () => deliveries(query), import: importer, out}[view]();
  const add = view === 'sources' && may('admin') ? button('Connect a source', async () => { if (await addSource()) location.reload(); }, {kind: 'first'}) : null;
  fill(body, head('In and out', {about: 'Where leads come from, and where what happens goes.', actions: add}),
    el('div.tabs', views.map(([name, title]) => el('a', {href: `#/flow?show=${name}`, 'aria-current': name === view ? 'page' : null}, title))), content);
  return {};
}

