// Companies with an owner: sales says whose they are; both sides name those that they go after together.
import {el, fill, field, choice} from './dom.js';
import {get, put} from './api.js';
import {known, may, side, teamTitle, memberName} from './known.js';
import {head, table, tag, when, button, ask, say} from './parts.js';

const PAGE = 100;
const pathOf = (domain) => `/v1/accounts/${encodeURIComponent(domain)}`;

function owner(account) {
  const teams = known.teams.filter((team) => team.active && team.function === 'sales');
  const team = choice([['', 'Nobody'], ...teams.map((one) => [one.name, one.title])], account.owner?.team || '');
  const member = el('select');
  const members = () => fill(member, el('option', {value: ''}, 'The team'), [...known.members.values()].filter((one) => one.active && one.team === team.value)
    .map((one) => el('option', {value: one.id, selected: one.id === account.owner?.member}, one.name)));
  team.addEventListener('change', members);
  members();
  return ask(`Who has ${account.domain}`, {
    body: el('div.pair', field('Team', team, {name: '/owner/team'}), field('Who of it', member, {name: '/owner/member'})),
    send: () => put(pathOf(account.domain), {owner: team.value ? {team: team.value, member: member.value || undefined} : null}),
  });
}

function add() {
  const domain = el('input', {required: true, placeholder: 'kite.example', autocomplete: 'off'});
  const named = el('input', {type: 'checkbox', checked: true});
  return ask('Add an account', {
    body: [field('The company’s domain', domain, {name: '/domain'}), el('label.option', named, el('span', el('strong', 'We go after it'), el('small', 'It is named when the other side says so, too.')))], done: 'Add',
    send: () => put(pathOf(domain.value.trim()), {named: named.checked}),
  });
}

function standing(account) {
  if (account.named) return tag('named', 'in_force', 'Named by both');
  if (account.named_by.length) return tag('named', 'proposed', `Named by ${account.named_by.join(', ')}`);
  return el('span.quiet', 'No');
}

export async function show(body, {query}) {
  const rows = [];
  let next = null;
  const list = el('div', {'aria-live': 'polite'}, el('div.bones', {'aria-hidden': 'true'}, el('i'), el('i'), el('i')));
  const under = el('div.under');
  const team = choice([['', 'Everybody'], ...known.teams.filter((one) => one.function === 'sales').map((one) => [one.name, one.title])], query.owner || '');
  const named = choice([['', 'All'], ['true', 'Named by both'], ['false', 'The others']], query.named || '');
  const go = () => { location.hash = `#/accounts?${new URLSearchParams([['owner', team.value], ['named', named.value]].filter(([, value]) => value))}`; };
  for (const control of [team, named]) control.addEventListener('change', go);
  const sided = ['marketing', 'sales'].includes(side());

  const act = (call, text) => async () => {
    try {
      const answer = await call();
      if (!answer) return;
      const at = rows.findIndex((one) => one.domain === answer.domain);
      if (at < 0) rows.unshift(answer);
      else rows[at] = answer;
      draw();
      say(text);
    } catch (error) {
      say(error.message, 'bad');
    }
  };
  const deeds = (account) => {
    const ours = account.named_by.includes(side());
    return el('div.actions',
      may('work', 'admin') && side() === 'sales' ? button('Who has it', act(() => owner(account), 'Kept.')) : null,
      may('work', 'admin') && sided ? button(ours ? 'Not named by us' : account.named_by.length ? 'Confirm' : 'Name it', act(() => put(pathOf(account.domain), {named: !ours}), 'Kept.')) : null);
  };
  function draw() {
    fill(list, table('Accounts', [
      {title: 'Company', cell: (one) => el('a', {href: `#/leads?${new URLSearchParams({q: one.domain})}`}, el('bdi', one.domain))},
      {title: 'Owner', cell: (one) => (one.owner ? [teamTitle(one.owner.team), one.owner.member ? el('small', el('bdi', memberName(one.owner.member))) : null] : el('span.quiet', 'Nobody'))},
      {title: 'We go after it', cell: standing},
      {title: 'Since', cell: (one) => when(one.created_at)},
      {cell: deeds},
    ], rows, {empty: Object.keys(query).length ? 'No account is like that.' : 'No account is here yet. Name the companies that both sides go after, and say whose they are.'}));
    fill(under, next ? button('Show more', load) : null);
  }
  async function load() {
    list.setAttribute('aria-busy', 'true');
    const page = await get('/v1/accounts', {owner_team: query.owner, named: query.named, limit: PAGE, cursor: next || undefined});
    rows.push(...page.data);
    ({next} = page);
    draw();
    list.removeAttribute('aria-busy');
  }
  const begin = may('work', 'admin') && sided ? button('Add an account', act(add, 'Added.'), {kind: 'first'}) : null;
  fill(body, head('Accounts', {about: 'Whose a company is, and which ones both sides go after.', back: ['#/setup', 'Set-up'], actions: begin}),
    el('form.filters', {onsubmit: (event) => event.preventDefault()}, field('Owner', team), field('Named', named)), list, under);
  await load();
  return {};
}

