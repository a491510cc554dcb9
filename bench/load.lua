-- wrk's script. In: a file of requests, one a line, the path and optionally a tab and a bearer token.
-- Out: one line of JSON with the counts, and the latencies in microseconds.

local requests = {}
local position = 0

function init(args)
   for line in io.lines(args[1]) do
      local path, token = line:match("^([^\t]+)\t?(.*)$")
      local headers = {Host = wrk.headers["Host"], Accept = "application/json"}
      if token ~= "" then
         headers["Authorization"] = "Bearer " .. token
      end
      requests[#requests + 1] = wrk.format("GET", path, headers)
   end
end

function request()
   position = position % #requests + 1
   return requests[position]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "microseconds": %d, "bytes": %d, "errors": %d, "p50": %d, "p90": %d, "p99": %d, "max": %d}\n',
      summary.requests, summary.duration, summary.bytes,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout,
      latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max))
end
