// Leads: found by who they are, or by where they stand. The address holds the question.
import {el, fill, field, choice, faults} from './dom.js';
import {get, post} from './api.js';
import {known, teamTitle, may} from './known.js';
import {head, table, tag, when, due, button, trouble, ask, person, say} from './parts.js';
import {STAGES, companyOf, word, typed, nameOf} from './words.js';

const steps = ['answer', 'decide', 'nurture', 'offer', 'review', 'follow_up'];

export const leadColumns = [
  {title: 'Lead', cell: (lead) => [el('a', {href: `#/lead/${lead.id}`}, person(lead)), lead.email && lead.email !== nameOf(lead) ? el('small', el('bdi', lead.email)) : null]},
  {title: 'Company', cell: (lead) => el('bdi', companyOf(lead) || '–')},
  {title: 'Stage', cell: (lead) => tag('stage', lead.stage)},
  {title: 'Owner', cell: (lead) => teamTitle(lead.owner_team)},
  {title: 'Next step', cell: (lead) => (lead.next ? [word('step', lead.next.step), el('small', due(lead.next.at, new Date(lead.next.at) < new Date()))] : el('span.quiet', 'none'))},
  {title: 'Came in', cell: (lead) => when(lead.created_at)},
];

// A prospect, added by hand.
export function addLead() {
  const name = el('input', {autocomplete: 'off'});
  const email = el('input', {type: 'email', autocomplete: 'off'});
  const company = el('input', {placeholder: 'kite.example'});
  const employees = el('input', {inputmode: 'numeric'});
  const seniority = el('input', {list: 'seniorities'});
  const origin = choice([['outbound', 'We found them'], ['inbound', 'They came to us']], 'outbound');
  const kind = el('input', {placeholder: 'call, meeting, form_submitted'});
  const source = el('input', {placeholder: 'fair-berlin'});
  return ask('Add a lead', {
    body: [
      el('div.pair', field('Name', name, {name: '/attributes/name'}), field('Email', email, {name: '/email', hint: 'A lead is known by it.'})),
      el('div.pair', field('Company’s domain', company, {name: '/attributes/company.domain'}), field('Employees', employees, {name: '/attributes/company.employees'})),
      el('div.pair', field('Seniority', seniority, {name: '/attributes/seniority'}), field('How do we know them?', origin, {name: '/origin'})),
      el('div.pair', field('What happened', kind, {name: '/touch/kind', hint: 'Leave it empty when nothing did.'}), field('Where', source, {name: '/touch/source'})),
      el('datalist', {id: 'seniorities'}, ['intern', 'junior', 'senior', 'manager', 'director', 'vp', 'c_level', 'owner'].map((value) => el('option', {value}))),
    ],
    done: 'Add', wide: true,
    send() {
      const attributes = Object.fromEntries([['name', name.value.trim()], ['company.domain', company.value.trim()], ['company.employees', employees.value.trim() ? typed(employees.value.trim()) : ''], ['seniority', seniority.value.trim()]].filter(([, value]) => value !== ''));
      return post('/v1/leads', {email: email.value.trim(), attributes: Object.keys(attributes).length ? attributes : undefined, origin: origin.value, touch: kind.value.trim() ? {kind: kind.value.trim(), source: source.value.trim() || undefined, direction: origin.value} : undefined});
    },
  });
}

function questionOf(query) {
  const text = (query.q || '').trim();
  const asked = {stage: query.stage, owner_team: query.owner, step: query.step, due_before: query.due === 'now' ? new Date().toISOString() : undefined};
  if (/^[\w.-]{1,64}:\S+$/.test(text)) asked.external_id = text;
  else asked.q = text;
  return asked;
}

const PAGE = 50;
const LOOKS_MAX = 5;

// A search looks at a thousand leads at a time: a page may have found none and not be the last.
async function pageOf(asked) {
  let page = await get('/v1/leads', asked);
  for (let looks = 1; page.next && page.data.length === 0 && looks < LOOKS_MAX; looks += 1)
    page = await get('/v1/leads', {...asked, cursor: page.next});
  return page;
}

export async function show(body, place) {
  const {query} = place;
  const q = el('input', {type: 'search', value: query.q || '', placeholder: 'kim lee, kite.example or hubspot:51', spellcheck: 'false', autocapitalize: 'off'});
  const stage = choice([['', 'Any'], ...STAGES.map((code) => [code, word('stage', code)])], query.stage || '');
  const owner = choice([['', 'Any'], ...known.teams.map((team) => [team.name, team.title])], query.owner || '');
  const step = choice([['', 'Any'], ...steps.map((code) => [code, word('step', code)])], query.step || '');
  const late = choice([['', 'Any time'], ['now', 'Due already']], query.due || '');
  const found = el('div', {'aria-live': 'polite'});
  const form = el('form.filters', {role: 'search'},
    field('Name, company, email or id', q, {wide: true}), field('Stage', stage), field('Owner', owner), field('Next step', step), field('Due', late), el('button.first', {type: 'submit'}, 'Find'));
  const go = (event) => {
    event?.preventDefault();
    const asked = Object.entries({q: q.value.trim(), stage: stage.value, owner: owner.value, step: step.value, due: late.value}).filter(([, value]) => value);
    const next = `#/leads${asked.length ? `?${new URLSearchParams(asked)}` : ''}`;
    if (next === location.hash) load();
    else location.hash = next;
  };
  form.addEventListener('submit', go);
  for (const control of [stage, owner, step, late]) control.addEventListener('change', go);

  async function load() {
    found.setAttribute('aria-busy', 'true');
    try {
      const page = await pageOf({...questionOf(query), limit: PAGE});
      const rows = page.data;
      let {next} = page;
      const list = el('div');
      const under = el('div.under');
      const draw = () => {
        fill(list, table('Leads', leadColumns, rows, {empty: Object.keys(query).length ? 'No lead is like that.' : 'No lead is here yet. Connect a source under In and out, import a file, or add one by hand.'}));
        fill(under, next ? button('Show more', more) : null);
      };
      const more = async () => {
        const from = rows.length;
        const further = await pageOf({...questionOf(query), limit: PAGE, cursor: next});
        rows.push(...further.data);
        next = further.next;
        draw();
        list.querySelectorAll('tbody tr')[from]?.querySelector('a')?.focus();
      };
      fill(found, list, under);
      draw();
    } catch (error) {
      const left = faults(form, error.errors || []);
      fill(found, trouble({...error, message: error.message, errors: left}, load));
    }
    found.removeAttribute('aria-busy');
  }

  const add = may('capture', 'admin') ? button('Add a lead', async () => {
    const answer = await addLead();
    if (!answer) return;
    say(answer.created ? 'The lead is there.' : 'We knew this lead already; what you wrote was added.');
    location.hash = `#/lead/${answer.lead.id}`;
  }, {kind: 'first'}) : null;
  fill(body, head('Leads', {about: 'People at companies, and what is known about them.', actions: add}), form, found);
  await load();
  return {};
}
