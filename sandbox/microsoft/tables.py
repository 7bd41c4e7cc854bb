"""What the stand-in for Microsoft keeps.

``alias`` is how control names a calendar: the owner's address for a default one. ``id`` is what Graph says.
"""

SCHEMA = """
create table if not exists microsoft_account (
  email text primary key, oid text not null, tenant text not null, given_name text not null,
  family_name text not null, time_zone text not null);
create table if not exists microsoft_client (
  client_id text primary key, secret text not null, name text not null, redirect_uris text not null);
create table if not exists microsoft_grant (
  id integer primary key autoincrement, account text not null, client_id text not null, scope text not null,
  revoked text not null default '', refreshes integer not null default 0, created text not null);
create table if not exists microsoft_refresh (
  token text primary key, grant_id integer not null, dies real);
create table if not exists microsoft_token (
  token text primary key, grant_id integer not null, scope text not null, expires real not null);
create table if not exists microsoft_code (
  code text primary key, grant_id integer not null, redirect_uri text not null, challenge text not null,
  challenge_method text not null, nonce text not null, expires real not null, used integer not null default 0);
create table if not exists microsoft_calendar (
  alias text primary key, id text not null unique, owner text not null, is_default integer not null,
  name text not null, color text not null, seq integer not null default 0, epoch integer not null default 0,
  expired_status integer not null default 410, endless integer not null default 0,
  deleted integer not null default 0);
create table if not exists microsoft_share (
  calendar text not null, account text not null, role text not null, place integer not null,
  primary key (calendar, account));
create table if not exists microsoft_event (
  calendar text not null, id text not null, seq integer not null, kind text not null, deleted integer not null,
  starts integer not null, ends integer not null, show_as text not null, master text not null,
  ical_uid text not null, transaction_id text not null, updated text not null, body text not null,
  primary key (calendar, id)) without rowid;
create unique index if not exists microsoft_event_seq on microsoft_event (calendar, seq);
create index if not exists microsoft_event_starts on microsoft_event (calendar, starts);
create index if not exists microsoft_event_id on microsoft_event (id);
create index if not exists microsoft_event_uid on microsoft_event (ical_uid);
create index if not exists microsoft_event_master on microsoft_event (calendar, master) where master <> '';
create index if not exists microsoft_event_transaction on microsoft_event (calendar, transaction_id)
  where transaction_id <> '';
create table if not exists microsoft_subscription (
  id text primary key, account text not null, client_id text not null, resource text not null,
  calendar text not null, change_type text not null, url text not null, lifecycle_url text not null,
  client_state text not null, expires real not null, removed integer not null default 0,
  silent integer not null default 0);
create table if not exists microsoft_push (
  id integer primary key autoincrement, url text not null, body text not null, result text not null,
  at text not null);
create table if not exists microsoft_invitation (
  id integer primary key autoincrement, calendar text not null, event text not null, kind text not null,
  recipients text not null, at text not null);
"""
