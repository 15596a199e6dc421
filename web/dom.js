// Elements are made here and nowhere else. A text becomes a text node, so nothing that anybody wrote is ever read as HTML.

const own = new Set(['value', 'checked', 'disabled', 'selected', 'open', 'indeterminate', 'required', 'readOnly', 'multiple', 'hidden']);

function put(element, child) {
  if (child === null || child === undefined || child === false) return;
  if (Array.isArray(child)) child.forEach((one) => put(element, one));
  else element.append(child instanceof Node ? child : document.createTextNode(String(child)));
}

// el('a.quiet', {href: '#/queue', onclick: go}, 'Queue')
export function el(kind, props, ...children) {
  const [tag, ...classes] = kind.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length) element.className = classes.join(' ');
  if (props instanceof Node || typeof props !== 'object' || Array.isArray(props) || props === null) {
    children.unshift(props);
    props = {};
  }
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (own.has(name)) element[name] = value;
    else if (name === 'data') Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  put(element, children);
  return element;
}

export function svg(tag, props, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

export function fill(element, ...children) {
  const made = document.createDocumentFragment();
  put(made, children);
  element.replaceChildren(made);
  return element;
}

// Keeps the rows that stay, so that focus, selection and scrolling stay with them.
export function keep(list, items, idOf, make) {
  const before = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const rows = items.map((item) => {
    const seen = JSON.stringify(item);
    const row = before.get(idOf(item));
    if (row && row.seen === seen) return row;
    const made = make(item);
    made.dataset.id = idOf(item);
    made.seen = seen;
    if (row && row.contains(document.activeElement)) queueMicrotask(() => (made.querySelector('a, button') || made).focus());
    return made;
  });
  rows.forEach((row, place) => {
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] || null);
  });
  while (list.children.length > rows.length) list.lastChild.remove();
}

let labelled = 0;

// A label and its control, with the fault of the field beneath it: {name: message} is shown by faults().
export function field(label, control, {hint, name, wide} = {}) {
  labelled += 1;
  const id = `f${labelled}`;
  control.id = id;
  if (name) control.name = name;
  const fault = el('p.fault', {id: `${id}-fault`, hidden: true});
  control.setAttribute('aria-describedby', hint ? `${id}-hint ${id}-fault` : `${id}-fault`);
  return el(wide ? 'div.field.wide' : 'div.field', {data: {field: name || ''}},
    el('label', {for: id}, label), control, hint ? el('p.hint', {id: `${id}-hint`}, hint) : null, fault);
}

export function choice(options, value, props = {}) {
  return el('select', props, options.map(([key, text]) => el('option', {value: key, selected: key === value}, text)));
}

// Shows the faults of a refusal at their fields, one within a value at the field of the whole; those without a field are returned.
export function faults(form, errors) {
  const boxes = [...form.querySelectorAll('[data-field]')].filter((box) => box.dataset.field);
  for (const box of boxes) {
    box.querySelector('.fault').hidden = true;
    box.querySelector('.fault').textContent = '';
    box.querySelector('input, select, textarea')?.removeAttribute('aria-invalid');
  }
  return errors.filter(({pointer, detail}) => {
    const around = boxes.filter((one) => pointer === one.dataset.field || pointer?.startsWith(`${one.dataset.field}/`));
    const box = around.sort((one, other) => other.dataset.field.length - one.dataset.field.length)[0];
    if (!box) return true;
    const fault = box.querySelector('.fault');
    fault.textContent = [fault.textContent, detail].filter(Boolean).join(' ');
    fault.hidden = false;
    box.querySelector('input, select, textarea')?.setAttribute('aria-invalid', 'true');
    return false;
  });
}
