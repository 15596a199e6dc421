// Prometheus' own tool reads what /metrics says.

import { writeFile } from "node:fs/promises";
import path from "node:path";

import { must } from "./command.mjs";

/** BATON_PROMTOOL is where script/interop has put it; "" when it cannot be had. */
export async function metrics({ service, work }) {
  const promtool = process.env.BATON_PROMTOOL;
  if (!promtool) return { skipped: "promtool cannot be had" };
  await service.workspace("metrics");
  const text = await (await fetch(`${await service.url()}/metrics`)).text();
  const file = path.join(work, "metrics.txt");
  await writeFile(file, text);
  await must("sh", ["-c", '"$0" check metrics <"$1"', promtool, file]);
  return `promtool check metrics finds nothing in ${text.split("\n# TYPE ").length} families`;
}
