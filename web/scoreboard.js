// Both sides' promises on one page, the same for both. The address holds the period, so a link shows the same numbers.
import {el, fill, field} from './dom.js';
import {get} from './api.js';
import {teamTitle, memberName} from './known.js';
import {head, section, table, later, link, opens, when} from './parts.js';
import {goals} from './goals.js';
import {behind} from './sent.js';
import {number, percent, duration, word, plain, STAGES} from './words.js';

const share = (value) => (value === null || value === undefined ? '–' : percent(value / 100));
const cell = (row, name, title) => (row.links?.[name] && row[name] ? opens(number(row[name]), behind(row.links[name], title)) : number(row[name]));

const published = (report, column) => report.published.filter((one) => one.column === column).map((one) => el('small.quiet', `${one.from === one.to ? one.from : `${one.from} to ${one.to}`} % elsewhere (${one.by})`));

function big(title, value, ...about) {
  return el('div.card', el('h2', title), el('p.big', value), about);
}

async function promises(asked) {
  const [times, back, bypass, gaps] = await Promise.all(['response-times', 'rejections', 'bypass', 'gaps'].map((name) => get(`/v1/reports/${name}`, asked)));
  return el('div.cards',
    big('Sales: answered in time', share(times.totals.in_time_share), el('p', cell(times.totals, 'in_time', 'Answered in time'), ` of ${number(times.totals.promised)}; half within ${duration(times.totals.median_minutes)}`), published(times, 'in_time_share')),
    big('Sales: waits too long now', cell(times.totals, 'overdue', 'Overdue'), el('p.quiet', 'offers past their time')),
    big('Marketing: accepted by sales', share(back.totals.rejected_share === null ? null : 100 - back.totals.rejected_share), el('p', number(back.totals.answered - back.totals.rejected), ` of ${number(back.totals.answered)} answered`), published(back, 'rejected_share')),
    big('Marketing: met the definition', share(bypass.totals.met_definition_share), el('p', cell(bypass.totals, 'met_definition', 'Met the definition'), ` of ${number(bypass.totals.handed_off)} handed off`), published(bypass, 'met_definition_share')),
    big('Past the definition', share(bypass.totals.without_verdict_share), el('p', cell(bypass.totals, 'without_verdict', 'Without a verdict'), ' without a verdict'), published(bypass, 'without_verdict_share')),
    big('Promised, and not done', cell(gaps.totals, 'leads', 'Gaps'), el('p.quiet', gaps.totals.leads ? 'leads that somebody is to do something with' : 'Everybody does what they promised.')));
}

async function gaps(asked) {
  const report = await get('/v1/reports/gaps', asked);
  return table('Gaps', [
    {title: 'Team', cell: (row) => teamTitle(row.team)},
    {title: 'What was promised', cell: (row) => plain(word('step', row.step))},
    {title: 'Leads', number: true, cell: (row) => cell(row, 'leads', `${teamTitle(row.team)}: ${word('step', row.step)}`)},
  ], report.data, {empty: 'Everybody does what they promised.'});
}

async function times(asked) {
  const [teams, members] = await Promise.all([get('/v1/reports/response-times', {...asked, by: 'team'}), get('/v1/reports/response-times', {...asked, by: 'member'})]);
  const columns = (name) => [
    name,
    {title: 'Offered', number: true, cell: (row) => cell(row, 'offered', 'Offered')},
    {title: 'In time', number: true, cell: (row) => cell(row, 'in_time', 'Answered in time')},
    {title: 'Share', number: true, cell: (row) => share(row.in_time_share)},
    {title: 'Half within', number: true, cell: (row) => duration(row.median_minutes)},
    {title: 'Nine of ten within', number: true, cell: (row) => duration(row.p90_minutes)},
    {title: 'Overdue', number: true, cell: (row) => cell(row, 'overdue', 'Overdue')},
  ];
  return [
    table('Answers by team', columns({title: 'Team', cell: (row) => teamTitle(row.team)}), teams.data, {empty: 'Nothing was offered in this time.'}),
    members.data.length ? table('Answers by member', columns({title: 'Member', cell: (row) => (row.member ? memberName(row.member) : 'Nobody yet')}), members.data) : null,
  ];
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

// By hour and weekday: each cell says how many were offered and how long half of them waited.
async function hours(asked) {
  const report = await get('/v1/reports/response-times', {...asked, by: 'hour'});
  if (!report.data.length) return el('p.quiet', 'Nothing was offered in this time.');
  const at = new Map(report.data.map((row) => [row.hour, row]));
  const used = Array.from({length: 24}, (_, hour) => String(hour).padStart(2, '0')).filter((hour) => days.some((day) => at.has(`${day} ${hour}`)));
  return table('How long offers wait, by the hour at which they came', [
    {title: 'Hour', cell: (hour) => `${hour}:00`},
    ...days.map((day) => ({title: plain(day), number: true, cell: (hour) => {
      const row = at.get(`${day} ${hour}`);
      return row ? [duration(row.median_minutes), el('small.quiet', cell(row, 'offered', `Offered ${day} ${hour}:00`))] : '';
    }})),
  ], used);
}

async function stages(asked) {
  const report = await get('/v1/reports/stages', {from: asked.from, to: asked.to});
  const most = Math.max(1, ...report.data.map((row) => Math.max(row.reached || 0, row.leads)));
  return table('Stages', [
    {title: 'Stage', cell: (row) => word('stage', row.stage)},
    {title: 'Now', number: true, cell: (row) => link(number(row.leads), `#/leads?stage=${row.stage}`, 'number')},
    {title: 'Have reached it', number: true, cell: (row) => number(row.reached)},
    {title: '', kind: 'meter', cell: (row) => el('meter', {min: 0, max: most, value: row.reached ?? row.leads, 'aria-label': `${word('stage', row.stage)}: ${row.reached ?? row.leads}`})},
  ], [...report.data].sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage)));
}

async function reasons(asked) {
  const report = await get('/v1/reports/rejections', {...asked, by: 'reason', then_by: 'class'});
  return table('What came back, and why', [
    {title: 'Reason', cell: (row) => (row.reason ? plain(row.reason) : 'None')},
    {title: 'What that says', cell: (row) => (row.class ? word('class', row.class) : '–')},
    {title: 'Came back', number: true, cell: (row) => cell(row, 'rejected', `Came back: ${plain(row.reason || 'none')}`)},
    {title: 'Disputed', number: true, cell: (row) => cell(row, 'disputed', 'Disputed')},
    {title: 'Upheld', number: true, cell: (row) => cell(row, 'upheld', 'Upheld')},
  ], report.data, {empty: 'Nothing came back.'});
}

export async function show(body, place) {
  const {query} = place;
  const from = el('input', {type: 'date', value: query.from || ''});
  const to = el('input', {type: 'date', value: query.to || ''});
  for (const control of [from, to])
    control.addEventListener('change', () => { location.hash = `#/scoreboard?${new URLSearchParams([['from', from.value], ['to', to.value], ['as_of', query.as_of]].filter(([, value]) => value))}`; });
  const asked = {from: query.from, to: query.to, as_of: query.as_of};
  const here = {as_of: query.as_of || new Date().toISOString().slice(0, 19) + 'Z', from: query.from || new Date(Date.now() - 30 * 86400000).toISOString().slice(0, 10), to: query.to || new Date(Date.now() + 86400000).toISOString().slice(0, 10)};
  fill(body,
    head('Scoreboard', {about: ['What both sides promised, and what they did. ', el('a', {href: `#/scoreboard?${new URLSearchParams(here)}`}, 'A link to exactly this')]}),
    el('form.filters', {onsubmit: (event) => event.preventDefault()}, field('From', from), field('To', to), query.as_of ? el('p.note', 'As it stood ', when(query.as_of), '. ', el('a', {href: '#/scoreboard'}, 'As it stands now')) : null),
    el('div.parts',
      section('What was promised, and how far it is', later(() => goals({as_of: asked.as_of}), {lines: 3})),
      later(() => promises(asked), {lines: 4}),
      el('div.sides', section('Promised, and not done', later(() => gaps(asked))), section('Where leads stand', later(() => stages(asked)))),
      section('How fast offers are answered', later(() => times(asked))),
      section('By hour and weekday', later(() => hours(asked))),
      section('What came back, and why', later(() => reasons(asked)))));
  return {};
}
