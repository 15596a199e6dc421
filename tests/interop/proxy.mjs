// Prism stands between client and service and holds every request and answer against the contract:
// while the story of README.md is played, and on a walk through every operation.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { once } from "node:events";
import path from "node:path";

import { Client } from "./client.mjs";
import { must, start, tool } from "./command.mjs";
import { FILE, ROOT, none } from "./contract.mjs";
import { walk } from "./walk.mjs";

const WAIT_MS = 60_000;
const REQUESTS_MIN = 20;

export async function proxy({ contract, service, work }) {
  const prism = new Prism(await service.url());
  try {
    await prism.ready();
    await hears(contract, prism, service);
    const port = new URL(prism.url).port;
    const script = path.join(ROOT, "tests", "http", "readme_story.py");
    await must("/usr/bin/python3", [script, service.program, port], { env: { ...service.env, TMPDIR: work } });
    await prism.holds("the story of README.md");
    const client = new Client(contract, prism.url);
    await walk(client, service);
    await prism.holds("the walk");
    return `no violation in the story of README.md and in a walk of ${client.answered.size} operations`;
  } finally {
    await prism.stop();
  }
}

/** What would be let through by a proxy that sleeps: a request and an answer that do not fit. */
async function hears(contract, prism, service) {
  const client = new Client(contract, prism.url);
  const { status } = await client.ask("leads_capture", undefined, { body: { mail: "kim@kite.example" } });
  assert.equal(status, 401);
  const found = await prism.violations();
  assert.ok(found.some((line) => /request/.test(line)), `Prism let a wrong request through:\n${prism.output}`);
  prism.forget();
}

class Prism {
  constructor(upstream) {
    this.upstream = upstream;
    this.output = "";
    this.child = null;
  }

  async ready() {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    this.child = start(tool("prism"), ["proxy", FILE, this.upstream, "--port", String(port)], {
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on("data", (data) => (this.output += data));
    await this.until(() => this.output.includes("is listening on"));
    this.forget();
  }

  /** Of all requests that have been answered: what it writes comes later than the answer, but in order. */
  async violations() {
    const mark = `/${randomUUID()}`;
    await (await fetch(this.url + mark, { headers: { connection: "close" } })).text();
    await this.until(() => this.output.includes(mark));
    const lines = this.output.slice(0, this.output.indexOf(mark)).split("\n");
    return lines.filter((line) => /violation/i.test(line));
  }

  async holds(what) {
    none(await this.violations(), `Prism found in ${what}`);
    assert.ok(this.output.split("Request received").length > REQUESTS_MIN, `Prism saw little of ${what}`);
    this.forget();
  }

  forget() {
    this.output = "";
  }

  async until(condition) {
    for (const deadline = Date.now() + WAIT_MS; !condition(); ) {
      if (Date.now() > deadline || this.child.exitCode !== null) throw new Error(`Prism is gone, or late:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop() {
    if (this.child === null || this.child.exitCode !== null) return;
    this.child.kill("SIGTERM");
    await once(this.child, "exit");
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
