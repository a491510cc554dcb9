"""The TypeScript client: types, a client on `fetch`, types for @supabase/postgrest-js, TanStack Query and Zod."""

from backsmith.clients.typescript.files import typescript_files

__all__ = ["typescript_files"]
