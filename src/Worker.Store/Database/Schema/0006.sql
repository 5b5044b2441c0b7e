-- How each label's canary and the head in use beside it fare in the same audited texts, as a learner saw it last; for
-- people. Worked out anew from examples, as audits are.
CREATE TABLE canary_audits (
    label_id BIGINT PRIMARY KEY,
    -- Of the canary.
    version BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    errors_in_use BIGINT NOT NULL,
    -- When it is to decide all messages; null until it is on the heads topic.
    promotion BIGINT,
    looked BIGINT NOT NULL);
