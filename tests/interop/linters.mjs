// The linters that people hold an OpenAPI file against, at their strictest.

import path from "node:path";
import { writeFile } from "node:fs/promises";

import { must, tool } from "./command.mjs";
import { FILE } from "./contract.mjs";

export async function redocly({ work }) {
  await must(tool("redocly"), ["lint", "--extends=recommended-strict", "--max-problems=1000", FILE], { cwd: work });
  return "recommended-strict finds nothing";
}

export async function spectral({ work }) {
  const rules = path.join(work, "spectral.json");
  await writeFile(rules, JSON.stringify({ extends: ["spectral:oas"] }));
  await must(tool("spectral"), ["lint", "--fail-severity=hint", "--ruleset", rules, FILE], { cwd: work });
  return "spectral:oas finds nothing, not even a hint";
}
