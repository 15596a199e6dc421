// The other side of bench/peer: captures and leads by id as a competent team would write them for itself, on
// Fastify and pg, into the same tables under the same role and policies. docs/bench.md says what it does and not.
// Environment: PGHOST, PORT, WORKSPACE, MARKETING, SALES (ids), KEY, WORKERS, POOL (connections per worker).
'use strict';

const cluster = require('node:cluster');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const fastify = require('fastify');
const jsonLogic = require('json-logic-js');
const pg = require('pg');

const {PORT, WORKSPACE, MARKETING, SALES, KEY} = process.env;
const definition = JSON.parse(fs.readFileSync(path.join(__dirname, '../capture/definition.json'), 'utf8'));
const DAY_MS = 86400000;
const FREE_MAIL = new Set(['gmail.com', 'outlook.com', 'yahoo.com', 'web.de', 'gmx.de']);
const STATEMENT_TIMEOUT_MS = 5000;
const TRIES = 3; // of a transaction that lost a race

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), crypto.createHash('sha256')).digest();
const keyHash = sha256(KEY);

function uuid() { // version 7: grows with time, which indexes like
  const bytes = crypto.randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 15);
  bytes[8] = 0x80 | (bytes[8] & 63);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

// ---- the verdict ----

const OPERATORS = {eq: '==', gte: '>=', in: 'in'};

function compile(criterion) {
  const {attribute, touches, op, value} = criterion.test;
  return {...criterion, attribute, touches, rule: {[OPERATORS[op]]: [{var: 'seen'}, value]}};
}
const criteria = definition.criteria.map(compile);

function countTouches(touches, wanted, now) {
  const since = now - wanted.within_days * DAY_MS;
  return touches.filter((touch) => wanted.kind.includes(touch.kind) && touch.occurred_at >= since).length;
}

function testCriterion(criterion, attributes, touches, now) {
  const seen = criterion.touches ? countTouches(touches, criterion.touches, now) : attributes[criterion.attribute];
  if (seen === undefined)
    return {id: criterion.id, result: 'unknown', seen: null, points: 0, why: 'missing'};
  const met = jsonLogic.apply(criterion.rule, {seen});
  return {id: criterion.id, result: met ? 'met' : 'unmet', seen, points: met ? criterion.points || 0 : 0};
}

function judge(attributes, touches, now) {
  const results = criteria.map((criterion) => testCriterion(criterion, attributes, touches, now));
  const scores = {fit: 0, engagement: 0, readiness: 0};
  let result = 'qualified';
  criteria.forEach((criterion, i) => {
    if (criterion.kind !== 'disqualifier')
      scores[criterion.kind] += results[i].points;
    if (criterion.kind === 'disqualifier' ? results[i].result === 'met' : criterion.required && results[i].result !== 'met')
      result = 'not_qualified';
  });
  const score = scores.fit + scores.engagement + scores.readiness;
  if (score < definition.thresholds.total || scores.fit < definition.thresholds.fit)
    result = 'not_qualified';
  return {term: 'mql', version: 1, result, score, scores, criteria: results, ask_for: []};
}

// ---- the rows ----

const SAVE = {
  lead: `INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, first_team, next_step, next_at, next_why, identities, attributes, facts,
      salt, origin, found_by, created_at, updated_at, touch_count, first_touch_at, mql_at, seq, hash, chain_at)
    VALUES ($1, $2, 'active', $3, $4, $4, CASE WHEN $3 = 'mql' THEN 'answer' ELSE 'nurture' END, now(), 'offered', $5, $6, '{}', $7, 'inbound', 'marketing', now(), now(), 1, now(),
      CASE WHEN $3 = 'mql' THEN now() END, $8, $9, now())
    ON CONFLICT (workspace_id, lead_id) DO UPDATE SET attributes = excluded.attributes, updated_at = now(),
      stage = CASE WHEN lead.mql_at IS NULL THEN excluded.stage ELSE lead.stage END,
      mql_at = coalesce(lead.mql_at, excluded.mql_at),
      touch_count = lead.touch_count + 1, seq = excluded.seq, hash = excluded.hash, chain_at = excluded.chain_at`,
  identity: `INSERT INTO identity (workspace_id, source, value, lead_id) VALUES ($1, 'email', $2, $3)`,
  touch: `INSERT INTO touch (workspace_id, touch_id, lead_id, kind, occurred_at, recorded_at, source, medium, campaign,
      direction, function) VALUES ($1, $2, $3, $4, $5, now(), $6, $7, $8, 'inbound', 'marketing')`,
  verdict: `INSERT INTO verdict (workspace_id, lead_id, seq, term, version, result, score, body, judged_at)
    VALUES ($1, $2, $3, 'mql', 1, $4, $5, $6, now())`,
  handoff: `INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team, term, version,
      verdict_seq, verdict_lead, offered_at, respond_by, updated_at)
    VALUES ($1, $2, $3, 'standard', 'offered', $4, $5, 'mql', 1, $6, $3, now(), now() + $7::int4 * interval '1 minute', now())`,
  ledger: `INSERT INTO ledger (workspace_id, pos, subject_id, seq, kind, at, actor_kind, actor_id, team_id, body, hash)
    VALUES ($1, nextval('peer_pos'), $2, $3, $4, now(), $5, $6, $6, $7, $8)`,
  answer: `INSERT INTO idempotency (workspace_id, key, body_mac, status, location, answer, lead_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, now())`,
};

// One statement that saves all rows: one round trip and one prepared statement for each combination of rows.
const combined = new Map();
function combine(rows) {
  const name = rows.map(([table]) => table).join(' ');
  if (!combined.has(name)) {
    let offset = 0;
    const parts = rows.map(([table, values], i) => {
      const text = SAVE[table].replace(/\$(\d+)/g, (_, n) => `$${Number(n) + offset}`);
      offset += values.length;
      return i === rows.length - 1 ? text : `r${i} AS (${text})`;
    });
    combined.set(name, `WITH ${parts.slice(0, -1).join(', ')} ${parts.at(-1)}`);
  }
  return {name: sha256(name).toString('hex').slice(0, 32), text: combined.get(name), values: rows.flatMap(([, values]) => values)};
}

const READ = {
  answer: {name: 'answer', text: `SELECT status, answer, body_mac FROM idempotency WHERE workspace_id = $1 AND key = $2`},
  known: {name: 'known', text: `SELECT lead_id FROM identity WHERE workspace_id = $1 AND source = 'email' AND value = $2`},
  locked: {name: 'locked', text: `SELECT attributes, salt, stage, seq, hash FROM lead WHERE workspace_id = $1 AND lead_id = $2
    FOR NO KEY UPDATE`},
  touches: {name: 'touches', text: `SELECT kind, occurred_at FROM touch WHERE workspace_id = $1 AND lead_id = $2
    AND occurred_at > now() - interval '90 days' ORDER BY occurred_at DESC LIMIT 1000`},
  open: {name: 'open', text: `SELECT handoff_id FROM handoff WHERE workspace_id = $1 AND lead_id = $2
    AND state IN ('offered', 'accepted')`},
  lead: {name: 'lead', text: `SELECT l.lead_id, l.status, l.stage, l.owner_team, l.next_step, l.next_at, l.next_why, l.identities, l.attributes, l.facts,
      l.origin, l.found_by, l.created_at, l.updated_at, l.touch_count, l.first_touch_at, l.mql_at,
      (SELECT handoff_id FROM handoff WHERE workspace_id = $1 AND lead_id = l.lead_id
        AND state IN ('offered', 'accepted')) AS open_handoff
    FROM lead l WHERE l.workspace_id = $1 AND l.lead_id = $2`},
};
const read = async (client, statement, ...values) =>
  (await client.query({...statement, values: [WORKSPACE, ...values]})).rows;

const pool = cluster.isPrimary ? null : new pg.Pool({
  max: Number(process.env.POOL), user: 'baton_app', database: 'baton',
  options: `-c baton.workspace_id=${WORKSPACE} -c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
});

const dimensions = new Map(); // value → id, of those that stand in the table
async function dimensionId(dimension, value) {
  if (value === undefined)
    return null;
  const word = `${dimension}\0${value}`;
  if (!dimensions.has(word)) {
    const id = sha256(word).readBigInt64BE() >> 1n;
    await pool.query(`INSERT INTO dimension (workspace_id, dimension_id, dimension, value) VALUES ($1, $2, $3, $4)
      ON CONFLICT DO NOTHING`, [WORKSPACE, id, dimension, value]);
    dimensions.set(word, id);
  }
  return dimensions.get(word);
}

function ledgerRows(lead, entries) { // [kind, actor_kind, team, body]…, chained on the lead
  return entries.map(([kind, actorKind, team, body]) => {
    lead.seq += 1;
    const text = Buffer.from(JSON.stringify(body));
    lead.hash = sha256(lead.hash, WORKSPACE, lead.id, String(lead.seq), String(kind), text);
    return ['ledger', [WORKSPACE, lead.id, lead.seq, kind, actorKind, team, text, lead.hash]];
  });
}

const commitment = (lead, field, value) =>
  crypto.createHmac('sha256', lead.salt).update(field).update('\0').update(JSON.stringify(value)).digest('hex');

async function loadLead(client, email) {
  const [known] = await read(client, READ.known, email);
  if (!known) {
    return {id: uuid(), created: true, attributes: {}, salt: crypto.randomBytes(16), seq: 0, hash: Buffer.alloc(32),
      touches: [], handoff: null};
  }
  const [row] = await read(client, READ.locked, known.lead_id);
  const touches = await read(client, READ.touches, known.lead_id);
  const [handoff] = await read(client, READ.open, known.lead_id);
  return {id: known.lead_id, created: false, attributes: row.attributes, salt: row.salt, stage: row.stage, seq: Number(row.seq),
    hash: row.hash, touches, handoff: handoff ? handoff.handoff_id : null};
}

function mergeAttributes(lead, body, now) {
  const domain = body.email.slice(body.email.indexOf('@') + 1);
  const known = {...body.attributes, 'email.domain': domain, 'email.is_free_mail': FREE_MAIL.has(domain)};
  if (!known['email.is_free_mail'])
    known['company.domain'] ??= domain;
  for (const [name, value] of Object.entries(known))
    lead.attributes[name] = [[value, now * 1000, now * 1000, 'form'], ...(lead.attributes[name] || [])].slice(0, 20);
  return known;
}

async function decide(client, body, words, idempotency) {
  const now = Date.now();
  const lead = await loadLead(client, body.email);
  const known = mergeAttributes(lead, body, now);
  const occurredAt = body.touch.occurred_at ? new Date(body.touch.occurred_at) : new Date(now);
  lead.touches.push({kind: body.touch.kind, occurred_at: occurredAt});
  const values = Object.fromEntries(Object.entries(lead.attributes).map(([name, known]) => [name, known[0][0]]));
  const verdict = judge(values, lead.touches, now);
  const qualified = verdict.result === 'qualified';
  lead.stage = lead.created || lead.stage === 'inquiry' ? (qualified ? 'mql' : 'inquiry') : lead.stage;

  const commitments = Object.fromEntries(Object.entries(known).map(([name, value]) => [name, commitment(lead, name, value)]));
  const entries = [[lead.created ? 1 : 2, 2, MARKETING, {attributes: commitments, email: commitment(lead, 'email', body.email),
    touch: {...body.touch, occurred_at: occurredAt}}]];
  entries.push([5, 2, MARKETING, {...verdict, criteria: verdict.criteria.map(({id, result, points}) => ({id, result, points}))}]);
  const verdictSeq = lead.seq + 2;
  const offered = qualified && !lead.handoff;
  if (offered) {
    lead.handoff = uuid();
    entries.push([20, 0, null, {handoff: lead.handoff, from: MARKETING, to: SALES, term: 'mql', version: 1}]);
  }
  const ledger = ledgerRows(lead, entries);
  const answer = JSON.stringify({lead: {id: lead.id, stage: lead.stage, owner_team: 'marketing', next: {step: 'answer', at: new Date(now), why: 'offered'}},
    created: lead.created, possible_duplicates: [], verdict,
    handoff: lead.handoff ? {id: lead.handoff, state: 'offered'} : null});
  const status = lead.created ? 201 : 200;

  const rows = [
    ['lead', [WORKSPACE, lead.id, lead.stage, MARKETING, JSON.stringify([['email', '', body.email]]),
      JSON.stringify(lead.attributes), lead.salt, lead.seq, lead.hash]],
    ['touch', [WORKSPACE, uuid(), lead.id, body.touch.kind, occurredAt, ...words]],
    ['verdict', [WORKSPACE, lead.id, verdictSeq, verdict.result, verdict.score, JSON.stringify(verdict)]],
    ...ledger,
    ['answer', [WORKSPACE, idempotency.key, idempotency.mac, status, `/v1/leads/${lead.id}`, answer, lead.id]]];
  if (offered)
    rows.splice(3, 0, ['handoff', [WORKSPACE, lead.handoff, lead.id, MARKETING, SALES, verdictSeq, definition.respond_within.minutes]]);
  if (lead.created)
    rows.splice(1, 0, ['identity', [WORKSPACE, body.email, lead.id]]);
  return {rows, status, answer};
}

async function transaction(run) {
  const client = await pool.connect();
  try {
    await client.query({name: 'begin', text: 'BEGIN'});
    const result = await run(client);
    await client.query({name: 'commit', text: 'COMMIT'});
    client.release();
    return result;
  } catch (error) {
    await client.query('ROLLBACK').then(() => client.release(), () => client.release(true));
    throw error;
  }
}

async function capture(body, idempotency) {
  const words = await Promise.all(['source', 'medium', 'campaign'].map((name) => dimensionId(name, body.touch[name])));
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(async (client) => {
        if (idempotency.given) {
          const [stored] = await read(client, READ.answer, idempotency.key);
          if (stored)
            return stored.body_mac.equals(idempotency.mac) ? stored : {status: 422, answer: '{"code":"idempotency_key_reused"}'};
        }
        const {rows, status, answer} = await decide(client, body, words, idempotency);
        await client.query(combine(rows));
        return {status, answer};
      });
    } catch (error) {
      if (error.code !== '23505' || tries === TRIES) // the same person or key, at the same time
        throw error;
    }
  }
}

// ---- HTTP ----

const text = (maxLength) => ({type: 'string', minLength: 1, maxLength});
const captureSchema = {body: {type: 'object', required: ['email', 'touch'], additionalProperties: false, properties: {
  email: {type: 'string', format: 'email', maxLength: 254},
  attributes: {type: 'object', maxProperties: 100, additionalProperties: {type: ['string', 'number', 'boolean', 'null']}},
  touch: {type: 'object', required: ['kind'], additionalProperties: false, properties: {kind: text(64), source: text(200),
    medium: text(200), campaign: text(200), event_id: text(200), occurred_at: {type: 'string', format: 'date-time'}}}}}};

function authenticate(request, reply, done) {
  const given = sha256((request.headers.authorization || '').replace(/^Bearer /, ''));
  if (crypto.timingSafeEqual(given, keyHash))
    done();
  else
    reply.code(401).send({code: 'unauthorized'});
}

async function serve() {
  const app = fastify({bodyLimit: 65536});
  app.addHook('onRequest', authenticate);
  app.post('/v1/leads', {schema: captureSchema}, async (request, reply) => {
    const given = request.headers['idempotency-key'];
    const idempotency = {given, key: sha256(given || crypto.randomUUID()), mac: sha256(JSON.stringify(request.body))};
    const {status, answer} = await capture(request.body, idempotency);
    return reply.code(status).type('application/json').send(answer);
  });
  app.get('/v1/leads/:id', async (request, reply) => {
    const [lead] = await read(pool, READ.lead, request.params.id);
    return lead || reply.code(404).send({code: 'not_found'});
  });
  await app.listen({port: Number(PORT), host: '127.0.0.1'});
}

if (cluster.isPrimary) {
  for (let i = 0; i < Number(process.env.WORKERS); i += 1)
    cluster.fork();
  process.on('SIGTERM', () => process.exit(0)); // the workers go with it
} else {
  process.on('disconnect', () => process.exit(0));
  serve();
}
