// A client whose types are made from the contract compiles under --strict and does what it says.

import { copyFile, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { must, tool } from "./command.mjs";
import { FILE } from "./contract.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

export async function story({ work, service }) {
  const folder = path.join(work, "story");
  const options = {
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noUnusedLocals: true },
    ...{ target: "es2022", module: "nodenext", lib: ["es2022", "dom", "dom.iterable"], types: [], outDir: "made" },
  };
  await mkdir(folder);
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["story.ts"] }));
  await copyFile(path.join(here, "story.ts"), path.join(folder, "story.ts"));
  await must(tool("openapi-typescript"), [FILE, "-o", "baton.d.ts"], { cwd: folder });
  await must(tool("tsc"), ["-p", folder]);
  const keys = await service.workspace("typed");
  const env = { BATON_URL: await service.url(), FORMS: keys.marketing, ANA: keys.ana, SAM: keys.sam };
  const output = await must(process.execPath, [path.join(folder, "made", "story.js")], { env });
  return output.trim();
}
