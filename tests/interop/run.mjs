// What others' tools make of openapi.yaml and of the service.
//
//   node run.mjs BATON [CHECK…]    the program under test; the checks of these names, or all
//
// A line for each check, and at the end: N passed, N failed, N skipped. Exit: 0 none failed, 1 one
// did, 2 wrong use.

import { mkdtemp, mkdir, rm, chmod, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { Contract } from "./contract.mjs";
import { documented } from "./documented.mjs";
import * as generators from "./generators.mjs";
import * as linters from "./linters.mjs";
import { links } from "./links.mjs";
import { metrics } from "./metrics.mjs";
import { proxy } from "./proxy.mjs";
import { random } from "./random.mjs";
import { Service } from "./service.mjs";
import { signatures } from "./signatures.mjs";
import { story } from "./story.mjs";
import { webhooks } from "./webhooks.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

/** Each returns in words what it found to hold, or {skipped: why}, or throws. */
const CHECKS = {
  documented,
  redocly: linters.redocly,
  spectral: linters.spectral,
  "openapi-typescript": generators.openapiTypescript,
  "hey-api": generators.heyApi,
  oazapfts: generators.oazapfts,
  "swagger-typescript-api": generators.swaggerTypescriptApi,
  orval: generators.orval,
  postman: generators.postman,
  tsc: generators.compile,
  story,
  links,
  signatures,
  webhooks,
  metrics,
  prism: proxy,
  random,
};
const ALONGSIDE = ["random"]; // takes a minute by the clock, on a service of its own

async function main(program, names) {
  const unknown = names.filter((name) => !(name in CHECKS));
  if (program === undefined || unknown.length > 0) {
    console.error(`usage: run.mjs BATON [CHECK…]; the checks are ${Object.keys(CHECKS).join(" ")}`);
    return 2;
  }
  const contract = await Contract.read();
  const work = await mkdtemp(path.join(tmpdir(), "baton-interop-"));
  const service = new Service(path.resolve(program), path.join(work, "service"));
  const context = { program: service.program, work, contract, service };
  const end = () => service.stop().finally(() => rm(work, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => end().finally(() => process.exit(130)));
  try {
    await chmod(work, 0o711); // root's PostgreSQL runs as somebody else, below it
    await mkdir(path.join(work, "generated"));
    await symlink(path.join(here, "node_modules"), path.join(work, "node_modules"));
    return await play(context, names.length > 0 ? names : Object.keys(CHECKS));
  } finally {
    await end();
  }
}

async function play(context, names) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const one = async (name) => {
    const begun = Date.now();
    const [outcome, words] = await CHECKS[name](context).then(
      (held) => (held.skipped ? ["skipped", held.skipped] : ["passed", held]),
      (error) => ["failed", error.stack],
    );
    count[outcome] += 1;
    console.log(`${outcome} ${name}: ${words} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  };
  const alongside = Promise.all(names.filter((name) => ALONGSIDE.includes(name)).map(one));
  for (const name of names.filter((name) => !ALONGSIDE.includes(name))) await one(name);
  await alongside;
  const faults = await context.service.faults();
  if (faults.length > 0) {
    count.failed += 1;
    console.log(`failed service: ${faults.join("\n")}`);
  }
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  return count.failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv[2], process.argv.slice(3));
