// A file is dropped and sent as it is; its columns are matched to attributes by their names, looked at, tried without effect, and
// imported by a job. What is refused comes back as a file to mend and send again. The address holds the file.
import {el, fill, field, choice, faults} from './dom.js';
import {get, getText, post} from './api.js';
import {known, side} from './known.js';
import {save} from './save.js';
import {follow} from './job.js';
import {facts, table, tag, when, button, later, nothing, section, trouble} from './parts.js';
import {number, plain, word} from './words.js';
import {matched, mappingOf, roles} from './columns.js';

const FILE_MAX_BYTES = 200 << 20;
const SHOWN = 5;

const isLines = (name) => /\.(ndjson|jsonl)$/i.test(name);
const addressOf = (id) => `#/flow?show=import&file=${id}`;

function sizeOf(bytes) {
  return bytes < 1 << 20 ? `${number(Math.ceil(bytes / 1024))} KiB` : `${number(Math.round(bytes / (1 << 20)))} MiB`;
}

// ---- a file is sent ----

async function send(work, file) {
  if (file.size > FILE_MAX_BYTES) throw new Error('This file is larger than 200 MiB: cut it, or use baton import on the server.');
  fill(work, el('p', {role: 'status'}, `${file.name} is being sent: nothing is imported by that.`), el('progress', {'aria-label': 'Sending'}));
  const format = isLines(file.name) ? 'ndjson' : 'csv';
  const sent = await post(`/v1/imports?${new URLSearchParams({name: file.name.slice(0, 200), format})}`, file,
    {headers: {'Content-Type': format === 'csv' ? 'text/csv' : 'application/x-ndjson'}});
  location.hash = addressOf(sent.id);
}

function dropped() {
  const work = el('div', {'aria-live': 'polite'});
  const file = el('input', {type: 'file', accept: '.csv,.tsv,.txt,.ndjson,.jsonl,text/csv'});
  const drop = el('label.drop', el('strong', 'Drop a file here, or choose one.'), el('span.quiet', 'CSV or lines of JSON, as your other system exports it. You see what becomes of it before anything is imported.'), file);
  const take = async (one) => {
    if (!one) return;
    file.disabled = true;
    try {
      await send(work, one);
    } catch (error) {
      fill(work, trouble(error));
    }
    file.disabled = false;
  };
  file.addEventListener('change', () => take(file.files[0]));
  drop.addEventListener('dragover', (event) => { event.preventDefault(); drop.dataset.over = 'yes'; });
  drop.addEventListener('dragleave', () => { delete drop.dataset.over; });
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    delete drop.dataset.over;
    take(event.dataTransfer.files[0]);
  });
  return [drop, work];
}

async function lately() {
  const {data} = await get('/v1/imports', {limit: 20});
  return data.length ? section('Sent lately', table('Files', [
    {title: 'File', cell: (one) => el('a', {href: addressOf(one.id)}, el('bdi', one.name))},
    {title: 'Sent', cell: (one) => when(one.created_at)},
    {title: 'Lines', number: true, cell: (one) => number(one.lines)},
    {title: 'Known as', cell: (one) => (one.preview.recognised ? plain(one.preview.recognised.replaceAll('-', '_')) : '–')},
  ], data), el('p.quiet', 'Files are kept for 7 days.')) : null;
}

// ---- its columns ----

function sampleRows(columns) {
  const rows = Math.min(SHOWN, Math.max(0, ...columns.map((column) => column.samples.length)));
  return Array.from({length: rows}, (_, row) => row);
}

// What the first rows become, said as a table of what is taken.
function preview(columns, targets) {
  const taken = columns.map((column, at) => ({...column, target: targets[at]})).filter((column) => column.target);
  if (!taken.length) return el('p.quiet', 'No column is taken yet.');
  return el('div', el('h3', 'What the first rows become'), table('What the first rows become', taken.map((column) => ({title: roles.get(column.target) || column.target, cell: (row) => el('bdi', column.samples[row] ?? '–')})), sampleRows(columns)));
}

// Known columns: the export's own mapping. Or each column by itself.
function matching(file, names) {
  const {columns, recognised} = file.preview;
  const targets = matched(columns.map((column) => column.name), names);
  const known = [...new Set([...names, ...targets.filter((one) => one && !roles.has(one))])].sort();
  const shown = el('div');
  const draw = () => fill(shown, preview(columns, targets));
  const pick = (at) => {
    const options = [...roles].concat(known.map((name) => [name, `Attribute ${name}`]));
    const control = choice(options, targets[at], {'aria-label': `Column ${columns[at].name || at + 1} becomes`});
    control.addEventListener('change', () => { targets[at] = control.value; draw(); });
    return control;
  };
  draw();
  const own = el('div.parts', table('Columns', [
    {title: 'Column', cell: (at) => el('bdi', columns[at].name || `Column ${at + 1}`)},
    {title: 'First values', cell: (at) => el('bdi', columns[at].samples.filter(Boolean).slice(0, 3).join(', ').slice(0, 120) || '–')},
    {title: 'Becomes', cell: pick},
  ], columns.map((_, at) => at)), shown);
  if (!recognised) return {shown: own, mapping: (more) => mappingOf(columns, targets, more)};
  const as = choice([['export', `The export that it is: ${plain(recognised.replaceAll('-', '_'))}`], ['own', 'Match its columns myself']], 'export');
  own.hidden = true;
  as.addEventListener('change', () => { own.hidden = as.value === 'export'; });
  return {
    shown: el('div.parts', el('div.filters', field('Take it as', as, {wide: true, hint: 'Its columns were recognised by their names.'})), own),
    get export() { return as.value === 'export' ? recognised : null; },
    mapping: (more) => mappingOf(columns, targets, more),
  };
}

// ---- what came of it ----

const causeWords = {refused: 'Row refused', left_out: 'Value left out', undated: 'Without its date'};

async function download(file) {
  const text = await getText(`/v1/imports/${file.id}/refused`, file.format === 'csv' ? 'text/csv' : 'application/x-ndjson');
  save(`refused-${file.name}`, text, file.format === 'csv' ? 'text/csv' : 'application/x-ndjson');
}

const many = (count, one) => `${number(count)} ${one}${count === 1 ? '' : 's'}`;

function counted({result, request}) {
  const tried = request.dry_run;
  return [
    el('strong', tried ? `It would add ${many(result.new, 'lead')}, change ${number(result.updated)} and leave ${number(result.unchanged)} as they are.` : `${many(result.new, 'lead')} added, ${number(result.updated)} changed, ${number(result.unchanged)} as they were.`),
    result.refused ? ` ${many(result.refused, 'row')} ${tried ? 'would be' : result.refused === 1 ? 'was' : 'were'} refused.` : ' No row is refused.',
    result.skipped ? ` ${many(result.skipped, 'row')} the mapping does not want.` : ''];
}

function outcome(file, job) {
  if (job.state !== 'done')
    return el('p.note', {role: 'status'}, job.state === 'cancelled' ? 'It was stopped: what it had done stays, and run again it goes on from there.' : `It failed${job.error ? `: ${plain(job.error).toLowerCase()}` : ''}. What it had done stays.`);
  const {result, request} = job;
  return el('div.parts',
    el('p', {role: 'status'}, counted(job)),
    request.absent_columns.length ? el('p.note', `The mapping names columns that the file does not have: ${request.absent_columns.join(', ')}.`) : null,
    result.causes.length ? table('Why', [
      {title: 'What', cell: (one) => causeWords[one.kind]},
      {title: 'Column', cell: (one) => (one.column ? el('bdi', one.column.replace(/^\//, '')) : 'The whole row')},
      {title: 'Why', cell: (one) => one.detail},
      {title: 'Rows', number: true, cell: (one) => number(one.count)},
      {title: 'First lines', number: true, cell: (one) => one.lines.map(number).join(', ')},
    ], result.causes) : null,
    result.refused ? el('div.actions', button('The refused rows, to mend and send again', () => download(file))) : null);
}

function runs(file) {
  return file.runs.length ? section('Its runs', table('Runs', [
    {title: 'Asked for', cell: (job) => when(job.created_at)},
    {title: 'What', cell: (job) => (job.request.dry_run ? 'Tried' : 'Imported')},
    {title: 'State', cell: (job) => tag('state', job.state, word('job', job.state))},
    {title: 'New', number: true, cell: (job) => number(job.result?.new)},
    {title: 'Changed', number: true, cell: (job) => number(job.result?.updated)},
    {title: 'Refused', number: true, cell: (job) => number(job.result?.refused)},
  ], file.runs)) : null;
}

// ---- one file ----

function asking(file, match, again) {
  const mine = known.teams.filter((team) => team.active && team.function === side());
  const team = choice(mine.map((one) => [one.name, one.title]), known.me.team.name);
  const system = el('input', {value: file.preview.mapping?.external_id?.source || file.name.replace(/\.[^.]*$/, '').toLowerCase().replace(/[^a-z0-9_.-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40) || 'file'});
  const kind = el('input', {value: '', list: 'kinds', pattern: '[a-z0-9_]+'});
  const date = el('input', {type: 'date'});
  const work = el('div.parts', {'aria-live': 'polite'});
  const form = el('form.parts', {onsubmit: (event) => event.preventDefault()},
    el('div.columns', field('The rows belong to', team, {name: '/team'}),
      field('Name of the other system', system, {name: '/mapping/external_id/source', hint: 'Ids are known under it.'}),
      field('What happened with these people', kind, {name: '/mapping/touch/kind/value', hint: 'Such as form_submitted. Empty: nothing that counts.'}),
      field('When, where a row does not say', date, {name: '/date', hint: 'The day the file is from; by default now.'})),
    el('datalist', {id: 'kinds'}, ['imported', 'form_submitted', 'webinar_attended', 'meeting', 'badge_scanned'].map((value) => el('option', {value}))));

  async function run(dry) {
    const more = {team: team.value, system: system.value.trim(), kind: kind.value.trim()};
    const asked = match.export ? {export: match.export, team: team.value} : {mapping: match.mapping(more)};
    faults(form, []);
    for (const one of buttons) one.disabled = true;
    try {
      const job = await post(`/v1/imports/${file.id}/runs`, {...asked, dry_run: dry, date: date.value || undefined});
      const over = await follow(work, job.id, 'rows read');
      if (over) fill(work, outcome(file, over));
      again();
    } catch (error) {
      fill(work, trouble({...error, message: error.message, errors: faults(form, error.errors || [])}));
    }
    for (const one of buttons) one.disabled = false;
  }
  const buttons = [button('Try it', () => run(true)), button('Import', () => run(false), {kind: 'first'})];
  form.append(el('div.actions', buttons, el('span.quiet', 'Trying counts, and keeps nothing.')));
  return [form, work];
}

async function one(id) {
  const [file, attributes] = await Promise.all([get(`/v1/imports/${id}`), get('/v1/attributes').catch(() => ({data: []}))]);
  const names = attributes.data.map((attribute) => attribute.name).filter((name) => !name.startsWith('email.'));
  const match = matching(file, names);
  const ran = el('div', runs(file));
  const again = () => get(`/v1/imports/${id}`).then((now) => fill(ran, runs(now))).catch(() => null);
  const {preview: found} = file;
  return el('div.parts',
    facts([['File', el('bdi', file.name)], ['Sent', when(file.created_at)], ['Lines', `${number(file.lines)}, ${sizeOf(file.bytes)}`],
      ['Read as', [found.encoding, found.separator ? `, cells parted by ${found.separator === '\t' ? 'tabs' : found.separator}` : ''].join('')]]),
    section('Its columns', match.shown),
    section('Import it', asking(file, match, again)),
    ran,
    el('p', el('a', {href: '#/flow?show=import'}, 'Another file')));
}

export function importer(query) {
  if (query.file) return later(() => one(query.file), {lines: 8});
  return side() === 'other' ? nothing('Files are imported by marketing and by sales, each for its own teams.') : el('div.parts', dropped(), later(lately));
}
