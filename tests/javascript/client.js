// The clients of the tests: PostgREST's own, told where the server is and who asks.
import { PostgrestClient } from "@supabase/postgrest-js";

const { BACKSMITH_URL, BACKSMITH_TOKENS } = process.env;
const tokens = JSON.parse(BACKSMITH_TOKENS);

const client = (headers) =>
  new PostgrestClient(`${BACKSMITH_URL}/api`, {
    headers: { "X-Request-Id": "asked-by-javascript", ...headers },
    schema: "public", // as supabase-js sends it: in Accept-Profile and Content-Profile
  });

export const nobody = client({});
export const ada = client({ Authorization: `Bearer ${tokens.ada}` });
export const staff = client({ Authorization: `Bearer ${tokens.staff}` });
export const stranger = client({ Authorization: "Bearer not.a.token" });
