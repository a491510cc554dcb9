-- wrk's script. In: a file of requests, one a line, of fields between tabs: the path and, as far as they are needed, a
-- bearer token, the method, a Prefer header and the body. Also, of a load that is let end, its seconds, the number of
-- connections, and the number to begin with where requests hold the mark for a unique number.
-- Out: one line of JSON with the counts, and the latencies in microseconds.
--
-- With seconds, no request is begun after them, and wrk ends when those under way are answered, or its own time is over:
-- then what was sent is what was answered, and can be compared with what is in the database.

local ffi = require("ffi")
ffi.cdef [[
typedef struct { long seconds; long nanoseconds; } bench_time;
int clock_gettime(int clock, bench_time *time);
int getpid(void);
int kill(int process, int signal);
]]
local MONOTONIC, INTERRUPT = 1, 2
local MARK = "~~~~unique~~~~~"

local moment = ffi.new("bench_time")
local requests, marked, writes = {}, {}, {}
local began, limit, connections, first
local resting = 0

sent = -1 -- the first request is one that wrk asks for and doesn't send
written = 0
rested = 0 -- seconds until all connections rested

local thread
function setup(it)
   thread = it
end

local function now()
   ffi.C.clock_gettime(MONOTONIC, moment)
   return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

function init(args)
   limit, connections, first = tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
   for line in io.lines(args[1]) do
      local path, token, method, prefer, body = (line .. "\t\t\t\t"):match("^([^\t]+)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)")
      local headers = {Host = wrk.headers["Host"], Accept = "application/json"}
      if token ~= "" then
         headers["Authorization"] = "Bearer " .. token
      end
      if prefer ~= "" then
         headers["Prefer"] = prefer
      end
      if body ~= "" then
         headers["Content-Type"] = "application/json"
      end
      method = method ~= "" and method or "GET"
      requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
      marked[#requests] = line:find(MARK, 1, true) ~= nil
      writes[#requests] = method ~= "GET"
   end
end

function request()
   if sent >= 0 and limit then
      began = began or now()
      if now() - began >= limit then
         resting = resting + 1
         if resting == connections then
            rested = now() - began
            ffi.C.kill(ffi.C.getpid(), INTERRUPT) -- wrk ends, and reports
         end
         return "" -- nothing is sent, so no answer comes, and the connection rests
      end
   end
   sent = sent + 1
   if sent == 0 then
      return requests[1]
   end
   local position = (sent - 1) % #requests + 1
   if writes[position] then
      written = written + 1
   end
   if marked[position] then
      return (requests[position]:gsub(MARK, string.format("%015d", first + sent - 1)))
   end
   return requests[position]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "sent": %d, "written": %d, "rested": %.6f, "microseconds": %d, "bytes": %d, "errors": %d, ' ..
      '"p50": %d, "p90": %d, "p99": %d, "max": %d}\n',
      summary.requests, thread:get("sent"), thread:get("written"), thread:get("rested"), summary.duration, summary.bytes,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout,
      latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max))
end
