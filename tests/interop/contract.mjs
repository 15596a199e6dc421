// openapi.yaml as the checks need it, and the packages that read it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { parse } from "yaml";

const here = path.dirname(fileURLToPath(import.meta.url));
export const ROOT = path.resolve(here, "../..");
export const FILE = path.join(ROOT, "openapi.yaml");
const METHODS = ["get", "put", "post", "patch", "delete"];

export class Contract {
  static async read() {
    return new Contract(parse(await readFile(FILE, "utf8"), { version: "1.2", uniqueKeys: true }));
  }

  constructor(document) {
    this.document = document;
    this.operations = new Map();
    for (const [route, item] of Object.entries(document.paths))
      for (const method of METHODS.filter((name) => name in item)) {
        const node = item[method];
        const parameters = [...(item.parameters ?? []), ...(node.parameters ?? [])].map((p) => this.resolve(p));
        const id = node.operationId;
        this.operations.set(id, { id, method: method.toUpperCase(), route, node, parameters });
      }
    assert.ok(this.operations.size > 0, "openapi.yaml has no operations");
  }

  resolve(node) {
    while (node !== null && typeof node === "object" && "$ref" in node) node = this.at(node.$ref);
    return node;
  }

  at(reference) {
    return reference
      .split("/")
      .slice(1)
      .reduce((node, token) => node[token.replaceAll("~1", "/").replaceAll("~0", "~")], this.document);
  }

  /** A copy of the body that the contract shows first for an operation; undefined without a body. */
  exampleBody(operation) {
    const content = operation.node.requestBody?.content["application/json"];
    const [example] = Object.values(content?.examples ?? {});
    return example === undefined ? undefined : structuredClone(this.resolve(example).value);
  }

  /** The operations whose answer may carry this header. */
  withHeader(name) {
    return [...this.operations.values()].filter((operation) =>
      Object.entries(operation.node.responses).some(
        ([status, response]) => status < "300" && name in (this.resolve(response).headers ?? {}),
      ),
    );
  }
}

/** Fails with all that was found, where nothing should be. */
export function none(found, what) {
  if (found.length > 0) throw new Error(`${what}: ${found.join("\n")}`);
}

export async function packages() {
  const { dependencies } = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));
  return dependencies;
}
