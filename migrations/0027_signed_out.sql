-- When somebody was signed out at a browser last: what was proven before, on a sign-in there that is still open, counts no more.
ALTER TABLE browsers ADD COLUMN signed_out_at BIGINT;
