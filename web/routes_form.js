// Routes as a form: from which team to which, through which gates, for whom, and what becomes of an offer that nobody answers.
import {el, field, choice} from './dom.js';
import {known} from './known.js';
import {section, button} from './parts.js';
import {typed} from './words.js';

const gates = [['srl', 'SRL: asked to be contacted'], ['mql', 'MQL'], ['sql', 'SQL']];
const operators = [['eq', 'is'], ['ne', 'is not'], ['in', 'is one of'], ['not_in', 'is none of'], ['gte', 'is at least'], ['lte', 'is at most'], ['starts_with', 'starts with'], ['exists', 'is known']];
const thens = [['keep', 'it stays, first in the queue'], ['escalate', 'it goes to another team'], ['give_back', 'it is given back after as much time again']];
const listed = (text) => text.split(',').map((one) => typed(one.trim())).filter((one) => one !== '');
const numbers = (text) => text.split(',').map((one) => one.trim()).filter(Boolean).map((one) => (Number.isNaN(Number(one)) ? one : Number(one)));
const simple = (test) => test && 'attribute' in test;

// tools: bound(control, get, set, event), member(object, name, read, control), draw(), changed(), as the editor has them.
export function routesForm(document_, {bound, member, draw, changed}) {
  const teams = known.teams.filter((team) => team.active).map((team) => [team.name, team.title]);
  const again = () => { draw(); changed(); };
  const set = (object, name, value) => {
    if (value === undefined || value === '' || value === false) delete object[name];
    else object[name] = value;
  };

  function gateBoxes(route, at) {
    return el('fieldset.inlinelist', {data: {field: `/routes/${at}/gates`}}, el('legend', 'Through'), gates.map(([term, title]) => el('label.inline',
      el('input', {type: 'checkbox', checked: (route.gates || []).includes(term), onchange: (event) => {
        const chosen = gates.map(([one]) => one).filter((one) => (one === term ? event.target.checked : (route.gates || []).includes(one)));
        set(route, 'gates', chosen.length ? chosen : undefined);
        changed();
      }}), title)), el('p.fault', {hidden: true}));
  }

  // One test in fields; what is more than that stays JSON.
  function condition(route, at) {
    const pointer = `/routes/${at}/when`;
    if (route.when && !simple(route.when)) {
      const json = bound(el('textarea.json', {rows: 5, spellcheck: 'false'}), () => JSON.stringify(route.when, null, 2), (text) => {
        try {
          route.when = JSON.parse(text);
          json.removeAttribute('aria-invalid');
        } catch {
          json.setAttribute('aria-invalid', 'true');
        }
      });
      return [field('Only for whom (a test, as JSON)', json, {name: pointer, wide: true}), button('For everybody', () => { delete route.when; again(); })];
    }
    const whom = choice([['', 'everybody'], ['some', 'those of whom this is so']], route.when ? 'some' : '');
    whom.addEventListener('change', () => { set(route, 'when', whom.value ? {attribute: 'company.country', op: 'eq', value: 'DE'} : undefined); again(); });
    if (!route.when) return [field('For', whom)];
    const many = ['in', 'not_in'].includes(route.when.op);
    const op = bound(choice(operators, route.when.op), () => route.when.op, (value) => {
      route.when.op = value;
      if (value === 'exists') delete route.when.value;
      else if (route.when.value === undefined) route.when.value = '';
      draw();
    }, 'change');
    return [field('For', whom), field('Attribute', member(route.when, 'attribute', (text) => text.trim(), el('input', {list: 'names', spellcheck: 'false'})), {name: `${pointer}/attribute`}), field('Must be', op, {name: `${pointer}/op`}),
      route.when.op === 'exists' ? null : field(many ? 'Values, with commas' : 'Value', bound(el('input'), () => route.when.value, (text) => { route.when.value = many ? listed(text) : typed(text); }), {name: `${pointer}/value`})];
  }

  function overdue(route, at) {
    const now = route.overdue || {};
    const change = (name, value) => {
      const changed_ = {...route.overdue};
      set(changed_, name, value);
      set(route, 'overdue', Object.keys(changed_).length ? changed_ : undefined);
      changed();
    };
    const then = choice(thens, now.then || 'keep');
    then.addEventListener('change', () => {
      if (then.value !== 'escalate') change('escalate_to', undefined);
      change('then', then.value === 'keep' ? undefined : then.value);
      if (then.value === 'escalate') change('escalate_to', teams.find(([name]) => name !== route.to)?.[0]);
      draw();
    });
    const to = choice(teams, now.escalate_to || '');
    to.addEventListener('change', () => change('escalate_to', to.value));
    const remind = el('input', {value: (now.remind_at_percent || []).join(', '), placeholder: '50, 90', inputmode: 'numeric'});
    remind.addEventListener('input', () => change('remind_at_percent', numbers(remind.value).length ? numbers(remind.value) : undefined));
    return [field('Not answered in time', then, {name: `/routes/${at}/overdue/then`}), now.then === 'escalate' ? field('Which team', to, {name: `/routes/${at}/overdue/escalate_to`}) : null,
      field('Remind at, in percent of the time', remind, {name: `/routes/${at}/overdue/remind_at_percent`, hint: 'With commas; empty: not.'})];
  }

  const flag = (route, name, title, otherwise) => el('label.option', bound(el('input', {type: 'checkbox'}), () => route[name] ?? otherwise, (value) => { if (value === otherwise) delete route[name]; else route[name] = value; }, 'change'), el('span', title));

  function card(route, at) {
    return el('fieldset.card', el('legend.hidden', `Route ${at + 1}`),
      el('div.columns', field('From', bound(choice(teams, route.from), () => route.from, (value) => { route.from = value; }, 'change'), {name: `/routes/${at}/from`}),
        field('To', bound(choice(teams, route.to), () => route.to, (value) => { route.to = value; }, 'change'), {name: `/routes/${at}/to`})),
      gateBoxes(route, at),
      el('div.columns', condition(route, at)),
      el('div.columns', flag(route, 'automatic', 'Baton offers by itself', true), flag(route, 'named', 'Only accounts that both have named', false)),
      el('div.columns', overdue(route, at)),
      el('div.actions', button('Remove', () => { document_.routes.splice(at, 1); again(); }), at > 0 ? button('Up', () => { document_.routes.splice(at - 1, 0, ...document_.routes.splice(at, 1)); again(); }) : null));
  }

  const requests = () => {
    const kind = choice([['', 'they wait'], ['decline', 'they are declined'], ['grant', 'they are granted']], document_.requests?.unanswered || '');
    kind.addEventListener('change', () => { set(document_, 'requests', kind.value ? {unanswered: kind.value, after_minutes: document_.requests?.after_minutes || 960} : undefined); again(); });
    return [field('Requests that nobody answers', kind, {name: '/requests/unanswered'}), document_.requests ? field('After so many minutes', member(document_.requests, 'after_minutes', (text) => numbers(text)[0], el('input', {inputmode: 'numeric'})), {name: '/requests/after_minutes'}) : null];
  };

  return [
    section('Routes, tried in this order', document_.routes.length ? null : el('p.quiet', 'Without a route nothing is offered.'), document_.routes.map(card),
      el('div.actions', button('Add a route', () => { document_.routes.push({from: teams[0][0], to: (teams[1] || teams[0])[0], gates: ['mql']}); again(); }))),
    section('Between the sides', el('div.columns', field('Who decides an appeal (email)', member(document_, 'referee', (text) => text.trim(), el('input', {type: 'email'})), {name: '/referee', hint: 'Nobody: there is no appeal.'}), requests())),
  ];
}
