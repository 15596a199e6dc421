// What waits for me and my team: the list on one side, the handoff that is open on the other.
import {el, fill, keep, choice} from './dom.js';
import {get, post} from './api.js';
import {known, version, memberName, isMe, teamTitle, may} from './known.js';
import {detail} from './handoff.js';
import {act, byKey} from './actions.js';
import {head, button, due, nothing, trouble, say, tag, person, later} from './parts.js';
import {onEvents} from './live.js';
import {answerTo} from './keys.js';
import {companyOf, plain, distance, nameOf, number} from './words.js';

const PAGE = 50;
const views = [
  ['waiting', 'Waiting', {state: 'offered'}],
  ['late', 'Overdue', {overdue: true}],
  ['accepted', 'Accepted', {state: 'accepted'}],
  ['mine', 'With me', {assignee: 'me'}],
];

const titles = new Map(); // of criteria, by "term/version"

async function learnTitles(items) {
  const wanted = new Set(items.filter((item) => item.verdict).map(({verdict}) => `${verdict.term}/${verdict.version}`));
  await Promise.all([...wanted].filter((key) => !titles.has(key)).map(async (key) => {
    const [term, number] = key.split('/');
    titles.set(key, (await version(term, number)).criteria);
  }));
}

// Why it qualified, in the titles that both sides signed.
function why({handoff, verdict}) {
  if (!verdict) return handoff.kind === 'standard' ? 'Offered by a person' : plain(handoff.kind);
  const known = titles.get(`${verdict.term}/${verdict.version}`);
  const met = verdict.criteria.filter((one) => one.result === 'met' && one.points > 0 && known?.get(one.id)?.kind !== 'disqualifier').sort((a, b) => b.points - a.points);
  return met.map((one) => known?.get(one.id)?.title.split(':')[0] || plain(one.id)).join(' · ');
}

function row(item, query) {
  const {handoff, lead, verdict} = item;
  const missing = verdict?.ask_for || [];
  const holder = handoff.assignee ? `${memberName(handoff.assignee)}${handoff.claimed_until ? distance(handoff.claimed_until).replace(/^in/, ' for') : ''}` : '';
  return el('li', {data: {late: handoff.overdue ? 'yes' : 'no'}},
    el('a', {href: `#/queue/${handoff.id}${query}`},
      el('span.line', el('strong', person(lead)), handoff.state === 'offered' ? due(handoff.respond_by, handoff.overdue) : due(handoff.decide_by, new Date(handoff.decide_by) < new Date())),
      el('span.line.company', el('bdi', companyOf(lead)), handoff.kind === 'standard' ? null : tag('kind', handoff.kind, plain(handoff.kind))),
      el('span.why', why(item), verdict ? ` · ${number(verdict.score)} points` : null),
      missing.length ? el('span.why.missing', 'Missing: ', missing.join(', ')) : null,
      holder ? el('span.why', isMe(handoff.assignee) ? 'With ' : 'Claimed by ', holder) : null));
}

export async function show(body, place) {
  let {rest: [open], query} = place;
  let items = [];
  let more = null;
  let item = null;
  let limit = PAGE;

  const view = () => views.find(([name]) => name === query.show) || views[0];
  const teams = known.teams.filter((team) => team.function !== 'marketing' && team.active);
  const search = () => {
    const kept = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
    return kept ? `?${kept}` : '';
  };
  const go = (id, changed = {}) => {
    query = {...query, ...changed};
    location.hash = `#/queue${id ? `/${id}` : ''}${search()}`;
  };

  // ---- the list ----

  const list = el('ul.queue', {'aria-label': 'Handoffs'});
  const under = el('div.under');
  const tabs = el('div.tabs', {role: 'group', 'aria-label': 'Which'}, views.map(([name, title]) => el('button', {type: 'button', 'aria-pressed': String(view()[0] === name), data: {view: name}, onclick: () => { limit = PAGE; go(null, {show: name === 'waiting' ? '' : name}); }}, title)));
  const team = choice([['', 'Every team'], ...teams.map((one) => [one.name, one.title])], query.team ?? (known.me.team.function === 'marketing' ? '' : known.me.team.name), {'aria-label': 'Team'});
  team.addEventListener('change', () => go(null, {team: team.value}));
  const order = choice([['', 'Due first'], ['score', 'Highest score first']], query.order || '', {'aria-label': 'Order'});
  order.addEventListener('change', () => go(null, {order: order.value}));
  const ordered = el('label.inline', el('span.hidden', 'Order'), order);
  const claim = may('work') && known.me.team.function !== 'marketing' && known.me.member ? button('Claim the next', claimNext, {kind: 'first', key: 'c'}) : null;

  async function load() {
    const mine = view()[0] === 'mine';
    const byScore = query.order === 'score' && view()[0] === 'waiting';
    const asked = {...(byScore ? {order: 'score'} : view()[2]), team: mine ? undefined : team.value || undefined, with: 'lead', limit};
    ordered.hidden = view()[0] !== 'waiting';
    const found = await get('/v1/handoffs', asked);
    await learnTitles(found.data);
    items = found.data.filter((one) => one.lead && !one.handoff.closed_at);
    more = found.next;
    keep(list, items, (one) => one.handoff.id, (one) => row(one, search()));
    fill(under, items.length === 0 ? empty() : more ? button(`Show more than these ${items.length}`, () => { limit = Math.min(500, limit + PAGE); load(); }) : el('p.quiet', `${items.length === 1 ? 'One, and that is all.' : `${items.length}, and that is all.`}`));
    mark();
    performance.mark('queue shown');
  }

  function empty() {
    const text = {waiting: 'Nothing waits. What is offered next appears here by itself.', late: 'Nothing is overdue.', accepted: 'Nothing is accepted and undecided.', mine: 'Nothing is with you. Claim the next that waits.'}[view()[0]];
    return nothing(text);
  }

  function mark() {
    for (const one of list.children) {
      const link = one.firstChild;
      if (one.dataset.id === open) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
    for (const one of tabs.children) one.setAttribute('aria-pressed', String(one.dataset.view === view()[0]));
  }

  // ---- the one that is open ----

  const pane = el('div.pane');

  async function openOne(focus) {
    split.dataset.open = open ? 'yes' : 'no';
    mark();
    if (!open) {
      item = null;
      fill(pane, el('div.nothing.pick', el('p', 'Choose one to see all of it.'), el('p.quiet', el('kbd', 'j'), ' and ', el('kbd', 'k'), ' move, ', el('kbd', '?'), ' lists the keys.')));
      return;
    }
    const asked = open;
    try {
      const made = el('div');
      const read = await detail(made, asked, {done: after, close: `#/queue${search()}`});
      if (asked !== open) return;
      item = read;
      const held = pane.contains(document.activeElement) ? document.activeElement.dataset.action || 'h2' : null; // so that the focus stays
      fill(pane, made);
      if (held) (made.querySelector(`[data-action="${held}"]`) || made.querySelector('h2')).focus();
      if (focus && split.clientWidth < 900) made.querySelector('h2')?.focus();
    } catch (error) {
      if (asked === open) fill(pane, trouble(error, () => openOne()));
    }
  }

  async function after() {
    const gone = items.findIndex((one) => one.handoff.id === open);
    await load();
    if (!items.some((one) => one.handoff.id === open) && gone >= 0 && items.length && split.clientWidth >= 900 && view()[0] !== 'waiting') open = items[Math.min(gone, items.length - 1)].handoff.id;
    await openOne();
  }

  async function claimNext() {
    claim.disabled = true;
    try {
      const answer = await post('/v1/handoffs/claim', {team: team.value || known.me.team.name, order: query.order || undefined});
      const found = answer.data[0];
      if (!found) say(`Nothing is left to claim for ${teamTitle(team.value || known.me.team.name)}.`, 'still');
      else {
        say(`${nameOf(found.lead)} is yours until ${distance(found.handoff.claimed_until)}. ${answer.waiting ? `${answer.waiting === 100 ? '100 or more' : answer.waiting} still wait.` : 'None waits after it.'}`);
        await load();
        go(found.handoff.id);
      }
    } catch (error) {
      say(error.message, 'bad');
    }
    claim.disabled = false;
  }

  function step(by) {
    if (!items.length) return;
    const at = items.findIndex((one) => one.handoff.id === open);
    const next = items[Math.max(0, Math.min(items.length - 1, at < 0 ? 0 : at + by))];
    go(next.handoff.id);
    list.querySelector(`[data-id="${next.handoff.id}"] a`)?.scrollIntoView({block: 'nearest'});
  }

  const doKey = (key) => async () => {
    const name = byKey(item, key);
    if (name && await act(name, item)) await after();
  };

  // ---- all of it ----

  const split = el('div.split', {data: {open: 'no'}}, el('div.side', tabs, later(async () => { await load(); return [list, under]; }, {lines: 8})), pane);
  fill(body, head('Queue', {about: 'What was offered.', actions: [ordered, teams.length > 1 ? el('label.inline', el('span.hidden', 'Team'), team) : null, claim]}), split);
  const keys = answerTo([
    ['j', 'the next', () => step(1)], ['k', 'the one before', () => step(-1)], ['a', 'accept', doKey('a')], ['r', 'reject or return', doKey('r')],
    ['q', 'qualify', doKey('q')], ['o', 'report the outcome', doKey('o')], ['c', 'claim the next', () => claim?.click()],
  ]);
  const deaf = onEvents(async (events) => {
    try {
      if (events.length === 0 || events.some((event) => event.handoff_id || event.lead_id)) await load();
      if (open && events.some((event) => event.handoff_id === open) && !document.querySelector('dialog[open]')) await openOne();
    } catch {
      // the next event, or the person, tries again
    }
  });
  openOne();
  return {
    move(there) {
      const changed = JSON.stringify(there.query) !== JSON.stringify(place.query);
      ({rest: [open], query} = there);
      place = there;
      if (changed) {
        items = []; // those of another view are not moved through
        list.setAttribute('aria-busy', 'true');
        load().catch((error) => fill(under, trouble(error, load))).finally(() => list.removeAttribute('aria-busy'));
      }
      openOne(true);
      return true;
    },
    leave() { keys(); deaf(); },
  };
}
