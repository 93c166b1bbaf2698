-- When everybody was shut out of an account, because its owner said that a change was somebody else's: what was proven before, on a sign-in
-- that is still open, counts no more.
ALTER TABLE users ADD COLUMN shut_out_at BIGINT;
