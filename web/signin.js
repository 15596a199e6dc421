// Signing in: by a key, or by a link that opens once.
import {el, field} from './dom.js';
import {write} from './api.js';
import {trouble} from './parts.js';

// Scripts cannot see the cookie: that it is there is noted beside it, so that nothing is asked in vain.
export const wasSignedIn = () => localStorage.getItem('signed-in') === 'yes';
export const noteSignedOut = () => localStorage.removeItem('signed-in');

async function open(token) {
  await write('POST', '/v1/sessions', undefined, {headers: {Authorization: `Bearer ${token}`}});
  localStorage.setItem('signed-in', 'yes');
}

// What was wrong with it, or null.
export async function openLink(token) {
  try {
    await open(token);
    return null;
  } catch (error) {
    return `${error.message} Ask for another link, or sign in with your key.`;
  }
}

// Whether anybody has the address is not said, so what is said is the same for all.
function byMail() {
  const email = el('input', {type: 'email', autocomplete: 'email', required: true});
  const said = el('div', {'aria-live': 'polite'});
  const button = el('button', {type: 'submit'}, 'Mail me a link');
  const form = el('form', {novalidate: true}, field('Or your email address', email, {hint: 'If you are a member, you get a link that signs you in once, within 15 minutes.'}), said, button);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await write('POST', '/v1/sessions/mail', {email: email.value.trim()});
      said.replaceChildren(el('p.note', 'If a member has this address, a link is on its way. Look into your mail.'));
    } catch (error) {
      said.replaceChildren(trouble(error));
    }
    button.disabled = false;
  });
  return form;
}

export function signIn(begin, refused) {
  const key = el('input', {type: 'password', autocomplete: 'current-password', spellcheck: 'false', autocapitalize: 'off', required: true});
  const said = el('div', {'aria-live': 'polite'}, refused ? el('p.note', refused) : null);
  const button = el('button.first', {type: 'submit'}, 'Sign in');
  const form = el('form', {novalidate: true}, el('input', {type: 'text', autocomplete: 'username', value: 'Baton', hidden: true, 'aria-hidden': 'true'}), field('Your key', key, {hint: 'It begins with baton_. Whoever runs Baton for you gave it to you.'}), said, button);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await open(key.value.trim());
      key.value = '';
      await begin();
    } catch (error) {
      said.replaceChildren(trouble(error));
      key.focus();
    }
    button.disabled = false;
  });
  const insecure = window.isSecureContext ? null
    : el('p.note', 'This address is neither https nor this very machine, so a browser keeps no session here. Put TLS in front of Baton (docs/operations), or open it as http://localhost.');
  return el('main.plain.signin', el('img', {src: '/web/icon.svg', alt: '', width: 48, height: 48}), el('h1', 'Baton'),
    el('p.about', 'Where marketing and sales look at the same thing.'), insecure, form, byMail(),
    el('p.quiet', el('a', {href: '/docs/start'}, 'What Baton is, and its API')));
}
