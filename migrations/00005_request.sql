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
  erasure_id   uuid,
  rank         smallint not null default 1 check (rank in (0, 1)), -- 0 goes before the others: promise P21
  said_at      timestamptz, -- the person wrote, and nobody has answered since
  primary key (person_id, id)
);
create unique index request_id on request (id);
create index request_queue on request (state, rank, due_on, id);
create index request_answered on request (state, rank, due_on, id) where said_at is not null;
create index request_newest on request (state, received_at desc, id desc);
create index request_kind on request (state, kind, rank, due_on, id);
create index request_owner on request (owner_id, state, rank, due_on, id);

create trigger request_transition before update of state on request
  for each row when (old.state is distinct from new.state) execute function refuse_transition(
    'open approved', 'open refused', 'open done', 'open cancelled', 'approved refused', 'approved done', 'approved cancelled');

create table request_event (
  person_id  uuid not null,
  request_id uuid not null,
  id         uuid not null,
  at         timestamptz not null,
  actor_kind text not null check (actor_kind in ('person', 'staff', 'system')),
  actor_id   text not null default '',
  kind       text not null, -- 'received', 'opened', 'taken', 'approved', 'refused', 'note', 'done', 'cancelled'
  text       text not null default '',
  internal   boolean not null default false, -- staff only
  primary key (person_id, request_id, id)
);

create trigger request_event_append_only before update or delete on request_event
  for each row execute function refuse_unless_erasing('text');
create trigger request_event_no_truncate before truncate on request_event
  for each statement execute function refuse_change();
