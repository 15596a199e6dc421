// A handoff on one screen: who it is, why it is here, what is known and missing, what happened, and what can be done.
import {el, fill} from './dom.js';
import {get, all} from './api.js';
import {gateOf, teamTitle, memberName, actorName} from './known.js';
import {actionButtons, act, byKey} from './actions.js';
import {facts, section, table, tag, when, due, trouble, nothing, person} from './parts.js';
import {sentence} from './markdown.js';
import {onEvents} from './live.js';
import {answerTo} from './keys.js';
import {companyOf, nameOf, word, plain, value, number, distance} from './words.js';

export async function readItem(id) {
  const handoff = await get(`/v1/handoffs/${id}`);
  const [lead, verdicts, gate] = await Promise.all([
    get(`/v1/leads/${handoff.lead_id}`).catch((error) => ({id: handoff.lead_id, gone: error.message, attributes: {}, facts: {}})),
    handoff.gate ? get(`/v1/leads/${handoff.lead_id}/verdicts`, {term: handoff.gate.term, version: handoff.gate.version, limit: 1}).catch(() => ({data: []})) : {data: []},
    gateOf(handoff).catch(() => null),
  ]);
  return {handoff, lead, gate, verdict: verdicts.data[0]?.verdict || null};
}

// ---- parts ----

export function verdictTable(verdict, version) {
  const rows = verdict.criteria.map((one) => ({...version?.criteria.get(one.id), ...one}));
  return [
    el('p.score', tag('result', verdict.result), ' ', el('strong', `${number(verdict.score)} points`), el('span.quiet', ` by ${verdict.term.toUpperCase()} version ${verdict.version}: `,
      ['fit', 'engagement', 'readiness'].map((kind) => `${kind} ${verdict.scores[kind]}`).join(', '))),
    table('Every criterion', [
      {title: 'Criterion', cell: (row) => [el('strong', row.title || row.id), row.sentence ? el('small', sentence(row.sentence)) : null]},
      {title: 'Seen', cell: (row) => el('bdi', value(row.seen))},
      {title: 'Result', cell: (row) => tag('result', row.result)},
      {title: 'Points', number: true, cell: (row) => (row.kind === 'disqualifier' ? '–' : number(row.points))},
    ], rows),
    verdict.ask_for.length ? el('p', 'Missing: ', verdict.ask_for.map((name) => el('code', name)), '. Whoever learns it can write it down.') : null,
  ];
}

export function knownAbout(lead) {
  const shown = Object.entries(lead.attributes).filter(([name]) => name !== 'name');
  return facts([
    ['Email', lead.email ? el('a', {href: `mailto:${encodeURIComponent(lead.email)}`}, el('bdi', lead.email)) : null],
    ...(lead.external_ids || []).map((one) => [one.source, el('bdi', one.id)]),
    ...shown.map(([name, seen]) => [name, el('bdi', value(seen))]),
  ]);
}

export function factsAbout(lead) {
  const known = Object.entries(lead.facts);
  if (!known.length) return el('p.quiet', 'Nothing has been confirmed yet.');
  return facts(known.map(([name, fact]) => [plain(name), [el('bdi', value(fact.value)), fact.evidence ? el('small', el('bdi', fact.evidence)) : null, el('small', fact.confirmed_by ? `${memberName(fact.confirmed_by)}, ` : '', when(fact.occurred_at))]]));
}

function touchText(touch) {
  const from = [touch.source, touch.medium, touch.campaign, touch.content].filter(Boolean).join(' / ');
  return [plain(touch.kind), from ? [' from ', el('bdi', from)] : null, touch.direction === 'outbound' ? ' (by us)' : ''];
}

export function timeline(items) {
  return el('ol.timeline', items.map((item) => el('li',
    when(item.at),
    el('p', item.touch ? touchText(item.touch) : plain(word('event', item.type)),
      item.new_stage && item.new_stage !== item.old_stage ? [', now ', tag('stage', item.new_stage)] : null,
      item.reason ? [', because of ', el('strong', plain(item.reason))] : null,
      item.definition ? el('span.quiet', ` by ${item.definition.term.toUpperCase()} version ${item.definition.version}`) : null,
      el('small', item.type === 'lead.captured' && item.touch ? 'came in, ' : '', actorName(item.actor), item.actor.cause ? ` (${plain(item.actor.cause).toLowerCase()})` : '')))));
}

// What each side advises to do at this stage.
function guidesOf({stage}) {
  const guides = Object.entries(stage.guides).filter(([, guide]) => guide);
  if (!guides.length) return null;
  return section('What to do next', guides.map(([by, guide]) => [
    el('p', el('bdi', guide.next), ' ', el('span.quiet', `(${by})`)),
    guide.tactics?.length ? el('ul.plainlist', guide.tactics.map((tactic) => el('li', el('bdi', tactic)))) : null,
    guide.links?.length ? el('p', guide.links.map((one) => [el('a', {href: one.url, rel: 'noopener noreferrer', target: '_blank'}, el('bdi', one.title)), ' '])) : null,
  ]));
}

function campaignsOf({campaigns}) {
  if (!campaigns.length) return null;
  return section('What they were promised', campaigns.map((campaign) => [
    el('h3', el('bdi', campaign.title)),
    campaign.promised ? el('p', el('bdi', campaign.promised)) : null,
    campaign.talking_points?.length ? el('ul.plainlist', campaign.talking_points.map((point) => el('li', el('bdi', point)))) : null,
  ]));
}

function answerOf(handoff) {
  const reason = handoff.reason ? plain(handoff.reason) : null;
  return facts([
    ['Kind', handoff.kind === 'standard' ? null : plain(handoff.kind)],
    ['From', teamTitle(handoff.from_team)],
    ['To', teamTitle(handoff.to_team)],
    ['Offered', when(handoff.offered_at)],
    ['Said with it', handoff.offer_note ? el('bdi', handoff.offer_note) : null],
    ['Answer', handoff.state === 'offered' ? due(handoff.respond_by, handoff.overdue) : null],
    ['With', handoff.assignee ? `${memberName(handoff.assignee)}${handoff.claimed_until ? `, ${distance(handoff.claimed_until)}` : ''}` : null],
    ['Accepted', handoff.accepted_at ? [when(handoff.accepted_at), ` by ${memberName(handoff.accepted_by)}`] : null],
    ['First contact', handoff.first_contact_at ? when(handoff.first_contact_at) : null],
    ['Decide', handoff.state === 'accepted' && handoff.decide_by ? due(handoff.decide_by, new Date(handoff.decide_by) < new Date()) : null],
    ['Reason', reason],
    ['What that says', handoff.class ? word('class', handoff.class) : null],
    ['Note', handoff.note ? el('bdi', handoff.note) : null],
    ['Dispute', handoff.dispute ? plain(handoff.dispute) : null],
    ['Outcome', handoff.outcome ? [tag('outcome', handoff.outcome), ' ', when(handoff.outcome_at)] : null],
    ['Closed', handoff.closed_at ? [when(handoff.closed_at), handoff.closed_by ? ` by ${memberName(handoff.closed_by)}` : ''] : null],
  ]);
}

async function history(place, {handoff, lead}) {
  const [events, earlier] = await Promise.all([
    all(`/v1/leads/${lead.id}/timeline`, {}, 1000),
    get('/v1/handoffs', {lead_id: lead.id, limit: 50}),
  ]);
  const others = earlier.data.filter((one) => one.id !== handoff.id);
  fill(place,
    section('What happened', timeline(events.slice(-25).reverse()), events.length > 25 ? el('p', el('a', {href: `#/lead/${lead.id}`}, `All ${number(events.length)} entries`)) : null),
    others.length ? section('Earlier handoffs', table('Earlier handoffs', [
      {title: 'Offered', cell: (one) => el('a', {href: `#/handoffs/${one.id}`}, when(one.offered_at))},
      {title: 'To', cell: (one) => teamTitle(one.to_team)},
      {title: 'State', cell: (one) => tag('state', one.state)},
      {title: 'Reason', cell: (one) => (one.reason ? plain(one.reason) : '–')},
    ], others)) : null);
}

// Fills the place with the handoff; done(action) is called when something was done with it. Returns the item.
export async function detail(place, id, {level = 2, done, close} = {}) {
  const item = await readItem(id);
  const {handoff, lead, verdict, gate} = item;
  const past = el('div.later', {'aria-busy': 'true'}, el('div.bones', {'aria-hidden': 'true'}, [1, 2, 3].map(() => el('i'))));
  const buttons = lead.gone ? [] : actionButtons(item, done);
  fill(place, el('article.detail', {'aria-label': `Handoff of ${nameOf(lead)}`},
    el('header',
      close ? el('a.back', {href: close}, '← Back to the list') : null,
      el(`h${level}`, {tabindex: -1}, person(lead)),
      el('p.about', el('bdi', companyOf(lead) || 'No company known'), lead.attributes.seniority ? [', ', el('bdi', String(lead.attributes.seniority))] : null),
      el('p.tags', tag('state', handoff.state), lead.stage ? tag('stage', lead.stage) : null, handoff.state === 'offered' ? due(handoff.respond_by, handoff.overdue) : null,
        lead.gone ? null : el('a', {href: `#/lead/${lead.id}`}, 'The whole lead'))),
    lead.gone ? el('p.note', lead.gone) : null,
    buttons.length ? el('div.actions.bar', buttons) : handoff.closed_at ? null : el('p.note', waitsFor(handoff)),
    verdict ? section('Why it is here', verdictTable(verdict, gate)) : section('Why it is here', nothing(handoff.gate ? 'The verdict is not kept any more.' : 'No definition gates this way: a person offered it.')),
    handoff.carries ? [guidesOf(handoff.carries), campaignsOf(handoff.carries)] : null,
    lead.gone ? null : section('Who it is', knownAbout(lead)),
    lead.gone ? null : section('Confirmed', factsAbout(lead)),
    section('The handoff', answerOf(handoff)),
    past));
  if (!lead.gone) history(past, item).catch((error) => fill(past, trouble(error))).finally(() => past.removeAttribute('aria-busy'));
  else past.remove();
  return item;
}

function waitsFor(handoff) {
  if (handoff.state === 'requested') return `${teamTitle(handoff.from_team)} answers the request.`;
  if (handoff.assignee && handoff.state === 'offered') return `${memberName(handoff.assignee)} has claimed it, until ${distance(handoff.claimed_until)}.`;
  return `Waiting for ${teamTitle(handoff.to_team)}.`;
}

// ---- as a screen of its own ----

export async function show(body, {rest: [id]}) {
  let item;
  const load = async () => { item = await detail(body, id, {level: 1, done: load}); };
  await load();
  const keys = answerTo(['a', 'r', 'q', 'o'].map((key) => [key, {a: 'accept', r: 'reject or return', q: 'qualify', o: 'report the outcome'}[key], async () => {
    const name = byKey(item, key);
    if (name && await act(name, item)) load();
  }]));
  const deaf = onEvents((events) => { if (events.some((event) => event.handoff_id === id)) load(); });
  return {leave() { keys(); deaf(); }};
}
