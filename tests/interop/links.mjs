// A client that follows Link: rel="next" comes to an end on every list and feed, and has seen all.

import assert from "node:assert/strict";

import LinkHeader from "http-link-header";

import { Client } from "./client.mjs";

const LEADS = 7;
const LIMIT = 2; // a page, so that there are several
const PAGES_MAX = 200;

/** What is to be asked for: an operation is two, a list and a feed, and another wants to know of what. Movers are of a back-test
 *  that is done, which takes a while: tests/http follows their pages. */
const ASKED = { leads_list: [{}, { reached: "mql" }], attribution_leads: [{ milestone: "mql" }], jobs_movers: [] };

export async function links({ contract, service }) {
  const keys = await service.workspace("links");
  const client = new Client(contract, await service.url());
  const path = { lead_id: await manyOfAll(client, keys), report: "rejections" };
  const target = { kind: "webhook", url: "https://hook.example/" };
  const body = { name: "hook", events: ["lead.captured"], target };
  path.subscription_id = (await client.must("subscriptions_create", keys.ana, { body })).subscription.id;
  const paged = contract.withHeader("Link");
  assert.ok(paged.length >= 10, `only ${paged.length} operations have links`);
  const ends = [];
  for (const operation of paged)
    for (const query of ASKED[operation.id] ?? [{}])
      ends.push(await follow(client, operation, keys.ana, path, query));
  return `${ends.length} lists and feeds end, ${ends.reduce((sum, pages) => sum + pages)} pages of ${LIMIT}`;
}

/** Several of whatever is listed; the id of a lead with a long timeline. */
async function manyOfAll(client, keys) {
  const source = await client.must("sources_create", keys.ana);
  for (let i = 0; i < LEADS; i++) {
    const touch = { kind: "form_submitted", source: `s${i}`, medium: "cpc", campaign: `c${i}`, event_id: `e${i}` };
    const body = { email: `kim${i}@kite.example`, attributes: { "company.employees": 120 + i, seniority: "vp" }, touch };
    await client.must("leads_capture", keys.marketing, { body });
    await client.must("backtests_create", keys.ana, { body: { term: "mql", version: 1 } });
    const member = { team: "marketing", name: `M${i}`, email: `m${i}@acme.example` };
    await client.must("members_create", keys.ana, { body: member });
    await client.must("keys_create", keys.ana);
    await client.must("inbound_receive", keys.marketing, { path: { source_id: source.source.id } });
  }
  const { data } = await client.must("handoffs_claim", keys.sam, { body: { team: "sales", limit: LEADS } });
  for (const { handoff } of data) await client.must("handoffs_reject", keys.sam, { path: { handoff_id: handoff.id } });
  const [{ lead }] = data;
  const path = { lead_id: lead.id };
  for (let i = 0; i < LEADS; i++)
    await client.must("leads_add_touch", keys.marketing, { path, body: { kind: "call", event_id: `t${i}` } });
  return lead.id;
}

/** Goes from link to link, as a client does that knows nothing else; the number of pages. */
async function follow(client, operation, key, path, query) {
  const limits = operation.parameters.find(({ name }) => name === "limit").schema;
  const all = await client.must(operation.id, key, { path, query: { ...query, limit: limits.maximum } });
  const route = operation.route.replace(/\{(\w+)\}/g, (_, name) => path[name]);
  const seen = [];
  let pages = 0;
  let target = `${route}?${new URLSearchParams({ ...query, limit: LIMIT })}`;
  while (target !== undefined) {
    assert.ok(pages < PAGES_MAX, `${operation.id}: ${pages} pages of ${LIMIT} and still a next one`);
    const { status, headers, body } = await client.send(operation, target, key, {}, undefined);
    assert.equal(status, 200, `${operation.id} answered ${target} with ${JSON.stringify(body)}`);
    seen.push(...body.data);
    pages += 1;
    target = LinkHeader.parse(headers.get("link") ?? "").rel("next")[0]?.uri;
  }
  const known = query.reached ? distinct : (items) => items;
  assert.deepEqual(known(seen.map(identity)), known(all.data.map(identity)), `${operation.id}: the pages are not the whole`);
  return pages;
}

/** The feed of leads has a lead once a page, so in several pages it may come again; nothing else comes twice. */
const distinct = (items) => [...new Set(items)].sort();

const identity = (item) => item.pos ?? item.id ?? item.value ?? item.size ?? JSON.stringify(item);
