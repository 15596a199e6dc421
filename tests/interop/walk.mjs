// Every operation of the contract, answered with success at least once: one story of a workspace.
// Bodies are the contract's own examples where nothing else is said.

import assert from "node:assert/strict";

import { none } from "./contract.mjs";

const WAIT_MS = 30_000;
const TRIES_MAX = 50;

/** Not walked yet: what they answer is held against the contract where it is recorded, by http/contract. A stream has
 * no end, so nothing can hold it back to look at it. */
const NOT_WALKED = new Set([
  "leads_review", "leads_request", "leads_keep", "handoffs_grant", "handoffs_decline", "handoffs_appeal",
  "inbound_handshake", "sdk_batch", "sdk_identify", "sdk_track", "sdk_page", "sdk_screen", "sdk_group",
  "sdk_alias", "deliveries_get", "attribution_leads", "events_stream", "imports_create", "imports_run", "imports_get", "imports_refused", "teams_calendar_remove",
  "teams_distribution", "teams_distribution_set", "teams_distribution_remove", "teams_distribution_try",
  "accounts_get", "accounts_put", "subscriptions_create",
  "subscriptions_get", "subscriptions_update", "subscriptions_delete", "subscriptions_rotate",
  "subscriptions_test", "subscriptions_replay", "subscriptions_deliveries", "sources_try", "sessions_open",
  "sessions_link", "sessions_end_current", "sessions_end", "web_get",
]);

export async function walk(client, service) {
  const keys = await service.workspace("walk");
  await setup(client, keys);
  await leads(client, keys);
  await handoffs(client, keys);
  await definitions(client, keys);
  await jobs(client, keys);
  await inbound(client, keys);
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
  await at("campaigns_get", { path: { campaign: "autumn-webinar" } });
  await sales("stages_put", { path: { stage: "srl" } });
  await at("stages_get", { path: { stage: "srl" } });
  await at("glossary_get");
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
  const { lead: gone } = await client.must("leads_capture", marketing, { body: { email: "di@walk.example" } });
  await client.must("leads_erase", ana, { path: { lead_id: gone.id } });
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

async function definitions(client, { ana, sam }) {
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
  await agreement(client, { ana, sam }, "goals", { goals: [{ side: "sales", measure: "sql", period: "month", target: 9 }] });
  await client.must("agreements_list", ana);
  await client.must("responsibilities_list", ana);
  await client.must("definitions_version", sam, { path: path(version) });
  await client.must("definitions_try", sam, { path: path(version) });
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

async function answers(client, { ana }) {
  await client.must("attribution_get", ana, { query: { milestone: "customer", model: "first", by: "source" } });
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
