// Where events go: targets, what was sent to them last, and what came back.
import {el, fill, field, choice} from './dom.js';
import {get, post, patch} from './api.js';
import {may} from './known.js';
import {table, tag, when, button, ask, later, say, facts, nothing} from './parts.js';
import {plain} from './words.js';

const listed = (text) => text.split(',').map((one) => one.trim()).filter(Boolean);

// What many need begins with a template: it asks for secrets alone, and says where they are found.
async function add() {
  const {data: presets} = await get('/v1/targets').catch(() => ({data: []}));
  const name = el('input', {required: true, placeholder: 'crm'});
  const url = el('input', {type: 'url', placeholder: 'https://crm.example.com/baton'});
  const events = el('input', {value: 'handoff.*'});
  const kind = choice([['', 'An address of your own (webhook)'], ...presets.filter((one) => one.target.kind === 'template').map((one) => [one.name, one.title])], '');
  const urlField = field('Address', url, {name: '/target/url'});
  const asked = el('div.parts');
  const secrets = new Map();
  const chosen = () => presets.find((one) => one.name === kind.value);
  kind.addEventListener('change', () => {
    const preset = chosen();
    urlField.hidden = Boolean(preset);
    events.value = preset ? preset.events.join(', ') : 'handoff.*';
    if (preset && !name.value) name.value = preset.name;
    secrets.clear();
    fill(asked, preset ? [el('p', preset.about), preset.steps.length ? el('ol', preset.steps.map((step) => el('li', step))) : null, preset.asks_for.map((one) => {
      const input = el('input', {required: true, autocomplete: 'off'});
      secrets.set(one.name, input);
      return field(plain(one.name), input, {name: `/target/secrets/${one.name}`, hint: one.about});
    })] : null);
  });
  const boxes = ['lead', 'handoff'].map((one) => el('label.option', el('input', {type: 'checkbox', value: one, checked: one === 'lead'}), el('span', `The ${one}, as it is then`)));
  const answer = await ask('Send events to', {
    body: [field('To', kind), asked, field('Name', name, {name: '/name'}), urlField, field('Which events, with commas', events, {name: '/events', hint: 'lead.* stands for all that begin so, * for all.'}), el('fieldset', el('legend', 'With'), boxes)],
    done: 'Send', wide: true,
    send: () => post('/v1/subscriptions', {
      name: name.value.trim(), events: listed(events.value), include: boxes.map((box) => box.firstChild).filter((box) => box.checked).map((box) => box.value),
      target: chosen() ? {kind: 'template', preset: kind.value, secrets: Object.fromEntries([...secrets].map(([one, input]) => [one, input.value.trim()]))} : {kind: 'webhook', url: url.value.trim()},
    }),
  });
  if (answer?.subscription.target.kind === 'webhook') await ask('Its secret', {body: [el('p', 'The receiver checks with it that a message is Baton’s. It is shown once.'), el('p.hash', {tabindex: 0}, answer.secret)], done: 'I have it', send: () => true});
  return answer;
}

async function sent(subscription) {
  const {data} = await get(`/v1/subscriptions/${subscription.id}/deliveries`, {limit: 10});
  return table(`Last deliveries to ${subscription.name}`, [
    {title: 'When', cell: (one) => when(one.tried_at || one.made_at)},
    {title: 'Event', cell: (one) => one.type},
    {title: 'State', cell: (one) => tag('state', {delivered: 'done', dead: 'failed'}[one.state] || one.state, plain(one.state))},
    {title: 'Answer', cell: (one) => (one.failure ? plain(one.failure) : one.status ?? 'none yet')},
  ], data, {empty: 'Nothing was sent to it yet.'});
}

function card(subscription, again) {
  const act = (call, text) => async () => {
    try {
      await call();
      say(text);
      again();
    } catch (error) {
      say(error.message, 'bad');
    }
  };
  const path = `/v1/subscriptions/${subscription.id}`;
  const paused = subscription.state !== 'active';
  return el('article.card', el('h2', subscription.name, ' ', tag('state', paused ? 'suspended' : 'in_force', plain(subscription.state))),
    facts([['To', el('code', subscription.target.url)], ['Events', subscription.events.join(', ')], ['With', subscription.include.join(', ')], ['Switched off', subscription.off_cause ? plain(subscription.off_cause) : null], ['Since', when(subscription.created_at)]]),
    el('details', el('summary', 'What was sent last'), later(() => sent(subscription))),
    may('admin') ? el('div.actions', button('Send a test', act(() => post(`${path}/test`), 'Sent: what comes back stands under what was sent last.')), button(paused ? 'Go on' : 'Pause', act(() => patch(path, {state: paused ? 'active' : 'paused'}), paused ? 'It goes on.' : 'Paused: what happens meanwhile is sent later.'))) : null);
}

export function out() {
  const place = el('div.parts');
  const list = later(async () => {
    const {data} = await get('/v1/subscriptions', {limit: 100});
    return data.length ? el('div.parts', data.map((one) => card(one, list.again))) : nothing('Nothing goes out yet. A CRM or a chat can be sent what happens, as it happens.');
  });
  fill(place, may('admin') ? el('div.actions', button('Send events somewhere', async () => { if (await add()) list.again(); }, {kind: 'first'})) : null, list);
  return place;
}
