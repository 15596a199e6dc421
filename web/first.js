// The first hour: five steps, with what is done.
import {el, fill} from './dom.js';
import {get} from './api.js';
import {known} from './known.js';
import {head, link} from './parts.js';

const some = (path, parameters) => get(path, parameters).then((page) => page.data.length > 0, () => false);

export async function firstSteps() {
  const sides = new Set([...known.members.values()].filter((member) => member.active).map((member) => known.teams.find((team) => team.name === member.team)?.function));
  const [agreed, source, lead, answered] = await Promise.all([
    get('/v1/definitions').then((list) => list.data.some((one) => one.in_force), () => false),
    some('/v1/sources'), some('/v1/leads', {limit: 1}), some('/v1/feedback', {limit: 1}),
  ]);
  return [
    {done: sides.has('marketing') && sides.has('sales'), title: 'Invite the other side', about: 'Both need somebody who may sign, each with their own key.', href: '#/setup?show=members', go: 'Members'},
    {done: agreed, title: 'Agree on one definition', about: 'Write what a lead must be, and sign it, both of you.', href: '#/agreements', go: 'Agreements'},
    {done: source, title: 'Connect one source', about: 'A form, a tool or a file that leads come from.', href: '#/flow', go: 'In and out'},
    {done: lead, title: 'Take the first lead', about: 'It is judged by what you agreed on, and offered.', href: '#/leads', go: 'Leads'},
    {done: answered, title: 'Look at the result', about: 'What sales says of it comes back with its reason.', href: '#/scoreboard', go: 'Scoreboard'},
  ];
}

export const stepList = (steps) => el('ol.steps', steps.map((step) => el('li', {data: {done: step.done ? 'yes' : 'no'}}, el('div', el('h2', step.title), el('p.quiet', step.done ? 'Done.' : step.about)), link(step.go, step.href))));

export async function show(body) {
  const steps = await firstSteps();
  fill(body, head('The first hour', {about: `${steps.filter((step) => step.done).length} of ${steps.length} steps are done.`, back: ['#/setup', 'Set-up']}), stepList(steps));
  return {};
}
