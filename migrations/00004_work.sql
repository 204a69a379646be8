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

-- What time it was when a portal looked last. What can't be undone waits where the
-- clock has gone on much further since.
create table clock_watch (
  one     boolean primary key default true check (one),
  seen_at timestamptz not null
);

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
  waits        boolean not null default false, -- a legal hold keeps it from beginning
  releases_at  timestamptz, -- when the next of what is kept goes; null: nothing waits for a date
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
  released_at timestamptz, -- when what was kept went
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
  for each row execute function refuse_unless_erasing();
create trigger tombstone_no_truncate before truncate on tombstone
  for each statement execute function refuse_change();

-- What somebody had deleted of a category while their account stays: what is from
-- since on, and before until. A late row of that time is refused.
create table erasure_part (
  person_id   uuid not null,
  id          uuid not null,
  category    text not null,
  since       timestamptz, -- null: from the beginning
  until       timestamptz not null,
  asked_at    timestamptz not null,
  finished_at timestamptz,
  rows_due    bigint not null,
  rows_done   bigint not null default 0,
  resume      text not null default '', -- where it goes on
  receipt     text not null default '', -- signed, once it is finished
  waits       boolean not null default false, -- a legal hold keeps it from going on
  refuses     boolean check (refuses), -- null: no row of that time can come any more
  told        boolean not null default false, -- the person has been written to
  request_id  uuid, -- null: the person began it
  primary key (person_id, id)
);
create unique index erasure_part_id on erasure_part (id);
create index erasure_part_under_way on erasure_part (person_id, category) where finished_at is null;
create index erasure_part_refuses on erasure_part (category, person_id) where refuses;

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

-- Each time that a rule of the register took away what it says is over: what is
-- older than before, in batches. Where it goes on is in place and resume.
create table retention_run (
  id         uuid primary key,
  rule       text not null, -- a category of the register
  keep       text not null, -- how long, as the register said
  before     timestamptz not null,
  started_at timestamptz not null,
  ended_at   timestamptz,
  outcome    text not null default '' check (outcome in ('', 'done', 'stopped')),
  rows       bigint not null default 0,
  partitions bigint not null default 0,
  oldest     timestamptz, -- of what went
  place      text not null default '',
  resume     text not null default '',
  check ((ended_at is null) = (outcome = ''))
);
create unique index retention_run_under_way on retention_run (rule) where ended_at is null;
create index retention_run_last on retention_run (rule, started_at desc);
create index retention_run_began on retention_run (started_at desc, rule);
-- It opens what is append-only (sweep_ledger): none is hidden, or said to be another.
create trigger retention_run_kept before delete on retention_run for each row when (old.started_at is not null) execute function refuse_change();
create trigger retention_run_stays before update of id, rule, keep, before, started_at on retention_run
  for each row when ((old.id, old.rule, old.keep, old.before, old.started_at) is distinct from (new.id, new.rule, new.keep, new.before, new.started_at))
  execute function refuse_change();

-- How long each rule said when it ran last, or what an administrator confirmed: a
-- shorter time waits for that, with what it would take.
create table retention_rule (
  rule       text primary key,
  keep       text not null,
  waits      text not null default '', -- the shorter time
  rows       bigint not null default 0,
  partitions bigint not null default 0,
  oldest     timestamptz,
  counted_at timestamptz -- null while none waits
);

-- Who has a category kept for a shorter time than the register says: what of it is
-- older goes once a day.
create table retention_choice (
  person_id uuid not null,
  category  text not null,
  id        uuid not null,
  keep      text not null, -- how long, as the register says such
  chosen_at timestamptz not null,
  rows      bigint not null default 0, -- that went because of it
  swept_at  timestamptz, -- when nothing older was left last
  resume    text not null default '', -- where it goes on
  primary key (person_id, category)
);
create unique index retention_choice_id on retention_choice (id);
create index retention_choice_of on retention_choice (category, person_id) include (keep);

-- What a run takes from a ledger, as many rows as are said: those older than it
-- says by their clock, or those under a row of parent that is gone. Nobody who is
-- spared loses any.
-- +goose StatementBegin
create function sweep_ledger(ledger regclass, run uuid, clock text, parent regclass, link text, spared uuid[], most bigint, out done bigint, out oldest timestamptz) language plpgsql security definer as $$
declare
  since timestamptz := (select r.before from retention_run r where r.id = run and r.ended_at is null);
  which text := case when parent is null then format('%I < $1', clock)
    else format('not exists (select from %s p where p.person_id = l.person_id and p.id = l.%I)', parent, link) end;
begin
  if since is null or not exists (select from pg_trigger where tgrelid = ledger and tgfoid = 'refuse_unless_erasing'::regproc) then
    raise exception 'no run reaches % now', ledger using errcode = 'insufficient_privilege';
  end if;
  perform set_config('portal.erasing', 'on', true);
  execute format('with gone as (
    delete from %1$s where ctid = any (array(select l.ctid from %1$s l where %2$s and (l.person_id = any ($2)) is not true limit $3)) returning %3$I as at)
    select count(*), min(at) from gone', ledger, which, clock) into done, oldest using since, spared, most;
  perform set_config('portal.erasing', '', true);
end $$;
-- +goose StatementEnd

-- Takes away the partition of a month, of which a run on record says that all is
-- over and of which no page is told any more (record_period). It waits for nobody:
-- who would read the table behind it waits too.
-- +goose StatementBegin
create function drop_partition(partitioned regclass, month timestamptz, run uuid) returns void language plpgsql security definer set lock_timeout = '2s' as $$
declare
  parent text := (select relname from pg_class where oid = partitioned and relkind = 'p' and relnamespace = current_schema()::regnamespace);
  first  timestamp := date_trunc('month', month at time zone 'UTC');
begin
  if parent is null or parent = 'record_month'
    or not exists (select from retention_run r where r.id = run and r.ended_at is null and r.before >= (first + interval '1 month') at time zone 'UTC')
    or exists (select from record_period p where p.source = parent and p.since = first at time zone 'UTC') then
    raise exception 'no run drops % of % now', to_char(first, 'YYYY-MM'), partitioned using errcode = 'insufficient_privilege';
  end if;
  execute format('drop table if exists %I', parent || to_char(first, '_YYYY_MM'));
end $$;
-- +goose StatementEnd

-- Letters to everybody whom something concerns. How far it is, is in resume.
create table mailing (
  id        uuid primary key,
  kind      text not null check (kind in ('policy', 'notice', 'breach')),
  breach    uuid, -- that it tells of
  state     text not null check (state in ('draft', 'running', 'paused', 'done', 'cancelled')),
  topic     text not null, -- of the register
  version   text not null default '', -- of the policy that it tells of
  subject   jsonb not null, -- by language
  body      jsonb not null,
  whom      text not null default 'everybody' check (whom in ('everybody', 'countries', 'categories', 'topic', 'list')),
  among     text[] not null default '{}', -- countries of residence, categories or the topic of the register
  unknown   bigint not null default 0, -- how many of a list are nobody here
  unknown_lines integer[] not null default '{}', -- on which of its lines the first of them stand
  size      bigint not null, -- whom it concerned when it was drafted
  drafted_by uuid not null, -- members of the staff: who wrote its last words
  drafted_at timestamptz not null,
  edition    integer not null default 1, -- how often it was written
  counted_at timestamptz, -- when it was known who will get it
  begun_by   uuid,
  begun_at   timestamptz, -- who signed up later is not written to
  ended_at   timestamptz,
  resume     uuid not null default '00000000-0000-0000-0000-000000000000', -- the last person who was looked at
  would      bigint not null default 0, -- who will get it, as far as a draft is counted
  written    bigint not null default 0,
  passed     bigint not null default 0, -- who had said no
  listed     bigint not null default 0, -- whose address is on the suppression list
  check ((state in ('done', 'cancelled')) = (ended_at is not null)),
  check ((kind = 'breach') = (breach is not null)),
  check (state in ('draft', 'cancelled') or begun_at is not null)
);
create index mailing_breach on mailing (breach) where breach is not null;
create index mailing_drafted on mailing (drafted_at desc, id);
create trigger mailing_transition before update of state on mailing
  for each row when (old.state is distinct from new.state) execute function refuse_transition(
    'draft running', 'draft cancelled', 'running paused', 'running done', 'running cancelled', 'paused running', 'paused cancelled');
create trigger mailing_stays before update of id, kind, breach, topic, version, subject, body, whom, among, unknown, drafted_by, drafted_at on mailing
  for each row when ((old.state <> 'draft' or new.state <> 'draft' or (old.id, old.kind, old.breach) is distinct from (new.id, new.kind, new.breach))
    and (old.id, old.kind, old.breach, old.topic, old.version, old.subject, old.body, old.whom, old.among, old.unknown, old.drafted_by, old.drafted_at)
    is distinct from (new.id, new.kind, new.breach, new.topic, new.version, new.subject, new.body, new.whom, new.among, new.unknown, new.drafted_by, new.drafted_at))
  execute function refuse_change();
create trigger mailing_kept before delete on mailing for each row when (old.begun_at is not null) execute function refuse_change();

-- Breaches of personal data (GDPR art. 33(5)): none is ever deleted.
create table breach (
  id           uuid primary key,
  state        text not null check (state in ('open', 'told', 'closed')),
  found_at     timestamptz not null, -- from here the clock runs
  nature       text not null check (nature <> ''),
  categories   text[] not null, -- of the register
  people       bigint check (people >= 0), -- about how many; null: not known yet
  consequences text not null,
  measures     text not null,
  high_risk    boolean not null, -- people are told, too (art. 34(1))
  version      integer not null,
  noted_by     uuid not null, -- a member of the staff
  noted_at     timestamptz not null,
  told_at      timestamptz, -- the supervisory authority was
  reference    text not null default '',
  late         text not null default '', -- why it was told late (art. 33(1))
  closed_at    timestamptz,
  reason       text not null default '', -- why it need not be told
  check ((state = 'told') = (told_at is not null)),
  check ((state = 'closed') = (closed_at is not null) and (state = 'closed') = (reason <> '')),
  check (told_at is null or told_at between found_at and found_at + interval '72 hours' or told_at > found_at and late <> '')
);
create index breach_open on breach (found_at, id) where state = 'open';
create trigger breach_transition before update of state on breach
  for each row when (old.state is distinct from new.state) execute function refuse_transition('open told', 'open closed', 'closed open');
create trigger breach_stays before update of id, found_at, noted_by, noted_at on breach
  for each row when ((old.id, old.found_at, old.noted_by, old.noted_at) is distinct from (new.id, new.found_at, new.noted_by, new.noted_at))
  execute function refuse_change();
create trigger breach_kept before delete on breach for each row when (old.found_at is not null) execute function refuse_change();

-- Whom a list names, until its letters are written.
create table mailing_person (
  person_id  uuid not null,
  mailing_id uuid not null references mailing on delete cascade,
  named_at   timestamptz not null,
  primary key (person_id, mailing_id)
);
create index mailing_person_next on mailing_person (mailing_id, person_id);

-- Other systems that are told what people choose, in the order of the ledger.
create table webhook (
  id         uuid primary key,
  name       text not null,
  url        text not null check (url like 'https://%'),
  secret     bytea not null, -- sealed, as the next
  old_secret bytea, -- signs beside the other
  old_until  timestamptz,
  cursor     text not null, -- behind the last line that was taken, or put aside
  created_at timestamptz not null,
  taken_at   timestamptz, -- when the last message was
  failed_at  timestamptz, -- since when none is
  failure    text not null default '' check (failure in ('', 'answered', 'unreachable', 'inside')),
  status     integer not null default 0, -- that was answered with
  removed_at timestamptz
);
create unique index webhook_name on webhook (name) where removed_at is null;
-- What a message holds is written down before it is sent, so that it is the same
-- however often it is: lines behind one cursor, up to another.
create table webhook_message (
  webhook_id uuid not null references webhook,
  id         uuid not null,
  state      text not null check (state in ('waiting', 'dead', 'again')),
  after      text not null,
  up_to      text not null,
  lines      integer not null,
  made_at    timestamptz not null,
  tries      integer not null default 0,
  refused    integer not null default 0, -- of the tries
  failure    text not null default '',
  status     integer not null default 0,
  primary key (webhook_id, id)
);
create unique index webhook_message_waiting on webhook_message (webhook_id) where state = 'waiting';
create trigger webhook_message_transition before update of state on webhook_message
  for each row when (old.state is distinct from new.state) execute function refuse_transition('waiting dead', 'again dead', 'dead again');
