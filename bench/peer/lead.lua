-- wrk's side of reading: leads by id, one after the other from the file IDS.
local headers = {["Authorization"] = "Bearer " .. os.getenv("KEY")}
local ids = {}
for id in io.lines(os.getenv("IDS")) do
   ids[#ids + 1] = "/v1/leads/" .. id
end
local n = 0

request = function()
   n = n % #ids + 1
   return wrk.format("GET", ids[n], headers)
end

done = function(summary, latency)
   io.write(string.format("RESULT %.1f %.3f %d %.3f %.3f\n", summary.requests / summary.duration * 1e6,
      latency.mean / 1000, summary.errors.status + summary.errors.timeout + summary.errors.read,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
