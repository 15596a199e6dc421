// A lead tried against a version of the routes: which way it would go, and why not by the others.
import {el, fill, field} from './dom.js';
import {get, post} from './api.js';
import {teamTitle} from './known.js';
import {button, table, tag, trouble} from './parts.js';
import {companyOf, nameOf, word} from './words.js';

const FOUND_MAX = 20;
const hindrances = {
  under_way: 'It has an open handoff already.', stage: 'At its stage nothing is offered by itself.', claimed: 'A sender says that sales has it already: its owner reviews it.',
  held: 'It waits for its next date after an answer.', suspended: 'One side has suspended the routes or the gate.', not_automatic: 'The way is there, and its owner offers by hand.', no_route: 'No route takes it.',
};

function why(route) {
  if (!route.owns) return 'Another team has the lead';
  if (!route.is_for) return 'The route is not for this lead';
  return route.takes ? '' : 'It meets no gate';
}

function outcome(answer) {
  return [
    el('p', {role: 'status'}, answer.to_team ? el('strong', `It would be offered to ${teamTitle(answer.to_team)}.`) : hindrances[answer.why_not]),
    table('Routes', [
      {title: 'Route', cell: (one) => `${teamTitle(one.from)} to ${teamTitle(one.to)}`},
      {title: 'Gates', cell: (one) => (one.gates.length ? one.gates.map((gate) => el('p', `${gate.term.toUpperCase()}: `, gate.result ? tag('result', gate.result) : 'not agreed', gate.suspended ? ' suspended' : '')) : 'None')},
      {title: 'Takes it', cell: (one) => (one.takes ? [tag('takes', 'done', 'Yes'), one.automatic ? '' : ' by hand'] : [tag('takes', 'still', 'No'), el('small', why(one))])},
    ], answer.routes),
  ];
}

export function tryRoutes(path) {
  const q = el('input', {type: 'search', placeholder: 'kim lee, kite.example'});
  const which = el('select');
  const whichField = field('Which', which);
  whichField.hidden = true;
  const said = el('div.parts', {'aria-live': 'polite'});
  const attempt = async () => {
    try {
      fill(said, outcome(await post(`${path}/try`, {lead_id: which.value})));
    } catch (error) {
      fill(said, trouble(error));
    }
  };
  which.addEventListener('change', attempt);
  const form = el('form.filters', {role: 'search'}, field('Lead', q, {wide: true}), whichField, button('Try it', () => form.requestSubmit()));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const {data} = await get('/v1/leads', {q: q.value.trim() || undefined, limit: FOUND_MAX});
      fill(which, data.map((lead) => el('option', {value: lead.id}, `${nameOf(lead)}, ${companyOf(lead) || word('stage', lead.stage)}`)));
      whichField.hidden = data.length < 2;
      if (data.length) await attempt();
      else fill(said, el('p.quiet', 'No lead is like that.'));
    } catch (error) {
      fill(said, trouble(error));
    }
  });
  return [el('p.quiet', 'Which way a lead that is there would go. Nothing is changed.'), form, said];
}
