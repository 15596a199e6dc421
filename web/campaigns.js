// Campaigns: when, for how much, what the buyers were promised, and what to talk with them about. Marketing keeps them; both read them.
import {el, fill, field, faults} from './dom.js';
import {get, getTagged, put} from './api.js';
import {may, side} from './known.js';
import {head, section, facts, table, button, ask, later, nothing, say, trouble} from './parts.js';
import {date, minorOf, money, number} from './words.js';

const lines = (text) => text.split('\n').map((one) => one.trim()).filter(Boolean);
const mine = () => side() === 'marketing' && may('work', 'admin');
const addressOf = (name) => `#/campaigns/${encodeURIComponent(name)}`;

const spent = (record) => (record?.spend || []).reduce((sum, one) => sum + one.minor, 0);
const inMoney = (record, minor) => (record?.budget ? money({minor, currency: record.budget.currency}) : number(minor));

function list(body) {
  let rows = [];
  const shown = later(async () => {
    const page = await get('/v1/campaigns', {limit: 100});
    rows = page.data;
    let {next} = page;
    const under = el('div.under');
    const place = el('div');
    const draw = () => {
      fill(place, table('Campaigns', [
        {title: 'Campaign', cell: (one) => el('a', {href: addressOf(one.value)}, el('bdi', one.title || one.value))},
        {title: 'Its name in addresses', cell: (one) => el('code', one.value)},
        {title: 'From', cell: (one) => date(one.starts_on)},
        {title: 'Until', cell: (one) => date(one.ends_on)},
        {title: 'Record', cell: (one) => (one.title ? 'Kept' : el('span.quiet', 'None'))},
      ], rows, {empty: 'No touch has named a campaign yet, and marketing keeps no record of one.'}));
      fill(under, next ? button('Show more', async () => {
        const further = await get('/v1/campaigns', {limit: 100, cursor: next});
        rows.push(...further.data);
        ({next} = further);
        draw();
      }) : null);
    };
    draw();
    return [place, under];
  }, {lines: 6});
  const add = mine() ? button('Add a campaign', async () => {
    const name = el('input', {required: true, placeholder: 'autumn-webinar', autocomplete: 'off'});
    const named = await ask('A campaign', {body: field('Its name in addresses (utm_campaign)', name, {name: '/name'}), done: 'Go on', send: () => name.value.trim() || Promise.reject(new Error('Give it a name.'))});
    if (named) location.hash = addressOf(named);
  }, {kind: 'first'}) : null;
  fill(body, head('Campaigns', {about: 'They ride along with each lead that they brought.', back: ['#/sent', 'Sent'], actions: add}), shown);
}

// "2026-11-01 120.50", a line each
function spendOf(text, currency) {
  return lines(text).map((line) => {
    const [day, ...rest] = line.split(/\s+/);
    return {day, minor: minorOf(rest.join(' '), currency) ?? rest.join(' ')};
  });
}

const digitsOf = (currency) => new Intl.NumberFormat('en', {style: 'currency', currency}).resolvedOptions().maximumFractionDigits;
const amountOf = (minor, currency) => (minor / 10 ** digitsOf(currency)).toFixed(digitsOf(currency));

function editor(name, record, tag, done) {
  const currency = record?.budget?.currency || 'EUR';
  const of = {
    title: el('input', {value: record?.title || '', required: true}), starts: el('input', {type: 'date', value: record?.starts_on || ''}), ends: el('input', {type: 'date', value: record?.ends_on || ''}),
    budget: el('input', {inputmode: 'decimal', value: record?.budget ? amountOf(record.budget.minor, currency) : ''}), currency: el('input', {value: currency, maxlength: 3, size: 3}),
    promised: el('textarea', {rows: 2, value: record?.promised || ''}), points: el('textarea', {rows: 5, value: (record?.talking_points || []).join('\n')}),
    spend: el('textarea', {rows: 6, value: (record?.spend || []).map((one) => `${one.day} ${amountOf(one.minor, currency)}`).join('\n'), placeholder: '2026-11-01 120.50'}),
  };
  const wrong = el('div', {'aria-live': 'assertive'});
  const save = el('button.first', {type: 'submit'}, 'Save');
  const form = el('form.parts',
    el('div.pair', field('Title', of.title, {name: '/title'}), el('div.pair', field('From', of.starts, {name: '/starts_on'}), field('Until', of.ends, {name: '/ends_on'}))),
    field('What the buyers were promised', of.promised, {name: '/promised', wide: true}),
    field('Talking points, one a line', of.points, {name: '/talking_points', wide: true, hint: 'For whoever calls: they stand on the lead’s card.'}),
    el('div.pair', field('Budget', of.budget, {name: '/budget/minor'}), field('Currency', of.currency, {name: '/budget/currency'})),
    field('Spent, a day a line', of.spend, {name: '/spend', wide: true, hint: 'The date and the amount.'}),
    wrong, el('div.actions', save));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    save.disabled = true;
    fill(wrong);
    const money_ = of.currency.value.trim().toUpperCase();
    try {
      await put(`/v1/campaigns/${encodeURIComponent(name)}`, {
        title: of.title.value.trim(), starts_on: of.starts.value || undefined, ends_on: of.ends.value || undefined, promised: of.promised.value.trim() || undefined,
        talking_points: lines(of.points.value), budget: of.budget.value.trim() ? {minor: minorOf(of.budget.value, money_) ?? of.budget.value, currency: money_} : undefined,
        spend: spendOf(of.spend.value, money_),
      }, tag ? {headers: {'If-Match': tag}} : {});
      say('Kept.');
      done();
    } catch (error) {
      const left = faults(form, error.errors || []);
      if (left.length || !(error.errors || []).length) fill(wrong, trouble({...error, message: error.message, errors: left}));
    }
    save.disabled = false;
  });
  return form;
}

function read(record) {
  return el('div.parts', facts([
    ['From', record.starts_on ? date(record.starts_on) : null], ['Until', record.ends_on ? date(record.ends_on) : null], ['Promised', record.promised ? el('bdi', record.promised) : null],
    ['Budget', record.budget ? money(record.budget) : null], ['Spent', record.spend?.length ? inMoney(record, spent(record)) : null]]),
  section('What to talk about', record.talking_points?.length ? el('ul', record.talking_points.map((one) => el('li', el('bdi', one)))) : el('p.quiet', 'Nothing is written down.')));
}

async function one(body, name) {
  const {value: found, tag} = await getTagged(`/v1/campaigns/${encodeURIComponent(name)}`).catch((error) => {
    if (error.status === 404) return {value: null, tag: null};
    throw error;
  });
  const {record} = found || {};
  const used = record?.budget?.minor ? el('p', `${inMoney(record, spent(record))} of ${money(record.budget)} is spent. `, el('progress', {max: record.budget.minor, value: Math.min(spent(record), record.budget.minor), 'aria-label': 'Spent of the budget'})) : null;
  fill(body, head(record?.title || name, {about: [el('code', name), ' ', el('a', {href: `#/attribution?${new URLSearchParams({milestone: 'mql', by: 'campaign'})}`}, 'What came of campaigns')], back: ['#/campaigns', 'Campaigns']}),
    used, mine() ? editor(name, record, tag, () => one(body, name)) : record ? read(record) : nothing('Marketing keeps no record of it: touches have named it.'));
}

export async function show(body, {rest: [name]}) {
  if (name) await one(body, name);
  else list(body);
  return {};
}
