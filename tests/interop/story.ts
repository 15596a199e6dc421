// A small client in the types of the contract. What must not compile is marked, and the compiler
// complains when it does.

import createClient, { type Middleware } from "openapi-fetch";

import type { components, paths } from "./baton.js";

declare const process: { env: Record<string, string | undefined> };

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

const as = (name: string) => {
  const client = createClient<paths>({ baseUrl: setting("BATON_URL") });
  const key: Middleware = {
    onRequest: ({ request }) => {
      request.headers.set("Authorization", `Bearer ${setting(name)}`);
    },
  };
  client.use(key);
  return client;
};

function wanted<T>(what: string, answer: { data?: T; error?: components["schemas"]["Problem"] | undefined }): T {
  if (answer.data === undefined) throw new Error(`${what}: ${answer.error?.code}, ${answer.error?.detail}`);
  return answer.data;
}

function same<T>(what: string, seen: T, right: T): void {
  if (seen !== right) throw new Error(`${what} is ${String(seen)}, not ${String(right)}`);
}

const forms = as("FORMS");
const ana = as("ANA");
const sam = as("SAM");

const captured = wanted(
  "capture",
  await forms.POST("/v1/leads", {
    body: {
      email: "kim@kite.example",
      attributes: { "company.employees": 120, seniority: "vp" },
      touch: { kind: "form_submitted", source: "google", medium: "cpc" },
    },
  }),
);
same("the verdict", "verdict" in captured ? captured.verdict?.result : undefined, "qualified");

// Nothing but the team: how many, and for how long, has a default.
const claimed = wanted("claim", await sam.POST("/v1/handoffs/claim", { body: { team: "sales" } }));
const item = claimed.data[0];
if (item === undefined) throw new Error("nothing was claimed");
same("the claimed lead", item.lead.id, captured.lead.id);

const path = { handoff_id: item.handoff.id };
const rejected = wanted(
  "reject",
  await sam.POST("/v1/handoffs/{handoff_id}/reject", {
    params: { path },
    body: { reason: "too_small", note: "Thirty, she said.", corrections: { "company.employees": 30 } },
  }),
);
same("the class", rejected.handoff.class, "bad_data");
same("the owner", rejected.lead.owner_team, "marketing");

const again = await sam.POST("/v1/handoffs/{handoff_id}/reject", { params: { path }, body: { reason: "too_small" } });
same("the second answer", again.response.status, 409);
same("its code", again.error?.code, "state_conflict");

const answer = wanted(
  "attribution",
  await ana.GET("/v1/attribution", { params: { query: { milestone: "mql", by: "source" } } }),
);
if (typeof answer === "string" || Array.isArray(answer)) throw new Error("a shape came that nobody asked for");
const row = answer.data.find((one) => one.source === "google");
same("the credit of google", row?.credit, "1.000000000");

// What the contract refuses does not compile.
export const refused = (): unknown[] => [
  // @ts-expect-error the team is needed
  sam.POST("/v1/handoffs/claim", { body: {} }),
  // @ts-expect-error the limit is a number
  sam.POST("/v1/handoffs/claim", { body: { team: "sales", limit: "2" } }),
  // @ts-expect-error there is no such stage
  ana.GET("/v1/leads", { params: { query: { stage: "qualified" } } }),
  // @ts-expect-error there is no such path
  ana.GET("/v1/lead"),
];

console.log("capture, claim, reject and attribution through openapi-fetch");
