// Webhooks signed as their senders sign them are taken; anything altered on the way is not.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

import { sign as githubSign } from "@octokit/webhooks-methods";

const SECRET = "5f0c2b1e9d8a4c7b-of-the-sender";
const hmac = (secret, body, encoding) => createHmac("sha256", secret).update(body).digest(encoding);

/** Senders whose signature is of one of the schemes; each signs as its own code or documentation does. */
const SENDERS = {
  "GitHub and Meta": {
    auth: { scheme: "hmac_sha256", header: "X-Hub-Signature-256", encoding: "hex", prefix: "sha256=" },
    sign: githubSign,
  },
  Typeform: {
    auth: { scheme: "hmac_sha256", header: "Typeform-Signature", encoding: "base64", prefix: "sha256=" },
    sign: (secret, body) => `sha256=${hmac(secret, body, "base64")}`,
  },
  "Mautic and Shopify": {
    auth: { scheme: "hmac_sha256", header: "Webhook-Signature", encoding: "base64" },
    sign: (secret, body) => hmac(secret, body, "base64"),
  },
  "older GitHub": {
    auth: { scheme: "hmac_sha1", header: "X-Hub-Signature", encoding: "hex", prefix: "sha1=" },
    sign: (secret, body) => `sha1=${createHmac("sha1", secret).update(body).digest("hex")}`,
  },
  "plain hex": {
    auth: { scheme: "hmac_sha256", header: "X-Signature", encoding: "hex" },
    sign: (secret, body) => hmac(secret, body, "hex"),
  },
};

/** What a unit test holds against the vendors' known answers. */
const ELSEWHERE = ["basic", "bearer", "hubspot", "key", "standard_webhooks"];

const MAPPING = { email: "/contact/email", event_id: "/id", attributes: { "company.name": "/contact/company" } };
/** Spaces, an order of its own and letters beyond ASCII: what is signed are the bytes. */
const body = (email) => `{ "id":"e-${email}",\r\n  "contact": {"company":"Käse & Söhne 🧀", "email": "${email}"} }\n`;

const swapped = (text, at) => text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1);
const ALTERED = {
  "a byte of the body": (sent) => ({ ...sent, body: sent.body.replace("Käse", "Kase") }),
  "a space more": (sent) => ({ ...sent, body: `${sent.body} ` }),
  "a character of the signature": (sent) => ({ ...sent, signature: swapped(sent.signature, 12) }),
  "a signature cut short": (sent) => ({ ...sent, signature: sent.signature.slice(0, -1) }),
  "no signature": (sent) => ({ ...sent, signature: undefined }),
  "an empty signature": (sent) => ({ ...sent, signature: "" }),
  "without the prefix, or with one": (sent) => ({
    ...sent,
    signature: sent.signature.startsWith("sha256=") ? sent.signature.slice(7) : `sha256=${sent.signature}`,
  }),
};

export async function signatures(context) {
  const { contract, service } = context;
  const known = contract.at("#/components/schemas/SourceAuthIn").oneOf.map((branch) => branch.properties.scheme.const);
  const signed = new Set(Object.values(SENDERS).map(({ auth }) => auth.scheme));
  assert.deepEqual([...new Set(known)].sort(), [...signed, ...ELSEWHERE].sort(), "a scheme has no sender here");
  const keys = await service.workspace("signatures");
  const url = await service.url();
  let [taken, refused] = [0, 0];
  for (const [name, sender] of Object.entries(SENDERS)) {
    const path = await source(url, keys.ana, `s${taken}`, sender.auth);
    const fitting = { body: body(`kim${taken}@kite.example`), header: sender.auth.header };
    fitting.signature = await sender.sign(SECRET, fitting.body);
    for (const [how, alter] of Object.entries(ALTERED)) {
      const answer = await post(url + path, alter(fitting));
      assert.equal(answer.status, 401, `${name}, ${how}: ${JSON.stringify(answer.body)}`);
      refused += 1;
    }
    const others = { ...fitting, signature: await sender.sign(`${SECRET}!`, fitting.body) };
    assert.equal((await post(url + path, others)).status, 401, `${name}, another secret`);
    const answer = await post(url + path, fitting);
    assert.deepEqual([answer.status, answer.body.status], [202, "applied"], `${name}: ${JSON.stringify(answer.body)}`);
    await holds(url, keys.ana, answer.body.lead_id, "Käse & Söhne 🧀");
    taken += 1;
  }
  return `${taken} senders' signatures are taken, ${refused + taken} altered ones refused`;
}

async function source(url, key, name, auth) {
  const wanted = { name, team: "marketing", auth: { ...auth, secret: SECRET }, mapping: MAPPING };
  const answer = await fetch(`${url}/v1/sources`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(wanted),
  });
  const made = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(made));
  assert.equal(made.secret, SECRET);
  return made.source.path;
}

async function post(address, { body, header, signature }) {
  const headers = { "content-type": "application/json", ...(signature !== undefined && { [header]: signature }) };
  const answer = await fetch(address, { method: "POST", headers, body });
  return { status: answer.status, body: await answer.json() };
}

async function holds(url, key, lead, company) {
  const answer = await fetch(`${url}/v1/leads/${lead}`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal((await answer.json()).attributes["company.name"], company);
}
