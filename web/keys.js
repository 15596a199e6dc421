// Keys that a screen answers to, and the list of them that "?" shows. They rest while something is typed or a dialog is open.
import {el} from './dom.js';

let current = new Map();

// keys: [[key, what it does, function]]; the function that is returned gives them back.
export function answerTo(keys) {
  const mine = new Map(keys.map(([key, text, call]) => [key, {text, call}]));
  current = mine;
  return () => {
    if (current === mine) current = new Map();
  };
}

function help() {
  const rows = [...current].map(([key, {text}]) => el('div', el('dt', el('kbd', key)), el('dd', text)));
  const dialog = el('dialog', {'aria-labelledby': 'keys-title'}, el('h2', {id: 'keys-title'}, 'Keys'),
    el('dl.facts', rows, el('div', el('dt', el('kbd', '?')), el('dd', 'this list'))),
    el('form', {method: 'dialog'}, el('div.actions', el('button.first', 'Close'))));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const typing = (target) => target.closest('input, textarea, select, [contenteditable], dialog');

export function shortcuts() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key === '?') {
      event.preventDefault();
      help();
      return;
    }
    const found = current.get(event.key);
    if (!found) return;
    event.preventDefault();
    found.call();
  });
}
