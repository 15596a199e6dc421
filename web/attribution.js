// Where what was won came from: a question in the address, its chart and its table.
import {el, fill, field, choice} from './dom.js';
import {get, getText, query as search} from './api.js';
import {head, table, button, opens, trouble, nothing, say} from './parts.js';
import {behind} from './sent.js';
import {FIRST, setupChoice, setupOf, setups} from './setups.js';
import {save as saveFile} from './save.js';
import {credit, money, number, word, plain} from './words.js';

const milestones = ['mql', 'sal', 'sql', 'opportunity', 'customer'];
const models = [['first', 'First touch'], ['last', 'Last touch'], ['last_non_direct', 'Last touch that was not direct'], ['linear', 'All alike'], ['position_based', 'First and last most'], ['w_shaped', 'First, MQL and last most'], ['full_path', 'All turning points'], ['time_decay', 'The later the more'], ['markov', 'Without it (Markov)'], ['shapley', 'Shares (Shapley)']];
const bys = [['source', 'Source'], ['medium', 'Medium'], ['campaign', 'Campaign'], ['channel', 'Channel'], ['content', 'Content'], ['function', 'Whose touch'], ['direction', 'Direction'], ['month', 'Month']];
const intervals = [['', 'All at once'], ['day', 'By day'], ['week', 'By week'], ['month', 'By month'], ['quarter', 'By quarter'], ['year', 'By year']];
const ROWS_DRAWN = 12;
const NARROW_PX = 600;
const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const rowName = (row, by) => by.map((name) => (name === 'month' ? row.time?.slice(0, 7) : row[name]) ?? 'no touch').join(' / ');

// A number opens to the leads behind it.
const opened = (text, path, title) => (path ? opens(text, behind(path, title)) : text);

// One answer per model, side by side by row.
async function ask(question) {
  const compared = (question.compare || '').split(',').filter(Boolean);
  const asked = {milestone: question.milestone || 'customer', by: question.by || 'source', then_by: question.then_by, interval: question.interval, from: question.from, to: question.to, window_days: question.window_days, setup: question.setup, timezone: question.timezone};
  const chosen = [question.model || 'first', ...compared.filter((one) => one !== (question.model || 'first'))];
  return {asked, chosen, answers: await Promise.all(chosen.map((model) => get('/v1/attribution', {...asked, ...choicesOf(model, question), model})))};
}

// What one model alone is asked.
function choicesOf(model, question) {
  if (model === 'time_decay') return {half_life_days: question.half_life_days};
  return model === 'markov' ? {null_paths: question.null_paths} : {};
}

function rowsOf({asked, chosen, answers}) {
  const by = [asked.by, asked.then_by].filter(Boolean);
  const rows = new Map();
  answers.forEach((answer, place) => answer.data.forEach((one) => {
    const key = JSON.stringify([one.time, ...by.map((name) => one[name] ?? null)]);
    if (!rows.has(key)) rows.set(key, {time: one.time, name: rowName(one, by), leads: one.leads, credits: chosen.map(() => '0'), pipeline: chosen.map(() => null), won: chosen.map(() => null), links: chosen.map(() => null)});
    rows.get(key).credits[place] = one.credit;
    rows.get(key).pipeline[place] = one.pipeline;
    rows.get(key).won[place] = one.won;
    rows.get(key).links[place] = one.link;
  }));
  return [...rows.values()];
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return {ink: of('--ink'), soft: of('--soft'), line: of('--line'), series: [of('--accent'), of('--wait'), of('--bad'), of('--soft')]};
}

async function draw(place, rows, chosen, asked) {
  const shown = rows.slice(0, ROWS_DRAWN);
  const canvas = el('canvas', {role: 'img', 'aria-label': `Credit by ${asked.by}, of the ${shown.length} rows with the most; the table below has all of them.`});
  fill(place, canvas);
  await import('./chart.js');
  const {Chart} = window;
  const {ink, soft, line, series} = colours();
  const name = (model) => models.find(([code]) => code === model)?.[1] || model;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const chart = new Chart(canvas, {
    type: 'bar',
    data: {labels: shown.map((row) => (row.time && asked.interval ? `${row.time.slice(0, 10)} ${row.name}` : row.name)), datasets: chosen.map((model, at) => ({label: name(model), data: shown.map((row) => Number(row.credits[at])), backgroundColor: series[at % series.length], borderRadius: 3, maxBarThickness: 22}))},
    options: {
      indexAxis: 'y', animation: false, responsive: true, maintainAspectRatio: false,
      plugins: {legend: {display: chosen.length > 1, labels: {color: ink, boxWidth: 12}}},
      scales: {x: {beginAtZero: true, ticks: {color: soft, precision: 0}, grid: {color: line}}, y: {ticks: {color: ink, callback(value) { return short(this.getLabelForValue(value), place.clientWidth < NARROW_PX ? 16 : 40); }}, grid: {display: false}}},
    },
  });
  return () => chart.destroy();
}

async function save(asked, model, question) {
  try {
    const text = await getText(`/v1/attribution${search({...asked, ...choicesOf(model, question), model})}`, 'text/csv');
    saveFile(`attribution-${asked.milestone}-${model}.csv`, text);
  } catch (error) {
    say(error.message, 'bad');
  }
}

export async function show(body, place) {
  const {query} = place;
  const compared = new Set((query.compare || '').split(',').filter(Boolean));
  const list = await setups().catch(() => []);
  const uses = (model) => (query.model || 'first') === model || compared.has(model);
  const controls = {
    milestone: choice(milestones.map((code) => [code, word('stage', code)]), query.milestone || 'customer'),
    model: choice(models, query.model || 'first'),
    by: choice(bys, query.by || 'source'),
    then_by: choice([['', 'Nothing more'], ...bys.slice(0, -1)], query.then_by || ''),
    interval: choice(intervals, query.interval || ''),
    from: el('input', {type: 'date', value: query.from || ''}),
    to: el('input', {type: 'date', value: query.to || ''}),
    window_days: el('input', {inputmode: 'numeric', value: query.window_days || '', placeholder: 'as set up'}),
    timezone: el('input', {value: query.timezone || '', list: 'zones', placeholder: 'as set up'}),
    setup: setupChoice(list, query.setup),
    ...(uses('time_decay') ? {half_life_days: el('input', {inputmode: 'numeric', value: query.half_life_days || '', placeholder: 'as set up'})} : {}),
    ...(uses('markov') ? {null_paths: choice([['', 'Only who reached it'], ['true', 'Who did not, too']], query.null_paths || '')} : {}),
  };
  const labels = {milestone: 'What was reached', model: 'Who gets the credit', by: 'By', then_by: 'Then by', interval: 'Time', from: 'From', to: 'To', window_days: 'Days a touch counts', timezone: 'Time zone', setup: 'Counted', half_life_days: 'Days until it counts half', null_paths: 'Ways in the chain (Markov)'};
  const go = () => {
    const asked = Object.entries(controls).map(([name, control]) => [name, control.value.trim()]);
    asked.push(['compare', [...compared].join(',')]);
    location.hash = `#/attribution?${new URLSearchParams(asked.filter(([, value]) => value))}`;
  };
  for (const control of Object.values(controls)) control.addEventListener('change', go);
  const boxes = el('fieldset.inlinelist', el('legend', 'Beside it'), models.filter(([code]) => code !== controls.model.value).map(([code, name]) => el('label.inline', el('input', {type: 'checkbox', value: code, checked: compared.has(code), onchange: (event) => { if (event.target.checked) compared.add(code); else compared.delete(code); go(); }}), name)));
  const found = el('div.parts', {'aria-live': 'polite'});
  let clear = () => {};
  fill(body, head('Attribution', {about: 'Which touches led to it. The address holds the question: whoever opens it asks the same.'}),
    el('form.filters', {onsubmit: (event) => { event.preventDefault(); go(); }}, Object.entries(controls).map(([name, control]) => field(labels[name], control, {name: `/${name}`}))), el('datalist', {id: 'zones'}, (Intl.supportedValuesOf?.('timeZone') || []).map((value) => el('option', {value}))), boxes, setupOf(list, query.setup || FIRST, (name) => { controls.setup.append(el('option', {value: name}, name)); controls.setup.value = name; go(); }), found);

  async function load() {
    found.setAttribute('aria-busy', 'true');
    fill(found, el('div.bones', {'aria-hidden': 'true'}, Array.from({length: 8}, () => el('i'))));
    try {
      const answer = await ask(query);
      const {asked, chosen, answers} = answer;
      const rows = rowsOf(answer);
      const totals = answers[0].totals;
      if (!rows.length) {
        fill(found, nothing('Nothing was reached in this time, and nobody came in it.'));
        return;
      }
      const chart = el('div.chart', {style: null});
      chart.style.height = `${Math.max(140, Math.min(ROWS_DRAWN, rows.length) * (18 + 22 * chosen.length) + 60)}px`;
      const name = (model) => models.find(([code]) => code === model)?.[1] || model;
      // Money is open or won, and one is never added to the other.
      const amounts = (at) => [['pipeline', 'In the pipeline'], ['won', 'Won']].filter(([part]) => rows.some((row) => row[part][at])).map(([part, title]) => ({title, number: true, cell: (row) => money(row[part][at])}));
      const sum = (at) => credit(rows.reduce((total, row) => total + Number(row.credits[at]), 0));
      fill(found, el('p.about', `${number(totals.conversions)} reached ${word('stage', asked.milestone)}, of ${number(totals.leads)} leads. `, answers[0].definitions.length ? `By ${answers[0].definitions.map((one) => `${one.term.toUpperCase()} ${one.version}`).join(', ')}. ` : '', answers[0].notes.late_first_touch ? `${number(answers[0].notes.late_first_touch)} were touched only afterwards. ` : '', answers[0].notes.outside_window ? `${number(answers[0].notes.outside_window)} had no touch in the window.` : ''),
        chart,
        table('Attribution', [
          {title: [asked.by, asked.then_by].filter(Boolean).map(plain).join(', '), cell: (row) => [row.time && asked.interval ? `${row.time.slice(0, 10)} ` : '', el('bdi', row.name)]},
          {title: 'Leads', number: true, cell: (row) => opened(number(row.leads), row.links[0] && `${row.links[0]}&number=leads`, `Leads of ${row.name}`)},
          ...chosen.flatMap((model, at) => [{title: chosen.length > 1 ? name(model) : 'Credit', number: true, cell: (row) => opened(credit(row.credits[at]), Number(row.credits[at]) ? row.links[at] : null, `Credit of ${row.name}`)}, ...amounts(at)]),
        ], rows, {foot: ['All', number(rows.reduce((total, row) => total + row.leads, 0)), ...chosen.flatMap((_, at) => [sum(at), ...amounts(at).map(() => '')])]}),
        el('div.actions', chosen.map((model) => button(`${name(model)} as CSV`, () => save(asked, model, query)))));
      clear = await draw(chart, rows, chosen, asked);
    } catch (error) {
      fill(found, trouble(error, load));
    }
    found.removeAttribute('aria-busy');
  }
  await load();
  return {leave: () => clear()};
}
