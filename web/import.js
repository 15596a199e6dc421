// A file is dropped, its columns are matched to attributes by their names, looked at, and sent row by row: what is refused comes back
// as a file to mend and send again.
import {el, fill, field, choice} from './dom.js';
import {get, post} from './api.js';
import {rowsOf, textOf, readFile, save} from './csv.js';
import {table, button, trouble} from './parts.js';
import {number, typed} from './words.js';

const CHUNK = 200;
const SHOWN = 5;
const FILE_MAX_BYTES = 20 << 20;

const others = [['', 'Leave it out'], ['email', 'Email'], ['external_id', 'Id in the other system'], ['touch.source', 'Touch: source'], ['touch.medium', 'Touch: medium'], ['touch.campaign', 'Touch: campaign'], ['touch.occurred_at', 'Touch: when'], ['touch.kind', 'Touch: what']];
const usual = [[/e-?mail/i, 'email'], [/^(record |contact |lead )?id$|_id$/i, 'external_id'], [/^(full ?)?name$|contact name/i, 'name'], [/first ?name|vorname/i, 'first_name'], [/last ?name|surname|nachname/i, 'last_name'], [/employees|size|mitarbeiter/i, 'company.employees'], [/domain|website/i, 'company.domain'], [/company|firma|account/i, 'company.name'], [/title|seniority|role|position/i, 'seniority'], [/source|quelle/i, 'touch.source'], [/medium/i, 'touch.medium'], [/campaign/i, 'touch.campaign'], [/phone|telefon/i, 'phone'], [/country|land/i, 'company.country']];

function guess(header, names, taken) {
  const plain = header.trim().toLowerCase().replace(/\s+/g, '_');
  const found = names.find((name) => name === plain || name.replace('.', '_') === plain) || usual.find(([pattern]) => pattern.test(header.trim()))?.[1] || '';
  return taken.has(found) ? '' : found;
}

function leadOf(headers, matched, row, system) {
  const lead = {attributes: {}};
  const touch = {};
  headers.forEach((_, at) => {
    const value = (row[at] || '').trim();
    const target = matched[at];
    if (!value || !target) return;
    if (target === 'email') lead.email = value;
    else if (target === 'external_id') lead.external_ids = [{source: system, id: value}];
    else if (target.startsWith('touch.')) touch[target.slice(6)] = value;
    else lead.attributes[target] = typed(value);
  });
  if (!Object.keys(lead.attributes).length) delete lead.attributes;
  if (Object.keys(touch).length) lead.touch = {kind: 'imported', ...touch};
  return lead;
}

export function importer() {
  const place = el('div.parts');
  const file = el('input', {type: 'file', accept: '.csv,.tsv,.txt,text/csv'});
  const drop = el('label.drop', el('strong', 'Drop a CSV file here, or choose one.'), el('span.quiet', 'Nothing is sent before you have seen it.'), file);
  const work = el('div.parts', {'aria-live': 'polite'});
  const take = async (one) => {
    if (!one) return;
    try {
      if (one.size > FILE_MAX_BYTES) throw new Error('This file is larger than 20 MB: use baton import on the server.');
      await match(work, one.name, rowsOf(await readFile(one)));
    } catch (error) {
      fill(work, trouble(error));
    }
  };
  file.addEventListener('change', () => take(file.files[0]));
  drop.addEventListener('dragover', (event) => { event.preventDefault(); drop.dataset.over = 'yes'; });
  drop.addEventListener('dragleave', () => { delete drop.dataset.over; });
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    delete drop.dataset.over;
    take(event.dataTransfer.files[0]);
  });
  fill(place, drop, work);
  return place;
}

async function match(place, name, rows) {
  if (rows.length < 2) throw new Error('This file has no rows below its headers.');
  const [headers, ...body] = rows;
  const names = (await get('/v1/attributes').catch(() => ({data: []}))).data.map((one) => one.name).filter((one) => !one.startsWith('email.'));
  const taken = new Set();
  const fresh = (header) => header.trim().toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '') || 'column';
  const matched = headers.map((header) => {
    const found = guess(header, names, taken);
    if (found) taken.add(found);
    return found;
  });
  const choices = headers.map((header, at) => {
    const known = [...new Set([...names, ...usual.map(([, target]) => target), fresh(header)])].filter((one) => !others.some(([code]) => code === one));
    const control = choice([...others, ...known.map((one) => [one, `Attribute ${one}`])], matched[at], {'aria-label': `Column ${header}`});
    control.addEventListener('change', () => { matched[at] = control.value; preview(); });
    return control;
  });
  const system = el('input', {value: name.replace(/\.[^.]*$/, '').replace(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 40) || 'file'});
  system.addEventListener('input', () => preview());
  const shown = el('div');
  const go = button(`Send ${number(body.length)} rows`, () => send(place, headers, matched, body, system.value, go), {kind: 'first'});

  function preview() {
    const known = matched.includes('email') || matched.includes('external_id');
    go.disabled = !known;
    fill(shown, known ? null : el('p.note', 'Match one column with Email, or with the id in the other system: else nobody knows whose row it is.'),
      el('p.quiet', `What the first ${Math.min(SHOWN, body.length)} rows become:`), el('pre', {tabindex: 0, 'aria-label': 'First rows'}, body.slice(0, SHOWN).map((row) => JSON.stringify(leadOf(headers, matched, row, system.value))).join('\n')));
  }
  fill(place,
    table('Columns', [
      {title: 'Column', cell: (at) => el('bdi', headers[at])},
      {title: 'First values', cell: (at) => el('bdi', body.slice(0, 3).map((row) => row[at]).filter(Boolean).join(', ').slice(0, 120))},
      {title: 'Becomes', cell: (at) => choices[at]},
    ], headers.map((_, at) => at)),
    field('Name of the other system', system, {hint: 'The ids are known under it.'}), shown, el('div.actions', go));
  preview();
}

async function send(place, headers, matched, body, system, go) {
  go.disabled = true;
  const bar = el('progress', {max: body.length, value: 0, 'aria-label': 'Rows sent'});
  const said = el('p', {role: 'status'});
  const refused = [];
  const counts = {made: 0, known: 0};
  fill(place, said, bar);
  try {
    for (let at = 0; at < body.length; at += CHUNK) {
      const chunk = body.slice(at, at + CHUNK);
      const answer = await post('/v1/leads/batch', {leads: chunk.map((row) => leadOf(headers, matched, row, system))});
      answer.data.forEach((item, n) => {
        if (item.status === 201) counts.made += 1;
        else if (item.status === 200) counts.known += 1;
        else refused.push([...headers.map((_, column) => chunk[n][column] || ''), [item.problem.detail, ...(item.problem.errors || []).map((one) => `${one.pointer || ''} ${one.detail}`)].filter(Boolean).join(' ')]);
      });
      bar.value = Math.min(body.length, at + CHUNK);
      said.textContent = `${number(bar.value)} of ${number(body.length)} rows`;
    }
  } catch (error) {
    fill(place, trouble(error), el('p', `${number(bar.value)} of ${number(body.length)} rows were sent. Sent again, those are found and not added twice.`));
    return;
  }
  fill(place, el('p', el('strong', `${number(counts.made)} leads are new, ${number(counts.known)} were known.`), refused.length ? ` ${number(refused.length)} rows were refused.` : ' None was refused.'),
    refused.length ? el('div.actions', button('The refused rows as CSV', () => save('refused.csv', textOf([[...headers, 'why'], ...refused])))) : null);
}
