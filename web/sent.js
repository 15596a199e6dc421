// Marketing's view of its handoffs: what became of what was sent, what is disputed, and what the reasons say.
import {el, fill, choice, field} from './dom.js';
import {get} from './api.js';
import {known, teamTitle} from './known.js';
import {actionButtons, actionsOf} from './actions.js';
import {head, section, table, tag, when, due, button, later, person, link} from './parts.js';
import {onEvents} from './live.js';
import {companyOf, word, plain, number, percent} from './words.js';

const views = [
  ['waiting', 'Waiting', {state: 'offered'}, 'Nothing waits for an answer.'],
  ['accepted', 'Accepted', {state: 'accepted'}, 'Nothing is accepted and undecided.'],
  ['rejected', 'Rejected', {state: 'rejected'}, 'Nothing was rejected.'],
  ['returned', 'Returned', {state: 'returned'}, 'Nothing was returned.'],
  ['qualified', 'Qualified', {state: 'qualified'}, 'Nothing was qualified yet.'],
  ['expired', 'Not answered', {state: 'expired'}, 'Everything was answered.'],
];

function columnsOf(view, done) {
  return [
    {title: 'Lead', cell: ({handoff, lead}) => [el('a', {href: `#/handoffs/${handoff.id}`}, lead ? person(lead) : 'Somebody who was erased'), lead ? el('small', el('bdi', companyOf(lead))) : null]},
    ['rejected', 'returned'].includes(view) ? {title: 'Reason', kind: 'wide', cell: ({handoff}) => [plain(handoff.reason), handoff.class ? el('small', word('class', handoff.class)) : null, handoff.note ? el('small', el('bdi', `“${handoff.note}”`)) : null]} : null,
    {title: 'To', cell: ({handoff}) => teamTitle(handoff.to_team)},
    {title: 'Offered', cell: ({handoff}) => when(handoff.offered_at)},
    view === 'waiting' ? {title: 'Answer', cell: ({handoff}) => due(handoff.respond_by, handoff.overdue)}
      : view === 'accepted' ? {title: 'Decision', cell: ({handoff}) => due(handoff.decide_by, new Date(handoff.decide_by) < new Date())}
        : {title: 'Closed', cell: ({handoff}) => when(handoff.closed_at)},
    ['rejected', 'returned'].includes(view) ? {title: 'Dispute', cell: ({handoff}) => (handoff.dispute ? tag('dispute', handoff.dispute, plain(handoff.dispute)) : '–')} : null,
    view === 'qualified' ? {title: 'Outcome', cell: ({handoff}) => (handoff.outcome ? tag('outcome', handoff.outcome) : el('span.quiet', 'not yet'))} : null,
    {cell: (item) => (item.lead && actionsOf(item.handoff).length ? el('div.actions', actionButtons(item, done)) : null)},
  ].filter(Boolean);
}

// The reasons of the last seven days, from the report that both sides see.
async function reasons() {
  const from = new Date(Date.now() - 7 * 86400000).toISOString().slice(0, 10);
  const report = await get('/v1/reports/rejections', {by: 'reason', from});
  return [
    el('p', report.totals.answered ? [`${number(report.totals.rejected)} of ${number(report.totals.answered)} answered came back`, report.totals.rejected_share === null ? '' : ` (${percent(report.totals.rejected_share / 100)})`, '.'] : 'Nothing was answered in the last seven days.'),
    report.data.length ? table('Reasons this week', [
      {title: 'Reason', cell: (row) => (row.reason ? plain(row.reason) : 'None')},
      {title: 'Came back', number: true, cell: (row) => link(number(row.rejected), behind(row.links.rejected, `Came back: ${row.reason}`), 'number')},
      {title: 'Disputed', number: true, cell: (row) => number(row.disputed)},
    ], report.data) : null,
  ];
}

export const behind = (path, title) => `#/numbers?${new URLSearchParams({of: path, title})}`;

async function duties() {
  const [nurture, review, offer] = await Promise.all(['nurture', 'review', 'offer'].map((step) => get('/v1/leads', {step, owner_team: known.me.team.name, due_before: new Date(Date.now() + 7 * 86400000).toISOString(), limit: 100})));
  const row = (page, text, step) => el('li', el('a', {href: `#/leads?${new URLSearchParams({owner: known.me.team.name, step})}`}, page.next ? 'More than 100' : number(page.data.length)), ' ', text);
  return el('ul.plainlist', row(nurture, 'are judged again this week, out of nurture.', 'nurture'), row(review, 'wait for you to say what becomes of them.', 'review'), row(offer, 'meet a definition and could not be offered.', 'offer'));
}

export async function show(body, place) {
  const view = views.find(([name]) => name === place.query.show) || views[0];
  const teams = known.teams.filter((team) => team.active && team.function !== 'marketing');
  const team = choice([['', 'Every team'], ...teams.map((one) => [one.name, one.title])], place.query.team || '');
  const address = (changed) => `#/sent?${new URLSearchParams(Object.entries({...place.query, ...changed}).filter(([, value]) => value))}`;
  team.addEventListener('change', () => { location.hash = address({team: team.value}); });
  let limit = 50;
  const list = later(async () => {
    const page = await get('/v1/handoffs', {...view[2], team: team.value || undefined, with: 'lead', limit});
    return [table(view[1], columnsOf(view[0], () => list.again()), page.data.filter(({handoff}) => handoff.from_team !== handoff.to_team), {empty: view[3]}), page.next ? el('div.under', button('Show more', () => { limit = Math.min(500, limit + 100); list.again(); })) : null];
  }, {lines: 6});
  fill(body,
    head('Sent', {about: 'What became of the leads that were handed over.', actions: [el('a.button', {href: '#/campaigns'}, 'Campaigns'), teams.length > 1 ? field('Receiving team', team) : null]}),
    el('div.sides',
      el('div', el('div.tabs', views.map(([name, title]) => el('a', {href: address({show: name}), 'aria-current': name === view[0] ? 'page' : null}, title))), list),
      el('div.parts', section('The reasons this week', later(reasons)), section('With you', later(duties)))));
  return {leave: onEvents((events) => { if (!document.querySelector('dialog[open]') && (!events.length || events.some((event) => event.handoff_id))) list.again(); })};
}
