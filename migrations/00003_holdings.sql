-- +goose Up

-- What a person gave or what happened around them, one row a fact; the
-- register declares each category's fields, and ingest holds rows to it.
create table record (
  person_id   uuid not null,
  category    text not null,
  at          timestamptz not null,
  id          bigint not null, -- from the row's key, or its content: the same row twice is one row
  fields      jsonb not null check (jsonb_typeof(fields) = 'object'),
  ingested_at timestamptz not null,
  -- Of a row with a key of its own, which may come again and say something else:
  content      bigint, -- what its feed said last, hashed; null without a key
  changed_at   timestamptz, -- when that became so, if the feed says
  earlier      bigint[], -- what it said before
  corrected    text[], -- fields that the person corrected: no feed undoes that
  corrected_at timestamptz,
  primary key (person_id, category, at, id)
);
create index record_keyed on record (person_id, category, id) where content is not null;

-- Exactly the four things that promise P6 allows. Partitioned by month, so
-- that old months can be dropped whole (make_partition).
create table connection_log (
  person_id  uuid not null,
  started_at timestamptz not null,
  id         bigint not null,
  network    inet not null, -- the network the connection came from, never where it went
  place      text not null default '',
  bytes      bigint not null check (bytes >= 0),
  seconds    bigint not null check (seconds >= 0),
  primary key (person_id, started_at, id)
) partition by range (started_at);

create table site_usage (
  person_id   uuid not null,
  at          timestamptz not null,
  id          bigint not null,
  page        text not null,
  came_from   text not null default '',
  went_to     text not null default '',
  response_ms bigint,
  seconds     bigint,
  scroll_pct  bigint,
  clicks      bigint,
  hovers      bigint,
  left_by     text not null default '',
  error       text not null default '',
  primary key (person_id, at, id)
) partition by range (at);

-- What the rows of a month come to, for each person who has any, so that no
-- page counts a life's rows. Made once they have settled, never as they come in.
create table record_month (
  person_id uuid not null,
  category  text not null,
  month     timestamptz not null, -- its beginning, UTC
  rows      bigint not null,
  amount    bigint not null, -- what the category measures: bytes for the connection log
  first_at  timestamptz not null,
  last_at   timestamptz not null,
  primary key (person_id, category, month)
) partition by range (month);

-- Each month of a table with months: which of its rows are in record_month. The
-- others are counted when somebody looks.
create table record_period (
  source       text not null, -- the table
  since        timestamptz not null,
  until        timestamptz not null,
  written_at   timestamptz not null default '-infinity', -- when the last rows came in
  reach        timestamptz not null, -- just behind the latest of them
  summed_until timestamptz not null, -- rows before it are in the sums; since if none are
  summed_at    timestamptz not null default '-infinity',
  remake       boolean not null default false, -- what sums there are hold no more: replaced, not added to
  summing      uuid, -- sums that are being made, unless a row came in before their end
  summing_until timestamptz not null default '-infinity',
  primary key (source, since)
);

-- The partition in which a moment lies, made by a role that may not make tables
-- itself: a month, or a year of the sums. Whoever may read the table may read the
-- partition by its name. One portal at a time: it locks the table.
-- +goose StatementBegin
create function make_partition(partitioned regclass, moment timestamptz) returns void language plpgsql security definer as $$
declare
  parent text := (select relname from pg_class where oid = partitioned and relkind = 'p' and relnamespace = current_schema()::regnamespace);
  unit   text := case parent when 'record_month' then 'year' else 'month' end;
  since  timestamp := date_trunc(unit, moment at time zone 'UTC');
  until  timestamp := since + ('1 ' || unit)::interval;
  named  text := parent || to_char(since, case unit when 'year' then '_YYYY' else '_YYYY_MM' end);
  reader regrole;
begin
  if parent is null then
    raise exception '% has no partitions', partitioned using errcode = 'wrong_object_type';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('portal partition ' || parent, 0));
  if to_regclass(format('%I', named)) is null then
    execute format('create table %I partition of %s for values from (%L) to (%L)', named, partitioned,
      since at time zone 'UTC', until at time zone 'UTC');
    for reader in select grantee from pg_class, aclexplode(relacl) where grantee <> 0 and oid = partitioned and privilege_type = 'SELECT' loop
      execute format('grant select on %I to %s', named, reader);
    end loop;
    if unit = 'month' then
      insert into record_period (source, since, until, reach, summed_until)
        values (parent, since at time zone 'UTC', until at time zone 'UTC', since at time zone 'UTC', since at time zone 'UTC');
    end if;
  end if;
end $$;
-- +goose StatementEnd

create table ingest_run (
  id          uuid primary key,
  category    text not null,
  source      text not null, -- a file's name or an API key's id
  started_at  timestamptz not null,
  finished_at timestamptz,
  added       bigint not null default 0,
  updated     bigint not null default 0,
  known       bigint not null default 0,
  refused     bigint not null default 0
);
-- Promise P7: a row with a field it must not have is refused and counted.
create table ingest_refusal (
  category text not null,
  field    text not null,
  day      date not null,
  rows     bigint not null,
  primary key (category, field, day)
);
create table api_key (
  id         uuid primary key,
  name       text not null,
  key_hash   bytea not null unique,
  categories text[] not null, -- that it may send rows for
  scopes     text[] not null, -- what else it is for
  created_at timestamptz not null,
  used_at    timestamptz,
  revoked_at timestamptz
);
create unique index api_key_name on api_key (name) where revoked_at is null;

-- Consent: the ledger, and what it comes to now. Topic '*' is all mail, that
-- which is thought of later too.
create table consent_event (
  person_id uuid not null,
  id        uuid not null,
  at        timestamptz not null,
  topic     text not null check (topic <> ''),
  given     boolean not null,
  channel   text not null check (channel in ('sign-up', 'preferences', 'beside-data', 'mailed-link', 'signal', 'despite-signal', 'one-click', 'unsubscribe-page', 'mailto', 'complaint', 'undo', 'guardian', 'staff', 'import', 'erasure', 'new-wording')),
  wording   text not null default '', -- the text that was read, word by word
  lang      text not null default '',
  primary key (person_id, id)
);
create index consent_event_at on consent_event (person_id, at desc, id desc);
create unique index consent_event_id on consent_event (id);
create trigger consent_event_append_only before update or delete on consent_event
  for each row execute function refuse_unless_erasing();
create trigger consent_event_no_truncate before truncate on consent_event
  for each statement execute function refuse_change();
-- In which order other systems read the ledger. A transaction that began earlier
-- may commit later, so no line has its place when it is written: whoever reads
-- gives one to each that is there for everybody to see, one reader at a time.
create sequence consent_position;
create table consent_place (
  position bigint primary key,
  event_id uuid not null unique references consent_event (id) on delete cascade
);
-- Lines without a place, those of one statement in one row. Nothing is looked up
-- here, so that it costs whoever adds to it as little as can be.
create table consent_unplaced (
  events uuid[] not null
);
create table consent_state (
  person_id uuid not null,
  topic     text not null,
  given     boolean not null,
  at        timestamptz not null,
  channel   text not null, -- of the event that it comes from
  primary key (person_id, topic)
);
-- Whom somebody too young to say yes alone asked to agree, and to what: a parent or
-- guardian, whose address is known by its keyed hash only.
create table guardian (
  person_id    uuid primary key,
  wished       text[] not null, -- topics that the person would say yes to
  allowed      text[] not null default '{}', -- those that the guardian agreed to
  address_hash bytea check (length(address_hash) = 32), -- null until the person says it
  asked_at     timestamptz, -- the link that was mailed then works
  answered_at  timestamptz,
  agreed_link  timestamptz, -- when the link was mailed by which allowed was agreed to: by it, it can be taken back
  check ((address_hash is null) = (asked_at is null)),
  check (answered_at is null or asked_at is not null)
);
-- Outlives accounts: an address, known only by its keyed hash, that gets no
-- mail of a topic ('*' for all of them).
create table suppression (
  address_hash bytea not null check (length(address_hash) = 32),
  topic        text not null,
  at           timestamptz not null,
  reason       text not null check (reason in ('unsubscribed', 'imported', 'bounced', 'complained', 'erased')),
  primary key (address_hash, topic)
);

-- Who on the staff looked at whom, and why: shown to the person.
create table staff_look (
  person_id   uuid not null,
  id          uuid not null,
  at          timestamptz not null,
  staff_id    uuid not null,
  role        text not null,
  what        text not null, -- 'person', 'request', 'export'
  reason_code text not null,
  reason      text not null,
  primary key (person_id, id)
);
create index staff_look_at on staff_look (person_id, at desc);
create trigger staff_look_append_only before update or delete on staff_look
  for each row execute function refuse_unless_erasing('reason');
create trigger staff_look_no_truncate before truncate on staff_look
  for each statement execute function refuse_change();

-- What went to somebody else about a person in a case of its own: shown to the person,
-- unless a law forbids that for a time.
create table disclosure (
  person_id    uuid not null,
  id           uuid not null,
  at           timestamptz not null, -- when it went
  recipient    text not null, -- of the register
  about        jsonb not null default '[]', -- categories of the register
  why          text not null, -- in words that the person may read
  noted_at     timestamptz not null,
  noted_by     uuid not null, -- a member of the staff
  secret       boolean not null default false, -- the person may not be told yet
  secret_until timestamptz, -- and not before
  primary key (person_id, id),
  check (secret_until is not null or not secret)
);
create index disclosure_secret on disclosure (secret_until) where secret;

-- While one is in force, nothing of the person's goes: neither by its time nor by
-- an erasure. It is, until ends_at.
create table legal_hold (
  person_id uuid not null,
  id        uuid not null,
  placed_at timestamptz not null,
  placed_by uuid not null, -- a member of the staff
  reason    text not null,
  ends_at   timestamptz, -- null: until it is lifted
  lifted_by uuid,
  primary key (person_id, id)
);
create index legal_hold_open on legal_hold (ends_at);

-- The policy, version by version. What was published is never said otherwise, and
-- one that was not in force yet may be taken back. What it says is by language.
create table policy_version (
  id        text primary key, -- of its folder
  state     text not null check (state in ('draft', 'published', 'withdrawn')),
  effective date not null, -- the day from which it is in force; of a draft, what its folder proposes
  prose     bytea not null, -- hash of what the folder said
  said      jsonb not null,
  changes   jsonb not null, -- what is different from the version before
  rests     jsonb not null, -- by topic: the basis and the words of what rests on a yes
  renews    text[] not null default '{}', -- topics of which a yes from before counts no more
  drafted_at   timestamptz not null,
  reviewed_at  timestamptz,
  reviewed_by  uuid, -- a member of the staff
  published_at timestamptz,
  published_by uuid, -- null: found at the first start, and in force already
  withdrawn_at timestamptz,
  withdrawn_by uuid,
  check ((state = 'draft') = (published_at is null)),
  check ((state = 'withdrawn') = (withdrawn_at is not null)),
  check ((withdrawn_at at time zone 'UTC')::date <= effective) -- the service knows the office's day
);
create unique index policy_version_effective on policy_version (effective) where state = 'published';
create trigger policy_version_transition before update of state on policy_version
  for each row when (old.state is distinct from new.state) execute function refuse_transition('draft published', 'published withdrawn');
create trigger policy_version_stays before update on policy_version
  for each row when (old.state <> 'draft' and to_jsonb(old) - array['state', 'withdrawn_at', 'withdrawn_by'] <> to_jsonb(new) - array['state', 'withdrawn_at', 'withdrawn_by'])
  execute function refuse_change();
create trigger policy_version_kept before delete on policy_version
  for each row when (old.state <> 'draft') execute function refuse_change();

-- Who was shown which version, in which language, when for the first time, and
-- who said that they have seen it.
create table policy_view (
  person_id uuid not null,
  id        uuid not null,
  version   text not null,
  lang      text not null,
  how       text not null check (how in ('sign-up', 'shown', 'acknowledged')),
  at        timestamptz not null,
  primary key (person_id, id)
);
create unique index policy_view_once on policy_view (person_id, version, lang, how);
create trigger policy_view_append_only before update or delete on policy_view
  for each row execute function refuse_unless_erasing();
create trigger policy_view_no_truncate before truncate on policy_view
  for each statement execute function refuse_change();
