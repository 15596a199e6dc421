// The other side: json-logic-js judges the same leads by the same rules, each criterion evaluated
// and explained. Names with dots became names with underscores, since a dot is a path to it.
const fs = require("fs");
const jsonLogic = require("json-logic-js");

const input = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const seconds = Number(process.argv[3] || 3);

const leads = input.leads.map((lead) => {
  const data = { touches: lead.touches };
  for (const [name, value] of Object.entries(lead.attributes)) data[name.replaceAll(".", "_")] = value;
  return data;
});

function judge(data) {
  const scores = { fit: 0, engagement: 0, readiness: 0 };
  const criteria = [];
  let never = false;
  let unknown = false;
  for (const rule of input.rules) {
    const seen = rule.name === null ? null : data[rule.name];
    let result = "unknown";
    if (rule.name === null || seen !== undefined) result = jsonLogic.apply(rule.logic, data) ? "met" : "unmet";
    const points = result === "met" ? rule.points : 0;
    if (rule.kind === "disqualifier") never = never || result === "met";
    else scores[rule.kind] += points;
    if (rule.required) {
      never = never || result === "unmet";
      unknown = unknown || result === "unknown";
    }
    criteria.push({ id: rule.id, result, seen, points });
  }
  const score = scores.fit + scores.engagement + scores.readiness;
  if (score < 60 || scores.fit < 20) never = true;
  return { result: never ? "not_qualified" : unknown ? "unclear" : "qualified", score, scores, criteria };
}

function tally() {
  const out = { qualified: 0, unclear: 0, not_qualified: 0, score: 0 };
  for (const lead of leads) {
    const verdict = judge(lead);
    out[verdict.result]++;
    out.score += verdict.score;
  }
  return out;
}

const counts = tally();
for (let i = 0; i < 5; i++) tally(); // warm
let verdicts = 0;
const start = process.hrtime.bigint();
let elapsed = 0;
while (elapsed < seconds) {
  tally();
  verdicts += leads.length;
  elapsed = Number(process.hrtime.bigint() - start) / 1e9;
}
console.log(`qualified=${counts.qualified} unclear=${counts.unclear} not_qualified=${counts.not_qualified} score=${counts.score}`);
console.log(Math.round(verdicts / elapsed));
