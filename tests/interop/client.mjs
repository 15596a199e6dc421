// Operations of the contract, called by their ids.

import assert from "node:assert/strict";

export class Client {
  constructor(contract, url) {
    this.contract = contract;
    this.url = url;
    this.answered = new Map(); // operation id: the statuses it answered with
  }

  /** The answer, its JSON read: {status, headers, body}. Bodies are the contract's examples unless they are given. */
  async ask(id, key, { path = {}, query = {}, headers = {}, body } = {}) {
    const operation = this.contract.operations.get(id);
    assert.ok(operation, `${id} is no operation of openapi.yaml`);
    const sent = body ?? this.contract.exampleBody(operation);
    const target = operation.route.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name]));
    const search = new URLSearchParams(query).toString();
    return this.send(operation, `${target}${search && `?${search}`}`, key, headers, sent);
  }

  async send(operation, target, key, headers, sent) {
    const answer = await fetch(this.url + target, {
      method: operation.method,
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(sent !== undefined && { "content-type": "application/json" }),
        connection: "close",
        ...headers,
      },
      body: sent === undefined || typeof sent === "string" ? sent : JSON.stringify(sent),
    });
    const text = await answer.text();
    const statuses = this.answered.get(operation.id) ?? new Set();
    this.answered.set(operation.id, statuses.add(answer.status));
    const json = /json/.test(answer.headers.get("content-type") ?? "");
    return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text };
  }

  /** The body of an answer that is what was asked for. */
  async must(id, key, options) {
    const { status, body } = await this.ask(id, key, options);
    assert.ok(status < 300, `${id} answered ${status}: ${JSON.stringify(body).slice(0, 1000)}`);
    return body;
  }
}
