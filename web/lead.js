// A lead: who it is, what is known, every verdict, all that happened, and what must happen next.
import {el, fill, field, choice} from './dom.js';
import {get, post, patch, all} from './api.js';
import {known, teamTitle, may, version, side} from './known.js';
import {knownAbout, factsAbout, timeline, verdictTable} from './handoff.js';
import {head, section, facts, table, tag, when, due, button, nothing, ask, later, say, person} from './parts.js';
import {nameOf, companyOf, word, plain, money, typed, value} from './words.js';

const note = (label, required) => field(label, el('textarea', {rows: 3, required}), {name: '/note', wide: true});
const noteOf = (form) => form.elements['/note'].value.trim() || undefined;
const codeOf = (text) => text.trim();

function edit(lead) {
  const shown = Object.entries(lead.attributes).filter(([name]) => !/^email\.|^company\.domain$/.test(name));
  const inputs = shown.map(([name, seen]) => [name, el('input', {value: seen === null ? '' : String(seen)})]);
  const name = el('input', {placeholder: 'company.country'});
  const fresh = el('input');
  const email = el('input', {type: 'email', value: lead.email || ''});
  const before = new Map(inputs.map(([key, input]) => [key, input.value]));
  return ask(`What is known about ${nameOf(lead)}`, {
    body: [field('Email', email, {name: '/email'}), el('div.columns', inputs.map(([key, input]) => field(key, input, {name: `/attributes/${key}`}))), el('div.pair', field('Another attribute', name), field('Its value', fresh))],
    wide: true,
    send() {
      const changed = Object.fromEntries(inputs.filter(([key, input]) => input.value !== before.get(key)).map(([key, input]) => [key, input.value === '' ? null : typed(input.value)]));
      if (name.value.trim()) changed[name.value.trim()] = typed(fresh.value);
      const body = {};
      if (Object.keys(changed).length) body.attributes = changed;
      if (email.value.trim() !== (lead.email || '')) body.email = email.value.trim() || null;
      if (!Object.keys(body).length) throw new Error('Nothing was changed.');
      return patch(`/v1/leads/${lead.id}`, body);
    },
  });
}

function writeFact(lead) {
  const name = el('input', {list: 'facts', required: true});
  const seen = el('input', {required: true});
  const evidence = el('textarea', {rows: 2, placeholder: 'Who said it, and when'});
  return ask(`A fact about ${nameOf(lead)}`, {
    body: [field('Fact', name, {name: '/facts'}), el('datalist', {id: 'facts'}, ['budget', 'authority', 'need', 'timeline'].map((one) => el('option', {value: one}))), field('Value', seen), field('How do you know?', evidence)],
    send: () => post(`/v1/leads/${lead.id}/facts`, {facts: {[codeOf(name.value)]: {value: typed(seen.value), evidence: evidence.value.trim() || undefined}}}),
  });
}

function addTouch(lead) {
  const kind = el('input', {list: 'kinds', required: true, value: 'call'});
  const direction = choice([['outbound', 'We contacted them'], ['inbound', 'They contacted us']], 'outbound');
  const source = el('input');
  return ask(`What happened with ${nameOf(lead)}?`, {
    body: [field('What', kind, {name: '/kind'}), el('datalist', {id: 'kinds'}, ['call', 'email_sent', 'meeting', 'demo_requested', 'form_submitted', 'webinar_attended'].map((one) => el('option', {value: one}))), field('Direction', direction, {name: '/direction'}), field('Source', source, {name: '/source', hint: 'Such as a campaign or a fair; may stay empty.'})],
    done: 'Add',
    send: () => post(`/v1/leads/${lead.id}/touches`, {kind: codeOf(kind.value), direction: direction.value, source: source.value.trim() || undefined}),
  });
}

function moveDate(lead) {
  const at = el('input', {type: 'date', required: true, value: lead.next.at.slice(0, 10)});
  return ask('Move the next step', {
    body: field(`When to ${word('step', lead.next.step)}`, at, {name: '/next_at'}), done: 'Move',
    send: () => patch(`/v1/leads/${lead.id}`, {next_at: new Date(`${at.value}T09:00`).toISOString()}),
  });
}

// What may become of a lead that is to be reviewed.
function review(lead) {
  const became = choice([['nurture', 'Judge it again later'], ['offer', 'Offer it'], ['disqualify', 'Disqualify it'], ['customer', 'It is a customer']], 'nurture');
  const words = note('What the receiving team is to know');
  const fit = () => { words.hidden = became.value !== 'offer'; };
  became.addEventListener('change', fit);
  fit();
  return ask(`What becomes of ${nameOf(lead)}?`, {
    body: [field('Decision', became, {name: '/decision'}), words], done: 'Say so',
    send: (form) => post(`/v1/leads/${lead.id}/review`, {decision: became.value, note: became.value === 'offer' ? noteOf(form) : undefined}),
  });
}

function merge(lead) {
  const other = el('input', {required: true, spellcheck: 'false'});
  return ask(`Merge another lead into ${nameOf(lead)}`, {
    body: [field('The other lead', other, {name: '/from', hint: 'Its email, source:id, or the id in its address. Its touches and identities come here; what is known here stays.'})],
    done: 'Merge', kind: 'danger',
    async send() {
      const text = other.value.trim().replace(/.*#\/lead\//, '');
      const asked = text.includes('@') ? {email: text} : text.includes(':') ? {external_id: text} : null;
      const found = asked ? (await get('/v1/leads', asked)).data[0]?.id : text;
      if (!found) throw Object.assign(new Error('Not found'), {errors: [{pointer: '/from', detail: 'There is no such lead.'}]});
      return post(`/v1/leads/${lead.id}/merge`, {from: found});
    },
  });
}

function erase(lead) {
  const sure = el('input', {required: true, autocomplete: 'off'});
  return ask(`Erase ${nameOf(lead)}`, {
    body: [el('p', 'The person goes: name, addresses, facts and notes. That it happened stays in the ledger, without the person. It cannot be undone.'), field('Write “erase” to confirm', sure)],
    done: 'Erase', kind: 'danger',
    send() {
      if (sure.value.trim() !== 'erase') throw new Error('Write erase to confirm.');
      return post(`/v1/leads/${lead.id}/erase`);
    },
  });
}

function offer(lead) {
  const team = choice(known.teams.filter((one) => one.active && one.name !== lead.owner_team).map((one) => [one.name, one.title]), 'sales');
  const kind = choice([['standard', 'It meets the definition'], ['unclear', 'Exception: unclear'], ['strategic', 'Exception: strategic'], ['override', 'Exception: override'], ['account_based', 'Named account']], 'standard');
  return ask(`Offer ${nameOf(lead)}`, {
    body: [field('To', team, {name: '/to_team'}), field('Why', kind, {name: '/kind'}), note('Note')], done: 'Offer',
    send: (form) => post('/v1/handoffs', {lead_id: lead.id, to_team: team.value, kind: kind.value === 'standard' ? undefined : kind.value, note: noteOf(form)}),
  });
}

function request(lead) {
  return ask(`Ask ${teamTitle(lead.owner_team)} for ${nameOf(lead)}`, {
    body: note('Why you?', true), done: 'Ask',
    send: (form) => post(`/v1/leads/${lead.id}/request`, {team: known.me.team.name, note: noteOf(form)}),
  });
}

function deeds(lead, load) {
  const after = (call, said) => async () => {
    try {
      if (await call(lead)) {
        say(said);
        await load();
      }
    } catch (error) {
      say(error.message, 'bad');
    }
  };
  const mine = lead.owner_team === known.me.team.name;
  const work = may('work', 'admin') && known.me.member;
  return [
    work ? button('Add what happened', after(addTouch, 'Added.'), {kind: 'first'}) : null,
    work ? button('Write down a fact', after(writeFact, 'Written down.')) : null,
    work ? button('Correct', after(edit, 'Saved.')) : null,
    work && mine && lead.next?.step === 'review' ? button('Say what becomes of it', after(review, 'Done.')) : null,
    work && mine && lead.next && lead.next.step !== 'answer' ? button('Move the next step', after(moveDate, 'Moved.')) : null,
    work && mine && !lead.open_handoff ? button('Offer', after(offer, 'Offered.')) : null,
    work && !mine && !lead.open_handoff && side() === 'sales' && lead.stage !== 'customer' ? button('Ask for it', after(request, 'Asked: the team that has it answers.')) : null,
    work ? button('Merge', after(merge, 'Merged.')) : null,
    may('admin') ? button('Erase', after(erase, 'Erased.')) : null,
  ];
}

export async function show(body, {rest: [id]}) {
  async function load() {
    let lead;
    try {
      lead = await get(`/v1/leads/${id}`);
    } catch (error) {
      if (error.status !== 410 && error.status !== 404) throw error;
      fill(body, head('A lead that is not here', {back: ['#/leads', 'Leads']}), nothing(error.message));
      return;
    }
    const reached = Object.entries(lead.milestones).filter(([, at]) => at);
    const past = later(async () => {
      const [events, verdicts, handoffs] = await Promise.all([all(`/v1/leads/${id}/timeline`, {}, 2000), get(`/v1/leads/${id}/verdicts`, {limit: 5}), get('/v1/handoffs', {lead_id: id, limit: 100})]);
      const made = await Promise.all(verdicts.data.map(async (one, place) => {
        const by = await version(one.verdict.term, one.verdict.version).catch(() => null);
        return el('details', {open: place === 0}, el('summary', when(one.judged_at), ' ', tag('result', one.verdict.result), ` by ${one.verdict.term.toUpperCase()} version ${one.verdict.version}`), verdictTable(one.verdict, by));
      }));
      return el('div.parts',
        section('Handoffs', table('Handoffs', [
          {title: 'Offered', cell: (one) => el('a', {href: `#/handoffs/${one.id}`}, when(one.offered_at))},
          {title: 'To', cell: (one) => teamTitle(one.to_team)},
          {title: 'State', cell: (one) => tag('state', one.state)},
          {title: 'Reason', cell: (one) => (one.reason ? plain(one.reason) : '–')},
          {title: 'Outcome', cell: (one) => (one.outcome ? tag('outcome', one.outcome) : '–')},
        ], handoffs.data, {empty: 'It was never offered.'})),
        section('Verdicts', made.length ? made : el('p.quiet', 'It was never judged: no definition gates its way.')),
        section('What happened', timeline([...events].reverse())));
    }, {lines: 6});
    fill(body,
      head(nameOf(lead), {about: [el('bdi', companyOf(lead) || 'No company known'), ', owned by ', teamTitle(lead.owner_team)], back: ['#/leads', 'Leads'], actions: deeds(lead, load)}),
      el('div.sides',
        el('div.parts', past),
        el('div.parts',
          section('Where it stands', facts([
            ['Stage', tag('stage', lead.stage)],
            ['Next step', lead.next ? [plain(word('step', lead.next.step)), ', ', due(lead.next.at, new Date(lead.next.at) < new Date())] : 'None'],
            ['Because', lead.next ? plain(lead.next.why.replace(': ', ', ')) : null],
            ['Open handoff', lead.open_handoff ? el('a', {href: `#/handoffs/${lead.open_handoff}`}, 'See it') : null],
            ['Claimed to be', lead.claimed_stage ? `${word('stage', lead.claimed_stage)}, which is not the stage` : null],
            ['Found by', `${plain(lead.found_by)}, ${lead.origin}`],
            ['Amount', lead.amount ? money(lead.amount) : null],
            ...reached.map(([name, at]) => [`Reached ${word('stage', name)}`, when(at)]),
          ])),
          section('Who it is', knownAbout(lead)),
          section('Confirmed', factsAbout(lead)),
          lead.anonymous_ids?.length ? section('Seen as', el('p.quiet', value(lead.anonymous_ids))) : null))); 
    document.title = `${nameOf(lead)} · Baton`;
    body.querySelector('h1').replaceChildren(person(lead));
  }
  await load();
  return {};
}
