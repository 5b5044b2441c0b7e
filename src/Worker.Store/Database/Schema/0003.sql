-- How each label's head in use fares in the audit, as a learner saw it last; for people. It is worked out anew from
-- examples whenever answers change.
CREATE TABLE audits (
    label_id BIGINT PRIMARY KEY,
    -- Of the head in use.
    version BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    -- The error is at least this; promised: and was to be at most that. Null for a head that promised nothing.
    lower_bound {real} NOT NULL,
    promised {real},
    -- Since when the head has been in alarm; null while it is not.
    alarm_since BIGINT,
    -- Which certificates the audit has taken back from this head: yes, no, or both; null for none.
    withdrawn TEXT,
    looked BIGINT NOT NULL);
