// Every operation of the contract, answered with success at least once: one story of a workspace.
// Bodies are the contract's own examples where nothing else is said.

import assert from "node:assert/strict";

import { Client } from "./client.mjs";
import { none } from "./contract.mjs";

const WAIT_MS = 30_000;
const TRIES_MAX = 50;

// A stream has no end; the others want what the walk has not got (a merge that was decided, somebody blocked, a comment with
// edits, a back-test that is done, a link out of a mail, a mail server): tests/http calls them.
const NOT_WALKED = new Set([
  "events_stream",
  "leads_unmerge",
  "leads_unblock",
  "definitions_edits",
  "jobs_movers",
  "unsubscribe",
  "sessions_mail",
]);

export async function walk(client, service) {
  const keys = await service.workspace("walk");
  await setup(client, keys);
  await leads(client, keys);
  await handoffs(client, keys);
  await requests(client, keys);
  await distribution(client, keys);
  await definitions(client, keys);
  await jobs(client, keys);
  await inbound(client, keys);
  await senders(client, keys);
  await imports(client, keys);
  await subscriptions(client, keys);
  await sessions(client, keys, await service.url());
  await answers(client, keys);
  await ledger(client, keys);
  await rest(client, keys);
  const walked = new Set([...client.answered].filter(([, statuses]) => Math.min(...statuses) < 300).map(([id]) => id));
  const left = [...client.contract.operations.keys()].filter((id) => !walked.has(id) && !NOT_WALKED.has(id));
  none(left, "operations that tests/interop/walk.mjs has no place for yet");
}

async function setup(client, { ana, sam }) {
  const at = (id, options) => client.must(id, ana, options);
  const sales = (id, options) => client.must(id, sam, options);
  await sales("teams_create");
  await sales("teams_update", { path: { team: "sdr" } });
  await sales("teams_calendar_set", { path: { team: "sdr" } });
  await sales("teams_calendar", { path: { team: "sdr" } });
  await at("campaigns_put", { path: { campaign: "autumn-webinar" } });
  await at("content_put", { path: { content: "reporting-e-book" } });
  await at("content_get", { path: { content: "reporting-e-book" } });
  await at("content_list");
  await at("rates_put");
  await at("rates_get");
  await at("campaigns_get", { path: { campaign: "autumn-webinar" } });
  await sales("stages_put", { path: { stage: "srl" } });
  await at("stages_get", { path: { stage: "srl" } });
  await at("glossary_get");
  await sales("teams_calendar_remove", { path: { team: "sdr" } });
  await sales("accounts_put", { path: { domain: "kite.example" }, body: { owner: { team: "sales" } } });
  await at("accounts_get", { path: { domain: "kite.example" } });
  const member = await sales("members_create", { body: { team: "sdr", name: "Sid", email: "sid@acme.example" } });
  await sales("members_update", { path: { member_id: member.id } });
  const { key } = await at("keys_create");
  await at("keys_revoke", { path: { key_id: key.id } });
}

/** The life of a version of the routes or the goals, with the document that is given. */
async function agreement(client, { ana, sam }, name, document) {
  const post = (what, key, version, body) => client.must(`${name}_${what}`, key, { path: { version }, body });
  const draft = () => client.must(`${name}_draft`, ana, { body: document });
  const { version: spare } = await draft();
  const { headers } = await client.ask(`${name}_version`, ana, { path: { version: spare } });
  const tag = { "If-Match": headers.get("etag") };
  await client.must(`${name}_replace`, ana, { path: { version: spare }, body: document, headers: tag });
  await client.must(`${name}_delete`, ana, { path: { version: spare } });
  const { version: declined } = await draft();
  await post("propose", ana, declined, {});
  await post("comment", sam, declined);
  await post("decline", sam, declined);
  const { version: revoked } = await draft();
  await signed(client, { ana, sam }, name, revoked, { effective_from: "2040-01-01T00:00:00Z" });
  await post("revoke", sam, revoked);
  const { version } = await draft();
  await signed(client, { ana, sam }, name, version, {});
  await post("acknowledge", sam, version);
  await post("suspend", sam, version);
  await post("resume", sam, version);
  await client.must(`${name}_diff`, sam, { path: { version }, query: { against: declined } });
  await client.must(`${name}_get`, sam);
}

async function signed(client, { ana, sam }, name, version, from, path = { version }) {
  const { content_hash } = await client.must(`${name}_propose`, ana, { path, body: from });
  for (const key of [ana, sam]) await client.must(`${name}_sign`, key, { path, body: { content_hash } });
}

const QUALIFYING = { "company.employees": 120, seniority: "vp" };
let captures = 0;
/** A lead that meets the definition, and the handoff by which it is offered. */
async function offered(client, { marketing }) {
  captures += 1;
  const touch = { kind: "form_submitted", source: "google", medium: "cpc", campaign: "q4-launch", event_id: `w${captures}` };
  const body = { email: `kim${captures}@walk.example`, attributes: QUALIFYING, touch };
  const { lead, handoff } = await client.must("leads_capture", marketing, { body });
  assert.equal(handoff?.state, "offered");
  return { lead: { lead_id: lead.id }, handoff: { handoff_id: handoff.id } };
}

async function leads(client, { ana, sam, marketing }) {
  const { lead } = await client.must("leads_capture", marketing);
  const other = await client.must("leads_capture", marketing, { body: { email: "bo@walk.example" } });
  const path = { lead_id: lead.id };
  await client.must("leads_batch", marketing);
  await client.must("leads_update", ana, { path, body: { attributes: { "company.name": "Kite" } } });
  await client.must("leads_add_touch", ana, { path });
  await client.must("leads_set_facts", sam, { path });
  await client.must("leads_override", ana, { path: { lead_id: other.lead.id } });
  const { lead: third } = await client.must("leads_capture", marketing, { body: { email: "cy@walk.example" } });
  await client.must("leads_merge", ana, { path, body: { from: third.id } });
  await client.must("leads_get", ana, { path });
  await client.must("leads_timeline", ana, { path });
  await client.must("leads_verdicts", ana, { path, query: { term: "mql" } });
  await client.must("leads_export", ana, { path });
  const { lead: gone } = await client.must("leads_capture", marketing, { body: { email: "di@walk.example" } });
  await client.must("leads_erase", ana, { path: { lead_id: gone.id } });
  const { lead: kept } = await client.must("leads_capture", marketing, { body: { email: "ed@walk.example" } });
  await client.must("leads_erase", sam, { path: { lead_id: kept.id } });
  await client.must("leads_keep", ana, { path: { lead_id: kept.id } });
  await client.must("leads_review", ana, { path: { lead_id: kept.id } });
}

async function handoffs(client, keys) {
  const { ana, sam } = keys;
  const facts = Object.fromEntries(["budget", "authority", "need", "timeline"].map((name) => [name, { value: "yes" }]));

  const won = (await offered(client, keys)).handoff;
  await client.must("handoffs_claim", sam, { body: { team: "sales", limit: 50 } });
  await client.must("handoffs_release", sam, { path: won });
  await client.must("handoffs_assign", sam, { path: won });
  await client.must("handoffs_accept", sam, { path: won });
  await client.must("handoffs_feedback", sam, { path: won });
  await client.must("handoffs_qualify", sam, { path: won, body: { facts } });
  await client.must("handoffs_outcome", sam, { path: won, body: { outcome: "opportunity" } });
  await client.must("handoffs_outcome", sam, { path: won });

  const back = (await offered(client, keys)).handoff;
  await client.must("handoffs_accept", sam, { path: back });
  await client.must("handoffs_return", sam, { path: back });

  for (const verdict of ["handoffs_uphold", "handoffs_concede"]) {
    const { handoff } = await offered(client, keys);
    await client.must("handoffs_reject", sam, { path: handoff });
    await client.must("handoffs_dispute", ana, { path: handoff });
    await client.must(verdict, sam, { path: handoff });
  }

  const { lead, handoff } = await offered(client, keys);
  await client.must("handoffs_withdraw", ana, { path: handoff });
  await client.must("handoffs_offer", ana, { body: { lead_id: lead.lead_id, to_team: "sales", kind: "standard" } });
  await client.must("handoffs_get", sam, { path: won });
}

/** Sales asks for two leads that marketing has: one it gets. */
async function requests(client, { ana, sam, marketing }) {
  for (const answer of ["handoffs_grant", "handoffs_decline"]) {
    const { lead } = await client.must("leads_capture", marketing, { body: { email: `${answer}@walk.example` } });
    const { handoff } = await client.must("leads_request", sam, { path: { lead_id: lead.id }, body: { team: "sales", note: "Met her." } });
    await client.must(answer, ana, { path: { handoff_id: handoff.id } });
  }
}

async function appeals(client, keys, way) {
  const { ana, sam } = keys;
  const body = { routes: [way], referee: "rev@acme.example" };
  await client.must("teams_create", ana, { body: { name: "revenue", title: "Revenue operations", function: "other" } });
  await client.must("members_create", ana, { body: { team: "revenue", name: "Rev", email: "rev@acme.example" } });
  const { version } = await client.must("routes_draft", ana, { body });
  await signed(client, { ana, sam }, "routes", version, {});
  const { handoff } = await offered(client, keys);
  await client.must("handoffs_reject", keys.sam, { path: handoff });
  await client.must("handoffs_dispute", keys.ana, { path: handoff });
  await client.must("handoffs_uphold", keys.sam, { path: handoff });
  await client.must("handoffs_appeal", keys.ana, { path: handoff });
}

async function distribution(client, keys) {
  const path = { team: "sales" };
  const rules = [{ to: { pool: [{ member: "sam@acme.example" }] } }];
  await client.must("teams_distribution_set", keys.sam, { path, body: { rules } });
  await client.must("teams_distribution", keys.sam, { path });
  const { lead } = await offered(client, keys);
  await client.must("teams_distribution_try", keys.sam, { path, body: lead });
  await client.must("teams_distribution_remove", keys.sam, { path });
}

async function definitions(client, { ana, sam, marketing }) {
  const example = client.contract.exampleBody(client.contract.operations.get("definitions_draft"));
  const path = (version) => ({ term: "mql", version });
  const draft = () => client.must("definitions_draft", ana, { path: { term: "mql" }, body: example });
  const propose = (version) => client.must("definitions_propose", ana, { path: path(version), body: {} });

  const first = await draft();
  const { headers } = await client.ask("definitions_version", ana, { path: path(first.version) });
  const replaced = { ...example, title: "Another title" };
  const tag = { "if-match": headers.get("etag") };
  await client.must("definitions_replace", ana, { path: path(first.version), body: replaced, headers: tag });
  await propose(first.version);
  await client.must("definitions_comment", sam, { path: path(first.version), body: { text: "Fifty is too few." } });
  await client.must("definitions_decline", sam, { path: path(first.version) });
  const spare = await draft();
  await client.must("definitions_delete", ana, { path: path(spare.version) });
  const later = await draft();
  await signed(client, { ana, sam }, "definitions", later.version, { effective_from: "2040-01-01T00:00:00Z" }, path(later.version));
  await client.must("definitions_revoke", sam, { path: path(later.version) });

  const { version } = await draft();
  const { content_hash } = await propose(version);
  for (const key of [ana, sam]) await client.must("definitions_sign", key, { path: path(version), body: { content_hash } });
  await client.must("definitions_acknowledge", sam, { path: path(version) });
  await client.must("definitions_suspend", sam, { path: path(version) });
  await client.must("definitions_resume", sam, { path: path(version) });
  const way = { from: "marketing", to: "sales", gates: ["mql"] };
  await agreement(client, { ana, sam }, "routes", { routes: [way] });
  await appeals(client, { ana, sam, marketing }, way);
  await agreement(client, { ana, sam }, "goals", { goals: [{ side: "sales", measure: "sql", period: "month", target: 9 }] });
  await client.must("agreements_list", ana);
  await client.must("responsibilities_list", ana);
  await client.must("definitions_version", sam, { path: path(version) });
  await client.must("definitions_try", sam, { path: path(version) });
  const [lead] = (await client.must("leads_list", sam)).data;
  await client.must("routes_try", sam, { path: { version: 1 }, body: { lead_id: lead.id } });
  await client.must("definitions_diff", sam, { path: path(version), query: { against: 1 } });
  await client.must("definitions_get", sam, { path: { term: "mql" } });
  await client.must("definitions_suggestions", sam, { path: { term: "mql" } });
  const job = await client.must("definitions_apply", ana, { path: path(version) });
  await ended(client, ana, job.id);
}

async function ended(client, key, job) {
  for (const deadline = Date.now() + WAIT_MS; ; ) {
    const { state } = await client.must("jobs_get", key, { path: { job_id: job } });
    if (!["queued", "running"].includes(state)) return state;
    assert.ok(Date.now() < deadline, `job ${job} is ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A job that is done before it is cancelled is a 409, so another one is made, until one is caught. */
async function jobs(client, { ana }) {
  const body = { term: "mql", version: 1 };
  let status = 409;
  for (let tries = 0; status === 409 && tries < TRIES_MAX; tries++) {
    const job = await client.must("backtests_create", ana, { body });
    ({ status } = await client.ask("jobs_cancel", ana, { path: { job_id: job.id } }));
  }
  assert.equal(status, 200, `no back-test of ${TRIES_MAX} could be cancelled`);
}

async function inbound(client, { ana, marketing }) {
  const body = client.contract.exampleBody(client.contract.operations.get("sources_create"));
  const { source } = await client.must("sources_create", ana, { body: { ...body, auth: { scheme: "bearer" } } });
  const path = { source_id: source.id };
  const { delivery_id } = await client.must("inbound_receive", marketing, { path });
  await client.must("deliveries_replay", ana, { path: { delivery_id } });
  await client.must("sources_update", ana, { path });
  const signed = await client.must("sources_create", ana, { body: { ...body, name: "signed" } });
  await client.must("sources_rotate", ana, { path: { source_id: signed.source.id } });
  await client.must("sources_retire", ana, { path: { source_id: signed.source.id } });
}

async function senders(client, { ana }) {
  const form = await client.must("sources_create", ana, { body: { name: "ads", team: "marketing", preset: "meta" } });
  const query = { "hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": form.source.auth.verify_token };
  await client.must("inbound_handshake", undefined, { path: { source_id: form.source.id }, query });
  const site = await client.must("sources_create", ana, { body: { name: "site", team: "marketing", preset: "segment" } });
  const key = Buffer.from(`${site.source.id}_${site.secret}:`).toString("base64");
  const headers = { authorization: `Basic ${key}` };
  for (const call of ["identify", "track", "page", "screen", "group", "alias", "batch"])
    await client.must(`sdk_${call}`, undefined, { headers });
  const { data } = await client.must("deliveries_list", ana);
  const path = { delivery_id: data[0].id };
  await client.must("deliveries_get", ana, { path });
  await client.must("sources_try", ana, { path: { source_id: site.source.id }, body: { delivery: data[0].id } });
}

async function imports(client, { ana }) {
  const operation = client.contract.operations.get("imports_create");
  const headers = { "content-type": "text/csv" };
  const file = await client.send(operation, "/v1/imports?name=leads.csv", ana, headers, "Email\nkim@file.example\nbo\n");
  assert.equal(file.status, 201);
  const path = { import_id: file.body.id };
  const mapping = { team: "marketing", email: "/Email", id: "row" };
  const job = await client.must("imports_run", ana, { path, body: { mapping } });
  await ended(client, ana, job.id);
  await client.must("imports_get", ana, { path });
  await client.must("imports_refused", ana, { path });
}

/** To an address where nobody listens: what is made of an event is there all the same. */
async function subscriptions(client, { ana }) {
  const body = { name: "nobody", events: ["lead.*"], target: { kind: "webhook", url: "http://127.0.0.1:9/" } };
  const { subscription } = await client.must("subscriptions_create", ana, { body });
  const path = { subscription_id: subscription.id };
  await client.must("subscriptions_get", ana, { path });
  await client.must("subscriptions_test", ana, { path });
  await client.must("subscriptions_rotate", ana, { path });
  await client.must("subscriptions_update", ana, { path });
  await client.must("subscriptions_deliveries", ana, { path });
  await client.must("deliveries_list", ana, { query: { direction: "out", subscription: "nobody" } });
  await client.must("subscriptions_replay", ana, { path });
  await client.must("subscriptions_delete", ana, { path });
}

/** Prism passes no cookie on, so what a session does is asked of the service itself. */
async function sessions(client, { ana }, url) {
  const page = new Client(client.contract, url);
  page.answered = client.answered;
  const cookie = async () => {
    const { status, headers } = await page.ask("sessions_open", ana);
    assert.equal(status, 201);
    return { cookie: headers.get("set-cookie").split(";")[0], origin: url };
  };
  const headers = await cookie();
  await cookie();
  await page.must("sessions_link", ana);
  assert.equal((await page.ask("sessions_mail")).status, 422); // this server mails nothing
  assert.equal((await page.ask("unsubscribe", undefined, { path: { token: "none" } })).status, 404);
  const { data } = await page.must("sessions_list", undefined, { headers });
  const { id } = data.find((session) => !session.current);
  await page.must("sessions_end", undefined, { headers, path: { session_id: id } });
  await page.must("sessions_end_current", undefined, { headers });
}

async function answers(client, { ana }) {
  const question = { milestone: "customer", model: "first", by: "source" };
  await client.must("attribution_get", ana, { query: question });
  await client.must("attribution_leads", ana, { query: question });
  await client.must("attribution_setups_make", ana, { path: { setup: "board" }, body: { window_days: 90 } });
  await client.must("attribution_setups_get", ana, { path: { setup: "board" } });
  await client.must("attribution_setups_list", ana);
  await client.must("leads_list", ana, { query: { reached: "mql" } });
}

/** Two checkpoints, of which the newer one continues the other. */
async function ledger(client, keys) {
  const kept = await checkpoint(client, keys.ana, 0);
  const { handoff } = await offered(client, keys);
  await client.must("handoffs_accept", keys.sam, { path: handoff });
  const size = await checkpoint(client, keys.ana, kept);
  await client.must("ledger_consistency", keys.ana, { path: { size }, query: { from: kept } });
  await client.must("ledger_entry_proof", keys.ana, { path: { pos: 1 } });
  await client.must("handoffs_receipt", keys.ana, { path: handoff });
}

async function checkpoint(client, key, above) {
  for (const deadline = Date.now() + WAIT_MS; ; ) {
    const { data } = await client.must("ledger_checkpoints", key);
    if ((data[0]?.size ?? 0) > above) return data[0].size;
    assert.ok(Date.now() < deadline, `no checkpoint above ${above}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** What needs nothing but a key, and parameters that the contract itself has a value for. */
async function rest(client, { ana }) {
  await client.must("docs_get", undefined, { path: { name: "http" } });
  await client.must("web_get", undefined, { path: { file: "app.js" } });
  await client.must("problems_get", undefined, { path: { code: "gone" } });
  for (const operation of client.contract.operations.values()) {
    const needed = operation.parameters.filter((parameter) => parameter.required);
    const path = Object.fromEntries(needed.map((parameter) => [parameter.name, shown(client.contract, parameter)]));
    const open = operation.node.security?.length === 0;
    if (operation.method === "GET" && !NOT_WALKED.has(operation.id) && !Object.values(path).includes(undefined))
      await client.must(operation.id, open ? undefined : ana, { path });
  }
}

function shown(contract, { in: place, example, schema }) {
  if (place !== "path") return undefined;
  return example ?? contract.resolve(schema).examples?.[0] ?? contract.resolve(schema).enum?.[0];
}
