// What Baton sends is verified by the libraries that receivers use, with the secret as its owner was shown it.

import assert from "node:assert/strict";
import { createServer } from "node:http";

import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";

const LIBRARIES = { standardwebhooks: StandardWebhook, svix: SvixWebhook };
const WAIT_MS = 30_000;

export async function webhooks(context) {
  const keys = await context.service.workspace("webhooks");
  const url = await context.service.url();
  const came = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      came.push({ headers: request.headers, body });
      response.end();
    });
  });
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  try {
    const target = { kind: "webhook", url: `http://127.0.0.1:${receiver.address().port}/hook` };
    const made = await call(url, keys.ana, "/v1/subscriptions", { name: "hook", events: ["lead.captured"], target }, 201);
    await call(url, keys.ana, "/v1/leads", { email: "kim@kite.example" }, 201);
    await until(came, 1);
    const rotate = `/v1/subscriptions/${made.subscription.id}/secret/rotate`;
    const rotated = await call(url, keys.ana, rotate, undefined, 200);
    await call(url, keys.ana, "/v1/leads", { email: "lou@kite.example" }, 201);
    await until(came, 2);
    for (const [name, Webhook] of Object.entries(LIBRARIES)) {
      verified(name, Webhook, made.secret, came[0]);
      verified(name, Webhook, made.secret, came[1]);
      verified(name, Webhook, rotated.secret, came[1]);
      assert.throws(() => new Webhook(rotated.secret).verify(came[0].body, came[0].headers), `${name}, another secret`);
      assert.throws(() => new Webhook(made.secret).verify(`${came[0].body} `, came[0].headers), `${name}, altered`);
    }
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
  return `${Object.keys(LIBRARIES).join(" and ")} verify what is sent, by both secrets after a rotation`;
}

function verified(name, Webhook, secret, { headers, body }) {
  const said = new Webhook(secret).verify(body, headers);
  assert.equal(said.type, "lead.captured", name);
}

async function until(came, count) {
  for (const deadline = Date.now() + WAIT_MS; came.length < count; ) {
    assert.ok(Date.now() < deadline, `${came.length} of ${count} came`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function call(url, key, path, body, status) {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await answer.json();
  assert.equal(answer.status, status, `${path}: ${JSON.stringify(said)}`);
  return said;
}
