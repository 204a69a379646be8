-- +goose Up

-- Rows that prove something may be added and, where the register says so,
-- erased; they are never rewritten. The triggers hold also for whoever owns the
-- tables; the role that serves has no right to try (grant_runtime).
-- +goose StatementBegin
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on % is refused: it is append-only', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
-- +goose StatementEnd

-- A ledger of a person's own may lose rows to an erasure (erase_from_ledger).
-- Where the trigger names columns, an erasure may also empty those, and part
-- the row from its person.
-- +goose StatementBegin
create function refuse_unless_erasing() returns trigger language plpgsql as $$
begin
  if current_setting('portal.erasing', true) = 'on' then
    if tg_op = 'DELETE' then
      return old;
    elsif tg_nargs > 0 and to_jsonb(new) - 'person_id'::text - tg_argv = to_jsonb(old) - 'person_id'::text - tg_argv then
      return new;
    end if;
  end if;
  raise exception '% on % is refused: it is append-only', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
-- +goose StatementEnd

-- A state moves only by a pair, 'from to', that the trigger names; the room has
-- the same pairs. Where the trigger sees rows begin, they begin as the first.
-- +goose StatementBegin
create function refuse_transition() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state = split_part(tg_argv[0], ' ', 1) then
      return new;
    end if;
    raise exception '% can not begin as %', tg_table_name, new.state using errcode = 'check_violation';
  elsif old.state = new.state or old.state || ' ' || new.state = any (tg_argv) then
    return new;
  end if;
  raise exception '% can not become % from %', tg_table_name, new.state, old.state using errcode = 'check_violation';
end $$;
-- +goose StatementEnd

-- What the role that serves people may do, with all tables that there are:
-- `portal migrate` calls this after the last migration. It may neither shape
-- the database nor change what is append-only.
-- +goose StatementBegin
create function grant_runtime(runtime name) returns void language plpgsql as $$
declare
  one record;
begin
  for one in
    select p.oid::regprocedure as name from pg_proc p where p.pronamespace = current_schema()::regnamespace and p.prosecdef
  loop
    -- Temporary tables are looked for last, or the caller's would be taken for ours.
    execute format('alter function %s set search_path = %I, pg_temp', one.name, current_schema());
    execute format('revoke all on function %s from public', one.name);
    execute format('grant execute on function %s to %I', one.name, runtime);
  end loop;
  if runtime = current_user then
    return; -- one role for both
  end if;
  execute format('revoke create on schema %I from public', current_schema());
  execute format('grant usage on schema %I to %I', current_schema(), runtime);
  for one in
    select c.oid::regclass as name,
      case c.relkind when 'S' then 'sequence' else 'table' end as kind,
      case
        when c.relkind = 'S' then 'usage'
        when c.relispartition then 'select'
        when c.relname = 'goose_db_version' or c.relname like '%\_migration' then 'select'
        when exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'refuse_change'::regproc and t.tgtype & 32 <> 0) then 'select, insert'
        else 'select, insert, update, delete'
      end as rights
    from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'S')
  loop
    execute format('revoke all on %s %s from %I', one.kind, one.name, runtime);
    execute format('grant %s on %s %s to %I', one.rights, one.kind, one.name, runtime);
  end loop;
end $$;
-- +goose StatementEnd

create table audit_entry (
  id         uuid primary key,
  at         timestamptz not null,
  actor_kind text not null check (actor_kind in ('person', 'staff', 'system', 'key', 'provider')),
  actor_id   text not null default '',
  action     text not null check (action <> ''),
  person_id  uuid, -- opaque: outlives the person, names nobody
  subject    text not null default '',
  detail     jsonb not null default '{}'
);
create index audit_entry_person on audit_entry (person_id, at desc) where person_id is not null;
create index audit_entry_at on audit_entry (at desc, id desc);
create index audit_entry_staff on audit_entry (actor_id, at desc, id desc) where actor_kind = 'staff';
create index audit_entry_noun on audit_entry (split_part(action, '.', 1), at desc, id desc);
create trigger audit_entry_append_only before update or delete on audit_entry
  for each row execute function refuse_change();
create trigger audit_entry_no_truncate before truncate on audit_entry
  for each statement execute function refuse_change();

-- The log's order, and its proof: a Merkle tree as golang.org/x/mod/sumdb/tlog has
-- it. An entry is inserted in the transaction of its deed and waits in
-- audit_unplaced, those of one statement in one row; nothing is looked up there, so
-- that no deed waits for another. One sequencer gives each its place.
create table audit_unplaced (
  entries uuid[] not null
);
-- The hashes that a leaf adds to the tree: its own, and that of each subtree which it
-- completes. No foreign key: whoever verifies looks for the entry, and a lock of
-- each would write it once more.
create table audit_leaf (
  position bigint primary key check (position >= 0),
  entry_id uuid not null unique,
  hashes   bytea not null check (length(hashes) > 0 and length(hashes) % 32 = 0)
);
create trigger audit_leaf_append_only before update or delete on audit_leaf
  for each row execute function refuse_change();
create trigger audit_leaf_no_truncate before truncate on audit_leaf
  for each statement execute function refuse_change();
-- What the tree came to, signed, each time that it grew.
create table audit_checkpoint (
  size bigint primary key check (size > 0),
  note text not null -- golang.org/x/mod/sumdb/note
);
create trigger audit_checkpoint_append_only before update or delete on audit_checkpoint
  for each row execute function refuse_change();
create trigger audit_checkpoint_no_truncate before truncate on audit_checkpoint
  for each statement execute function refuse_change();
-- When somebody had the log verified, and what was found.
create table audit_check (
  id       uuid primary key,
  asked_by uuid not null, -- a member of the staff
  asked_at timestamptz not null,
  ended_at timestamptz,
  entries  bigint not null default 0, -- that were looked at
  findings jsonb not null default '[]'
);
create unique index audit_check_one_under_way on audit_check ((true)) where ended_at is null;
create index audit_check_asked on audit_check (asked_at desc);

-- Attempts counted per window, for limits that hold across processes. The
-- bucket is a keyed hash: no address of any kind is readable here.
create table attempt (
  bucket       bytea not null,
  window_start timestamptz not null,
  count        integer not null check (count >= 0),
  primary key (bucket, window_start)
);
create index attempt_window on attempt (window_start);

-- What belongs together: this database, its keys, and its file store. segment and
-- hash are of the last segment of the journal in the store that is known here;
-- restored_at is when this database was found to come from a backup.
create table installation (
  one      boolean primary key default true check (one),
  id       uuid not null,
  store_id uuid, -- null until a portal with a file store has come
  renewed  integer not null default 0, -- times that its journal was begun anew
  segment  bigint not null default 0,
  hash     bytea not null default '',
  restored_at timestamptz
);
create table installation_key (
  id    bytea primary key,
  value bytea not null, -- a keyed hash of the installation's id
  since timestamptz not null
);

-- What is on its way to the journal in the file store, for seconds. Nothing is
-- looked up here, so that it costs whoever adds to it as little as can be.
create table journal_outbox (
  kind    text not null check (kind in ('erasure', 'part', 'shorter', 'call-off', 'suppression', 'withdrawal')),
  at      timestamptz[] not null, -- one for each entry that the row holds, as of the two below
  about   uuid[] not null, -- the number of the person that it is about
  id      uuid[] not null,
  topic   text not null default '',
  channel text not null default '',
  wording text not null default '',
  lang    text not null default '',
  hashes  bytea[],
  since   timestamptz, -- of a part of what is held
  until   timestamptz
);

-- Mail to be sent. Arguments, codes and links are sealed, and wiped when
-- the message has gone. person_id is the staff member's id for staff mail and
-- the nil UUID for addresses that belong to nobody here.
create table mail_message (
  person_id uuid not null,
  id        uuid not null,
  kind      text not null,
  topic     text not null default '',
  bulk      boolean not null default false, -- one of many, or may be stopped: goes behind all that somebody waits for
  lang      text not null,
  domain    text not null default '', -- that receives it; empty once it has gone
  -- What the person can read again: as it was sent, but for codes and links, which
  -- act. Empty for mail to the staff and to nobody.
  address   text not null default '',
  subject   text not null default '',
  words     text not null default '',
  sealed    bytea, -- null once sent or given up
  queued_at timestamptz not null,
  due_at    timestamptz not null default now(),
  tries     integer not null default 0, -- that failed for the message's own sake
  sent_at   timestamptz,
  failed_at timestamptz,
  failure   text not null default '',
  -- Who sends it at this moment: no transaction is open meanwhile. A worker that
  -- lives asks again and again to keep it for some seconds more.
  holder     uuid,
  held_until timestamptz, -- by the database's clock
  check ((holder is null) = (held_until is null)),
  check (holder is null or sealed is not null),
  primary key (person_id, id)
);
create index mail_message_due on mail_message (bulk, due_at, id) where sealed is not null and holder is null;
create index mail_message_person on mail_message (person_id, queued_at desc, id desc);
create index mail_message_id on mail_message (id); -- of what comes back
create index mail_message_held on mail_message (holder) where holder is not null;
create index mail_message_failed on mail_message (failed_at) where failed_at is not null;
create index mail_message_stuck on mail_message (domain, failure, queued_at) where sealed is not null and failure <> '';

-- How much one receiving domain is sent, in this minute, and whether it has asked
-- for less. Rows go when a domain has been quiet for a day.
create table mail_domain (
  domain      text primary key,
  minute      timestamptz not null, -- in which these were taken to be sent
  taken       integer not null,
  strikes     integer not null default 0, -- times that it asked for less, lately
  slow_until  timestamptz not null default '-infinity' -- till then it is sent nothing
);

-- How many messages came in on a day, and what became of them; not what they said.
create table inbound_mail (
  day     date not null,
  outcome text not null check (outcome in ('unsubscribed', 'bounced', 'returned', 'complained', 'delayed', 'automatic', 'nobody', 'forged', 'strange', 'oversized', 'unread')),
  number  bigint not null,
  last_at timestamptz not null,
  primary key (day, outcome)
);

-- How many messages a domain is sent a minute at most, by limits ({"": {"minute":
-- 300, "at_once": 4}, "example.com": …}; none without): half as many for each time
-- that it asked for less, lately.
create function mail_share(limits jsonb, d mail_domain, at timestamptz) returns integer language sql immutable as $$
  select case when d.domain is not null then greatest(1, coalesce((coalesce(limits->d.domain, limits->'')->>'minute')::integer, 1000000)
    >> case when d.slow_until > at - interval '10 minutes' then least(d.strikes, 10) else 0 end) end
$$;

-- Holds up to n messages that are due, that nobody holds and one of these keys
-- opens: what somebody waits for before bulk, and of each the longest due.
-- Whatever statistics say of how many are due, and they are behind when many have
-- just been written, they are read in the index's order: sorting all that is due
-- for every few messages would cost more than sending them.
--
-- A domain is sent so much a minute, and by so many workers at once; one that asked
-- for less, by one. Bulk gets four fifths of that, so a letter to everybody leaves
-- room for what somebody waits for. What is of a domain that has had its share is
-- passed over, so it delays no other. Whoever takes does so alone, for a moment.
-- +goose StatementBegin
create function take_mail(by uuid, lease interval, at timestamptz, keys bytea[], n integer, limits jsonb) returns setof mail_message
  language plpgsql set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off as $$
declare
  served text[];
  sated text[]; -- with bulk
  within timestamptz := date_trunc('minute', at);
begin
  perform pg_advisory_xact_lock(hashtext('take_mail'));
  select coalesce(array_agg(s.domain), '{}') into served from (
    select d.domain from mail_domain d where d.slow_until > at or d.minute = within and d.taken >= mail_share(limits, d, at)
    union
    select h.domain from mail_message h left join mail_domain d on d.domain = h.domain where h.holder is not null group by h.domain
      having count(distinct h.holder) >= coalesce((coalesce(limits->h.domain, limits->'')->>'at_once')::integer, 1000000)
        or bool_or(d.strikes > 0 and d.slow_until > at - interval '10 minutes')) s;
  select coalesce(array_agg(d.domain), '{}') into sated from mail_domain d
    where d.minute = within and d.taken >= mail_share(limits, d, at) - mail_share(limits, d, at) / 5;
  return query
    with due as (
      select d.person_id, d.id, d.domain, d.bulk, d.due_at from mail_message d
      where d.sealed is not null and d.holder is null and d.due_at <= at and substring(d.sealed for 4) = any(keys) and d.domain <> all(served)
        and not (d.bulk and d.domain = any(sated))
      order by d.bulk, d.due_at, d.id limit 8 * n
    ), shared as (
      select u.*, coalesce(mail_share(limits, d, at), (coalesce(limits->u.domain, limits->'')->>'minute')::integer, 1000000) as minutely,
        case when d.minute = within then d.taken else 0 end as had
      from due u left join mail_domain d on d.domain = u.domain
    ), placed as (
      select s.*, row_number() over (partition by s.domain order by s.bulk, s.due_at, s.id) as place,
        s.minutely - case when s.bulk then s.minutely / 5 else 0 end - s.had as share
      from shared s
    ), chosen as (
      select m.person_id, m.id, m.domain from mail_message m
      where (m.person_id, m.id) in (select p.person_id, p.id from placed p where p.place <= p.share order by p.bulk, p.due_at, p.id limit n)
      for update skip locked
    ), counted as (
      insert into mail_domain as d (domain, minute, taken) select c.domain, within, count(*) from chosen c group by c.domain
      on conflict (domain) do update set minute = within, taken = excluded.taken + case when d.minute = within then d.taken else 0 end
    )
    update mail_message m set holder = by, held_until = clock_timestamp() + lease
    from chosen c where m.person_id = c.person_id and m.id = c.id
    returning m.*;
end $$;
-- +goose StatementEnd
