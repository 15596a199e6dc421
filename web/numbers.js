// The leads behind a number of a report: they add up to it.
import {el, fill} from './dom.js';
import {get} from './api.js';
import {head, table, tag, when, nothing, person} from './parts.js';
import {companyOf, credit} from './words.js';

const MOST = 100;

export async function show(body, {query}) {
  const asked = new URL(query.of, location.origin);
  if (!/^\/v1\/(reports\/|attribution\/leads$)/.test(asked.pathname)) {
    fill(body, head('Nothing to open'), nothing('This address names no number.'));
    return {};
  }
  const page = await get(asked.pathname, {...Object.fromEntries(asked.searchParams), limit: MOST});
  const items = await Promise.all(page.data.map(async (item) => ({...item, lead: await get(`/v1/leads/${item.lead_id}`).catch(() => null)})));
  const countOf = (item) => item.value ?? Number(item.share); // what it adds to the number: of credit, a share
  const sum = items.reduce((total, item) => total + countOf(item), 0);
  fill(body, head(query.title || 'The leads behind a number', {about: `${page.next ? `The first ${MOST}` : credit(sum)}, by their moment.`, back: asked.pathname.includes('attribution') ? ['#/attribution', 'Attribution'] : ['#/scoreboard', 'Scoreboard']}),
    table('Leads', [
      {title: 'Lead', cell: ({lead, lead_id: id}) => [el('a', {href: `#/lead/${id}`}, lead ? person(lead) : 'Somebody who was erased'), lead ? el('small', el('bdi', companyOf(lead))) : null]},
      {title: 'Stage', cell: ({lead}) => (lead ? tag('stage', lead.stage) : '–')},
      {title: 'When', cell: (item) => when(item.at)},
      {title: 'Handoff', cell: (item) => (item.handoff_id ? el('a', {href: `#/handoffs/${item.handoff_id}`}, 'See it') : '–')},
      {title: 'Counts', number: true, cell: (item) => credit(countOf(item))},
    ], items, {empty: 'Nobody.'}));
  return {};
}
