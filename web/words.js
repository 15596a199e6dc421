// How codes, moments and amounts are said. A code without words of its own is shown with spaces for underscores.

export const STAGES = ['prospect', 'inquiry', 'mql', 'srl', 'sal', 'sql', 'opportunity', 'customer', 'nurture', 'disqualified'];

export const words = {
  stage: {prospect: 'Prospect', inquiry: 'Inquiry', mql: 'MQL', srl: 'SRL', sal: 'SAL', sql: 'SQL', opportunity: 'Opportunity', customer: 'Customer', nurture: 'In nurture', disqualified: 'Disqualified'},
  state: {requested: 'Requested', offered: 'Waiting', accepted: 'Accepted', rejected: 'Rejected', returned: 'Returned', qualified: 'Qualified', expired: 'Expired', withdrawn: 'Withdrawn', declined: 'Declined'},
  result: {qualified: 'Qualified', unclear: 'Unclear', not_qualified: 'Not qualified', met: 'met', unmet: 'not met', unknown: 'not known'},
  version: {draft: 'Draft', proposed: 'Proposed', signed: 'Signed by both', in_force: 'In force', superseded: 'Superseded', declined: 'Declined', suspended: 'Suspended'},
  step: {answer: 'answer the offer', decide: 'qualify or return', nurture: 'judge again', offer: 'offer again', review: 'say what becomes of it', follow_up: 'follow up'},
  class: {
    contradicts: 'The criterion was met', bad_data: 'The data was wrong', confirms_exception: 'An exception that did not work',
    shows_weak_criterion: 'The criterion is too weak', shows_gap: 'The definition does not ask it', bad_source: 'Junk from its source', process: 'A matter of process',
  },
  event: {
    'lead.captured': 'came in', 'lead.updated': 'was changed', 'lead.told': 'something was reported', 'lead.touched': 'did something', 'lead.judged': 'was judged',
    'lead.facts': 'facts were written down', 'lead.overridden': 'the verdict was overridden', 'lead.reminded': 'the owner was reminded', 'lead.collided': 'two teams were at it at once', 'lead.merged': 'another lead was merged into this one',
    'lead.absorbed': 'was merged into another', 'lead.unmerged': 'a merge was taken back', 'lead.erased': 'was erased', 'lead.imported': 'was imported', 'lead.requested': 'was asked for',
    'handoff.offered': 'was offered', 'handoff.claimed': 'was claimed', 'handoff.released': 'was released', 'handoff.assigned': 'was assigned', 'handoff.accepted': 'was accepted',
    'handoff.rejected': 'was rejected', 'handoff.returned': 'was returned', 'handoff.qualified': 'was qualified', 'handoff.withdrawn': 'was withdrawn', 'handoff.expired': 'was not answered in time',
    'handoff.reminded': 'the answer was asked for again', 'handoff.feedback': 'feedback was given', 'handoff.disputed': 'the rejection was disputed', 'handoff.upheld': 'the rejection was upheld',
    'handoff.conceded': 'the rejection was taken back', 'handoff.outcome': 'the outcome was reported', 'handoff.imported': 'was handed off before Baton',
  },
  outcome: {opportunity: 'Opportunity', won: 'Won', lost: 'Lost'},
  then: {nurture: 'goes into nurture', disqualify: 'is disqualified', reroute: 'goes to another team', merge: 'is merged', review: 'its owner reviews it'},
  action: {
    claim: 'Claim', accept: 'Accept', reject: 'Reject', return: 'Return', qualify: 'Qualify', withdraw: 'Withdraw', release: 'Release', assign: 'Assign', outcome: 'Outcome',
    feedback: 'Feedback', dispute: 'Dispute', uphold: 'Uphold', concede: 'Concede', grant: 'Grant', decline: 'Decline', appeal: 'Appeal',
  },
  role: {capture: 'adds leads', work: 'works leads', sign: 'signs agreements', report: 'reads reports', read: 'reads everything', admin: 'runs its side'},
  notify: {
    mine: 'A lead is offered or assigned to me', team: 'A lead waits for my team, or is asked of it', reminder: 'A step is due soon', overdue: 'A step is overdue',
    returned: 'A lead that my team offered comes back', dispute: 'A rejection is disputed, and the answer', proposal: 'An agreement waits for my signature',
    suspended: 'An agreement is suspended', import: 'An import of mine has ended', subscription: 'A subscription of my side is switched off',
    week: 'A week is over: its page, with the checkpoint to keep',
  },
  job: {queued: 'Waiting', running: 'Running', done: 'Done', failed: 'Failed', cancelled: 'Cancelled'},
};

// Stages are called what both sides of the workspace have agreed on, and else what Baton calls them in short.
const short = {...words.stage};
export function callStages(stages) {
  for (const {stage, title, agreed} of stages) words.stage[stage] = agreed ? title : short[stage];
}

export function word(kind, code) {
  if (code === null || code === undefined) return '';
  return words[kind]?.[code] || plain(code);
}

export function plain(code) {
  const text = String(code).replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// ---- who ----

export function nameOf(lead) {
  const said = lead?.attributes?.name || [lead?.attributes?.first_name, lead?.attributes?.last_name].filter(Boolean).join(' ');
  return said || lead?.email || lead?.external_ids?.[0]?.id || 'Somebody unknown';
}

export function companyOf(lead) {
  const known = lead?.attributes || {};
  return String(known['company.name'] || known.company || known['company.domain'] || '');
}

// ---- when ----

const day = new Intl.DateTimeFormat(undefined, {weekday: 'short', day: 'numeric', month: 'short'});
const dayOfYear = new Intl.DateTimeFormat(undefined, {day: 'numeric', month: 'short', year: 'numeric'});
const clock = new Intl.DateTimeFormat(undefined, {hour: '2-digit', minute: '2-digit'});
const precise = new Intl.DateTimeFormat(undefined, {dateStyle: 'full', timeStyle: 'long'});

const sameDay = (a, b) => a.toDateString() === b.toDateString();

// Weeks and days away from now are said as a date, the near ones as a time.
export function moment(text, now = new Date()) {
  if (!text) return '–';
  const at = new Date(text);
  if (sameDay(at, now)) return clock.format(at);
  if (sameDay(at, new Date(now.getTime() + 86400000))) return `tomorrow ${clock.format(at)}`;
  if (sameDay(at, new Date(now.getTime() - 86400000))) return `yesterday ${clock.format(at)}`;
  return Math.abs(at - now) < 200 * 86400000 ? `${day.format(at)}, ${clock.format(at)}` : dayOfYear.format(at);
}

export const date = (text) => (text ? dayOfYear.format(new Date(text)) : '–');
export const preciseMoment = (text) => (text ? precise.format(new Date(text)) : '');

// "in 3 h", "4 d ago"
export function distance(text, now = new Date()) {
  const minutes = Math.round((new Date(text) - now) / 60000);
  const away = Math.abs(minutes);
  const said = away < 60 ? `${away} min` : away < 48 * 60 ? `${Math.round(away / 60)} h` : `${Math.round(away / 1440)} d`;
  return minutes >= 0 ? `in ${said}` : `${said} ago`;
}

export function duration(minutes) {
  if (minutes === null || minutes === undefined) return '–';
  if (minutes < 60) return `${Math.round(minutes)} min`;
  if (minutes < 48 * 60) return `${(minutes / 60).toFixed(minutes < 600 ? 1 : 0)} h`;
  return `${(minutes / 1440).toFixed(1)} d`;
}

// ---- how much ----

const whole = new Intl.NumberFormat();
export const number = (value) => (value === null || value === undefined ? '–' : whole.format(value));
export const credit = (text) => (text === null || text === undefined ? '–' : new Intl.NumberFormat(undefined, {maximumFractionDigits: 2}).format(Number(text)));
export const percent = (share) => (share === null || share === undefined ? '–' : new Intl.NumberFormat(undefined, {style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0}).format(share));

export function money(amount) {
  if (!amount) return '–';
  try {
    const format = new Intl.NumberFormat(undefined, {style: 'currency', currency: amount.currency});
    return format.format(amount.minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${amount.minor} ${amount.currency}`;
  }
}

// What is typed as "9,000.50" or "9000,5", in minor units; null when it is no amount.
export function minorOf(text, currency) {
  const match = /^\s*(\d{1,3}(?:[ ,.’']\d{3})+|\d+)(?:[.,](\d{1,2}))?\s*$/.exec(text);
  if (!match) return null;
  const digits = new Intl.NumberFormat('en', {style: 'currency', currency}).resolvedOptions().maximumFractionDigits;
  return Number(match[1].replace(/[ ,.’']/g, '') + (match[2] || '').padEnd(digits, '0').slice(0, digits));
}

export function value(seen) {
  if (seen === null || seen === undefined) return 'not known';
  if (typeof seen === 'boolean') return seen ? 'yes' : 'no';
  if (typeof seen === 'number') return whole.format(seen);
  if (Array.isArray(seen)) return seen.map(value).join(', ');
  return typeof seen === 'object' ? JSON.stringify(seen) : seen;
}

// What a person types for an attribute: a number, yes or no, or a text.
export function typed(text) {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === 'yes' || text === 'true') return true;
  if (text === 'no' || text === 'false') return false;
  return text;
}
