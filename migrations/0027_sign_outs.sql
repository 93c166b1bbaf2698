-- How often somebody was signed out at a browser, and everybody of an account: a sign-in that is still open begins anew when it has been
-- since. Counted, for the clocks of two nodes differ; nothing reads users.shut_out_at any more.
ALTER TABLE browsers ADD COLUMN sign_outs BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN sign_outs BIGINT NOT NULL DEFAULT 0;
