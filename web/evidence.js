// What a back-test found: what its leads came to anyway, what each threshold would let in, and which leads change sides.
import {el, fill, field, choice} from './dom.js';
import {get, getText} from './api.js';
import {draft} from './agreements.js';
import {table, section, button, link, say, trouble} from './parts.js';
import {plain, number, percent} from './words.js';
import {save} from './save.js';

const TARGETS = ['accepted', 'sql', 'won'];
const aWeek = (count) => `${count.toLocaleString(undefined, {maximumFractionDigits: 1})} a week`;
const share = (one) => (one.rate === null ? '–' : `${percent(one.rate)} of ${number(one.of)}`);

function sideOf(name, side, result) {
  return el('div.card', el('strong', name), el('span', `${number(side.qualified)} of ${number(result.leads)} would have qualified, ${aWeek(side.per_week)}`), TARGETS.map((target) => {
    const match = side[target];
    return el('small', match.precision ? `${plain(target)}: ${percent(match.precision.rate)} of those were, and ${percent(match.recall.rate)} of all that were had qualified.` : `${plain(target)}: ${match.why_none}`);
  }));
}

function baseOf({base, volume}) {
  const best = [...TARGETS].reverse().find((target) => base[target].of > 0);
  return el('p', best ? `Of ${number(base[best].of)} answered leads that count, ${percent(base[best].rate)} were ${plain(best).toLowerCase()} whatever a definition says. ` : 'No answered lead counts yet. ',
    `There were ${aWeek(volume.leads_per_week)}`, volume.capacity_per_week === null ? '.' : `; sales takes ${number(volume.capacity_per_week)} offers a week.`);
}

// ---- every total ----

function thresholds(found, {scores}) {
  const totals = [...scores.totals].reverse(); // the lowest first, as on a ruler
  if (totals.length < 2) return null;
  const lowest = totals.findIndex((one) => scores.threshold !== null && one.total >= scores.threshold);
  const target = choice(TARGETS.map((one) => [one, plain(one)]), 'won');
  const slide = el('input', {type: 'range', min: 0, max: totals.length - 1, value: String(Math.max(lowest, 0)), list: 'totals'});
  const says = el('output', {'aria-live': 'polite'});
  const rows = el('div');
  const most = Math.max(...totals.map((one) => one.leads));
  const make = button('Make it a draft', async () => {
    try {
      const changed = structuredClone(found.document);
      changed.thresholds = {...changed.thresholds, total: totals[slide.value].total};
      location.hash = await draft(found.term, changed);
    } catch (error) {
      say(error.message, 'bad');
    }
  });
  function draw() {
    const at = Number(slide.value);
    const chosen = totals[at];
    const match = chosen[target.value];
    slide.setAttribute('aria-valuetext', `${chosen.total} points`);
    says.textContent = `From ${chosen.total} points: ${number(chosen.qualified)} qualify, ${aWeek(chosen.per_week)}. ${match.precision === null ? 'Nobody can say yet how they do.' : `${percent(match.precision)} of those that count were ${plain(target.value).toLowerCase()}, which is ${percent(match.recall)} of all that were.`}`;
    make.hidden = chosen.total === scores.threshold;
    fill(rows, table('Every total', [
      {title: 'Total', cell: (row) => (row === chosen ? el('strong', row.total) : row.total)},
      {title: 'Leads', cell: (row) => el('meter', {min: 0, max: most, value: String(row.leads), title: number(row.leads), 'aria-label': `${number(row.leads)} leads`})},
      {title: 'Qualify', number: true, cell: (row) => number(row.qualified)},
      {title: 'A week', number: true, cell: (row) => row.per_week.toLocaleString()},
      {title: 'Precision', number: true, cell: (row) => percent(row[target.value].precision)},
      {title: 'Recall', number: true, cell: (row) => percent(row[target.value].recall)},
    ], totals));
  }
  slide.addEventListener('input', draw);
  target.addEventListener('change', draw);
  draw();
  return section('Where the threshold could be', el('div.filters', field('Threshold of the total', slide), field('Against', target)), el('p', says), el('div.actions', make), rows);
}

// ---- who changes sides ----

async function saveAll(job) {
  let cursor;
  let text = '';
  do {
    const query = new URLSearchParams({limit: '500', ...(cursor ? {cursor} : {})});
    const [page, rows] = await Promise.all([get(`/v1/jobs/${job}/movers`, Object.fromEntries(query)), getText(`/v1/jobs/${job}/movers?${query}`, 'text/csv')]);
    text += rows;
    cursor = page.next;
  } while (cursor);
  save('movers.csv', text);
}

function leadsOf(job, way, by) {
  const place = el('div');
  const details = el('details', el('summary', 'Who'), place);
  details.addEventListener('toggle', async () => {
    if (!details.open || place.firstChild) return;
    try {
      const page = await get(`/v1/jobs/${job}/movers`, {way, criterion: by.criterion ?? undefined, threshold: by.threshold ?? undefined, limit: 20});
      fill(place, el('ul', page.data.map((one) => el('li', one.link ? link(one.external_ids.map((id) => id.id).join(', ') || 'A lead', `#/lead/${one.lead_id}`) : 'Somebody who was erased', ` ${one.won ? plain(one.won) : 'without an answer'}`))), page.next ? el('p.quiet', 'and more: see the table of all') : null);
    } catch (error) {
      fill(place, trouble(error));
    }
  });
  return details;
}

function wayOf(title, job, way, change, titles) {
  return [el('h3', `${title}: ${number(change.count)}`), table(title, [
    {title: 'What makes the difference', cell: (row) => (row.criterion ? titles.get(row.criterion) || row.criterion : `the threshold of ${row.threshold}`)},
    {title: 'Leads', number: true, cell: (row) => number(row.leads)},
    {title: 'Alone', number: true, cell: (row) => number(row.alone)},
    {title: 'Accepted', number: true, cell: (row) => share(row.accepted)},
    {title: 'Won', number: true, cell: (row) => share(row.won)},
    {title: '', cell: (row) => leadsOf(job, way, row)},
  ], change.by, {empty: 'Nobody.'})];
}

function pairedOf(paired) {
  const told = TARGETS.filter((target) => paired[target].p !== null);
  return el('ul', told.map((target) => {
    const {better, worse, p} = paired[target];
    return el('li', `${plain(target)}: right where the other is wrong ${number(better)} times, the other way round ${number(worse)}; ${p < 0.05 ? 'chance hardly does that' : 'chance may well do that'} (p = ${p}).`);
  }));
}

function movers(found, job, changes) {
  const titles = new Map((found.document.criteria || []).map((one) => [one.id, one.title]));
  return section('Who changes sides',
    wayOf('Come in', job, 'in', changes.now_qualified, titles), wayOf('Go', job, 'out', changes.no_longer_qualified, titles), pairedOf(changes.paired),
    el('div.actions', button('Save all of them as a table', () => saveAll(job).catch((error) => say(error.message, 'bad')))));
}

export function evidence(found, job) {
  const {result} = job;
  return [
    el('div.cards', sideOf('This version', result.result, result), result.against ? sideOf('The one in force', result.against, result) : null),
    baseOf(result), thresholds(found, result), result.changes ? movers(found, job.id, result.changes) : null,
  ];
}
