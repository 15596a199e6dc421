// Requests made from the contract, right and spoilt, for a minute: tests/http/generated.py.

import path from "node:path";

import { must } from "./command.mjs";
import { ROOT } from "./contract.mjs";

const SECONDS = 60;

export async function random({ program }) {
  const script = path.join(ROOT, "tests", "http", "generated.py");
  const output = await must("/usr/bin/python3", [script, program, "--seconds", String(SECONDS)], { seconds: 4 * SECONDS });
  const [seed] = output.match(/BATON_GENERATED_SEED=\d+/);
  const [answers] = output.match(/^\d+ requests, answered with .*$/m);
  return `${answers}; ${seed}`;
}
