// A source is connected: chosen among the senders that are known, named, and then what to paste where.
import {el, fill, field, choice, faults} from './dom.js';
import {get, post} from './api.js';
import {known} from './known.js';
import {head, copy, section, trouble} from './parts.js';

const back = [['#/flow', 'In and out'], ['#/connect', 'What sends?']];

function list(body, presets) {
  const card = (name, title, about) => el('li.card', el('h2', el('a', {href: `#/connect/${name}`}, title)), el('p.quiet', about));
  fill(body, head('What sends?', {about: 'A source is an address to which a form or a tool sends what it knows.', back: back[0]}),
    el('ul.cards.plainlist', card('own', 'A form of your own, or another tool', 'Anything that sends JSON or a form to an address: you say where things are in what it sends.'),
      presets.map((one) => card(one.name, one.title, one.about))));
}

// The secret is filled in, so that what is to be pasted stands there as it is pasted.
function steps(answer, address) {
  const {source, secret} = answer;
  const filled = (text) => text.replaceAll('{secret}', secret || '').replaceAll('{write_key}', `${source.id}_${secret}`);
  const said = answer.steps.length ? answer.steps.map(filled) : [
    `Let it send its data to ${address} by POST, as JSON or as a form.`,
    secret ? 'It proves who it is with the secret below.' : 'It sends the header Authorization: Bearer with a key of the team that may add leads (Set-up, Keys).',
  ];
  return section('What to paste where',
    el('ol.steps', said.map((text) => el('li', el('span', text)))),
    el('p', 'Its address: ', el('code', address), ' ', copy(address)),
    secret ? [el('p', el('strong', 'Its secret, shown this once: '), el('code', secret), ' ', copy(secret)), answer.steps.some((step) => step.includes('{write_key}')) ? el('p', 'Its write key: ', el('code', `${source.id}_${secret}`), ' ', copy(`${source.id}_${secret}`)) : null] : null);
}

function made(body, answer) {
  const address = `${location.origin}${answer.source.path}`;
  fill(body, head(`${answer.source.name} is connected`, {about: 'What it sends from now on becomes leads.', back: back[0]}),
    el('div.parts', steps(answer, address),
      el('div.actions', el('a.button', {href: `#/source/${answer.source.id}`}, 'Its mapping'), el('a.button', {href: '#/flow?show=deliveries'}, 'What it has sent'))));
}

const formMapping = {email: '/email', attributes: {name: '/name', 'company.employees': '/employees', seniority: '/seniority'}, touch: {kind: {value: 'form_submitted'}, source: '/utm_source', medium: '/utm_medium', campaign: '/utm_campaign'}};

function asked(body, preset) {
  const name = el('input', {required: true, value: preset ? preset.name : '', placeholder: 'website-forms', autocomplete: 'off'});
  const team = choice(known.teams.filter((one) => one.active).map((one) => [one.name, one.title]), known.me.team.name);
  const scheme = choice([['bearer', 'A key of the team, as Authorization: Bearer'], ['hmac_sha256', 'A signature (HMAC-SHA256) in a header'], ['key', 'A secret in a header']], 'bearer');
  const header = el('input', {value: 'X-Signature'});
  const secret = el('input', {autocomplete: 'off'});
  const wrong = el('div', {'aria-live': 'assertive'});
  const headerField = field('Which header', header, {name: '/auth/header'});
  headerField.hidden = true;
  scheme.addEventListener('change', () => { headerField.hidden = scheme.value === 'bearer'; header.value = scheme.value === 'key' ? 'X-Baton-Key' : 'X-Signature'; });
  const signed = preset && preset.auth.scheme !== 'bearer';
  const go = el('button.first', {type: 'submit'}, 'Connect');
  const form = el('form.parts',
    el('div.pair', field('Name', name, {name: '/name', hint: 'Lower case, digits and dashes.'}), field('New leads belong to', team, {name: '/team'})),
    preset ? null : el('div.pair', field('How it proves who it is', scheme, {name: '/auth/scheme'}), headerField),
    signed ? field('The sender’s own secret, if it gives one', secret, {name: '/secret', hint: 'Otherwise one is made here, to be pasted there.'}) : null,
    wrong, el('div.actions', go));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    go.disabled = true;
    fill(wrong);
    try {
      made(body, await post('/v1/sources', {
        name: name.value.trim(), team: team.value, preset: preset?.name, secret: signed ? secret.value.trim() || undefined : undefined,
        auth: preset ? undefined : scheme.value === 'bearer' ? {scheme: 'bearer'} : {scheme: scheme.value, header: header.value.trim()},
        mapping: preset ? undefined : formMapping,
      }));
    } catch (error) {
      const left = faults(form, error.errors || []);
      if (left.length || !(error.errors || []).length) fill(wrong, trouble({...error, message: error.message, errors: left}));
      form.querySelector('[aria-invalid=true]')?.focus();
    }
    go.disabled = false;
  });
  fill(body, head(preset ? preset.title : 'A form, or another tool', {about: preset ? preset.about : 'Connect it first: then send something, and click in what came on what is what.', back: back[1]}),
    form, preset ? section('What you will do there', el('ol.steps', preset.steps.map((step) => el('li', el('span', step))))) : null);
  name.focus();
}

export async function show(body, {rest: [name]}) {
  const {data} = await get('/v1/presets');
  if (!name) list(body, data);
  else asked(body, data.find((one) => one.name === name));
  return {};
}
