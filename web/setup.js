// Teams, members, keys, calendars: what a side's admins set up, each for their own side.
import {el, fill, field, choice} from './dom.js';
import {get, getTagged, post, patch, put} from './api.js';
import {known, learn, may, teamTitle, memberName, actorName} from './known.js';
import {head, table, tag, when, button, ask, later, say} from './parts.js';
import {word, plain} from './words.js';
import {firstSteps, stepList} from './first.js';
import {deal} from './distribution.js';

const views = [['first', 'The first hour'], ['teams', 'Teams'], ['members', 'Members'], ['keys', 'Keys']];
const days = [['mon', 'Monday'], ['tue', 'Tuesday'], ['wed', 'Wednesday'], ['thu', 'Thursday'], ['fri', 'Friday'], ['sat', 'Saturday'], ['sun', 'Sunday']];
const own = (team) => may('admin') && known.teams.find((one) => one.name === team)?.function === known.me.team.function;

async function again(list, answer, text) {
  if (!answer) return;
  say(text);
  await learn();
  list.again();
}

// ---- teams ----

function addTeam() {
  const name = el('input', {required: true, placeholder: 'sdr'});
  const title = el('input', {placeholder: 'Sales development'});
  const kind = choice([['marketing', 'Marketing'], ['sales', 'Sales'], ['other', 'Other: adds leads, signs nothing']], known.me.team.function);
  return ask('A new team', {
    body: [el('div.pair', field('Name', name, {name: '/name', hint: 'Lower case; it is its name in the API.'}), field('Title', title, {name: '/title'})), field('Side', kind, {name: '/function'})], done: 'Add',
    send: () => post('/v1/teams', {name: name.value.trim(), title: title.value.trim() || undefined, function: kind.value}),
  });
}

const spansOf = (text) => text.split(',').map((span) => span.trim().split(/\s*[-–]\s*/)).filter((span) => span.length === 2);

async function calendar(team) {
  const path = `/v1/teams/${team.name}/calendar`;
  const {value: found, tag: etag} = await getTagged(path).catch((error) => {
    if (error.status === 404) return {value: null, tag: null};
    throw error;
  });
  const zones = Intl.supportedValuesOf?.('timeZone') || [];
  const zone = el('input', {list: 'zones', value: found?.time_zone || Intl.DateTimeFormat().resolvedOptions().timeZone});
  const inputs = days.map(([day, name], at) => [day, name, el('input', {value: found ? (found.hours[day] || []).map((span) => span.join('-')).join(', ') : at < 5 ? '09:00-17:00' : ''})]);
  const holidays = el('input', {value: (found?.holidays || []).join(', '), placeholder: '2026-12-25, 2026-12-26'});
  return ask(`When ${team.title} works`, {
    body: [
      el('p.quiet', found ? 'Clocks run in these hours alone.' : 'It has none yet: day and night count.'),
      field('Time zone', zone, {name: '/time_zone'}), el('datalist', {id: 'zones'}, zones.map((value) => el('option', {value}))),
      el('div.columns', inputs.map(([day, name, input]) => field(name, input, {name: `/hours/${day}`}))),
      field('Holidays', holidays, {name: '/holidays', hint: 'Dates, with commas. Hours as 09:00-12:30, 13:15-17:30; a day without hours is free.'}),
    ],
    wide: true,
    send: () => put(path, {time_zone: zone.value.trim(), hours: Object.fromEntries(inputs.filter(([,, input]) => input.value.trim()).map(([day,, input]) => [day, spansOf(input.value)])), holidays: holidays.value.split(',').map((one) => one.trim()).filter(Boolean)}, etag ? {headers: {'If-Match': etag}} : {}),
  });
}

function teams() {
  const list = later(async () => table('Teams', [
    {title: 'Team', cell: (team) => [el('strong', team.title), el('small', el('code', team.name))]},
    {title: 'Side', cell: (team) => plain(team.function)},
    {title: 'Members', number: true, cell: (team) => [...known.members.values()].filter((member) => member.team === team.name && member.active).length},
    {title: 'State', cell: (team) => (team.active ? 'Active' : tag('state', 'withdrawn', 'Not active'))},
    {cell: (team) => (own(team.name) ? el('div.actions', button('When it works', () => calendar(team).then((answer) => again(list, answer, 'Kept.'), (error) => say(error.message, 'bad'))), button('Who gets what', () => deal(team).then((answer) => again(list, answer, 'Kept.'), (error) => say(error.message, 'bad')))) : null)},
  ], known.teams));
  return [may('admin') ? el('div.actions', button('Add a team', async () => again(list, await addTeam(), 'Added.'), {kind: 'first'})) : null, list];
}

// ---- members ----

function addMember() {
  const mine = known.teams.filter((team) => team.active && own(team.name));
  const team = choice(mine.map((one) => [one.name, one.title]), known.me.team.name);
  const name = el('input', {required: true});
  const email = el('input', {type: 'email', required: true});
  return ask('A new member', {
    body: [el('div.pair', field('Name', name, {name: '/name'}), field('Email', email, {name: '/email'})), field('Team', team, {name: '/team'})], done: 'Add',
    send: () => post('/v1/members', {team: team.value, name: name.value.trim(), email: email.value.trim()}),
  });
}

function absence(member) {
  const from = el('input', {type: 'date', required: true});
  const to = el('input', {type: 'date', required: true});
  return ask(`${member.name} is away`, {
    body: [el('p.quiet', 'Nothing is given to them meanwhile.'), el('div.pair', field('From', from, {name: '/absent'}), field('Until', to))],
    send: () => patch(`/v1/members/${member.id}`, {absent: [...(member.absent || []), {from: from.value, to: to.value}]}),
  });
}

function members() {
  const list = later(async () => table('Members', [
    {title: 'Name', cell: (member) => [el('strong', el('bdi', member.name)), el('small', el('bdi', member.email || ''))]},
    {title: 'Team', cell: (member) => teamTitle(member.team)},
    {title: 'State', cell: (member) => (member.active ? 'Active' : tag('state', 'withdrawn', 'Not active'))},
    {cell: (member) => (own(member.team) ? el('div.actions',
      member.active ? button('A key', () => addKey(member).catch((error) => say(error.message, 'bad'))) : null,
      member.active ? button('Away', () => absence(member).then((answer) => again(list, answer, 'Kept.'))) : null,
      button(member.active ? 'Has left' : 'Is back', () => patch(`/v1/members/${member.id}`, {active: !member.active}).then((answer) => again(list, answer, 'Kept.'), (error) => say(error.message, 'bad')))) : null)},
  ], [...known.members.values()].sort((a, b) => a.team.localeCompare(b.team) || a.name.localeCompare(b.name))));
  return [may('admin') ? el('div.actions', button('Add a member', async () => again(list, await addMember(), 'Added. Give them a key, so that they can sign in.'), {kind: 'first'})) : null, list];
}

// ---- keys ----

async function addKey(member) {
  const title = el('input', {value: member.email || member.name, required: true});
  const roles = ['work', 'read', 'report', 'capture', 'sign', 'admin'];
  const boxes = roles.map((role) => el('label.option', el('input', {type: 'checkbox', value: role, checked: ['work', 'read', 'report', 'capture'].includes(role)}), el('span', el('strong', plain(role)), el('small', word('role', role)))));
  const answer = await ask(`A key for ${member.name}`, {
    body: [field('Title', title, {name: '/title'}), el('fieldset', el('legend', 'It may'), boxes)], done: 'Make it', wide: true,
    send: () => post('/v1/keys', {title: title.value.trim(), member: member.id, roles: boxes.map((box) => box.firstChild).filter((box) => box.checked).map((box) => box.value)}),
  });
  if (answer) await ask('The key', {body: [el('p', `Give it to ${member.name} and to nobody else. It is shown once.`), el('p.hash', {tabindex: 0}, answer.token)], done: 'I have it', send: () => true});
}

function keys() {
  if (!may('admin')) return el('p.quiet', 'Whoever runs your side sees its keys here.');
  const list = later(async () => {
    const {data} = await get('/v1/keys', {limit: 500});
    return table('Keys', [
      {title: 'Title', cell: (key) => el('bdi', key.title)},
      {title: 'Of', cell: (key) => (key.member ? memberName(key.member) : teamTitle(key.team))},
      {title: 'May', cell: (key) => key.roles.map(plain).join(', ')},
      {title: 'Made by', cell: (key) => [actorName(key.made_by), ', ', when(key.created_at)]},
      {title: 'State', cell: (key) => (key.revoked_at ? [tag('state', 'withdrawn', 'Revoked'), ' ', when(key.revoked_at)] : 'Valid')},
      {cell: (key) => (key.revoked_at || !own(key.team) ? null : button('Revoke', async () => {
        const answer = await ask(`Revoke ${key.title}`, {body: el('p', 'Whoever uses it is refused from now on, and its sessions end.'), done: 'Revoke', kind: 'danger', send: () => post(`/v1/keys/${key.id}/revoke`)});
        if (answer) list.again();
      }))},
    ], data);
  });
  return list;
}

export async function show(body, {query}) {
  const view = views.find(([name]) => name === query.show)?.[0] || 'first';
  const content = {first: () => later(async () => stepList(await firstSteps()), {lines: 5}), teams, members, keys}[view]();
  fill(body, head('Set-up', {about: 'Each side sets up its own.'}),
    el('div.tabs', views.map(([name, title]) => el('a', {href: `#/setup?show=${name}`, 'aria-current': name === view ? 'page' : null}, title)), el('a', {href: '#/accounts'}, 'Accounts'), el('a', {href: '#/words'}, 'Words')),
    content);
  return {};
}
