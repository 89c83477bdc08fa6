-- Every fault of an upload: its report lists only the first ones, the annotated file names them all.
create table upload_faults (
  upload_id bigint not null references uploads (id),
  position integer not null,
  line integer not null,
  column_name text not null,
  value text not null,
  code text not null,
  params jsonb not null,
  primary key (upload_id, position)
);
