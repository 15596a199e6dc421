// Goals as a form: what each side promises for a period.
import {el, field, choice} from './dom.js';
import {section, button} from './parts.js';
import {minorOf} from './words.js';

export const measures = [
  ['accepted_handoffs', 'handoffs that sales accepts', 'count'], ['acceptance_rate', '% of what is answered is accepted', 'percent'], ['answers_in_time', '% answered in time', 'percent'],
  ['follow_up', '% followed up in time', 'percent'], ['sql', 'SQLs', 'count'], ['pipeline', 'pipeline, in money', 'money'], ['won', 'won, in money', 'money'],
];
const periods = ['week', 'month', 'quarter', 'year'].map((one) => [one, `a ${one}`]);
const sides = [['marketing', 'Marketing'], ['sales', 'Sales']];
const isMoney = (goal) => measures.find(([code]) => code === goal.measure)?.[2] === 'money';
const digitsOf = (currency) => {
  try {
    return new Intl.NumberFormat('en', {style: 'currency', currency}).resolvedOptions().maximumFractionDigits;
  } catch {
    return 2;
  }
};

export function goalsForm(document_, {bound, draw, changed}) {
  const again = () => { draw(); changed(); };
  const shown = (goal) => (isMoney(goal) && goal.currency ? String(goal.target / 10 ** digitsOf(goal.currency)) : String(goal.target));
  const read = (goal, text) => {
    const whole = isMoney(goal) ? minorOf(text, goal.currency?.length === 3 ? goal.currency : 'EUR') : Number(text);
    return whole === null || Number.isNaN(whole) ? text : whole; // what is no number is sent as it stands: the service says so
  };
  const card = (goal, at) => {
    const pointer = `/goals/${at}`;
    const measure = bound(choice(measures, goal.measure), () => goal.measure, (value) => {
      goal.measure = value;
      if (isMoney(goal)) goal.currency ??= 'EUR';
      else delete goal.currency;
      draw();
    }, 'change');
    return el('fieldset.card', el('legend.hidden', `Goal ${at + 1}`), el('div.columns',
      field('Who', bound(choice(sides, goal.side), () => goal.side, (value) => { goal.side = value; }, 'change'), {name: `${pointer}/side`}),
      field('How much', bound(el('input', {inputmode: 'decimal'}), () => shown(goal), (text) => { goal.target = read(goal, text); }), {name: `${pointer}/target`}),
      field('Of what', measure, {name: `${pointer}/measure`}),
      field('In', bound(choice(periods, goal.period), () => goal.period, (value) => { goal.period = value; }, 'change'), {name: `${pointer}/period`}),
      isMoney(goal) ? field('Currency', bound(el('input', {maxlength: 3}), () => goal.currency, (text) => { goal.currency = text.trim().toUpperCase(); }), {name: `${pointer}/currency`}) : null),
    el('div.actions', button('Remove', () => { document_.goals.splice(at, 1); again(); })));
  };
  return [section('What each side promises', document_.goals.map(card),
    el('div.actions', button('Add a goal', () => { document_.goals.push({side: 'marketing', measure: 'accepted_handoffs', period: 'month', target: 50}); again(); })))];
}
