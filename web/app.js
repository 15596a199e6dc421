// The frame: who is signed in, where one is, and what stands there. An address is "#/queue/…?team=sales".
import {el, fill} from './dom.js';
import {onSignedOut, remove} from './api.js';
import {known, learn, may, side} from './known.js';
import {signIn, openLink, wasSignedIn, noteSignedOut} from './signin.js';
import {trouble, say} from './parts.js';
import {shortcuts} from './keys.js';

// path, file, name in the navigation, for whom
const screens = [
  {path: 'queue', file: 'queue', name: 'Queue', fits: () => side() !== 'marketing' && may('work', 'read', 'admin')},
  {path: 'sent', file: 'sent', name: 'Sent', fits: () => side() !== 'sales' && may('work', 'read', 'admin')},
  {path: 'leads', file: 'leads', name: 'Leads', fits: () => may('work', 'read', 'admin')},
  {path: 'agreements', file: 'agreements', name: 'Agreements', fits: () => true},
  {path: 'scoreboard', file: 'scoreboard', name: 'Scoreboard', fits: () => may('report', 'work', 'read', 'admin')},
  {path: 'attribution', file: 'attribution', name: 'Attribution', fits: () => may('report', 'work', 'read', 'admin')},
  {path: 'flow', file: 'flow', name: 'In and out', fits: () => may('read', 'admin')},
  {path: 'setup', file: 'setup', name: 'Set-up', fits: () => true},
];
const more = [
  {path: 'handoffs', file: 'handoff'},
  {path: 'lead', file: 'lead'},
  {path: 'agreement', file: 'agreement'},
  {path: 'account', file: 'account'},
  {path: 'first', file: 'first'},
  {path: 'numbers', file: 'numbers'},
  {path: 'connect', file: 'connect'},
  {path: 'source', file: 'source'},
  {path: 'words', file: 'glossary'},
  {path: 'campaigns', file: 'campaigns'},
  {path: 'accounts', file: 'accounts'},
];

let shown = null; // of the screen: leave()
let main;

export function here() {
  const [path, search] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/').map(decodeURIComponent);
  return {name, rest, query: Object.fromEntries(new URLSearchParams(search || ''))};
}

function firstScreen() {
  return (screens.find((screen) => screen.fits()) || screens[screens.length - 1]).path;
}

async function show() {
  const place = here();
  const screen = [...screens, ...more].find((one) => one.path === place.name);
  if (!screen) {
    location.replace(`#/${firstScreen()}`);
    return;
  }
  for (const link of document.querySelectorAll('.nav a'))
    if (link.dataset.path === place.name) {
      link.setAttribute('aria-current', 'page');
      link.scrollIntoView({block: 'nearest', inline: 'nearest'});
    }
    else link.removeAttribute('aria-current');
  if (shown?.path === place.name && shown.move && shown.move(place)) return;
  shown?.leave?.();
  shown = {path: place.name};
  const mine = shown;
  try {
    const module = await import(`./${screen.file}.js`);
    if (shown !== mine) return;
    const body = el('div.screen', {data: {screen: place.name}});
    fill(main, body);
    Object.assign(mine, await module.show(body, place));
    if (shown !== mine) mine.leave?.();
  } catch (error) {
    if (error.status !== 401 && shown === mine) fill(main, trouble(error, show));
  }
}

function frame() {
  main = el('main', {id: 'main', tabindex: -1});
  const nav = el('nav.nav', {'aria-label': 'Screens'}, screens.filter((screen) => screen.fits()).map((screen) =>
    el('a', {href: `#/${screen.path}`, data: {path: screen.path}}, screen.name)));
  const who = el('a.who', {href: '#/account', data: {path: 'account'}}, el('bdi', known.me.member?.name || known.me.team.title), el('small', `${known.me.team.title}, ${known.me.workspace.name}`));
  fill(document.body,
    el('a.skip', {href: '#main', onclick: (event) => { event.preventDefault(); main.focus(); }}, 'To the content'),
    el('div.frame', el('header.bar', el('a.brand', {href: `#/${firstScreen()}`}, mark(), 'Baton'), nav, who), main));
}

function mark() {
  return el('img', {src: '/web/icon.svg', alt: '', width: 24, height: 24});
}

async function begin() {
  const link = /^#link=(batonlink_\w+)$/.exec(location.hash);
  if (link) {
    history.replaceState(null, '', location.pathname);
    const refused = await openLink(link[1]);
    if (refused) return signInScreen(refused);
  }
  if (!wasSignedIn()) return signInScreen();
  try {
    await learn();
  } catch (error) {
    if (error.status === 401) return signInScreen();
    fill(document.body, el('main.plain', trouble(error, begin)));
    return undefined;
  }
  frame();
  return show();
}

function signInScreen(refused) {
  shown?.leave?.();
  shown = null;
  known.me = null;
  noteSignedOut();
  fill(document.body, signIn(begin, refused));
  document.title = 'Sign in · Baton';
  document.querySelector('input:not([hidden])')?.focus();
}

export async function signOut() {
  try {
    await remove('/v1/sessions/current');
  } catch (error) {
    if (error.status !== 401) say(error.message, 'bad');
  }
  signInScreen();
}

onSignedOut(() => {
  if (known.me) signInScreen('Your session has ended. What you had sent is kept; sign in to go on.');
});
window.addEventListener('hashchange', () => {
  if (known.me) show();
  else if (location.hash.startsWith('#link=')) begin();
});
document.addEventListener('signout', signOut);
shortcuts();
begin();
