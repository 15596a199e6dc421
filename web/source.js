// A source's mapping, tried on what it really sent: a click on a value says what it is. Nothing changes until it is kept.
import {el, fill, field, choice, faults} from './dom.js';
import {get, patch, post} from './api.js';
import {may, teamTitle} from './known.js';
import {head, section, facts, tag, when, button, nothing, say, trouble} from './parts.js';
import {moment, plain, value, word} from './words.js';
import {bodyOf, placesOf, relative, suggestion} from './pointers.js';

const TRY_AFTER_MS = 350;
const who = [['email', 'Email'], ['external_id', 'Id in the other system'], ['anonymous_id', 'Anonymous id'], ['event_id', 'Id of the event'], ['occurred_at', 'When it happened'], ['claimed_stage', 'Stage that it claims']];
const touch = [['kind', 'What happened'], ['source', 'Touch: source'], ['medium', 'Touch: medium'], ['campaign', 'Touch: campaign'], ['content', 'Touch: content'], ['channel', 'Touch: channel']].map(([name, title]) => [`touch.${name}`, title]);
const usual = ['name', 'first_name', 'last_name', 'company.name', 'company.domain', 'company.employees', 'seniority', 'phone'];

// ---- the mapping, as an object with members ----

const titles = new Map([...who, ...touch]);
const titleOf = (target) => titles.get(target) || target.replace(/^attributes\./, '');

function targetsOf(mapping) {
  const list = [];
  for (const [target] of who) if (mapping[target] !== undefined) list.push([target, mapping[target]]);
  for (const [name, at] of Object.entries(mapping.attributes || {})) list.push([`attributes.${name}`, at]);
  for (const [name, at] of Object.entries(mapping.touch || {})) list.push([`touch.${name}`, at]);
  return list;
}

const split = (target) => (target.startsWith('attributes.') ? ['attributes', target.slice(11)] : target.startsWith('touch.') ? ['touch', target.slice(6)] : [null, target]);

function put(mapping, target, at) {
  const [group, name] = split(target);
  const changed = structuredClone(mapping);
  const into = group ? (changed[group] ??= {}) : changed;
  if (at === null) delete into[name];
  else into[name] = at;
  if (group && !Object.keys(into).length) delete changed[group];
  if (group === 'touch' && at !== null && !into.kind) into.kind = {value: 'form_submitted'};
  return changed;
}

// ---- what came ----

// A body as a tree; each value is a button, with what it is taken as.
function tree(body, mapping, pick) {
  const taken = placesOf(targetsOf(mapping));
  const branch = (inner, pointer) => {
    if (inner !== null && typeof inner === 'object')
      return el('ul.tree', Object.entries(inner).map(([name, one]) => el('li', el('code', name), ' ', branch(one, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`))));
    const as = taken(body, pointer, mapping);
    return [el('button.link', {type: 'button', onclick: (event) => pick(pointer, inner, event.currentTarget)}, el('bdi', JSON.stringify(inner))), as.map((target) => [' ', tag('still', '', titleOf(target))])];
  };
  return branch(body, '');
}

// ---- what would come of it ----

function tried(item, at, many) {
  const {result} = item;
  return el('article.card',
    el('h3', many ? `Item ${at + 1}: ` : '', tag('delivery', item.status === 'failed' ? 'failed' : 'done', plain(item.status)), ' ', item.effect && item.effect !== 'lead' ? plain(item.effect) : null),
    item.error || item.detail ? el('p.note', item.detail || plain(item.error)) : null,
    result ? facts([
      ...result.identities.map((one) => [plain(one.kind), el('bdi', one.source ? `${one.source}: ${one.value}` : one.value)]),
      ...Object.entries(result.attributes).map(([name, one]) => [name, el('bdi', value(one))]),
      ['Claimed to be', result.claimed_stage ? word('stage', result.claimed_stage) : null],
      ['What happened', result.touch ? [plain(result.touch.kind), result.touch.source ? `, from ${result.touch.source}` : '', result.touch.medium ? `, ${result.touch.medium}` : '', result.touch.campaign ? `, ${result.touch.campaign}` : ''].join('') : null],
      ['Which lead', result.lead_id ? el('a', {href: `#/lead/${result.lead_id}`}, 'One that is there') : 'A new one'],
      ['Stage then', tag('stage', result.stage)],
      ['Verdict', result.verdict ? tag('result', result.verdict) : 'None: no definition is in force'],
      ['Offered', result.would_be_offered ? 'Yes, at once' : 'No'],
    ]) : null,
    item.left_out.length ? [el('p', 'What does not fit and is left out:'), el('ul.plainlist', item.left_out.map((one) => el('li', el('code', one.what), ' at ', el('code', one.at), ': ', one.detail)))] : null);
}

// ---- the screen ----

class Bench {
  constructor(body, source, deliveries, attributes) {
    this.numbers = new Set(['company.employees', ...attributes.filter((one) => one.types.includes('number') && !one.types.includes('text')).map((one) => one.name)]);
    Object.assign(this, {body, source, deliveries, mapping: source.mapping, kept: JSON.stringify(source.mapping), delivery: null, content: undefined});
    this.names = [...new Set([...attributes.map((one) => one.name), ...usual, ...Object.keys(source.mapping.attributes || {})])].sort();
    this.came = el('div.parts');
    this.rows = el('div');
    this.said = el('div.parts', {'aria-live': 'polite'});
    this.json = el('textarea.json', {rows: 14, spellcheck: 'false'});
    this.json.addEventListener('input', () => this.read());
    this.jsonField = field('As JSON', this.json, {name: '/mapping', wide: true, hint: 'All that a mapping can say is in docs/mapping.md.'});
    this.keep = may('admin') ? button('Keep this mapping', () => this.save(), {kind: 'first', disabled: true}) : null;
  }

  change(mapping, from) {
    this.mapping = mapping;
    if (from !== this.json) this.json.value = JSON.stringify(mapping, null, 2);
    if (this.keep) this.keep.disabled = JSON.stringify(mapping) === this.kept;
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.attempt(), TRY_AFTER_MS);
  }

  read() {
    try {
      this.change(JSON.parse(this.json.value), this.json);
      faults(this.jsonField.parentNode, []);
    } catch (error) {
      faults(this.jsonField.parentNode, [{pointer: '/mapping', detail: `It is not JSON: ${error.message}`}]);
    }
  }

  draw() {
    const list = targetsOf(this.mapping);
    fill(this.rows, list.length ? el('ul.plainlist', list.map(([target, at]) => el('li.maprow', {data: {field: `/mapping/${split(target).filter(Boolean).join('/')}`}},
      el('strong', titleOf(target)), el('code', typeof at === 'string' ? at : at.value !== undefined ? `always “${at.value}”` : JSON.stringify(at)),
      button('Not this', () => this.change(put(this.mapping, target, null)), {kind: 'link', 'aria-label': `${titleOf(target)}: not this`}), el('p.fault', {hidden: true}), el('input', {type: 'hidden'}))))
      : el('p.quiet', 'Nothing is taken yet: click on a value of what came.'),
    this.mapping.when ? el('p.quiet', `It has ${this.mapping.when.length} cases, which are changed as JSON below.`) : null);
    if (this.content !== undefined) this.drawBody();
  }

  drawBody() {
    const chosen = el('div.picked', {role: 'status'}, el('p.quiet', 'Click on a value, and say what it is.'));
    fill(this.came, chosen, typeof this.content === 'object' && this.content !== null
      ? tree(this.content, this.mapping, (pointer, seen, from) => this.ask(chosen, pointer, seen, from)) : el('pre', {tabindex: 0, 'aria-label': 'Body'}, String(this.content)));
  }

  // Senders write numbers as texts; where others are numbers, these are to be, too.
  typed(target, at, seen) {
    const isNumber = typeof seen === 'string' && this.numbers.has(target.slice(11)) && target.startsWith('attributes.');
    if (!isNumber) return at;
    return {...(typeof at === 'string' ? {at} : at), type: 'number'};
  }

  // A value of an array is known by its place, or better by what stands beside it.
  ask(place, pointer, seen, from) {
    const at = relative(this.content, pointer, this.mapping);
    if (at === null) {
      fill(place, el('p.note', 'This stands outside of the items that the mapping goes through (each).'));
      return;
    }
    const beside = suggestion(this.content, pointer, this.mapping);
    const by = choice([...(beside ? [['beside', beside.words]] : []), ['place', `What stands at ${at}`]], beside ? 'beside' : 'place');
    const target = choice([...who, ...touch].concat(this.names.map((name) => [`attributes.${name}`, `Attribute ${name}`]), [['+', 'Another attribute …']]), 'email');
    const name = el('input', {placeholder: 'job_title', autocomplete: 'off'});
    const nameField = field('Its name', name, {hint: 'Lower case, with dots and underscores.'});
    nameField.hidden = true;
    target.addEventListener('change', () => { nameField.hidden = target.value !== '+'; if (!nameField.hidden) name.focus(); });
    fill(place, el('form.filters', {onsubmit: (event) => {
      event.preventDefault();
      const named = target.value === '+' ? `attributes.${name.value.trim()}` : target.value;
      if (named === 'attributes.') return name.focus();
      if (!this.names.includes(named.slice(11)) && named.startsWith('attributes.')) this.names.push(named.slice(11));
      this.change(put(this.mapping, named, this.typed(named, by.value === 'beside' ? beside.field : at, seen)));
      return this.came.querySelector('.tree button')?.focus();
    }}, field(`${JSON.stringify(seen).slice(0, 40)} is`, target, {wide: true}), nameField, field('Found by', by, {wide: true}), el('button.first', {type: 'submit'}, 'Take it')));
    place.scrollIntoView({block: 'nearest'});
    target.focus();
    from.setAttribute('aria-pressed', 'true');
  }

  async attempt() {
    if (this.content === undefined) return;
    const sent = this.delivery ? {delivery: this.delivery} : {body: this.content};
    const mine = (this.attempted = Symbol('attempt'));
    this.said.setAttribute('aria-busy', 'true');
    try {
      const answer = await post(`/v1/sources/${this.source.id}/try`, {...sent, mapping: this.mapping});
      if (mine !== this.attempted) return;
      faults(this.rows, []);
      fill(this.said, answer.error ? el('p.note', answer.error) : null,
        answer.read.length ? el('p.quiet', 'So that it could be read: ', answer.read.map((one) => one.detail).join(' ')) : null,
        answer.items.map((item, at) => tried(item, at, answer.items.length > 1)));
    } catch (error) {
      if (mine !== this.attempted) return;
      const left = faults(this.rows, error.errors || []);
      fill(this.said, trouble({...error, message: error.message, errors: left}));
    }
    this.said.removeAttribute('aria-busy');
  }

  async save() {
    try {
      await patch(`/v1/sources/${this.source.id}`, {mapping: this.mapping});
      this.kept = JSON.stringify(this.mapping);
      this.keep.disabled = true;
      say('Kept: what comes next is read by it. Failed deliveries can be replayed.');
    } catch (error) {
      say(error.message, 'bad');
    }
  }

  async open(id) {
    this.delivery = id;
    this.content = undefined;
    fill(this.said);
    fill(this.came, el('div.bones', {'aria-hidden': 'true'}, el('i'), el('i'), el('i')));
    this.came.setAttribute('aria-busy', 'true');
    const found = await get(`/v1/deliveries/${id}`);
    this.came.removeAttribute('aria-busy');
    if (found.body === null) {
      fill(this.came, el('p.quiet', 'Its body is gone: bodies are kept for 30 days.'));
      return;
    }
    this.content = bodyOf(found);
    this.drawBody();
    this.attempt();
  }

  paste(text) {
    this.delivery = null;
    try {
      this.content = JSON.parse(text);
    } catch (error) {
      fill(this.came, el('p.note', `This is not JSON: ${error.message}`));
      return;
    }
    this.drawBody();
    this.attempt();
  }
}

function chooser(bench, asked) {
  const {deliveries} = bench;
  const which = choice([...deliveries.map((one) => [one.id, `${moment(one.received_at)}: ${plain(one.status).toLowerCase()}`]), ['', 'One that I paste']], asked);
  const pasted = el('textarea.json', {rows: 6, spellcheck: 'false', placeholder: '{"email": "kim@kite.example"}'});
  const pastedField = field('A body, as it is sent', pasted, {wide: true});
  pastedField.hidden = asked !== '';
  which.addEventListener('change', () => {
    pastedField.hidden = which.value !== '';
    if (which.value) bench.open(which.value).catch((error) => fill(bench.came, trouble(error)));
    else fill(bench.came);
  });
  pasted.addEventListener('input', () => bench.paste(pasted.value));
  return [el('div.filters', field('Delivery', which, {wide: true})), pastedField];
}

export async function show(body, {rest: [id], query}) {
  const [{data: sources}, attributes] = await Promise.all([get('/v1/sources'), get('/v1/attributes').catch(() => ({data: []}))]);
  const source = sources.find((one) => one.id === id);
  if (!source) {
    fill(body, head('A source that is not here', {back: ['#/flow', 'In and out']}), nothing('There is no source at this address.'));
    return {};
  }
  const {data: deliveries} = await get('/v1/deliveries', {source: source.name, limit: 20});
  const first = query.delivery || deliveries[0]?.id || '';
  if (first && !deliveries.some((one) => one.id === first)) deliveries.unshift(await get(`/v1/deliveries/${first}`));
  const bench = new Bench(body, source, deliveries, attributes.data.filter((one) => !one.name.startsWith('email.')));
  fill(body, head(`Mapping of ${source.name}`, {about: [`What it sends becomes leads of ${teamTitle(source.team)}. Nothing is changed by trying.`], back: ['#/flow', 'In and out'], actions: bench.keep}),
    el('div.sides',
      el('div.parts', section('What came', deliveries.length ? null : el('p.quiet', 'It has not sent anything yet: paste what it will send.'), chooser(bench, first), bench.came), section('What it is taken as', bench.rows, el('details', el('summary', 'As JSON'), bench.jsonField))),
      section('What would come of it', bench.said)));
  bench.change(source.mapping);
  if (first) await bench.open(first).catch((error) => fill(bench.came, trouble(error)));
  return {leave: () => clearTimeout(bench.timer)};
}
