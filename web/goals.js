// How the goals that both sides have signed stand: reached, the pace, and what is to be expected at the end of the period.
import {el} from './dom.js';
import {get} from './api.js';
import {opens, tag, nothing} from './parts.js';
import {behind} from './sent.js';
import {credit, date, money, percent, plain} from './words.js';

const isShare = (goal) => ['acceptance_rate', 'answers_in_time', 'follow_up'].includes(goal.measure);

function said(goal, amount) {
  if (amount === null || amount === undefined) return '–';
  if (goal.currency) return money({minor: Math.round(amount), currency: goal.currency});
  return isShare(goal) ? percent(amount / 100) : credit(amount);
}

function standing(goal) {
  if (goal.met) return tag('goal', 'done', 'Reached');
  return goal.pace.on_pace ? tag('goal', 'in_force', 'On pace') : tag('goal', 'failed', 'Behind the pace');
}

function card(goal) {
  const [name, path] = Object.entries(goal.rests_on.links)[0] || [];
  const reached = said(goal, goal.reached);
  const {forecast, pace} = goal;
  return el('li.card',
    el('h3', `${plain(goal.side)}: ${said(goal, goal.target)} ${goal.words.replace(/^% /, '')}`), el('p.quiet', `a ${goal.period}, ${date(goal.from)} until ${date(goal.to)}`),
    el('p.big', path ? opens(reached, behind(path, `${plain(goal.side)}: ${plain(name)}`)) : reached, ' ', standing(goal)),
    el('meter', {min: 0, max: Math.max(goal.target, goal.reached || 0), value: goal.reached || 0, 'aria-label': `${reached} of ${said(goal, goal.target)}`}),
    el('p', `${percent(pace.elapsed / 100)} of the time is over; by now ${said(goal, pace.expected)} ${isShare(goal) ? 'is promised' : 'would be on pace'}.`),
    forecast ? el('p', `At the end ${said(goal, forecast.value)} is to be expected`, forecast.low === null ? '.' : `, between ${said(goal, forecast.low)} and ${said(goal, forecast.high)}.`) : el('p.quiet', 'Too little has happened to say what is to be expected.'));
}

export async function goals(asked) {
  const report = await get('/v1/reports/goals', asked);
  if (!report.data.length) return nothing('No goals are in force.', el('a', {href: '#/agreements'}, 'Agree on what each side promises'));
  return [el('ul.cards.wide.plainlist', report.data.map(card)), report.agreement ? el('p.quiet', el('a', {href: `#/agreement/goals/${report.agreement.version}`}, `As both sides signed, version ${report.agreement.version}`)) : null];
}
