// What both sides have agreed on, and what is being agreed on now.
import {el, fill, choice, field} from './dom.js';
import {get, post} from './api.js';
import {may, side} from './known.js';
import {head, section, tag, when, button, nothing, ask, say} from './parts.js';

export const SUBJECTS = {
  mql: ['MQL', 'What marketing hands over'], srl: ['SRL', 'Who asked to be contacted'], sql: ['SQL', 'What sales works on'],
  routes: ['Routes', 'From which team to which, and through which gate'], goals: ['Goals', 'What each side promises'],
};
export const isTerm = (subject) => ['mql', 'srl', 'sql'].includes(subject);
export const versionsOf = (subject) => (isTerm(subject) ? `/v1/definitions/${subject}/versions` : `/v1/${subject}/versions`);

const starters = {
  routes: {routes: [{from: 'marketing', to: 'sales', gates: ['mql'], automatic: true}]},
  goals: {goals: [{side: 'marketing', measure: 'accepted_handoffs', period: 'month', target: 50}, {side: 'sales', measure: 'answers_in_time', period: 'month', target: 90}]},
};

function starterOf(subject) {
  if (starters[subject]) return starters[subject];
  return {
    term: subject, title: {mql: 'Marketing-qualified lead', srl: 'Sales-ready lead', sql: 'Sales-qualified lead'}[subject], statement: '',
    criteria: [{id: 'first', title: 'Company is big enough', kind: 'fit', required: true, test: {attribute: 'company.employees', op: 'gte', value: 50}}],
    reasons: [{code: 'other', title: 'Another reason', about: 'process', then: 'nurture'}],
  };
}

// A new draft: what is in force, to be changed, else something to begin with.
export async function draft(subject, from) {
  const made = await post(versionsOf(subject), from || starterOf(subject));
  return `#/agreement/${subject}/${made.version}/edit`;
}

function card({subject, in_force: inForce, versions}) {
  const [name, about] = SUBJECTS[subject];
  const open = versions.filter((one) => one.version !== inForce);
  return el('li.card', el('h2', name), el('p.quiet', about),
    inForce ? el('p', el('a', {href: `#/agreement/${subject}/${inForce}`}, `Version ${inForce}`), ' ', tag('version', versions.find((one) => one.version === inForce)?.state || 'in_force')) : el('p', tag('version', 'draft', 'Not agreed')),
    open.map((one) => el('p', el('a', {href: `#/agreement/${subject}/${one.version}`}, `Version ${one.version}`), ' ', tag('version', one.state),
      one.state === 'proposed' ? el('small.quiet', ` signed by ${(one.signatures || []).map((given) => given.side).join(', ') || 'nobody yet'}`) : null)));
}

export async function show(body) {
  const items = (await get('/v1/agreements')).data;
  const waiting = items.flatMap(({subject, versions}) => versions.filter((one) => one.state === 'proposed' && !(one.signatures || []).some((given) => given.side === side())).map((one) => ({subject, ...one})));
  const begin = may('sign', 'admin') ? button('Write a new version', async () => {
    const subject = choice(items.map((item) => [item.subject, SUBJECTS[item.subject][0]]).concat(Object.keys(SUBJECTS).filter((one) => isTerm(one) && !items.some((item) => item.subject === one)).map((one) => [one, SUBJECTS[one][0]])), 'mql');
    const address = await ask('A new version', {
      body: [field('Of', subject), el('p.quiet', 'It begins as what is in force now. Until it is proposed, it can be changed; it counts when both sides have signed it.')], done: 'Begin',
      async send() {
        const item = items.find((one) => one.subject === subject.value);
        return draft(subject.value, item?.in_force ? (await get(`${versionsOf(subject.value)}/${item.in_force}`)).document : null);
      },
    });
    if (address) location.hash = address;
  }, {kind: 'first'}) : null;
  fill(body,
    head('Agreements', {about: ['In force when both sides have signed the same text. ', el('a', {href: '#/words'}, 'What the stages are called')], actions: begin}),
    el('div.parts',
      waiting.length && may('sign') ? section('Waits for your side to sign', el('ul.plainlist', waiting.map((one) => el('li', el('a', {href: `#/agreement/${one.subject}/${one.version}`}, `${SUBJECTS[one.subject][0]}, version ${one.version}`), one.proposed_at ? [', proposed ', when(one.proposed_at)] : null)))) : null,
      items.length ? el('ul.cards.plainlist', items.map(card)) : nothing('Nothing is agreed yet. Write the first definition: what must a lead be, to be worth the other side’s time?')));
  if (!items.length && may('sign', 'admin')) say('Begin with the MQL: it is what the other side waits for.', 'still');
  return {};
}
