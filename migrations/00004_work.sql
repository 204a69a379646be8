-- +goose Up

-- Long work, of every kind: what its noun's tables say is still to do. Whoever
-- works on a plan holds its row; a plan names nobody.
create table plan (
  kind     text not null,
  id       uuid not null,
  noted_at timestamptz not null, -- by a clock that may be put back
  due_at   timestamptz not null,
  tries    integer not null default 0, -- that failed since one went well
  holder     uuid, -- who asks somebody far away, with no transaction open
  held_until timestamptz, -- by the database's clock, unless they, who live, ask for more
  primary key (kind, id)
);
create index plan_due on plan (kind, due_at);
create index plan_failing on plan (kind, due_at) where tries > 0;

create table export (
  person_id   uuid not null,
  id          uuid not null,
  asked_at    timestamptz not null,
  state       text not null check (state in ('waiting', 'building', 'ready', 'failed', 'expired')),
  categories  text[] not null, -- ids of the register
  parts       jsonb not null default '[]', -- what the archive has of each
  rows_done   bigint not null default 0,
  rows_total  bigint not null default 0,
  started_at  timestamptz,
  finished_at timestamptz,
  expires_at  timestamptz,
  blob_key    text not null default '', -- of the archive, once it is ready
  bytes       bigint not null default 0, -- of the ZIP, before it is sealed
  sha256      bytea,
  failure     text not null default '', -- the category whose source is silent
  primary key (person_id, id)
);
create unique index export_one_under_way on export (person_id) where state in ('waiting', 'building');
create unique index export_id on export (id);
create index export_under_way on export (asked_at) where state in ('waiting', 'building');
create index export_failed on export (finished_at) where state = 'failed';
create trigger export_transition before update of state on export
  for each row when (old.state is distinct from new.state) execute function refuse_transition(
    'waiting building', 'waiting failed', 'waiting expired', 'building waiting', 'building ready', 'building failed', 'building expired',
    'ready expired');

-- What is read for an export, source by source, and how far it is.
create table export_step (
  person_id uuid not null,
  export_id uuid not null,
  position  integer not null,
  category  text not null,
  holding   text not null, -- the name of the source
  rows_done bigint not null default 0,
  parts     text[] not null default '{}', -- where what was read lies in the store
  sealed    bytea, -- from where to go on, and what the archive's page shows
  missing   boolean not null default false, -- not all of it could be read
  done_at   timestamptz,
  primary key (person_id, export_id, position),
  foreign key (person_id, export_id) references export on delete cascade
);

create table erasure (
  person_id    uuid not null,
  id           uuid not null,
  state        text not null check (state in ('grace', 'running', 'done', 'cancelled', 'refused')),
  asked_at     timestamptz not null,
  runs_at      timestamptz not null,
  started_at   timestamptz,
  finished_at  timestamptz,
  sealed       bytea, -- where the receipt goes: wiped when it has gone
  lang         text not null,
  unrevoked    boolean not null default false, -- a sign-in service could not be told
  receipt      text not null default '', -- the signed receipt, names nobody
  check (state not in ('running', 'done') or coalesce(started_at >= runs_at, false)),
  primary key (person_id, id)
);
create unique index erasure_one_under_way on erasure (person_id) where state in ('grace', 'running');
create unique index erasure_id on erasure (id);
create index erasure_under_way on erasure (runs_at) where state in ('grace', 'running');
-- It opens what is append-only (erase_from_ledger): none begins as running, and
-- none is hurried or becomes somebody else's.
create trigger erasure_transition before insert or update of state on erasure
  for each row execute function refuse_transition(
    'grace running', 'grace cancelled', 'grace refused', 'running done');
create trigger erasure_stays before update of person_id, id, asked_at, runs_at on erasure
  for each row when ((old.id, old.asked_at, old.runs_at) is distinct from (new.id, new.asked_at, new.runs_at)
    or new.person_id not in (old.person_id, '00000000-0000-0000-0000-000000000000')) -- parted from its person
  execute function refuse_change();
create trigger erasure_receipt_stays before update of receipt on erasure
  for each row when (old.receipt <> '' and new.receipt <> old.receipt) execute function refuse_change();
create table erasure_step (
  person_id  uuid not null,
  erasure_id uuid not null,
  position   integer not null,
  category   text not null,
  action     text not null check (action in ('delete', 'anonymise', 'keep')),
  rows_due   bigint not null,
  rows_done  bigint not null default 0,
  keep_until timestamptz,
  source     text not null default '', -- which it is at, of the category's
  resume     text not null default '', -- where it goes on there; empty is the beginning
  done_at    timestamptz,
  primary key (person_id, erasure_id, position)
);
-- Replayed after a restore from backup.
create table tombstone (
  person_id     uuid primary key,
  erased_at     timestamptz not null,
  address_hashes bytea[] not null
);
create trigger tombstone_append_only before update or delete on tombstone
  for each row execute function refuse_change();
create trigger tombstone_no_truncate before truncate on tombstone
  for each statement execute function refuse_change();

-- What erasing somebody does to a ledger of theirs, to as many rows as are
-- said, or all: deed is an action of the register, emptied the columns that it
-- empties. It wants an erasure that has begun, as the log says which nobody can
-- alter, and gives how many rows it was.
-- +goose StatementBegin
create function erase_from_ledger(ledger regclass, deed text, emptied text[], person uuid, most bigint) returns bigint language plpgsql security definer as $$
declare
  sets  text[] := array(select format('%I = %L', c, '') from unnest(emptied) c);
  full_ text := (select string_agg(format('%I <> %L', c, ''), ' or ') from unnest(emptied) c);
  done  bigint;
begin
  if not exists (select from pg_trigger where tgrelid = ledger and tgfoid = 'refuse_unless_erasing'::regproc)
    or not exists (select from erasure e join audit_entry a on a.person_id = e.person_id and a.action = 'erasure.begun' and a.subject = e.id::text
      where e.person_id = person and e.state in ('running', 'done')) then
    raise exception 'no erasure reaches % now', ledger using errcode = 'insufficient_privilege';
  end if;
  perform set_config('portal.erasing', 'on', true);
  execute format(case deed
      when 'delete' then 'delete from %1$s where ctid = any (array(select ctid from %1$s where person_id = $1 limit $2))'
      when 'keep' then 'update %1$s set %2$s where ctid = any (array(select ctid from %1$s where person_id = $1 and (%3$s) limit $2))'
      when 'anonymise' then 'update %1$s set %2$s where ctid = any (array(select ctid from %1$s where person_id = $1 limit $2))'
    end, ledger, array_to_string(case deed when 'anonymise' then array[format('person_id = %L', '00000000-0000-0000-0000-000000000000')] || sets else sets end, ', '), full_)
    using person, most;
  get diagnostics done = row_count;
  perform set_config('portal.erasing', '', true);
  return done;
end $$;
-- +goose StatementEnd
