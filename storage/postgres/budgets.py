"""The statements that work on budgets: one each, of one row, by the server's clock. All numbers are microseconds.

The row is changed by what it says when it is ours, at READ COMMITTED: nobody is ever refused for having come second.
"""

from storage.postgres.queue import SCHEMA

_CLOCK = "coalesce(CAST(:now AS bigint), CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint))"

BEGIN = f"""
    INSERT INTO {SCHEMA}.budget (name, spacing) VALUES (:name, :spacing) ON CONFLICT (name) DO NOTHING
"""  # noqa: S608 - no text from outside is in it

# The row, once it is ours: only then the clock is looked at, once. A server whose clock was set back would otherwise
# seem closed until it shows the old time again.
_AS_IT_STANDS = f"""
    SELECT now, least(greatest(b.spacing, :spacing), :slowest) AS spacing, b.next_at - back AS next_at,
        b.closed_until - back AS closed_until, b.told_until - back AS told_until,
        CASE WHEN back > 0 THEN '{{}}' ELSE b.channels END AS channels
    FROM (
        SELECT now, CASE WHEN b.asked_at > now + 1000000 THEN b.asked_at - now ELSE 0 END AS back
        FROM (SELECT {_CLOCK} AS now) AS clock
    ) AS clocks
"""  # noqa: S608 - as above

TAKE = f"""
    UPDATE {SCHEMA}.budget AS b
    SET (spacing, next_at, closed_until, told_until, channels, asked_at, turn_at, is_given) = (
        SELECT spacing,
            CASE WHEN is_given THEN greatest(next_at, now - :burst) + spacing ELSE next_at END,
            closed_until,
            CASE WHEN is_given THEN told_until ELSE told + spacing END,
            CASE WHEN is_given AND :apart > 0 THEN (
                SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each(channels)
                WHERE CAST(value AS bigint) > now
            ) || jsonb_build_object(:channel, at + :apart) ELSE channels END,
            now,
            CASE WHEN is_given THEN at ELSE told END,
            is_given
        FROM (
            SELECT *, at - now <= :longest AS is_given,
                CASE WHEN told_until BETWEEN soonest AND soonest + :spread THEN told_until ELSE soonest END AS told
            FROM (
                SELECT *, greatest(now, next_at, closed_until, free_at) AS at,
                    greatest(next_at - :longest / 2, closed_until, free_at) AS soonest
                FROM (
                    SELECT *, coalesce(CAST(channels ->> :channel AS bigint), 0) AS free_at
                    FROM ({_AS_IT_STANDS}) AS it
                ) AS row_now
            ) AS sums
        ) AS answer
    )
    WHERE name = :name
    RETURNING turn_at - asked_at AS wait, is_given, spacing
"""  # noqa: S608 - as above

CLOSED = f"""
    SELECT greatest(closed_until - now, 0) AS wait
    FROM (SELECT {_CLOCK} AS now) AS clock, {SCHEMA}.budget WHERE name = :name
"""  # noqa: S608 - as above

REFUSED = f"""
    UPDATE {SCHEMA}.budget AS b SET (spacing, next_at, closed_until, told_until, channels, asked_at) = (
        SELECT CASE WHEN closed_until <= now THEN least(spacing * 2, :slowest) ELSE spacing END,
            greatest(next_at, closed_until, now + :patience), greatest(closed_until, now + :patience),
            told_until, channels, now
        FROM ({_AS_IT_STANDS}) AS it
    )
    WHERE name = :name RETURNING closed_until
"""  # noqa: S608 - as above

ACCEPTED = f"""
    UPDATE {SCHEMA}.budget SET spacing = greatest(:spacing, CAST(spacing * :recovery AS bigint))
    WHERE name = :name AND spacing > :spacing
"""  # noqa: S608 - as above

ERRED = f"""
    UPDATE {SCHEMA}.budget AS b SET errors = (
        SELECT jsonb_build_object(minute, coalesce(CAST(b.errors ->> CAST(minute AS text) AS bigint), 0) + 1) || (
            SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each(b.errors)
            WHERE CAST(key AS bigint) BETWEEN minute - :minutes AND minute - 1
        )
        FROM (SELECT {_CLOCK} / 60000000 AS minute) AS clock
    )
    WHERE name = :name
    RETURNING (SELECT sum(CAST(value AS bigint)) FROM jsonb_each(errors)) AS errors
"""  # noqa: S608 - as above

FORGET = f"DELETE FROM {SCHEMA}.budget WHERE greatest(asked_at, closed_until) < {_CLOCK} - :long"  # noqa: S608 - as above
