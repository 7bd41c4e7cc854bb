"""What the stand-in for Exchange keeps. ``made`` is the change number under which an item was created."""

SCHEMA = """
create table if not exists exchange_account (
  email text primary key, user_name text not null unique, password text not null, name text not null,
  kind text not null, time_zone text not null, locked integer not null default 0);
create table if not exists exchange_folder (
  id text primary key, owner text not null, name text not null, is_default integer not null,
  seq integer not null default 0, epoch integer not null default 0, deleted integer not null default 0);
create table if not exists exchange_acl (
  folder text not null, account text not null, role text not null, primary key (folder, account));
create table if not exists exchange_item (
  id text primary key, folder text not null, seq integer not null, made integer not null, deleted integer not null,
  starts integer not null, ends integer not null, uid text not null, body text not null);
create unique index if not exists exchange_item_seq on exchange_item (folder, seq);
create index if not exists exchange_item_starts on exchange_item (folder, starts);
create index if not exists exchange_item_uid on exchange_item (folder, uid);
create table if not exists exchange_invitation (
  id integer primary key autoincrement, folder text not null, item text not null, kind text not null,
  recipients text not null, at text not null);
create table if not exists exchange_violation (
  id integer primary key autoincrement, side text not null, name text not null, text text not null);
"""
