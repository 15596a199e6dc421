// What every screen is made of: its head, states in words, tables, what is empty, what went wrong.
import {el, fill} from './dom.js';
import * as words from './words.js';

// A title, and what can be done on the screen.
export function head(title, {about, actions, back} = {}) {
  document.title = `${title} · Baton`;
  return el('header.head',
    el('div', back ? el('a.back', {href: back[0]}, '← ', back[1]) : null, el('h1', {tabindex: -1}, title), about ? el('p.about', about) : null),
    actions ? el('div.actions', actions) : null);
}

// A state has a word; the colour only repeats it.
const tones = {
  offered: 'wait', requested: 'wait', proposed: 'wait', unclear: 'wait', queued: 'wait', running: 'wait', signed: 'wait', nurture: 'still', suspended: 'bad',
  accepted: 'good', qualified: 'good', in_force: 'good', met: 'good', won: 'good', customer: 'good', opportunity: 'good', sql: 'good', sal: 'good', done: 'good', applied: 'good',
  rejected: 'bad', returned: 'bad', expired: 'bad', lost: 'bad', not_qualified: 'bad', declined: 'bad', failed: 'bad', overdue: 'bad',
};

export function tag(kind, code, text) {
  return el('span.tag', {data: {tone: tones[code] || 'still'}}, text || words.word(kind, code));
}

export function when(text, {both} = {}) {
  if (!text) return el('span.quiet', '–');
  return el('time', {datetime: text, title: words.preciseMoment(text)}, both ? `${words.moment(text)} (${words.distance(text)})` : words.moment(text));
}

export function due(text, overdue) {
  if (!text) return null;
  return overdue
    ? el('time.due.late', {datetime: text, title: words.preciseMoment(text)}, 'Overdue ', words.distance(text).replace(' ago', ''))
    : el('time.due', {datetime: text, title: words.preciseMoment(text)}, 'due ', words.distance(text));
}

// columns: [{title, cell(row), number}]
export function table(caption, columns, rows, {foot, empty} = {}) {
  if (rows.length === 0 && empty) return nothing(empty);
  const kind = (column) => (column.number ? 'number' : column.kind || '');
  const cell = (column, row, first) => el(first ? 'th' : 'td', {class: kind(column) || null, scope: first ? 'row' : null}, column.cell(row));
  return el('div.scroll', {tabindex: 0, role: 'group', 'aria-label': caption},
    el('table',
      el('caption.hidden', caption),
      el('thead', el('tr', columns.map((column) => el('th', {scope: 'col', class: kind(column) || null}, column.title || el('span.hidden', 'Actions'))))),
      el('tbody', rows.map((row) => el('tr', columns.map((column, place) => cell(column, row, place === 0))))),
      foot ? el('tfoot', el('tr', foot.map((text, place) => el(place === 0 ? 'th' : 'td', {class: kind(columns[place]) || null, scope: place === 0 ? 'row' : null}, text)))) : null));
}

// pairs: [[term, value]]; what is not there is left out
export function facts(pairs) {
  return el('dl.facts', pairs.filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) => el('div', el('dt', name), el('dd', value))));
}

export function section(title, ...children) {
  return el('section.part', el('h2', title), children);
}

export function nothing(text, ...more) {
  return el('div.nothing', el('p', text), more);
}

export function trouble(error, again) {
  return el('div.trouble', {role: 'alert'},
    el('p', el('strong', 'That did not work. '), error.message),
    (error.errors || []).length ? el('ul', error.errors.map((one) => el('li', one.pointer || one.parameter ? el('code', one.pointer || one.parameter) : null, ' ', one.detail))) : null,
    again ? el('button', {type: 'button', onclick: again}, 'Try again') : null);
}

// A place that is filled when its answer is there: as high as before meanwhile, so that nothing jumps.
export function later(load, {lines = 3} = {}) {
  const place = el('div.later', {'aria-busy': 'true'}, el('div.bones', {'aria-hidden': 'true'}, Array.from({length: lines}, () => el('i'))));
  const run = async () => {
    try {
      fill(place, await load());
    } catch (error) {
      if (error.name !== 'AbortError') fill(place, trouble(error, run));
    }
    place.removeAttribute('aria-busy');
  };
  place.again = run;
  place.done = run();
  return place;
}

export function button(text, onclick, {kind, key, ...props} = {}) {
  return el(kind ? `button.${kind}` : 'button', {type: 'button', onclick, 'aria-keyshortcuts': key || null, ...props}, text, key ? el('kbd', {'aria-hidden': 'true'}, key) : null);
}

// Puts a text where it can be pasted from.
export function copy(text) {
  return button('Copy', () => navigator.clipboard.writeText(text).then(() => say('Copied.', 'still'), () => say('The browser does not let this page copy: select the text.', 'bad')));
}

export function link(text, href, kind) {
  return el(kind ? `a.${kind}` : 'a', {href}, text);
}

export function person(lead) {
  return el('bdi', words.nameOf(lead));
}

// A number that opens to what it counts.
export const opens = (text, href) => el('a.number', {href}, text);

// ---- said once, at the foot of the screen ----

let said;

export function say(text, tone = 'good') {
  if (!said) document.body.append((said = el('div.said', {role: 'status', 'aria-live': 'polite'})));
  const line = el('p', {data: {tone}}, text);
  fill(said, line);
  setTimeout(() => line.remove(), 8000);
}

// ---- a dialog with a form ----

// send(form) does it and throws what is refused; then the dialog stays, with what was typed.
export function ask(title, {body, done = 'Save', kind = 'first', send, wide}) {
  return new Promise((resolve) => {
    const trouble = el('div', {'aria-live': 'assertive'});
    const button = el(`button.${kind}`, {type: 'submit'}, done);
    const form = el('form', {method: 'dialog'}, el('h2', {id: 'dialog-title'}, title), body, trouble,
      el('div.actions', el('button', {type: 'button', value: 'cancel', onclick: () => dialog.close()}, 'Cancel'), button));
    const dialog = el(wide ? 'dialog.wide' : 'dialog', {'aria-labelledby': 'dialog-title'}, form);
    let answer = null;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      button.disabled = true;
      fill(trouble);
      try {
        answer = (await send(form)) ?? true;
        dialog.close();
      } catch (error) {
        const {faults} = await import('./dom.js');
        const left = faults(form, error.errors || []);
        const shown = (error.errors || []).length > 0 && left.length === 0;
        if (!shown) fill(trouble, refused({...error, message: error.message, errors: left}));
        form.querySelector('[aria-invalid=true]')?.focus();
      }
      button.disabled = false;
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    (form.querySelector('input:not([type=hidden]), select, textarea') || button).focus();
  });
}

function refused(error) {
  return el('div.trouble', {role: 'alert'}, el('p', error.message), error.errors.length ? el('ul', error.errors.map((one) => el('li', one.detail))) : null);
}
