// Who one is, what one may, and where one is signed in.
import {el, fill} from './dom.js';
import {get, patch, remove} from './api.js';
import {known} from './known.js';
import {head, section, facts, table, when, button, later, say} from './parts.js';
import {word, words} from './words.js';

// Each box counts at once.
function mailChoice(member) {
  const wanted = new Set(member.notify);
  const box = (one) => el('label.option', el('input', {type: 'checkbox', checked: wanted.has(one), onchange: async (event) => {
    if (event.target.checked) wanted.add(one); else wanted.delete(one);
    try {
      member.notify = (await patch('/v1/members/me', {notify: [...wanted]})).notify;
    } catch (error) {
      say(error.message, 'bad');
    }
  }}), el('span', words.notify[one]));
  return el('fieldset.inlinelist', el('legend', 'Write to me when'), Object.keys(words.notify).map(box));
}

export async function show(body) {
  const {me} = known;
  const mine = known.members.get(me.member?.id);
  const sessions = later(async () => {
    const {data} = await get('/v1/sessions');
    return table('Sessions', [
      {title: 'Signed in', cell: (one) => [when(one.opened_at), one.current ? ' – this one' : '']},
      {title: 'Last used', cell: (one) => when(one.used_at)},
      {title: 'Ends', cell: (one) => when(one.ends_at)},
      {cell: (one) => button(one.current ? 'Sign out' : 'End it', async () => {
        if (one.current) document.dispatchEvent(new Event('signout'));
        else {
          await remove(`/v1/sessions/${one.id}`).catch((error) => say(error.message, 'bad'));
          sessions.again();
        }
      })},
    ], data, {empty: 'You are signed in nowhere.'});
  });
  fill(body, head(me.member?.name || me.team.title, {about: 'You, and where you are signed in.'}),
    el('div.parts',
      section('You', facts([['Email', me.member?.email], ['Team', me.team.title], ['Workspace', me.workspace.name], ['Key', me.key.title], ['It may', me.key.roles.map((role) => word('role', role)).join(', ')]])),
      mine?.email && section('Mail', mailChoice(mine)),
      section('Where you are signed in', el('p.quiet', 'A session ends after twelve hours without use, and at once when its key is revoked.'), sessions)));
  return {};
}
