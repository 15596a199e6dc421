-- wrk's side of the capture benchmark: every request is a new lead that qualifies and is offered.
-- KEY is the marketing team's key, RUN makes the addresses of this run its own.
local key = os.getenv("KEY")
local run = os.getenv("RUN")
local headers = {["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json"}
local n = 0

request = function()
   n = n + 1
   local body = string.format(
      '{"email":"p%s.%d@c%d.example","attributes":{"company.employees":%d,"seniority":"vp","country":"DE","industry":"saas"},'
      .. '"touch":{"kind":"form_submitted","source":"google","medium":"cpc","campaign":"c%d","event_id":"%s-%d"}}',
      run, n, n % 5000, 50 + n % 500, n % 20, run, n)
   return wrk.format("POST", "/v1/leads", headers, body)
end

local other = 0
response = function(status)
   if status ~= 201 then
      other = other + 1
   end
end

done = function(summary, latency)
   io.write(string.format("RESULT %.1f %.3f %d %.3f %.3f\n", summary.requests / summary.duration * 1e6,
      latency.mean / 1000, summary.errors.status + summary.errors.timeout + summary.errors.read,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
