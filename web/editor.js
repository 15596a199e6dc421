// A definition is written here: a form per criterion, with the sentence that the service makes of it beside it as it is typed, and
// its faults at their place. What is typed is kept in the draft; JSON is there for those who want it.
import {el, fill, field, choice, faults} from './dom.js';
import {get, getTagged, getText, put} from './api.js';
import {criteriaOf} from './known.js';
import {SUBJECTS, isTerm, versionsOf} from './agreements.js';
import {goalsForm} from './goals_form.js';
import {routesForm} from './routes_form.js';
import {sentence} from './markdown.js';
import {head, section, button, trouble, say} from './parts.js';
import {typed} from './words.js';

const KEEP_MS = 600;
const kinds = [['fit', 'Fit: who they are'], ['engagement', 'Engagement: what they did'], ['readiness', 'Readiness: how far they are'], ['disqualifier', 'Rules the lead out']];
const operators = [['eq', 'is'], ['ne', 'is not'], ['gte', 'is at least'], ['gt', 'is more than'], ['lte', 'is at most'], ['lt', 'is less than'], ['in', 'is one of'], ['not_in', 'is none of'], ['contains', 'contains'], ['starts_with', 'starts with'], ['exists', 'is known'], ['matches_domain', 'is of the domain'], ['within_days', 'is within so many days']];
const counts = operators.slice(0, 6);
const abouts = [['criterion', 'A criterion'], ['gap', 'What no criterion asks'], ['source', 'Its source'], ['process', 'The process']];
const thens = [['nurture', 'nurture'], ['disqualify', 'disqualify'], ['reroute', 'another team'], ['merge', 'merge']];

const subjectOf = (test) => ['attribute', 'fact', 'touches'].find((one) => one in test) || 'parts';
// What is no number is sent as it stands: the service says so, at its place.
const numberOf = (text) => (Number.isNaN(Number(text)) ? text : Number(text));
const listed = (text) => text.split(',').map((one) => typed(one.trim())).filter((one) => one !== '');
const shown = (value) => (Array.isArray(value) ? value.join(', ') : value === undefined ? '' : String(value));

// Without the parts of the form in which nothing stands.
const whole = (document) => Object.fromEntries(Object.entries(document).filter(([, value]) => !(value && typeof value === 'object' && Object.keys(value).length === 0)));

export async function edit(body, subject, version) {
  const path = `${versionsOf(subject)}/${version}`;
  let {value: found, tag} = await getTagged(path);
  const document_ = structuredClone(found.document);
  const names = await get('/v1/attributes').then((list) => list.data.map((one) => one.name), () => []);
  let timer;
  let running = Promise.resolve();
  let asJson = false;

  // ---- keeping ----

  const state = el('p.quiet', {role: 'status'}, 'Kept');
  const wrong = el('div');
  const form = el('form.parts', {novalidate: true, onsubmit: (event) => event.preventDefault()});

  function changed() {
    clearTimeout(timer);
    state.textContent = 'Not kept yet';
    timer = setTimeout(keepIt, KEEP_MS);
  }

  function keepIt() {
    clearTimeout(timer);
    running = running.then(async () => {
      state.textContent = 'Keeping it';
      try {
        await put(path, whole(document_), {headers: {'If-Match': tag}});
        const [again, text] = await Promise.all([getTagged(path), isTerm(subject) ? getText(path, 'text/markdown') : '']);
        ({value: found, tag} = again);
        state.textContent = 'Kept';
        fill(wrong);
        faults(form, found.warnings);
        if (isTerm(subject)) saySentences(text);
        return true;
      } catch (error) {
        const left = faults(form, error.errors || []);
        state.textContent = error.status === 412 ? 'Somebody else has changed this draft. Load it again to see it.' : 'Not kept: something is wrong';
        fill(wrong, left.length || !(error.errors || []).length ? trouble({...error, message: error.message, errors: left}) : null);
        return false;
      }
    });
    return running;
  }

  function saySentences(text) {
    const known = criteriaOf(document_, text);
    for (const place of form.querySelectorAll('[data-sentence]')) {
      const said = known.get(document_.criteria[Number(place.dataset.sentence)]?.id);
      fill(place, said?.sentence ? [sentence(said.sentence), el('span.quiet', ' · ', sentence(said.worth))] : el('span.quiet', 'The sentence appears when it is whole.'));
    }
  }

  // A control that writes into the document.
  function bound(control, get_, set, event = 'input') {
    const now = get_();
    if (control.type === 'checkbox') control.checked = Boolean(now);
    else control.value = shown(now);
    control.addEventListener(event, () => {
      set(control.type === 'checkbox' ? control.checked : control.value);
      changed();
    });
    return control;
  }

  const member = (object, name, read = (text) => text, control = el('input')) => bound(control, () => object[name], (value) => {
    const made = value === '' || value === false ? undefined : read(value);
    if (made === undefined) delete object[name];
    else object[name] = made;
  });

  // ---- a criterion ----

  function testFields(criterion, at) {
    const {test} = criterion;
    const kind = subjectOf(test);
    const pointer = `/criteria/${at}/test`;
    const swap = (value) => {
      criterion.test = value === 'touches' ? {touches: {kind: ['form_submitted'], within_days: 90}, op: 'gte', value: 1} : value === 'parts' ? {all: [test]} : {[value]: value === 'fact' ? 'budget' : 'company.employees', op: value === 'fact' ? 'exists' : 'gte', ...(value === 'fact' ? {} : {value: 50})};
      draw();
      changed();
    };
    const what = choice([['attribute', 'What is known'], ['fact', 'A fact that sales confirms'], ['touches', 'What they did'], ['parts', 'Several at once (JSON)']], kind);
    what.addEventListener('change', () => swap(what.value));
    if (kind === 'parts') {
      const json = bound(el('textarea', {rows: 6, spellcheck: 'false'}), () => JSON.stringify(test, null, 2), (text) => {
        try {
          criterion.test = JSON.parse(text);
          json.setCustomValidity('');
          json.removeAttribute('aria-invalid');
        } catch {
          json.setAttribute('aria-invalid', 'true');
        }
      });
      return [field('Tests', what), field('The test', json, {name: pointer, wide: true, hint: 'all, any, not, or at_least with of.'})];
    }
    const op = bound(choice(kind === 'touches' ? counts : operators, test.op), () => test.op, (value) => {
      test.op = value;
      if (value === 'exists') delete test.value;
      else if (test.value === undefined) test.value = 1;
      draw();
    }, 'change');
    const many = ['in', 'not_in'].includes(test.op);
    const value = test.op === 'exists' ? null : field(many ? 'Values, with commas' : 'Value', bound(el('input'), () => test.value, (text) => { test.value = many ? listed(text) : typed(text); }), {name: `${pointer}/value`});
    if (kind === 'touches') {
      const {touches} = test;
      return [
        field('Tests', what),
        field('Which, with commas', bound(el('input'), () => touches.kind, (text) => { touches.kind = listed(text); }), {name: `${pointer}/touches/kind`}),
        field('In so many days', member(touches, 'within_days', numberOf, el('input', {inputmode: 'numeric'})), {name: `${pointer}/touches/within_days`}),
        field('How often', op, {name: `${pointer}/op`}), value,
      ];
    }
    return [field('Tests', what), field('Name', member(test, kind, (text) => text.trim(), el('input', {list: 'names', spellcheck: 'false'})), {name: `${pointer}/${kind}`}), field('Must be', op, {name: `${pointer}/op`}), value];
  }

  function criterionCard(criterion, at) {
    const rules = criterion.kind === 'disqualifier';
    const kind = bound(choice(kinds, criterion.kind), () => criterion.kind, (value) => {
      criterion.kind = value;
      if (value === 'disqualifier') {
        delete criterion.points;
        delete criterion.required;
      }
      draw();
    }, 'change');
    return el('fieldset.card', el('legend.hidden', `Criterion ${at + 1}`),
      el('div.pair', field('Title', member(criterion, 'title'), {name: `/criteria/${at}/title`}), field('Kind', kind, {name: `/criteria/${at}/kind`})),
      el('div.columns', testFields(criterion, at)),
      rules ? null : el('div.columns', field('Points', member(criterion, 'points', numberOf, el('input', {inputmode: 'numeric'})), {name: `/criteria/${at}/points`}),
        el('label.option', bound(el('input', {type: 'checkbox'}), () => criterion.required, (value) => { if (value) criterion.required = true; else delete criterion.required; }, 'change'), el('span', 'Required'))),
      el('p.says', {data: {sentence: at}}),
      el('div.actions', el('code', criterion.id), button('Remove', () => { document_.criteria.splice(at, 1); draw(); changed(); }), at > 0 ? button('Up', () => { document_.criteria.splice(at - 1, 0, ...document_.criteria.splice(at, 1)); draw(); changed(); }) : null));
  }

  const idOf = (title) => {
    const base = title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 40) || 'criterion';
    for (let n = 1; ; n += 1) {
      const id = n === 1 ? base : `${base}-${n}`;
      if (!document_.criteria.some((one) => one.id === id)) return id;
    }
  };

  function reasonRow(reason, at) {
    const about = bound(choice(abouts, reason.about), () => reason.about, (value) => {
      reason.about = value;
      if (value === 'criterion') reason.criterion = document_.criteria[0].id;
      else delete reason.criterion;
      draw();
    }, 'change');
    return el('div.columns.row',
      field('Reason', member(reason, 'title'), {name: `/reasons/${at}/title`}), field('Code', member(reason, 'code'), {name: `/reasons/${at}/code`}), field('Is about', about, {name: `/reasons/${at}/about`}),
      reason.about === 'criterion' ? field('Which', bound(choice(document_.criteria.map((one) => [one.id, one.title]), reason.criterion), () => reason.criterion, (value) => { reason.criterion = value; }, 'change'), {name: `/reasons/${at}/criterion`}) : null,
      field('Then', bound(choice(thens, reason.then), () => reason.then, (value) => { reason.then = value; }, 'change'), {name: `/reasons/${at}/then`}),
      button('Remove', () => { document_.reasons.splice(at, 1); draw(); changed(); }));
  }

  function drawForm() {
    document_.thresholds ??= {};
    document_.reasons ??= [];
    const number_ = (object, name, label, pointer) => field(label, member(object, name, numberOf, el('input', {inputmode: 'numeric'})), {name: pointer});
    document_.respond_within ??= {};
    fill(form,
      el('datalist', {id: 'names'}, names.map((value) => el('option', {value}))),
      section('In a sentence', field('Title', member(document_, 'title'), {name: '/title'}), field('What it means', member(document_, 'statement', (text) => text, el('textarea', {rows: 2})), {name: '/statement'})),
      section('Criteria', document_.criteria.map(criterionCard), el('div.actions', button('Add a criterion', () => {
        document_.criteria.push({id: idOf('another criterion'), title: 'Another criterion', kind: 'fit', test: {attribute: 'company.employees', op: 'gte', value: 50}, points: 10});
        draw();
        changed();
      }))),
      section('It qualifies when the points are at least', el('div.columns', ['total', 'fit', 'engagement', 'readiness'].map((name) => number_(document_.thresholds, name, name, `/thresholds/${name}`)))),
      section('Clocks', el('div.columns', number_(document_.respond_within, 'minutes', 'Minutes to answer', '/respond_within/minutes'), number_(document_, 'decide_within_days', 'Days to decide', '/decide_within_days'), number_(document_, 'nurture_days', 'Days in nurture', '/nurture_days'))),
      section('Reasons to reject or return', document_.reasons.map(reasonRow), el('div.actions', button('Add a reason', () => { document_.reasons.push({code: `reason_${document_.reasons.length + 1}`, title: 'Another reason', about: 'process', then: 'nurture'}); draw(); changed(); }))));
  }

  function drawJson() {
    const json = el('textarea.json', {rows: 30, spellcheck: 'false', value: JSON.stringify(document_, null, 2)});
    json.addEventListener('input', () => {
      try {
        const read = JSON.parse(json.value);
        for (const key of Object.keys(document_)) delete document_[key];
        Object.assign(document_, read);
        json.removeAttribute('aria-invalid');
        changed();
      } catch (error) {
        json.setAttribute('aria-invalid', 'true');
        state.textContent = `Not JSON yet: ${error.message}`;
      }
    });
    fill(form, field('The document', json, {name: '/', wide: true}));
  }

  function draw() {
    const focused = document.activeElement?.closest?.('[data-field]')?.dataset.field;
    if (asJson) drawJson();
    else if (!isTerm(subject)) {
      fill(form, el('datalist', {id: 'names'}, names.map((value) => el('option', {value}))), (subject === 'routes' ? routesForm : goalsForm)(document_, {bound, member, draw, changed}));
    } else {
      drawForm();
      getText(path, 'text/markdown').then(saySentences, () => {});
    }
    if (focused) [...form.querySelectorAll('[data-field]')].find((one) => one.dataset.field === focused)?.querySelector('input, select, textarea')?.focus();
  }

  const switcher = button('As JSON', () => {
    asJson = !asJson;
    switcher.textContent = asJson ? 'As a form' : 'As JSON';
    draw();
  });
  fill(body,
    head(`${SUBJECTS[subject][0]}, version ${version}: draft`, {back: [`#/agreement/${subject}/${version}`, 'Its page'], about: state, actions: [switcher, button('Done', async () => {
      if (await keepIt()) location.hash = `#/agreement/${subject}/${version}`;
      else say('It is not kept yet: mend what is marked.', 'bad');
    }, {kind: 'first'})]}),
    wrong, form);
  draw();
  return {leave() { clearTimeout(timer); }};
}
