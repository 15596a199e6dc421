// The pages that the service writes in Markdown, as elements: headings, paragraphs, lists, tables, quotes, bold and code. What it
// escaped stays a text.
import {el} from './dom.js';

const inline = /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)/g;
const unescape = (text) => text.replace(/\\([\\`*_{}[\]()#+\-.!|<>~&])/g, '$1');

function spans(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(inline)) {
    if (match.index > 0 && text[match.index - 1] === '\\') continue;
    parts.push(unescape(text.slice(from, match.index)));
    if (match[1] !== undefined) parts.push(el('strong', spans(match[1])));
    else if (match[2] !== undefined) parts.push(el('code', match[2]));
    else parts.push(/^(\/(?!\/)|#)/.test(match[4]) ? el('a', {href: match[4]}, spans(match[3])) : spans(match[3]));
    from = match.index + match[0].length;
  }
  parts.push(unescape(text.slice(from)));
  return parts;
}

const cellsOf = (line) => line.replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((cell) => cell.trim());

function table(lines, caption) {
  const [head, , ...rows] = lines.map(cellsOf);
  return el('div.scroll', {tabindex: 0, role: 'group', 'aria-label': caption},
    el('table', el('thead', el('tr', head.map((cell) => el('th', {scope: 'col'}, spans(cell))))),
      el('tbody', rows.map((cells) => el('tr', cells.map((cell) => el('td', spans(cell))))))));
}

// level: what "#" becomes, so that the page's own heading stays above.
export function markdown(text, level = 2) {
  const made = [];
  const lines = text.split('\n');
  let caption = 'Table';
  for (let at = 0; at < lines.length; ) {
    const taken = (fits) => {
      const begin = at;
      while (at < lines.length && fits(lines[at])) at += 1;
      return lines.slice(begin, at);
    };
    const line = lines[at];
    const heading = /^(#{1,4}) (.*)/.exec(line);
    if (heading) {
      caption = unescape(heading[2]);
      made.push(el(`h${Math.min(6, heading[1].length + level - 1)}`, spans(heading[2])));
      at += 1;
    } else if (line.startsWith('|')) made.push(table(taken((one) => one.startsWith('|')), caption));
    else if (line.startsWith('- ')) made.push(el('ul', taken((one) => one.startsWith('- ')).map((one) => el('li', spans(one.slice(2))))));
    else if (line.startsWith('> ')) made.push(el('blockquote', spans(taken((one) => one.startsWith('>')).map((one) => one.slice(2)).join(' '))));
    else if (line.trim() === '') at += 1;
    else made.push(el('p', spans(taken((one) => one.trim() !== '' && !/^([#|>]|- )/.test(one)).join(' '))));
  }
  return made;
}

export const sentence = (text) => spans(text || '');
