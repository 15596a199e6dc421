// Programs that are run: the tools of node_modules, and others.

import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const OUTPUT_MAX = 1 << 20; // characters kept
const SHOWN = 3000; // characters of it in a message
const QUIET = {
  ...{ CI: "true", NO_COLOR: "1", DO_NOT_TRACK: "1" },
  ...{ REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
};

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGTERM")));

/** Starts it; it does not outlive this process. */
export function start(command, args, options) {
  const child = spawn(command, args, options);
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

/** Runs it to its end: {code, output} of stdout and stderr. Fails when it takes too long. */
export function run(command, args, { cwd, env = {}, seconds = 120 } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = ["ignore", "pipe", "pipe"];
    const child = start(command, args, { cwd, env: { ...process.env, ...QUIET, ...env }, stdio });
    let output = "";
    const take = (data) => (output = (output + data).slice(-OUTPUT_MAX));
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal, output });
    });
  });
}

/** The same, and a failure unless it ends with 0. */
export async function must(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${path.basename(command)} ended with ${code}:\n${output.slice(-SHOWN)}`);
  return output;
}

/** The program that a package of node_modules brings. */
export const tool = (name) => path.join(here, "node_modules", ".bin", name);
