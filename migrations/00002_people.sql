-- +goose Up

create table person (
  id         uuid primary key,
  created_at timestamptz not null,
  lang       text not null default 'en',
  zone       text not null default '', -- IANA name; empty: not known
  zone_chosen boolean not null default false, -- by them, and not by their browser
  age_at     timestamptz, -- when that was their age, of whom staff put it right; null: when they joined
  age_band   text not null check (age_band in ('', '13', '14', '15', '16-17', '18+')), -- asked once, the date is not kept; '': has not joined, and only asked for something
  joined_country text not null default '', -- what they said then, of whoever was under 18: ISO 3166-1 alpha-2; empty: nothing
  closing_at timestamptz -- an erasure has begun: nobody signs in any more
);

create index person_closing on person (id) where closing_at is not null;
create index person_visiting on person (id) where age_band = '' and closing_at is null;

-- Goes on with each account that closes: what was found of people before may be untrue.
create sequence accounts_closed;

create table profile (
  person_id   uuid primary key references person on delete cascade,
  full_name   text not null default '',
  street      text not null default '',
  postal_code text not null default '',
  city        text not null default '',
  region      text not null default '', -- ISO 3166-2 without the country: CA
  country     text not null default '', -- ISO 3166-1 alpha-2: US
  updated_at  timestamptz not null
);

create table email_address (
  person_id   uuid not null references person on delete cascade,
  id          uuid not null,
  address     text not null check (position('@' in address) > 1), -- in the form of internal/address
  spelling    text not null default '', -- as its owner wrote it: mail goes there; empty: as address
  is_primary  boolean not null,
  verified_at timestamptz not null, -- an address nobody proved belongs to nobody
  primary key (person_id, id)
);
create unique index email_address_address on email_address (address);
create unique index email_address_primary on email_address (person_id) where is_primary;

create table password (
  person_id  uuid primary key references person on delete cascade,
  hash       text not null, -- PHC string, argon2id
  changed_at timestamptz not null
);

-- Somebody who has not yet used the link in the mail: not a person yet.
create table sign_up (
  token_hash bytea primary key,
  sealed     bytea not null, -- address, name, choices
  expires_at timestamptz not null
);
create index sign_up_expires on sign_up (expires_at);

-- A signed-in browser. Found by the hash of its cookie's token, so that a
-- reader of this table can sign in as nobody. Owned by a person or by a
-- member of staff, never both.
create table session (
  token_hash bytea primary key,
  id         uuid not null unique,
  person_id  uuid references person on delete cascade,
  staff_id   uuid,
  created_at timestamptz not null,
  seen_at    timestamptz not null,
  expires_at timestamptz not null,
  proved_at  timestamptz, -- when its owner last proved who they are
  ip         inet,
  user_agent text not null default '',
  data       bytea not null default '', -- gorilla/sessions values
  check (person_id is null or staff_id is null)
);
create index session_person on session (person_id, seen_at desc) where person_id is not null;
create index session_staff on session (staff_id) where staff_id is not null;
create index session_expires on session (expires_at);

-- What somebody typed into a form that is shown to them again: sealed, and
-- gone within the hour or with the session.
create table kept_form (
  session_id uuid not null references session (id) on delete cascade,
  id         bytea not null,
  at         timestamptz not null,
  content    bytea not null,
  primary key (session_id, id)
);
create index kept_form_at on kept_form (at);

-- Forms that have done what they were sent for, known by a keyed hash. The
-- same one, sent again, is answered with where the first one led.
create table used_form (
  key    bytea primary key,
  try    uuid not null,
  at     timestamptz not null,
  answer text
);
create index used_form_at on used_form (at);

-- Attempts to get in that failed: those of one kind on one account, from one
-- network, within an hour. Both are keyed hashes, of the account's id (or the
-- address that was typed) and of the network block.
create table security_event (
  hour      timestamptz not null,
  door      text not null check (door in ('sign-in', 'proof', 'mailed-code', 'reset', 'choices', 'mailed-link', 'request', 'guardian', 'task', 'verification', 'service', 'staff-sign-in', 'staff-code', 'invitation', 'api-key')),
  outcome   text not null check (outcome in ('wrong', 'locked', 'refused')),
  account   bytea not null, -- empty: not known
  source    bytea not null,
  person_id uuid references person on delete cascade, -- null: nobody's, or a member's of the staff
  at        timestamptz not null, -- of the last
  times     integer not null check (times > 0),
  primary key (account, source, door, outcome, hour)
) with (fillfactor = 70);
-- By the hour, which stays: counting one more touches no index.
create index security_event_person on security_event (person_id, hour) where person_id is not null;
create index security_event_hour on security_event (hour);

-- A mailed link or code that proves an address: single use.
create table email_proof (
  token_hash bytea primary key, -- a code's is keyed, and its session's
  person_id  uuid not null references person on delete cascade,
  purpose    text not null check (purpose in ('reset', 'change', 'confirm', 'sign-in')),
  address    text not null,
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index email_proof_person on email_proof (person_id);

create table sso_link (
  person_id      uuid not null references person on delete cascade,
  id             uuid not null,
  provider       text not null, -- id in the configuration; may have gone since
  issuer         text not null,
  subject        text not null,
  scopes         text[] not null default '{}',
  claims         jsonb not null default '{}', -- what the service gave us
  sealed_tokens  bytea, -- null once revoked
  linked_at      timestamptz not null,
  used_at        timestamptz not null,
  paused_at      timestamptz, -- the password was reset since: signs nobody in until its owner keeps it
  revoked_at     timestamptz,
  outcome        text not null default '' check (outcome in ('', 'pending', 'revoked', 'already-gone', 'unsupported', 'failed')),
  outcome_at     timestamptz,
  primary key (person_id, id)
);
create unique index sso_link_id on sso_link (id);
create unique index sso_link_subject on sso_link (issuer, subject) where revoked_at is null;

-- A round trip to a provider under way: dies when used, linked or unlinked. A
-- sign-up is one that came back and waits for the person's age and choices.
create table sso_attempt (
  state_hash bytea primary key, -- of the state and the browser's secret together
  provider   text not null,
  purpose    text not null check (purpose in ('sign-in', 'link', 'confirm', 'sign-up')),
  person_id  uuid references person on delete cascade,
  session_id uuid,
  sealed     bytea not null, -- nonce, PKCE verifier, where to return; a sign-up's identity
  expires_at timestamptz not null,
  taken_at   timestamptz -- came back: works once
);
create index sso_attempt_person on sso_attempt (person_id) where person_id is not null;
create index sso_attempt_expires on sso_attempt (expires_at);

create table staff_member (
  id            uuid primary key,
  email         text not null unique, -- in the form of internal/address
  spelling      text not null default '', -- as it was written: mail goes there
  lang          text not null default 'en',
  name          text not null,
  role          text not null check (role in ('agent', 'officer', 'admin')),
  password_hash text not null default '',
  sealed_totp   bytea,
  totp_step     bigint not null default 0, -- last time step used: a code works once
  invite_hash   bytea unique,
  invite_until  timestamptz,
  enrolled_at   timestamptz,
  disabled_at   timestamptz,
  away_from     date, -- the first day of an absence,
  away_until    date, -- and its last
  created_at    timestamptz not null,
  check ((away_from is null) = (away_until is null) and away_from <= away_until)
);
alter table session add foreign key (staff_id) references staff_member on delete cascade;
