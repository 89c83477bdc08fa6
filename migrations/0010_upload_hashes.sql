-- Resuming an import of a folder asks for each file whether it was stored already.
create index uploads_sha256 on uploads (sha256);
