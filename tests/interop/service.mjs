// The service under test: started when the first check asks for it, on a port and data of its own.

import { closeSync, openSync } from "node:fs";
import { chmod, mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { must, start } from "./command.mjs";

const READY_WAIT_MS = 60_000;
const POLL_MS = 50;

export class Service {
  constructor(program, folder) {
    this.program = program;
    this.folder = folder;
    this.started = null;
    this.child = null;
    this.ended = null;
  }

  get env() {
    const { DATABASE_URL, BATON_OWNER_URL, BATON_SECRET_KEY_FILE, ...rest } = process.env;
    const own = { BATON_DATA_DIR: path.join(this.folder, "data"), BATON_LISTEN: "127.0.0.1:0", BATON_DELIVERY_ALLOW: "127.0.0.0/8" };
    return { ...rest, ...own, BATON_BINARY: this.program };
  }

  /** The address, once it is ready. */
  url() {
    this.started ??= this.start();
    return this.started;
  }

  async start() {
    await mkdir(this.folder);
    await chmod(this.folder, 0o711);
    const log = openSync(this.logPath, "w");
    this.child = start(this.program, ["serve"], { env: this.env, stdio: ["ignore", "ignore", log] });
    closeSync(log);
    this.ended = new Promise((resolve) => this.child.on("exit", (code, signal) => resolve(code ?? signal)));
    for (const deadline = Date.now() + READY_WAIT_MS; Date.now() < deadline && this.child.exitCode === null; ) {
      const url = await this.listening();
      if (url !== undefined && (await fetch(`${url}/readyz`).catch(() => ({}))).status === 200) return url;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`the service does not get ready:\n${await this.log()}`);
  }

  async listening() {
    for (const line of (await this.log()).split("\n"))
      if (line.includes('"event":"listening"')) return JSON.parse(line).detail;
    return undefined;
  }

  get logPath() {
    return path.join(this.folder, "log");
  }

  log() {
    return readFile(this.logPath, "utf8").catch(() => "");
  }

  /** The code that it ends with; 0 when it never ran. */
  async stop() {
    if (this.child === null) return 0;
    this.child.kill("SIGTERM");
    return this.ended;
  }

  /** Ends it: what its end and its log have to complain of. */
  async faults() {
    const code = await this.stop();
    const lines = (await this.log()).split("\n").filter((line) => line !== "" && !/"level":"(debug|info|warn)"/.test(line));
    return code === 0 ? lines : [`it ended with ${code}`, ...lines];
  }

  command(...args) {
    return must(this.program, args, { env: this.env });
  }

  /** A new workspace with definitions in force; its keys by team or by member. */
  async workspace(name) {
    await this.url();
    const made = JSON.parse(
      await this.command(
        ...["workspace", "create", name, "--marketing", "ana@acme.example", "--sales", "sam@acme.example"],
        ...["--starter", "mql", "--starter", "sql", "--sign", "--json"],
      ),
    );
    return Object.fromEntries(made.keys.map((key) => [(key.member ?? key.team).split("@")[0], key.token]));
  }
}
