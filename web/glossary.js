// What this workspace calls its stages, as both sides have agreed, and what each side does at them. One side proposes words, the
// other confirms them.
import {el, fill, field} from './dom.js';
import {get, put} from './api.js';
import {known, learn, may, side, memberName} from './known.js';
import {head, section, when, button, ask, later, say, table} from './parts.js';
import {plain} from './words.js';

const sides = ['marketing', 'sales'];
const pathOf = (stage) => `/v1/stages/${stage}`;
const lines = (text) => text.split('\n').map((one) => one.trim()).filter(Boolean);

function propose(stage) {
  const title = el('input', {value: stage.title, required: true, maxlength: 200});
  const meaning = el('textarea', {rows: 4, required: true, value: stage.meaning});
  return ask(`Other words for ${stage.title}`, {
    body: [el('p.quiet', 'They count when the other side confirms them. Until then everybody reads what was agreed before.'),
      field('What we call it', title, {name: '/wording/title'}), field('What it means here', meaning, {name: '/wording/meaning', wide: true})],
    done: 'Propose',
    send: () => put(pathOf(stage.stage), {wording: {title: title.value.trim(), meaning: meaning.value.trim()}}),
  });
}

// "Script | https://wiki.example/call", a line each
const linkOf = (line) => {
  const at = line.lastIndexOf('|');
  return at < 0 ? {title: line, url: line} : {title: line.slice(0, at).trim(), url: line.slice(at + 1).trim()};
};

function guide(stage) {
  const now = stage.guides[side()];
  const next = el('textarea', {rows: 2, required: true, value: now?.next || ''});
  const tactics = el('textarea', {rows: 4, value: (now?.tactics || []).join('\n')});
  const links = el('textarea', {rows: 3, value: (now?.links || []).map((one) => `${one.title} | ${one.url}`).join('\n'), placeholder: 'Script for the first call | https://wiki.acme.example/call'});
  return ask(`What we do with ${stage.title}`, {
    body: [el('p.quiet', `It stands on each card of your side, and is ${known.me.team.title}’s own to write.`),
      field('What to do next', next, {name: '/guide/next', wide: true}), field('Tactics, one a line', tactics, {name: '/guide/tactics', wide: true}), field('Content that helps, one a line', links, {name: '/guide/links', wide: true, hint: 'Its title, a bar, its address.'})],
    send: () => put(pathOf(stage.stage), {guide: {next: next.value.trim(), tactics: lines(tactics.value), links: lines(links.value).map(linkOf)}}),
  });
}

function proposal(stage, act) {
  const {proposed} = stage;
  if (!proposed) return null;
  const theirs = proposed.side !== side();
  return el('div.note', el('p', el('strong', theirs ? `${plain(proposed.side)} proposes: ` : 'Your side proposes: '), el('bdi', proposed.title)), el('p', el('bdi', proposed.meaning)),
    el('p', [proposed.member ? memberName(proposed.member) : plain(proposed.side), ', ', when(proposed.at), theirs ? '' : '. It counts when the other side confirms it.']),
    theirs && may('work', 'sign', 'admin') && sides.includes(side()) ? el('div.actions', button('Confirm', act(() => put(pathOf(stage.stage), {wording: {title: proposed.title, meaning: proposed.meaning}}), 'Agreed: that is what it is called now.'), {kind: 'first'})) : null);
}

function guideOf(stage, of) {
  const one = stage.guides[of];
  if (!one) return null;
  return el('details', el('summary', `What ${of} does`), el('p', one.next),
    one.tactics?.length ? el('ul', one.tactics.map((text) => el('li', text))) : null,
    one.links?.length ? el('ul', one.links.map((link) => el('li', el('a', {href: link.url, rel: 'noreferrer', target: '_blank'}, link.title)))) : null);
}

function card(stage, act) {
  const mine = may('work', 'admin') && sides.includes(side());
  return el('article.card', {id: stage.stage},
    el('h2', el('bdi', stage.title), ' ', el('code', stage.stage)),
    el('p', el('bdi', stage.meaning)),
    el('p.quiet', stage.agreed ? 'As both sides agreed.' : 'In Baton’s own words.', stage.definition ? [' ', el('a', {href: `#/agreement/${stage.definition.term}/${stage.definition.version}`}, `What it takes: version ${stage.definition.version}`)] : null),
    proposal(stage, act), sides.map((of) => guideOf(stage, of)),
    mine ? el('div.actions', button('Propose other words', act(() => propose(stage), 'Proposed: the other side confirms it.')), button(stage.guides[side()] ? 'Change our guide' : 'Write our guide', act(() => guide(stage), 'Kept.')),
      stage.agreed && !stage.proposed ? button('Baton’s words again', act(() => put(pathOf(stage.stage), {wording: null}), 'Done.')) : null) : null);
}

export async function show(body) {
  const list = later(async () => {
    const glossary = await get('/v1/glossary');
    const act = (call, text) => async () => {
      try {
        if (!await call()) return;
        say(text);
        await learn();
        list.again();
      } catch (error) {
        say(error.message, 'bad');
      }
    };
    return el('div.parts', el('div.cards.wide', glossary.stages.map((stage) => card(stage, act))),
      section('Other words', table('Words', [{title: 'Word', cell: (one) => one.word}, {title: 'What it means', cell: (one) => one.meaning}], glossary.words)));
  }, {lines: 8});
  fill(body, head('Words', {about: 'What a stage is called here, what that means, and what each side does then.', back: ['#/agreements', 'Agreements']}), list);
  return {};
}

