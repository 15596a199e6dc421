// What can be done with a handoff: one entry per action of the API, with what it asks for. Which of them are there for whom, the
// service says (allowed_actions).
import {el, field, choice} from './dom.js';
import {post} from './api.js';
import {known, gateOf, inForce} from './known.js';
import {ask, say} from './parts.js';
import {nameOf, word, typed, minorOf} from './words.js';

const noteField = (label = 'Note', required = false) => field(label, el('textarea', {rows: 3, maxlength: 10000, required}), {name: '/note', wide: true, hint: required ? null : 'For the people who read this later. It is erased with the person.'});
const noteOf = (form) => form.elements['/note'].value.trim() || undefined;

// ---- what a test asks about ----

function subjectsOf(test, kind, found = []) {
  if (test[kind]) found.push(test[kind]);
  for (const inner of [...(test.all || []), ...(test.any || []), ...(test.of || []), ...(test.not ? [test.not] : [])]) subjectsOf(inner, kind, found);
  return found;
}

const distinct = (list) => [...new Set(list)];
const asked = (document, kind) => distinct(document.criteria.flatMap((criterion) => subjectsOf(criterion.test, kind)));

// ---- forms ----

function reasonList(reasons) {
  const listed = reasons.map((reason, place) => el('label.option', el('input', {type: 'radio', name: 'reason', value: reason.code, required: true, checked: reasons.length === 1 && place === 0}),
    el('span', el('strong', reason.title), el('small', `The lead ${word('then', reason.then)}.`))));
  return el('fieldset', el('legend', 'Why?'), listed);
}

async function reject({handoff, lead}, {title, path, done}) {
  const gate = await gateOf(handoff) || await inForce('mql');
  const reasons = gate?.document.reasons || [];
  const attributes = gate ? asked(gate.document, 'attribute').filter((name) => !name.startsWith('email.')) : [];
  const inputs = attributes.map((name) => [name, el('input', {value: lead.attributes[name] === undefined || lead.attributes[name] === null ? '' : String(lead.attributes[name])})]);
  const before = new Map(inputs.map(([name, input]) => [name, input.value]));
  const other = reasons.length ? null : field('Reason', el('input', {required: true, name: 'reason'}), {name: '/reason'});
  return ask(`${title} ${nameOf(lead)}`, {
    body: [
      reasons.length ? reasonList(reasons) : other,
      inputs.length ? el('fieldset', el('legend', 'Is something here wrong? Correct it.'), el('div.columns', inputs.map(([name, input]) => field(name, input, {name: `/corrections/${name}`})))) : null,
      noteField(),
    ],
    done, kind: 'danger', wide: inputs.length > 4,
    send(form) {
      const corrections = Object.fromEntries(inputs.filter(([name, input]) => input.value !== before.get(name)).map(([name, input]) => [name, input.value === '' ? null : typed(input.value)]));
      const picked = form.querySelector('[name=reason]:checked') || form.querySelector('input[name="/reason"]');
      if (!picked?.value) throw new Error('Choose a reason.');
      return post(path, {reason: picked.value, note: noteOf(form), corrections: Object.keys(corrections).length ? corrections : undefined});
    },
  });
}

async function qualify({handoff, lead}) {
  const sql = await inForce('sql');
  const names = sql ? asked(sql.document, 'fact') : ['budget', 'authority', 'need', 'timeline'];
  const titled = (name) => sql?.document.criteria.find((criterion) => subjectsOf(criterion.test, 'fact').includes(name))?.title;
  const inputs = names.map((name) => {
    const fact = lead.facts[name];
    const control = el('input', {value: fact ? String(fact.value) : ''});
    return [name, control, el('input', {value: fact?.evidence || '', placeholder: 'How do you know?'})];
  });
  return ask(`Qualify ${nameOf(lead)}`, {
    body: [
      sql ? null : el('p.note', 'No SQL definition is in force: this records your word.'),
      inputs.map(([name, control, evidence]) => el('div.pair', field(`${word('', name)}`, control, {name: `/facts/${name}/value`, hint: titled(name)}), field(`Evidence for ${name}`, evidence, {name: `/facts/${name}/evidence`}))),
      noteField(),
    ],
    done: 'Qualify', wide: true,
    send(form) {
      const facts = Object.fromEntries(inputs.filter(([, control]) => control.value !== '').map(([name, control, evidence]) => [name, {value: typed(control.value), evidence: evidence.value || undefined}]));
      return post(`/v1/handoffs/${handoff.id}/qualify`, {facts: Object.keys(facts).length ? facts : undefined, note: noteOf(form)});
    },
  });
}

async function outcome({handoff, lead}) {
  const gate = await gateOf(handoff);
  const kind = choice(['opportunity', 'won', 'lost'].map((code) => [code, word('outcome', code)]), handoff.outcome === 'opportunity' ? 'won' : 'opportunity', {name: 'outcome'});
  const amount = el('input', {inputmode: 'decimal', placeholder: '9000'});
  const currency = el('input', {value: localStorage.getItem('currency') || 'EUR', maxlength: 3, size: 4});
  const reason = gate?.document.reasons?.length ? choice([['', 'Choose'], ...gate.document.reasons.map((one) => [one.code, one.title])], '') : el('input');
  const money = el('div.pair', field('Amount', amount, {name: '/amount'}), field('Currency', currency, {name: '/amount/currency'}));
  const why = field('Why was it lost?', reason, {name: '/reason'});
  const fit = () => { money.hidden = kind.value === 'lost'; why.hidden = kind.value !== 'lost'; };
  kind.addEventListener('change', fit);
  fit();
  return ask(`What came of ${nameOf(lead)}?`, {
    body: [field('Outcome', kind, {name: '/outcome'}), money, why, noteField()],
    done: 'Report',
    send(form) {
      const body = {outcome: kind.value, note: noteOf(form)};
      if (kind.value === 'lost') body.reason = reason.value || undefined;
      else if (amount.value.trim()) {
        const code = currency.value.trim().toUpperCase();
        const minor = /^[A-Z]{3}$/.test(code) ? minorOf(amount.value, code) : null;
        if (minor === null) throw Object.assign(new Error('Amount'), {errors: [{pointer: '/amount', detail: 'An amount such as 9000 or 9,000.50, and a currency such as EUR.'}]});
        localStorage.setItem('currency', code);
        body.amount = {minor, currency: code};
      }
      return post(`/v1/handoffs/${handoff.id}/outcome`, body);
    },
  });
}

async function assign({handoff, lead}) {
  const team = [...known.members.values()].filter((member) => member.team === handoff.to_team && member.active);
  const who = choice(team.map((member) => [member.id, member.name]), known.me.member?.id);
  return ask(`Who takes ${nameOf(lead)}?`, {
    body: [field('Member', who, {name: '/member'}), noteField()], done: 'Assign',
    send: (form) => post(`/v1/handoffs/${handoff.id}/assign`, {member: who.value, note: noteOf(form)}),
  });
}

async function feedback({handoff, lead}) {
  const rating = el('fieldset.rating', el('legend', 'How good was it?'), [1, 2, 3, 4, 5].map((n) => el('label.option', el('input', {type: 'radio', name: 'rating', value: n, required: true, checked: n === 3}), el('span', `${n}`, n === 1 ? ' poor' : n === 5 ? ' very good' : ''))));
  return ask(`Feedback on ${nameOf(lead)}`, {
    body: [rating, noteField()], done: 'Give',
    send: (form) => post(`/v1/handoffs/${handoff.id}/feedback`, {rating: Number(form.querySelector('[name=rating]:checked').value), note: noteOf(form)}),
  });
}

async function withdraw({handoff, lead}) {
  const until = el('input', {type: 'date'});
  return ask(`Withdraw ${nameOf(lead)}`, {
    body: [field('In nurture until', until, {name: '/until', hint: 'Without a date, as long as the definition says.'}), noteField()], done: 'Withdraw', kind: 'danger',
    send: (form) => post(`/v1/handoffs/${handoff.id}/withdraw`, {until: until.value ? new Date(`${until.value}T09:00`).toISOString() : undefined, note: noteOf(form)}),
  });
}

const noted = (title, done, required) => ({handoff, lead}, name) => ask(`${title} ${nameOf(lead)}`, {
  body: noteField(required ? 'What speaks for it?' : 'Note', required), done,
  send: (form) => post(`/v1/handoffs/${handoff.id}/${name}`, {note: noteOf(form)}),
});

const declined = ({handoff, lead}) => ask(`Decline the request for ${nameOf(lead)}`, {
  body: [field('Reason', el('input', {required: true, placeholder: 'in_nurture'}), {name: '/reason', hint: 'A short code, such as in_nurture.'}), noteField()], done: 'Decline', kind: 'danger',
  send: (form) => post(`/v1/handoffs/${handoff.id}/decline`, {reason: form.elements['/reason'].value.trim(), note: noteOf(form)}),
});

const plainly = ({handoff}, name) => post(`/v1/handoffs/${handoff.id}/${name}`, {});

// name: what it does; said when it is done; the key that does it; a kind of button
const actions = {
  accept: {run: plainly, said: 'Accepted: it is your team’s now.', key: 'a', kind: 'first'},
  grant: {run: noted('Grant the request for', 'Grant'), said: 'Granted.', key: 'a', kind: 'first'},
  qualify: {run: qualify, said: 'Qualified.', key: 'q', kind: 'first'},
  outcome: {run: outcome, said: 'Reported.', key: 'o', kind: 'first'},
  reject: {run: (item) => reject(item, {title: 'Reject', path: `/v1/handoffs/${item.handoff.id}/reject`, done: 'Reject'}), said: 'Rejected, and sent back with the reason.', key: 'r'},
  return: {run: (item) => reject(item, {title: 'Return', path: `/v1/handoffs/${item.handoff.id}/return`, done: 'Return'}), said: 'Returned, with the reason.', key: 'r'},
  decline: {run: declined, said: 'Declined.', key: 'r'},
  assign: {run: assign, said: 'Assigned.'},
  release: {run: plainly, said: 'Released: anybody of the team may take it.'},
  withdraw: {run: withdraw, said: 'Withdrawn.'},
  feedback: {run: feedback, said: 'Thank you: the other side sees it.'},
  dispute: {run: noted('Dispute the rejection of', 'Dispute', true), said: 'Disputed: the other side answers.'},
  uphold: {run: noted('Uphold the rejection of', 'Uphold'), said: 'Upheld.'},
  concede: {run: noted('Take back the rejection of', 'Take back'), said: 'Taken back: it is accepted now.'},
  appeal: {run: noted('Appeal about', 'Appeal', true), said: 'The referee decides.'},
};

export const actionsOf = (handoff) => handoff.allowed_actions.filter((name) => actions[name]);

// Does it; true when something has changed or must be read again.
export async function act(name, item) {
  try {
    const answer = await actions[name].run(item, name);
    if (!answer) return false;
    say(`${nameOf(item.lead)}: ${actions[name].said}`);
    return true;
  } catch (error) {
    say(beaten(error, item), 'bad');
    return error.status === 409 || error.status === 404;
  }
}

// Two who act at once: the later hears who was first.
function beaten(error, {lead}) {
  const state = error.problem?.state;
  return error.status === 409 ? `${nameOf(lead)}: somebody was first. ${error.message}${state ? ` It is ${word('state', state).toLowerCase()} now.` : ''}` : error.message;
}

export function actionButtons(item, done) {
  return actionsOf(item.handoff).map((name) => {
    const button = el(actions[name].kind ? `button.${actions[name].kind}` : 'button', {type: 'button', data: {action: name}, 'aria-keyshortcuts': actions[name].key || null}, word('action', name), actions[name].key ? el('kbd', {'aria-hidden': 'true'}, actions[name].key) : null);
    button.addEventListener('click', async () => {
      button.disabled = true;
      const changed = await act(name, item);
      button.disabled = false;
      if (changed) done(name);
    });
    return button;
  });
}

// The first of these that may be done, for a key.
export function byKey(item, key) {
  return item && actionsOf(item.handoff).find((name) => actions[name].key === key);
}

