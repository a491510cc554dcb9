"""The queries `inspect` asks PostgreSQL's catalogue (versions 15 to 18). Each takes `$1`, the schemas' oids.

What belongs to an extension is left out everywhere: it isn't the application's.
"""

from __future__ import annotations

SCHEMAS = """
select n.oid, n.nspname as name, n.nspname = current_schema() as is_default
from pg_namespace n
where case when $1::text[] is null then n.nspname = any (current_schemas(false)) else n.nspname = any ($1) end
order by n.nspname
"""
"""Takes the names of schemas, or null for those of the search path."""

_OURS = """
not exists (
  select from pg_depend e where e.classid = '{catalogue}'::regclass and e.objid = {oid} and e.deptype = 'e'
)
"""

TABLES = f"""
select c.oid, c.relnamespace, c.relname as name, c.relkind::text as kind,
  obj_description(c.oid, 'pg_class') as comment, c.relrowsecurity as row_security,
  case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid, true) end as definition,
  array(
    select i.inhparent::regclass::text from pg_inherits i where i.inhrelid = c.oid order by i.inhseqno
  ) as parents
from pg_class c
where c.relnamespace = any ($1) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  and {_OURS.format(catalogue="pg_class", oid="c.oid")}
"""

COLUMNS = """
with recursive domains (oid, base, modifier, not_null) as (
  select t.oid, t.typbasetype, t.typtypmod, t.typnotnull from pg_type t where t.typtype = 'd'
  union all
  select d.oid, t.typbasetype, t.typtypmod, d.not_null or t.typnotnull
  from domains d join pg_type t on t.oid = d.base and t.typtype = 'd'
)
select a.attrelid as relation, a.attname as name,
  case when d.oid is null then format_type(a.atttypid, a.atttypmod) else format_type(d.base, d.modifier) end as type,
  case when d.oid is not null then format_type(a.atttypid, null) end as domain,
  (
    a.attnotnull
    -- PostgreSQL 18 may know a NOT NULL that the rows don't meet yet.
    and not exists (
      select from pg_constraint n
      where n.conrelid = a.attrelid and n.contype = 'n' and n.conkey = array[a.attnum] and not n.convalidated
    )
  ) or coalesce(d.not_null, false) as not_null,
  pg_get_expr(e.adbin, e.adrelid) as expression, a.attgenerated <> '' as is_generated, a.attidentity::text as identity,
  exists (
    select from pg_depend s join pg_class q on q.oid = s.objid and q.relkind = 'S'
    where s.classid = 'pg_class'::regclass and s.refclassid = 'pg_class'::regclass and s.refobjid = a.attrelid
      and s.refobjsubid = a.attnum and s.deptype = 'a'
  ) as owns_sequence,
  case when a.attcollation <> coalesce(b.typcollation, t.typcollation) then (
    select case when l.collnamespace = 'pg_catalog'::regnamespace then quote_ident(l.collname)
      else quote_ident(l.collnamespace::regnamespace::text) || '.' || quote_ident(l.collname) end
    from pg_collation l where l.oid = a.attcollation
  ) end as collation,
  col_description(a.attrelid, a.attnum) as comment
from pg_attribute a
join pg_type t on t.oid = a.atttypid
left join pg_attrdef e on e.adrelid = a.attrelid and e.adnum = a.attnum
left join domains d on d.oid = a.atttypid
  and not exists (select from pg_type u where u.oid = d.base and u.typtype = 'd')
left join pg_type b on b.oid = d.base
where a.attrelid = any ($1) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum
"""
"""Takes the tables' oids. Of a domain the type is what it is made from in the end."""

_NAMES = """
  array(
    select a.attname from unnest({numbers}) with ordinality k (number, place)
    join pg_attribute a on a.attrelid = {relation} and a.attnum = k.number order by k.place
  )::text[]
"""

CONSTRAINTS = f"""
select c.conrelid as relation, c.conname as name, c.contype::text as kind,
  {_NAMES.format(numbers="c.conkey", relation="c.conrelid")} as columns, c.confrelid as target,
  {_NAMES.format(numbers="c.confkey", relation="c.confrelid")} as target_columns,
  c.confdeltype::text as on_delete, c.confupdtype::text as on_update, c.confmatchtype = 'f' as match_full,
  c.confdelsetcols is not null as partly_set, c.condeferrable as is_deferrable, c.convalidated as is_valid,
  c.connoinherit as no_inherit, coalesce(x.indnullsnotdistinct, false) as nulls_equal,
  pg_get_expr(c.conbin, c.conrelid) as expression, pg_get_constraintdef(c.oid) as definition
from pg_constraint c
left join pg_index x on x.indexrelid = c.conindid and c.contype in ('p', 'u')
where c.conrelid = any ($1) and c.contype in ('p', 'u', 'f', 'c', 'x')
  and (c.contype <> 'f' or c.conparentid = 0)
order by c.conrelid, c.conname
"""
"""Takes the tables' oids."""

INDEXES = """
select x.indrelid as relation, i.relname as name, m.amname as method, x.indisunique as is_unique,
  x.indisvalid as is_valid, x.indnullsnotdistinct as nulls_equal, pg_get_expr(x.indpred, x.indrelid) as condition,
  x.indnatts > x.indnkeyatts as has_included,
  array(select pg_get_indexdef(x.indexrelid, k, true) from generate_series(1, x.indnkeyatts) k) as terms,
  array(
    select a.attname from generate_series(0, x.indnkeyatts - 1) k
    left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[k] order by k
  )::text[] as columns,
  array(select x.indoption[k] from generate_series(0, x.indnkeyatts - 1) k)::int[] as options,
  array(
    select case when not o.opcdefault and o.opcname <> 'varchar_ops' then o.opcname end
    from generate_series(0, x.indnkeyatts - 1) k join pg_opclass o on o.oid = x.indclass[k] order by k
  )::text[] as classes,
  array(
    select case when x.indcollation[k] <> a.attcollation then quote_ident(l.collname) end
    from generate_series(0, x.indnkeyatts - 1) k
    left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[k]
    left join pg_collation l on l.oid = x.indcollation[k] order by k
  )::text[] as collations
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_am m on m.oid = i.relam
where x.indrelid = any ($1)
  and not exists (select from pg_constraint c where c.conindid = x.indexrelid and c.contype in ('p', 'u', 'x'))
order by x.indrelid, i.relname
"""
"""Takes the tables' oids; the indexes that carry a constraint are left out."""

ENUMS = """
select n.nspname as schema, n.nspname = current_schema() as is_default, t.typname as name,
  array(select e.enumlabel from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder)::text[] as values
from pg_type t join pg_namespace n on n.oid = t.typnamespace
where t.typtype = 'e' and (
  t.typnamespace = any ($1)
  or exists (select from pg_attribute a where a.attrelid = any ($2) and a.atttypid in (t.oid, t.typarray))
)
"""
"""Takes the schemas' and the tables' oids; an enum of another schema counts where a table uses it."""

NOTES = f"""
select 'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass from pg_trigger t join pg_class c on c.oid = t.tgrelid
where c.relnamespace = any ($1) and not t.tgisinternal and t.tgparentid = 0
union all
select 'policy ' || p.polname || ' on ' || p.polrelid::regclass from pg_policy p join pg_class c on c.oid = p.polrelid
where c.relnamespace = any ($1)
union all
select 'rule ' || r.rulename || ' on ' || r.ev_class::regclass from pg_rewrite r join pg_class c on c.oid = r.ev_class
where c.relnamespace = any ($1) and r.rulename <> '_RETURN'
  and {_OURS.format(catalogue="pg_class", oid="c.oid")}
union all
select case p.prokind when 'p' then 'procedure ' when 'a' then 'aggregate ' else 'function ' end || p.oid::regprocedure
from pg_proc p
where p.pronamespace = any ($1) and {_OURS.format(catalogue="pg_proc", oid="p.oid")}
union all
select 'grant of ' || string_agg(g.privilege_type, ', ' order by g.privilege_type) || ' to '
  || coalesce(quote_ident(pg_get_userbyid(nullif(g.grantee, 0))), 'public') || ' on ' || c.oid::regclass
from pg_class c, aclexplode(c.relacl) g
where c.relnamespace = any ($1) and c.relkind in ('r', 'p', 'v', 'm', 'f') and g.grantee <> c.relowner
  and {_OURS.format(catalogue="pg_class", oid="c.oid")}
group by c.oid, g.grantee
union all
select 'sequence ' || c.oid::regclass from pg_class c
where c.relnamespace = any ($1) and c.relkind = 'S'
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i', 'e')
  )
union all
select 'domain ' || t.oid::regtype || ' of ' || format_type(t.typbasetype, t.typtypmod)
  || coalesce((
    select string_agg(' ' || pg_get_constraintdef(k.oid), '' order by k.conname)
    from pg_constraint k where k.contypid = t.oid and k.contype = 'c'
  ), '')
from pg_type t
where t.typtype = 'd' and t.typnamespace = any ($1) and {_OURS.format(catalogue="pg_type", oid="t.oid")}
"""
