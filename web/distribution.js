// How a team's offers are dealt to its members: the usual ways as a form, rules with tests as JSON, and a lead to try it on.
import {el, fill, field, choice} from './dom.js';
import {getTagged, get, post, put, remove} from './api.js';
import {known, memberName} from './known.js';
import {ask, trouble} from './parts.js';
import {plain} from './words.js';

const ways = [['queue', 'Nobody in particular: they claim'], ['weighted', 'In turn, by weight'], ['least_loaded', 'To who has the fewest in hand'], ['account_owner', 'To who owns the account'], ['json', 'By rules (JSON)']];

function wayOf(distribution) {
  if (!distribution) return 'queue';
  const [rule, ...more] = distribution.rules;
  if (more.length || rule.when || rule.to.member) return 'json';
  return typeof rule.to === 'string' ? rule.to : rule.to.by || 'weighted';
}

async function read(path) {
  try {
    const {value, tag} = await getTagged(path);
    return {distribution: value.distribution, tag};
  } catch (error) {
    if (error.status !== 404) throw error;
    return {distribution: null, tag: null};
  }
}

// What was looked at, in words, and who would get it.
function tried(answer) {
  return [
    el('p', el('strong', answer.member ? `It goes to ${memberName(answer.member)}.` : 'It goes to the open queue.'), answer.rule ? ` By rule ${answer.rule}.` : ''),
    el('ol', answer.why.map((look) => el('li', look.rule ? `Rule ${look.rule}: ` : '', look.member ? `${memberName(look.member)}, ` : '', plain(look.code).toLowerCase()))),
  ];
}

export async function deal(team) {
  const path = `/v1/teams/${team.name}/distribution`;
  const {distribution, tag} = await read(path);
  const way = choice(ways, wayOf(distribution));
  const pool = new Map((distribution?.rules[0].to.pool || []).map((place) => [place.member, place.weight ?? 1]));
  const members = [...known.members.values()].filter((member) => member.team === team.name && member.active);
  const rows = members.map((member) => {
    const box = el('input', {type: 'checkbox', checked: pool.size === 0 || pool.has(member.id)});
    const weight = el('input', {inputmode: 'numeric', value: String(pool.get(member.id) ?? 1), 'aria-label': `Weight of ${member.name}`, size: 3});
    return {member, box, weight, line: el('div.pair', el('label.option', box, el('span', el('bdi', member.name))), weight)};
  });
  const list = el('fieldset', el('legend', 'Among'), rows.map((row) => row.line));
  const minutes = field('Minutes to answer, then somebody else gets it', el('input', {inputmode: 'numeric', value: distribution?.reassign_after_minutes ?? ''}), {name: '/reassign_after_minutes', hint: 'Of their working time. May stay empty.'});
  const json = field('Rules', el('textarea', {rows: 14, spellcheck: 'false', value: JSON.stringify(distribution || {rules: [{when: {attribute: 'company.country', op: 'in', value: ['DE', 'AT']}, to: {member: members[0]?.email || ''}}], otherwise: 'queue'}, null, 2)}), {name: '/rules', wide: true});
  const fit = () => {
    list.hidden = !['weighted', 'least_loaded'].includes(way.value);
    minutes.hidden = ['queue', 'json'].includes(way.value);
    json.hidden = way.value !== 'json';
  };
  way.addEventListener('change', fit);
  fit();

  const found = el('div', {'aria-live': 'polite'});
  const email = el('input', {type: 'email', placeholder: 'kim@kite.example'});
  const attempt = el('button', {type: 'button', onclick: async () => {
    try {
      const lead = (await get('/v1/leads', {email: email.value.trim()})).data[0];
      fill(found, lead ? tried(await post(`${path}/dry_run`, {lead_id: lead.id})) : el('p', 'There is no such lead.'));
    } catch (error) {
      fill(found, trouble(error));
    }
  }}, 'Who would get it?');

  return ask(`Who of ${team.title} gets what`, {
    body: [field('Offers go', way), list, minutes, json, distribution ? el('details', el('summary', 'Try it on a lead, as it is kept'), field('Email of a lead', email), attempt, found) : null],
    wide: true,
    send() {
      if (way.value === 'queue') return distribution ? remove(path) : true;
      if (way.value === 'json') {
        let rules;
        try {
          rules = JSON.parse(json.querySelector('textarea').value);
        } catch (error) {
          throw Object.assign(new Error('The rules are not JSON.'), {errors: [{pointer: '/rules', detail: `It is not JSON: ${error.message}`}]});
        }
        return put(path, rules, tag ? {headers: {'If-Match': tag}} : {});
      }
      const places = rows.filter((row) => row.box.checked).map((row) => ({member: row.member.id, weight: Number(row.weight.value) || 1}));
      const to = way.value === 'account_owner' ? 'account_owner' : {pool: places, by: way.value};
      const after = Number(minutes.querySelector('input').value) || undefined;
      return put(path, {rules: [{to}], otherwise: 'queue', reassign_after_minutes: after}, tag ? {headers: {'If-Match': tag}} : {});
    },
  });
}
