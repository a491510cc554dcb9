"""The query for what hangs on tables and has no place in a Schema: views, triggers, policies, sequences, grants …"""

from __future__ import annotations

_OWNER = "case when n.nspname = current_schema() then c.relname else n.nspname || '.' || c.relname end"

OBJECTS = f"""
with tables as (
  select c.oid, {_OWNER} as owner, c.relowner from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and n.nspname = any (current_schemas(false))
), needed as (
  -- What PostgreSQL itself knows to need a column.
  select t.oid as relation, t.owner, d.classid, d.objid,
    array_agg(distinct a.attname::text) filter (where a.attname is not null) as columns
  from tables t
  join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.deptype in ('n', 'a')
  left join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid and d.refobjsubid > 0
  where d.classid in ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass, 'pg_proc'::regclass,
    'pg_attrdef'::regclass, 'pg_statistic_ext'::regclass, 'pg_publication_rel'::regclass)
  group by t.oid, t.owner, d.classid, d.objid
)
select case when r.rulename <> '_RETURN' then 'rule' when v.relkind = 'm' then 'materialized view' else 'view' end
    as kind,
  case when r.rulename <> '_RETURN' then r.rulename::text else r.ev_class::regclass::text end as name,
  o.owner, coalesce(o.columns, '{{}}') as columns,
  case when r.rulename <> '_RETURN' then pg_get_ruledef(r.oid) else pg_get_viewdef(r.ev_class) end as sql
from needed o join pg_rewrite r on o.classid = 'pg_rewrite'::regclass and r.oid = o.objid
join pg_class v on v.oid = r.ev_class
union all
select 'policy', p.polname, o.owner, coalesce(o.columns, '{{}}'), null
from needed o join pg_policy p on o.classid = 'pg_policy'::regclass and p.oid = o.objid
union all
select 'function', p.oid::regprocedure::text, o.owner, coalesce(o.columns, '{{}}'), pg_get_functiondef(p.oid)
from needed o join pg_proc p on o.classid = 'pg_proc'::regclass and p.oid = o.objid
union all
select 'generated column', a.attname, o.owner, array_remove(o.columns, a.attname::text),
  pg_get_expr(e.adbin, e.adrelid)
from needed o join pg_attrdef e on o.classid = 'pg_attrdef'::regclass and e.oid = o.objid and e.adrelid = o.relation
join pg_attribute a on a.attrelid = e.adrelid and a.attnum = e.adnum and a.attgenerated <> ''
union all
select 'statistics', s.stxname, o.owner, coalesce(o.columns, '{{}}'), pg_get_statisticsobjdef(s.oid)
from needed o join pg_statistic_ext s on o.classid = 'pg_statistic_ext'::regclass and s.oid = o.objid
union all
select 'publication', p.pubname, o.owner, coalesce(o.columns, '{{}}'), null
from needed o join pg_publication_rel l on o.classid = 'pg_publication_rel'::regclass and l.oid = o.objid
join pg_publication p on p.oid = l.prpubid where o.columns is not null
union all
-- Of a trigger also the columns that its function names; it is text to PostgreSQL.
select 'trigger', g.tgname, t.owner, array(
    select a.attname::text from pg_attribute a
    where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and (
      a.attname::text = any (coalesce(o.columns, '{{}}'))
      or f.prosrc ~* ('\\m(new|old)\\s*\\.\\s*"?' || regexp_replace(a.attname, '(\\W)', '\\\\\\1', 'g') || '\\M')
    ) order by a.attnum
  ), pg_get_triggerdef(g.oid)
from pg_trigger g join tables t on t.oid = g.tgrelid join pg_proc f on f.oid = g.tgfoid
left join needed o on o.classid = 'pg_trigger'::regclass and o.objid = g.oid and o.relation = t.oid
where not g.tgisinternal and g.tgname not like 'zz\\_backsmith\\_%'
union all
-- What an index has that a Schema can't say.
select case when x.indisvalid then 'index' else 'invalid index' end, i.relname, t.owner, array(
    select a.attname::text from pg_attribute a where a.attrelid = t.oid and a.attnum = any (x.indkey::int2[])
  ), pg_get_indexdef(x.indexrelid)
from pg_index x join tables t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
where x.indnatts > x.indnkeyatts or x.indnullsnotdistinct or not x.indisvalid or x.indisexclusion
  or i.reloptions is not null or i.reltablespace <> 0 or x.indisreplident or x.indisclustered
union all
select case when k.contype = 'p' then 'primary key' else 'constraint' end, k.conname, t.owner, array(
    select a.attname::text from pg_attribute a where a.attrelid = t.oid and a.attnum = any (k.conkey)
  ), pg_get_constraintdef(k.oid)
from pg_constraint k join tables t on t.oid = k.conrelid
where k.contype = 'p' or (k.contype in ('u', 'f', 'c') and (
  k.condeferrable or not k.convalidated or k.confmatchtype = 'f' or k.confdelsetcols is not null
  or (k.contype = 'c' and k.connoinherit)))
union all
select 'sequence', s.oid::regclass::text, t.owner, array[a.attname::text], null
from pg_class s join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.oid and d.deptype in ('a', 'i')
join tables t on d.refclassid = 'pg_class'::regclass and t.oid = d.refobjid
join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
where s.relkind = 'S'
union all
select 'grant', coalesce(pg_get_userbyid(nullif(g.grantee, 0)), 'public'), t.owner, array[a.attname::text],
  'GRANT ' || g.privilege_type || ' (' || quote_ident(a.attname) || ') ON ' || t.oid::regclass || ' TO '
    || coalesce(quote_ident(pg_get_userbyid(nullif(g.grantee, 0))), 'PUBLIC')
    || case when g.is_grantable then ' WITH GRANT OPTION' else '' end
from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped,
  aclexplode(a.attacl) g
where g.grantee <> t.relowner
union all
select 'partitions', t.owner, t.owner, '{{}}'::text[], null
from tables t where (select c.relkind from pg_class c where c.oid = t.oid) = 'p'
  or exists (select from pg_inherits i where i.inhparent = t.oid)
order by 3, 1, 2
"""
"""Gives kind, name, owner (the table), columns and sql of each object; one row for each table that it needs."""
