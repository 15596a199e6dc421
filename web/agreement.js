// One version of an agreement: its page in plain language, who has signed exactly which text, and what can be done with it.
import {el, fill, field, choice} from './dom.js';
import {get, getText, post, remove} from './api.js';
import {known, may, memberName} from './known.js';
import {SUBJECTS, isTerm, versionsOf, draft} from './agreements.js';
import {evidence} from './evidence.js';
import {follow} from './job.js';
import {markdown, sentence} from './markdown.js';
import {tryRoutes} from './try_routes.js';
import {head, section, facts, table, tag, when, button, ask, later, say, trouble, nothing} from './parts.js';
import {word, plain, number, percent} from './words.js';

// The last back-test of each version that was run here: a signature may rest on it.
const tested = new Map();

const noteField = (label) => field(label, el('textarea', {rows: 3, required: true}), {name: '/note', wide: true});

async function diffOf(path, against) {
  const diff = await get(`${path}/diff`, {against});
  if (!diff.changes.length) return el('p.quiet', 'Nothing is different.');
  return el('ul', diff.changes.map((change) => el('li', sentence(change.words))));
}

// Exactly what is signed: the words, the changes, and the hash of the text.
function sign(path, found, inForce) {
  const read = el('input', {type: 'checkbox', required: true});
  const rests = el('input', {type: 'checkbox', checked: true});
  const proof = found.term && tested.get(`${found.term} ${found.version}`);
  return ask(`Sign ${SUBJECTS[found.subject || found.term][0]}, version ${found.version}`, {
    body: [
      found.document.statement ? el('blockquote', found.document.statement) : null,
      inForce && inForce !== found.version ? section(`What changes from version ${inForce}`, later(() => diffOf(path, inForce))) : el('p', 'This is the first version: all of it is new.'),
      el('div', el('p', 'You sign the text with this hash, and no other:'), el('p.hash', found.content_hash)),
      el('p.quiet', found.effective_from ? ['It counts from ', when(found.effective_from), '.'] : 'It counts from the moment the second side has signed.'),
      proof ? el('label.option', rests, el('span', 'My signature rests on the back-test that I have just run of it: the signature names it, and it is kept.')) : null,
      el('label.option', read, el('span', `I have read it, and sign it for ${known.me.team.title} as ${known.me.member?.name}.`)),
    ],
    done: 'Sign', wide: true,
    send() {
      if (!read.checked) throw new Error('Say that you have read it.');
      return post(`${path}/sign`, {content_hash: found.content_hash, ...(proof && rests.checked ? {evidence: [proof]} : {})});
    },
  });
}

const noted = (title, name, member, label) => (path) => ask(title, {
  body: noteField(label), done: title, kind: 'danger',
  send: (form) => post(`${path}/${name}`, {[member]: form.elements['/note'].value.trim()}),
});

function propose(path) {
  const from = el('input', {type: 'date'});
  return ask('Propose this version', {
    body: [el('p', 'From then on its text cannot change. Both sides sign it, each with their own key.'), field('Counts from', from, {name: '/effective_from', hint: 'Without a date, from the second signature.'})], done: 'Propose',
    send: () => post(`${path}/propose`, from.value ? {effective_from: new Date(`${from.value}T00:00`).toISOString()} : {}),
  });
}

const deeds = {
  sign: ['Sign', (path, found, inForce) => sign(path, found, inForce), 'Signed.', 'first'],
  propose: ['Propose', propose, 'Proposed: both sides can sign it now.', 'first'],
  replace: ['Edit', null, null, 'first'],
  acknowledge: ['I have read it', (path) => post(`${path}/acknowledge`), 'It says now that you have read it.'],
  decline: ['Decline', noted('Decline', 'decline', 'note', 'Why not?'), 'Declined.'],
  suspend: ['Suspend', noted('Suspend', 'suspend', 'reason', 'Why? Nobody passes this gate until your side resumes it.'), 'Suspended, at once.'],
  resume: ['Resume', (path) => post(`${path}/resume`), 'It counts again.'],
  revoke: ['Take back', noted('Take back', 'revoke', 'reason', 'Why?'), 'Taken back.'],
  delete: ['Delete the draft', (path) => remove(path), 'Deleted.'],
};

// ---- back-test, suggestions ----


async function wait(place, id, found) {
  const job = await follow(place, id, 'leads judged');
  if (job?.state === 'done') {
    tested.set(`${found.term} ${found.version}`, id);
    fill(place, evidence(found, job));
  } else if (job) fill(place, el('p.note', `The back-test ended: ${word('job', job.state).toLowerCase()}${job.error ? `, ${plain(job.error)}` : ''}.`));
}

function backtest(found, inForce) {
  const place = el('div', {'aria-live': 'polite'});
  const from = el('input', {type: 'date'});
  const run = button('Judge the past by it', async () => {
    run.disabled = true;
    try {
      const job = await post('/v1/backtests', {term: found.term, version: found.version, against: inForce && inForce !== found.version ? inForce : undefined, from: from.value || undefined});
      await wait(place, job.id, found);
    } catch (error) {
      fill(place, trouble(error));
    }
    run.disabled = false;
  });
  return [el('p.quiet', 'Judges every lead as it was known then, and compares with what became of it. Nothing is changed.'), el('div.filters', field('Leads since', from), run), place];
}

async function suggestions(term) {
  const found = await get(`/v1/definitions/${term}/suggestions`);
  const given = found.suggestions || [];
  const share = (one) => (one.rate === null ? '–' : `${percent(one.rate)} of ${number(one.of)}`);
  return [
    given.length ? el('ul', given.map((one) => el('li', one.words, ' ', may('sign', 'admin') ? button('Make it a draft', async () => { location.hash = await draft(term, one.document); }, {kind: 'link'}) : null)))
      : el('p.quiet', found.why_none || 'Nothing is suggested.'),
    table('How each criterion does', [
      {title: 'Criterion', cell: (row) => row.title},
      {title: 'Accepted when met', number: true, cell: (row) => share(row.met.accepted)},
      {title: 'when not met', number: true, cell: (row) => share(row.unmet.accepted)},
      {title: 'when not known', number: true, cell: (row) => share(row.unknown.accepted)},
    ], found.criteria || [], {empty: 'Nothing was judged by it yet.'}),
  ];
}

// ---- comments ----

// What a comment suggests, and one press that makes a draft of it.
function suggested(path, comment) {
  if (!comment.edits.length) return null;
  return [
    el('ul', comment.edits.map((edit) => el('li', `${edit.op} `, el('code', edit.path), edit.value === undefined ? null : [' ', el('code', JSON.stringify(edit.value))]))),
    may('sign', 'admin') ? button('Make a draft of it', async () => {
      try {
        const made = await post(`${path}/edits`, {comments: [comment.id]});
        location.hash = `#/agreement/${made.term}/${made.version}`;
      } catch (error) {
        say(error.message, 'bad');
      }
    }) : null,
  ];
}

function comments(path, found, load) {
  const criteria = (found.document.criteria || []).map((criterion) => [criterion.id, criterion.title]);
  const text = el('textarea', {rows: 2, required: true});
  const about = choice([['', 'The whole'], ...criteria], '');
  const asks = el('input', {type: 'checkbox'});
  const form = el('form', el('div.pair', field('Your comment', text, {name: '/text'}), criteria.length ? field('About', about) : null), found.allowed_actions.includes('decline') && isTerm(found.term) ? el('label.option', asks, el('span', 'I would sign it with changes.')) : null, el('div.actions', el('button', {type: 'submit'}, 'Comment')));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await post(`${path}/comments`, {text: text.value.trim(), criterion: about.value || undefined, asks_for_changes: asks.checked || undefined});
      await load();
    } catch (error) {
      say(error.message, 'bad');
    }
  });
  return [
    found.comments.length ? el('ul.plainlist', found.comments.map((one) => el('li', el('strong', one.member.name), one.criterion ? ` on ${criteria.find(([id]) => id === one.criterion)?.[1] || one.criterion}` : '', ', ', when(one.at), one.asks_for_changes ? el('strong', ' asks for changes') : null, el('p', el('bdi', one.text)), suggested(path, one)))) : el('p.quiet', 'Nobody has said anything yet. Comments are no part of what is signed.'),
    found.allowed_actions.includes('comment') ? form : null,
  ];
}

export async function show(body, {rest: [subject, number_, mode]}) {
  const path = `${versionsOf(subject)}/${number_}`;
  if (mode === 'edit') return (await import('./editor.js')).edit(body, subject, number_);

  async function load() {
    const [found, text, whole] = await Promise.all([get(path), getText(path, 'text/markdown'), get(isTerm(subject) ? `/v1/definitions/${subject}` : `/v1/${subject}`).catch(() => ({}))]);
    const inForce = whole.in_force?.version || null;
    const buttons = found.allowed_actions.filter((name) => deeds[name]).map((name) => {
      const [title, run, said, kind] = deeds[name];
      if (name === 'replace') return el('a.button', {href: `#/agreement/${subject}/${number_}/edit`}, title);
      return button(title, async () => {
        try {
          if (!(await run(path, {subject, ...found}, inForce)) && name !== 'delete') return;
          say(said);
          if (name === 'delete') location.hash = '#/agreements';
          else await load();
        } catch (error) {
          say(error.message, 'bad');
        }
      }, {kind, data: {deed: name}});
    });
    if (may('sign', 'admin') && found.state !== 'draft') buttons.push(button('Change it', async () => { location.hash = await draft(subject, found.document); }));
    const before = inForce && inForce !== found.version ? inForce : found.version > 1 ? found.version - 1 : null;
    fill(body,
      head(`${SUBJECTS[subject][0]}, version ${found.version}`, {back: ['#/agreements', 'Agreements'], about: tag('version', found.state), actions: buttons}),
      el('div.sides',
        el('article.paper.card', markdown(text.replace(/\n## (?:Signatures|Comments)[\s\S]*$/, '').replace(/^# .*\n/, ''), 1)),
        el('div.parts',
          section('Signed', found.content_hash ? el('p.hash', found.content_hash) : el('p.quiet', 'A draft has no hash: it can still change.'),
            facts(['marketing', 'sales'].map((side) => {
              const given = found.signatures.filter((one) => one.side === side);
              return [plain(side), given.length ? given.map((one) => [el('strong', one.member.name), ', ', when(one.signed_at), one.evidence.length ? el('small', `on ${one.evidence.length === 1 ? 'a back-test' : `${one.evidence.length} back-tests`} of this text`) : null, el('small', `key made by ${one.key_made_by.type === 'member' ? memberName(one.key_made_by.member) : 'the operator'}`)]) : 'has not signed'];
            })),
            found.declined ? el('p.note', `${found.declined.member.name} declined: ${found.declined.note}`) : null,
            found.suspended ? el('p.note', `Suspended by ${found.suspended.member.name}: ${found.suspended.note}`) : null),
          found.warnings.length ? section('Look again', el('ul', found.warnings.map((one) => el('li', el('code', one.pointer), ' ', one.detail)))) : null,
          before ? section(`What is different from version ${before}`, later(() => diffOf(path, before))) : null,
          found.comments ? section('Comments', comments(path, found, load)) : null,
          section('Read by', found.acknowledgements.length ? el('p', found.acknowledgements.map((one) => one.member.name).join(', ')) : el('p.quiet', 'Nobody has said so yet.'),
            found.not_acknowledged.length ? el('p.quiet', `Not yet by ${found.not_acknowledged.map((one) => one.name).join(', ')}.`) : null),
          subject === 'routes' && may('read', 'work', 'admin') ? section('Try a lead', tryRoutes(path)) : null,
          isTerm(subject) && may('sign', 'read', 'admin') ? section('Back-test', backtest(found, inForce)) : null,
          isTerm(subject) && found.state === 'in_force' && may('sign', 'read', 'admin') ? section('How its criteria do', later(() => suggestions(subject))) : null)));
  }
  try {
    await load();
  } catch (error) {
    if (error.status !== 404) throw error;
    fill(body, head('No such version', {back: ['#/agreements', 'Agreements']}), nothing(error.message));
  }
  return {};
}
