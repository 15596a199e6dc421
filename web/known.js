// What hardly changes while somebody works: who one is, teams, members, versions of definitions.
import {get, getText, all} from './api.js';
import {callStages} from './words.js';

export const known = {me: null, teams: [], members: new Map()};

const versions = new Map();

export async function learn() {
  versions.clear();
  const [me, teams, glossary, members] = await Promise.all([
    get('/v1/me'),
    get('/v1/teams').then((list) => list.data),
    get('/v1/glossary'),
    all('/v1/members', {}, 2000).catch((error) => {
      if (error.status === 403) return []; // who only signs, or adds leads, sees no names
      throw error;
    }),
  ]);
  callStages(glossary.stages);
  Object.assign(known, {me, teams, members: new Map(members.map((member) => [member.id, member]))});
}

export const may = (...roles) => roles.some((role) => known.me.key.roles.includes(role));
export const side = () => known.me.team.function;
export const team = (name) => known.teams.find((one) => one.name === name);
export const teamTitle = (name) => team(name)?.title || name || '–';
export const isMe = (id) => Boolean(id) && id === known.me.member?.id;

export function memberName(id) {
  if (!id) return '';
  return isMe(id) ? 'you' : known.members.get(id)?.name || 'somebody who has left';
}

export function actorName(actor) {
  if (!actor) return '';
  if (actor.type === 'member') return memberName(actor.member);
  if (actor.type === 'key') return teamTitle(actor.team);
  if (actor.type === 'operator') return 'the operator';
  return 'Baton';
}

// A version as its page says it: criteria by id, each with title, sentence and worth. Kept, for a version does not change once
// it is proposed.
export function version(term, number) {
  const key = `${term}/${number}`;
  if (!versions.has(key)) {
    const asked = Promise.all([get(`/v1/definitions/${term}/versions/${number}`), getText(`/v1/definitions/${term}/versions/${number}`, 'text/markdown')])
      .then(([found, text]) => ({...found, criteria: criteriaOf(found.document, text)}));
    asked.catch(() => versions.delete(key));
    versions.set(key, asked);
  }
  return versions.get(key);
}

// The sentence of each criterion is the service's own: it stands in its row of the page.
export function criteriaOf(document, text) {
  const sentences = new Map();
  for (const line of text.split('\n')) {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const id = /`([a-z0-9_-]+)`$/.exec(cells[1] || '');
    if (id && cells.length >= 5) sentences.set(id[1], {sentence: cells[3], worth: cells[4]});
  }
  return new Map(document.criteria.map((criterion) => [criterion.id, {...criterion, ...sentences.get(criterion.id)}]));
}

// The definition by which rejections of this handoff are reasoned; null when nothing gates it.
export async function gateOf(handoff) {
  return handoff.gate ? version(handoff.gate.term, handoff.gate.version) : null;
}

export async function inForce(term) {
  try {
    const found = await get(`/v1/definitions/${term}`);
    return found.in_force ? await version(term, typeof found.in_force === 'number' ? found.in_force : found.in_force.version) : null;
  } catch {
    return null;
  }
}
