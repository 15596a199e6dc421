// Who one is, what one may, and where one is signed in.
import {el, fill} from './dom.js';
import {get, remove} from './api.js';
import {known} from './known.js';
import {head, section, facts, table, when, button, later, say} from './parts.js';
import {word} from './words.js';

export async function show(body) {
  const {me} = known;
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
      section('Where you are signed in', el('p.quiet', 'A session ends after twelve hours without use, and at once when its key is revoked.'), sessions)));
  return {};
}
