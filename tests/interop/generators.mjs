// Makers of clients take the file, and none loses an operation.

import assert from "node:assert/strict";
import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { must, tool } from "./command.mjs";
import { FILE, none } from "./contract.mjs";

const plain = (text) => text.replaceAll(/[^A-Za-z0-9]/g, "").toLowerCase();

async function textOf(place) {
  const names = (await readdir(place, { withFileTypes: true }).catch(() => null))?.map((entry) => entry.name);
  if (names === undefined) return readFile(place, "utf8");
  return (await Promise.all(names.map((name) => textOf(path.join(place, name))))).join("\n");
}

/** Runs the tool and looks for what stands for each operation in all that it wrote. */
async function generate({ work, contract }, name, args, output, mark = (operation) => operation.id) {
  const folder = path.join(work, "generated");
  await must(tool(name), args, { cwd: folder });
  const text = plain(await textOf(path.join(folder, output)));
  const operations = [...contract.operations.values()];
  const lost = operations.filter((operation) => !text.includes(plain(mark(operation)))).map((operation) => operation.id);
  none(lost, `${name} lost`);
  return `${operations.length} operations`;
}

export const openapiTypescript = (context) =>
  generate(context, "openapi-typescript", [FILE, "-o", "paths.d.ts"], "paths.d.ts");

export const heyApi = (context) =>
  generate(context, "openapi-ts", ["-i", FILE, "-o", "heyapi", "-c", "@hey-api/client-fetch"], "heyapi");

export const oazapfts = (context) => generate(context, "oazapfts", [FILE, "oazapfts.ts"], "oazapfts.ts");

export const swaggerTypescriptApi = (context) =>
  generate(context, "swagger-typescript-api", ["generate", "-p", FILE, "-o", "swagger", "-n", "api.ts"], "swagger");

export const orval = (context) =>
  generate(context, "orval", ["--input", FILE, "--output", "orval.ts", "--client", "fetch"], "orval.ts");

export const postman = (context) => {
  const args = ["-s", FILE, "-o", "postman.json"];
  return generate(context, "openapi2postmanv2", args, "postman.json", (operation) => operation.node.summary);
};

/** All that was generated compiles, strictly. */
export async function compile({ work }) {
  const folder = path.join(work, "generated");
  const options = {
    ...{ strict: true, noEmit: true, target: "es2022", module: "esnext", moduleResolution: "bundler" },
    ...{ lib: ["es2022", "dom", "dom.iterable"], types: [] },
  };
  const made = (await readdir(folder)).filter((name) => !/json$/.test(name));
  assert.ok(made.length >= 5, `only ${made} were generated`);
  await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: made }));
  await must(tool("tsc"), ["-p", folder]);
  return `what ${made.length} generators wrote holds under --strict`;
}
