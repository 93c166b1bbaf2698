-- Every node hears of what ends, whoever ended it: the server, a command, another version, a hand in psql.
--
-- What is told is one of 4096 buckets of people (by the last two bytes of an id), so that a change to very many is told in as
-- many words at most. Told is every change that may end or narrow a grant, and a few that do not; that a session was used is not.
-- An id of another length is none that a node remembers; nothing is refused for it.

CREATE FUNCTION portreeve_tell_ending() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed RECORD;
    person BYTEA;
    tail BIGINT;
BEGIN
    IF TG_OP = 'DELETE' THEN
        changed := OLD;
    ELSE
        changed := NEW;
    END IF;
    -- In "users" the person is the row.
    IF TG_TABLE_NAME = 'users' THEN
        person := changed.id;
    ELSE
        person := changed.user_id;
    END IF;
    IF octet_length(person) = 16 THEN
        tail := (get_byte(person, 14) << 8) | get_byte(person, 15);
    ELSIF TG_TABLE_NAME = 'access_tokens' AND person IS NULL THEN
        -- A token that stands for nobody has a bucket by its own id.
        tail := changed.id;
    END IF;
    IF tail IS NOT NULL THEN
        PERFORM pg_catalog.pg_notify('portreeve_endings', (tail & 4095)::text);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tell_ending AFTER UPDATE ON access_tokens FOR EACH ROW
    WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at)
    EXECUTE FUNCTION portreeve_tell_ending();
CREATE TRIGGER tell_ending AFTER UPDATE ON token_families FOR EACH ROW
    WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at OR OLD.grant_facts IS DISTINCT FROM NEW.grant_facts)
    EXECUTE FUNCTION portreeve_tell_ending();
-- A session that has shown more ends sooner.
CREATE TRIGGER tell_ending AFTER UPDATE ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at OR OLD.proofs IS DISTINCT FROM NEW.proofs)
    EXECUTE FUNCTION portreeve_tell_ending();
CREATE TRIGGER tell_ending AFTER UPDATE ON consents FOR EACH ROW
    WHEN (OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at OR OLD.scope IS DISTINCT FROM NEW.scope)
    EXECUTE FUNCTION portreeve_tell_ending();
CREATE TRIGGER tell_ending AFTER UPDATE ON users FOR EACH ROW
    WHEN (OLD.disabled_at IS DISTINCT FROM NEW.disabled_at OR OLD.erased_at IS DISTINCT FROM NEW.erased_at
        OR OLD.email_verified_at IS DISTINCT FROM NEW.email_verified_at)
    EXECUTE FUNCTION portreeve_tell_ending();
CREATE TRIGGER tell_ending AFTER UPDATE ON subject_keys FOR EACH ROW
    WHEN (OLD.destroyed_at IS DISTINCT FROM NEW.destroyed_at)
    EXECUTE FUNCTION portreeve_tell_ending();

-- Tokens and their families are deleted long after they ran out; these may be by hand.
CREATE TRIGGER tell_deletion AFTER DELETE ON sessions FOR EACH ROW
    EXECUTE FUNCTION portreeve_tell_ending();
CREATE TRIGGER tell_deletion AFTER DELETE ON consents FOR EACH ROW
    EXECUTE FUNCTION portreeve_tell_ending();
CREATE TRIGGER tell_deletion AFTER DELETE ON users FOR EACH ROW
    EXECUTE FUNCTION portreeve_tell_ending();
CREATE TRIGGER tell_deletion AFTER DELETE ON subject_keys FOR EACH ROW
    EXECUTE FUNCTION portreeve_tell_ending();
