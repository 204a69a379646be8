-- +goose Up

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
  touched_at  timestamptz, -- when its build last showed a sign of life
  finished_at timestamptz,
  expires_at  timestamptz,
  blob_key    text not null default '', -- of the build that has claimed it
  bytes       bigint not null default 0, -- of the ZIP, before it is sealed
  sha256      bytea,
  failure     text not null default '', -- the category whose source is silent
  primary key (person_id, id)
);
create unique index export_one_under_way on export (person_id) where state in ('waiting', 'building');
create index export_expiry on export (expires_at) where state = 'ready';
create index export_blob on export (blob_key);

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
  primary key (person_id, id)
);
create unique index erasure_one_under_way on erasure (person_id) where state in ('grace', 'running');
create unique index erasure_id on erasure (id);
create table erasure_step (
  person_id  uuid not null,
  erasure_id uuid not null,
  position   integer not null,
  category   text not null,
  action     text not null check (action in ('delete', 'anonymise', 'keep')),
  rows_due   bigint not null,
  rows_done  bigint not null default 0,
  keep_until timestamptz,
  done_at    timestamptz,
  primary key (person_id, erasure_id, position)
);
-- Replayed after a restore from backup.
create table tombstone (
  person_id     uuid primary key,
  erased_at     timestamptz not null,
  address_hashes bytea[] not null
);

-- +goose Down
drop table tombstone, erasure_step, erasure, export;
