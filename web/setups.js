// How credit is counted where the models leave a choice: setups by name, each with its versions.
import {el, field, choice} from './dom.js';
import {get, post} from './api.js';
import {may} from './known.js';
import {ask, button, facts, say, tag} from './parts.js';
import {number} from './words.js';

export const FIRST = 'default';
const first = {window_days: 0, half_life_days: 7, position_based: [40, 20, 40], timezone: 'UTC', direct: ['direct', '(direct)'], kinds: [], pairs: []};
const listed = (text) => text.split(',').map((one) => one.trim()).filter(Boolean);
const whole = (text) => (text.trim() === '' || Number.isNaN(Number(text)) ? text.trim() || undefined : Number(text));

export const setups = () => get('/v1/attribution/setups', {limit: 100}).then((page) => page.data);

// A form of the record; what is left as it is at first is not sent.
function change(name, record) {
  const of = {...first, ...record};
  const named = el('input', {value: name === FIRST ? '' : name, placeholder: 'ninety-days', required: true});
  const window_ = el('input', {inputmode: 'numeric', value: of.window_days || '', placeholder: 'none'});
  const half = el('input', {inputmode: 'numeric', value: of.half_life_days});
  const shares = of.position_based.map((share) => el('input', {inputmode: 'numeric', value: share}));
  const zone = el('input', {value: of.timezone, list: 'zones'});
  const direct = el('input', {value: of.direct.join(', ')});
  const kinds = el('input', {value: of.kinds.join(', '), placeholder: 'all'});
  return ask('Count it differently', {
    body: [
      field('Name of the setup', named, {name: '/setup', hint: 'A name that is there gets its next version; the one before answers until that is counted.'}),
      el('div.pair', field('Days a touch counts', window_, {name: '/window_days'}), field('Days until a touch counts half', half, {name: '/half_life_days', hint: 'Of “the later the more”.'})),
      el('fieldset.columns', {data: {field: '/position_based'}}, el('legend', 'First, between and last, in percent'), shares.map((input, at) => field(['First touch', 'Those between', 'Last touch'][at], input)), el('p.fault', {hidden: true})),
      field('Time zone', zone, {name: '/timezone'}),
      el('div.pair', field('Sources that are direct', direct, {name: '/direct', hint: 'With commas.'}), field('Touches that count', kinds, {name: '/kinds', hint: 'Kinds, with commas; empty: all.'})),
    ],
    done: 'Count it so', wide: true,
    async send() {
      await post(`/v1/attribution/setups/${encodeURIComponent(named.value.trim())}`, {
        window_days: whole(window_.value), half_life_days: whole(half.value), position_based: shares.map((input) => whole(input.value)), timezone: zone.value.trim(),
        direct: listed(direct.value), kinds: listed(kinds.value), pairs: record.pairs,
      });
      return named.value.trim();
    },
  });
}

// What the chosen setup says; use(name) asks the question by another.
export function setupOf(list, name, use) {
  const found = list.find((one) => one.name === name && one.state !== 'retired') || {name, version: 1, state: 'counted', record: {}};
  const of = {...first, ...found.record};
  const waits = found.state === 'building';
  return el('details', el('summary', `How it is counted: ${found.name === FIRST ? 'as at first' : found.name}`, waits ? [' ', tag('setup', 'running', 'Being counted')] : ''),
    facts([
      ['Days a touch counts', of.window_days ? number(of.window_days) : 'Any number'], ['Counts half after', `${number(of.half_life_days)} days`],
      ['First, between, last', of.position_based.map((share) => `${share}%`).join(', ')], ['Time zone', of.timezone], ['Direct sources', of.direct.join(', ') || 'None'], ['Touches', of.kinds.join(', ') || 'All'],
    ]),
    may('admin') ? el('div.actions', button('Count it differently', async () => {
      const made = await change(found.name, found.record);
      if (!made) return;
      say('It is being counted; until then the version before answers.');
      use(made);
    })) : null);
}

export const setupChoice = (list, chosen) => choice([...new Set([FIRST, ...list.map((one) => one.name)])].map((name) => [name === FIRST ? '' : name, name === FIRST ? 'As at first' : name]), chosen || '');
