-- +goose Up

-- Rows that prove something may be added and, where the register says so,
-- erased; they are never rewritten.
-- +goose StatementBegin
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on % is refused: it is append-only', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
-- +goose StatementEnd

-- A ledger of a person's own may lose rows to an erasure, which says so by
-- `set local portal.erasing = 'on'`; nothing else may delete. Where the trigger
-- says 'wipe', an erasure may also empty what was written.
-- +goose StatementBegin
create function refuse_unless_erasing() returns trigger language plpgsql as $$
begin
  if current_setting('portal.erasing', true) = 'on' then
    if tg_op = 'DELETE' then
      return old;
    elsif tg_argv[0] = 'wipe' then
      return new;
    end if;
  end if;
  raise exception '% on % is refused: it is append-only', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
-- +goose StatementEnd

-- A state moves only by a pair, 'from to', that the trigger names; the room has
-- the same pairs.
-- +goose StatementBegin
create function refuse_transition() returns trigger language plpgsql as $$
begin
  if old.state || ' ' || new.state = any (tg_argv) then
    return new;
  end if;
  raise exception '% can not become % from %', tg_table_name, new.state, old.state using errcode = 'check_violation';
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

-- Attempts counted per window, for limits that hold across processes. The
-- bucket is a keyed hash: no address of any kind is readable here.
create table attempt (
  bucket       bytea not null,
  window_start timestamptz not null,
  count        integer not null check (count > 0),
  primary key (bucket, window_start)
);
create index attempt_window on attempt (window_start);

-- Mail to be sent. Address, arguments and links are sealed, and wiped when
-- the message has gone. person_id is the staff member's id for staff mail and
-- the nil UUID for addresses that belong to nobody here.
create table mail_message (
  person_id uuid not null,
  id        uuid not null,
  kind      text not null,
  topic     text not null default '',
  lang      text not null,
  sealed    bytea, -- null once sent or given up
  queued_at timestamptz not null,
  sent_at   timestamptz,
  failed_at timestamptz,
  failure   text not null default '',
  primary key (person_id, id)
);
create unique index mail_message_id on mail_message (id);
create index mail_message_waiting on mail_message (queued_at) where sealed is not null;

-- +goose Down
drop table mail_message;
drop table attempt;
drop table audit_entry;
drop function refuse_unless_erasing();
drop function refuse_transition();
drop function refuse_change();
