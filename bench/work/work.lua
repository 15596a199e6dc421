-- wrk's side of claim and accept: the members of MEMBERS ("id email" a line) take one handoff after the other from
-- one queue, with the team's key KEY.
local actors = {} -- headers, in turn and by member id
for id, email in os.getenv("MEMBERS"):gmatch("(%S+) (%S+)") do
   local headers = {["Authorization"] = "Bearer " .. os.getenv("KEY"), ["Content-Type"] = "application/json",
      ["Baton-Actor"] = email}
   actors[#actors + 1] = headers
   actors[id] = headers
end
local claim = '{"team":"sales"}'
local n = 0
local claimed = {} -- waiting to be accepted: {id, headers of who claimed it}
local seen = {}

-- These are read by done() through the thread.
accepted, doubled, empty, other = 0, 0, 0, 0

function setup(thread)
   the_thread = thread
end

request = function()
   local mine = table.remove(claimed)
   if mine then
      return wrk.format("POST", "/v1/handoffs/" .. mine.id .. "/accept", mine.headers, "{}")
   end
   n = n % #actors + 1
   return wrk.format("POST", "/v1/handoffs/claim", actors[n], claim)
end

local function keep(body)
   local id = body:match('"handoff":{"id":"([^"]+)"')
   local actor = body:match('"assignee":"([^"]+)"')
   if not id or not actor then
      empty = empty + 1
      return
   end
   if seen[id] then
      doubled = doubled + 1
   end
   seen[id] = true
   claimed[#claimed + 1] = {id = id, headers = actors[actor]}
end

response = function(status, _, body)
   if status ~= 200 then
      other = other + 1
   elseif body:find('"data":[', 1, true) then
      keep(body)
   else
      accepted = accepted + 1
   end
end

done = function(summary, latency)
   io.write(string.format("RESULT %.1f %.3f %d %d %d\n", the_thread:get("accepted") / summary.duration * 1e6,
      latency.mean / 1000, the_thread:get("doubled"), the_thread:get("empty"),
      the_thread:get("other") + summary.errors.timeout + summary.errors.read))
end
