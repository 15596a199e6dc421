// docs/interop.md names every package with the version that is pinned here, and every check.

import { readFile } from "node:fs/promises";
import path from "node:path";

import { ROOT, none, packages } from "./contract.mjs";

export async function documented() {
  const page = await readFile(path.join(ROOT, "docs", "interop.md"), "utf8");
  const pinned = Object.entries(await packages()).map(([name, version]) => `${name} ${version}`);
  const missing = pinned.filter((words) => !page.includes(words));
  none(missing, "docs/interop.md does not name");
  return `docs/interop.md names the ${pinned.length} packages with their versions`;
}
