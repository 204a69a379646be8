-- +goose Up

create table request (
  person_id    uuid not null,
  id           uuid not null,
  reference    text not null unique, -- what people say on the telephone: R-7KQ2M9
  kind         text not null, -- a request kind of the register
  state        text not null check (state in ('open', 'approved', 'refused', 'done', 'cancelled')),
  jurisdiction text not null, -- 'eea', 'us-ca', 'unknown', 'other'
  message      text not null default '',
  received_at  timestamptz not null,
  due_on       date not null,
  due_why      jsonb not null default '[]', -- the deadline's reasoning, step by step
  decided_at   timestamptz,
  closed_at    timestamptz,
  owner_id     uuid references staff_member,
  reason_code  text not null default '',
  decision     text not null default '', -- the text that the person reads
  outcome      text not null default '' check (outcome in ('', 'granted', 'part', 'refused')), -- of what was decided, '' if nothing was
  erasure_id   uuid,
  rank         smallint not null default 1 check (rank in (0, 1)), -- 0 goes before the others: promise P21
  said_at      timestamptz, -- the person wrote, and nobody has answered since
  confirmed_at timestamptz, -- when the person was told that it was received, where the law asks for that
  confirm_by   date,        -- and by when it does
  extended_at  timestamptz, -- when the person was told that it takes longer
  appealed_at  timestamptz, -- when the person answered a refusal: somebody else decides
  decided_by   uuid references staff_member,
  channel      text not null default 'portal' check (channel in ('portal', 'form')), -- by which way it came: signed in, or without an account
  primary key (person_id, id)
);
create unique index request_id on request (id);
-- Staff read requests in three orders, narrowed by who has one, its kind and its law: an
-- index for each, so that a page costs the same however many requests there are.
create index request_due on request (state, rank, due_on, id) where state in ('open', 'approved');
create index request_due_owner on request (state, (coalesce(owner_id, '00000000-0000-0000-0000-000000000000')), rank, due_on, id, kind, jurisdiction) where state in ('open', 'approved');
create index request_due_kind on request (state, kind, rank, due_on, id, jurisdiction) where state in ('open', 'approved');
create index request_due_law on request (state, jurisdiction, rank, due_on, id) where state in ('open', 'approved');
create index request_due_kind_law on request (state, kind, jurisdiction, rank, due_on, id) where state in ('open', 'approved');
create index request_answered on request (state, rank, due_on, id) where said_at is not null;
create index request_answered_newest on request (state, received_at desc, id desc) where said_at is not null;
create index request_newest on request (state, received_at desc, id desc);
create index request_newest_owner on request (state, (coalesce(owner_id, '00000000-0000-0000-0000-000000000000')), received_at desc, id desc, kind, jurisdiction);
create index request_newest_kind on request (state, kind, received_at desc, id desc, jurisdiction);
create index request_newest_law on request (state, jurisdiction, received_at desc, id desc);
create index request_closed on request (state, closed_at desc, id desc) where state in ('done', 'refused', 'cancelled');
create index request_closed_owner on request (state, (coalesce(owner_id, '00000000-0000-0000-0000-000000000000')), closed_at desc, id desc, kind, jurisdiction) where state in ('done', 'refused', 'cancelled');
create index request_closed_kind on request (state, kind, closed_at desc, id desc, jurisdiction) where state in ('done', 'refused', 'cancelled');
create index request_closed_law on request (state, jurisdiction, closed_at desc, id desc) where state in ('done', 'refused', 'cancelled');

create trigger request_transition before update of state on request
  for each row when (old.state is distinct from new.state) execute function refuse_transition(
    'open approved', 'open refused', 'open done', 'open cancelled', 'approved refused', 'approved done', 'approved cancelled',
    'refused open', 'done open');

create table request_event (
  person_id  uuid not null,
  request_id uuid not null,
  id         uuid not null,
  at         timestamptz not null,
  actor_kind text not null check (actor_kind in ('person', 'staff', 'system')),
  actor_id   text not null default '',
  kind       text not null, -- 'received', 'opened', 'taken', 'extended', 'appealed', 'approved', 'refused', 'note', 'done', 'cancelled'
  text       text not null default '',
  internal   boolean not null default false, -- staff only
  primary key (person_id, request_id, id)
);

-- What somebody without an account asked for, until they prove their address: not a request yet.
create table request_draft (
  token_hash bytea primary key,
  sealed     bytea not null, -- the address, and what is asked for
  expires_at timestamptz not null
);
create index request_draft_expires on request_draft (expires_at);

create trigger request_event_append_only before update or delete on request_event
  for each row execute function refuse_unless_erasing('text');
create trigger request_event_no_truncate before truncate on request_event
  for each statement execute function refuse_change();

-- What a request is about, thing by thing, what was decided of each, and what it was
-- before and after.
create table request_item (
  person_id   uuid not null,
  request_id  uuid not null,
  id          uuid not null,
  at          timestamptz not null,
  purpose     text not null default '', -- of the register: a use
  category    text not null default '', -- of the register: a kind of data; neither: all there is
  source      integer not null default 0, -- which of the category's sources the row is in
  row         text not null default '', -- its key there
  field       text not null default '',
  was         text not null default '', -- what stood there when it was asked for, and then when it was done
  wanted      text not null default '', -- what is to stand there
  granted     boolean, -- null: nobody has decided
  reason_code text not null default '', -- why not
  primary key (person_id, request_id, id),
  check (granted is not false or reason_code <> '')
);

-- One thing that a member of the staff does to many requests, and what became of each.
create table request_bulk (
  id          uuid primary key,
  member_id   uuid not null references staff_member,
  deed        text not null check (deed in ('take', 'assign', 'reply', 'refuse')),
  made_at     timestamptz not null,
  size        integer not null,
  more        boolean not null, -- were found than are done at once
  begun_at    timestamptz,
  ended_at    timestamptz,
  stopped_at  timestamptz,
  to_id       uuid references staff_member, -- to whom they are given
  reason_code text not null default '',
  words       jsonb not null default '{}' -- that each person reads, by language
);
create index request_bulk_made on request_bulk (made_at);
create table request_bulk_item (
  bulk_id    uuid not null references request_bulk on delete cascade,
  n          integer not null,
  request_id uuid not null,
  outcome    text not null default '', -- 'done', or the message that says why not; '': nothing yet
  primary key (bulk_id, n)
);
create index request_bulk_item_next on request_bulk_item (bulk_id, n) where outcome = '';

-- What is kept and not used of somebody: by what they asked for (GDPR art. 18), because
-- they objected to a use (art. 21), or because somebody reported that the account may be
-- a child's. It is in force until ends_at.
create table restriction (
  person_id  uuid not null,
  id         uuid not null,
  request_id uuid, -- of theirs, by which it was asked for
  report_id  uuid, -- of somebody else's, of whom they are to know nothing
  ground     text not null check (ground in ('limited', 'objected', 'child')),
  purpose    text not null default '', -- of the register: a use
  category   text not null default '', -- of the register: a kind of data; neither: all there is
  since      timestamptz not null,
  ends_at    timestamptz, -- null: until somebody ends it
  ended_by   text not null default '' check (ended_by in ('', 'person', 'staff', 'guardian')),
  deed       text not null default '' check (deed in ('', 'parent', 'erasure', 'none')), -- what was done with a child's account
  deed_at    timestamptz,
  why        text not null default '', -- why it is none, in the staff's words
  primary key (person_id, id),
  check ((ends_at is null) = (ended_by = '')),
  check (request_id is not null or ground = 'child'),
  check ((deed = '') = (deed_at is null))
);
create index restriction_in_force on restriction (ends_at);
create index restriction_report on restriction (report_id) where report_id is not null;

-- What somebody else is told of or asked for: a recipient of the register, of what was
-- done with data that it has, or whoever staff ask.
create table task (
  person_id  uuid not null,
  id         uuid not null,
  request_id uuid, -- null: it follows from what the person did without asking anybody
  at         timestamptz not null,
  act        text not null check (act in ('corrected', 'restricted', 'allowed', 'erased', 'asked')),
  recipient  text not null default '', -- of the register
  address    text not null default '', -- that was written to
  lang       text not null default '', -- in which
  about      jsonb not null default '[]', -- categories of the register; none: all there is
  words      text not null default '', -- what staff ask
  state      text not null check (state in ('open', 'told', 'answered', 'failed', 'skipped')),
  due_at     timestamptz not null,
  reminded   smallint not null default 0,
  told_at    timestamptz,
  ended_at   timestamptz,
  outcome    text not null default '' check (outcome in ('', 'complied', 'nothing', 'declined')),
  answer     text not null default '',
  sealed     bytea, -- whom and what it is about, until it is over
  primary key (person_id, id),
  check ((ended_at is null) = (state in ('open', 'told'))),
  check (sealed is null or state in ('open', 'told'))
);
create unique index task_id on task (id);
create index task_waiting on task (due_at, id) where state in ('open', 'told', 'failed');

create trigger task_transition before update of state on task
  for each row when (old.state is distinct from new.state) execute function refuse_transition(
    'open told', 'open skipped', 'told answered', 'told failed', 'told skipped', 'failed told', 'failed answered', 'failed skipped');
