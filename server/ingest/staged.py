"""What the stage holds: its tables, and per file the queries that fill them from good rows."""

# ruff: noqa: S608  (the SQL is made of the names in format.py, never of data)

from __future__ import annotations

from server.model import DIRECTED

# Accounts are numbers (`no`), identifiers the first 128 bits of their hash, times microseconds UTC (`utc`)
# and the seconds by which the local clock is ahead (`ahead`). `part` is the first byte of the hash;
# a sighting is the file's `own` unless it comes from an order.
TABLES = """
    CREATE TABLE account (no INTEGER, id VARCHAR);
    CREATE TABLE stranger (id VARCHAR);
    CREATE TABLE account_row (line BIGINT, id VARCHAR, platform VARCHAR, registered_utc BIGINT,
        registered_ahead BIGINT, age_band VARCHAR, gender VARCHAR, city VARCHAR);
    CREATE TABLE seen (account INTEGER, utc BIGINT, ahead BIGINT);
    CREATE TABLE sighting (kind VARCHAR, part UTINYINT, identifier UUID, account INTEGER, hour INTEGER,
        claim UTINYINT, count BIGINT, first BIGINT, last BIGINT, ahead BIGINT, own BOOLEAN);
    CREATE TABLE purchase (line BIGINT, purchase VARCHAR, account INTEGER, utc BIGINT, ahead BIGINT,
        product VARCHAR, category VARCHAR, amount DOUBLE, currency VARCHAR, quantity DOUBLE, address UUID,
        payment UUID, recipient INTEGER);
    CREATE TABLE touch (account INTEGER, action VARCHAR, category VARCHAR, product VARCHAR, hour INTEGER,
        utc BIGINT, ahead BIGINT, channel VARCHAR);
    CREATE TABLE interaction (source INTEGER, target INTEGER, kind VARCHAR, hour INTEGER, count BIGINT,
        first BIGINT, last BIGINT);
    CREATE TABLE referral (referrer INTEGER, referee INTEGER, campaign VARCHAR, utc BIGINT, ahead BIGINT,
        channel VARCHAR, converted_utc BIGINT, converted_ahead BIGINT);
    CREATE TABLE binding (smaller INTEGER, larger INTEGER, kind VARCHAR, utc BIGINT, ahead BIGINT,
        ended_utc BIGINT, ended_ahead BIGINT);
"""


def _seen(*accounts: str) -> str:
    """The latest time of each account that a row names; of two offsets at one instant, the larger."""
    rows = " UNION ALL ".join(f"SELECT {name}_no AS no, at_utc, at_ahead FROM good" for name in accounts)
    return f"""SELECT no, max(at_utc), arg_max(at_ahead, {{'utc': at_utc, 'ahead': at_ahead}})
               FROM ({rows}) WHERE no IS NOT NULL GROUP BY no"""


def _ordered(a: str, b: str, when: str = "true") -> str:
    """Two account numbers, the one with the smaller id first `when` the direction says nothing."""
    swap = f"({when}) AND {a} > {b}"
    return f"CASE WHEN {swap} THEN {b}_no ELSE {a}_no END, CASE WHEN {swap} THEN {a}_no ELSE {b}_no END"


# By table. The queries of sightings are run on rows that sightings.py made, in the file, one or the other.
STAGED: dict[str, dict[str, str]] = {
    "accounts": {
        "account_row": """
            SELECT line, account_id, platform, registered_at_utc, registered_at_ahead, age_band, gender, city
            FROM good""",
    },
    "sightings": {
        "rows": """
            INSERT INTO sighting
            SELECT kind, part, identifier, account, hour, claim, count, utc, utc, ahead, true FROM rows""",
        "hours": """
            INSERT INTO sighting
            SELECT kind, part, identifier, account, hour, max(claim), max(count), min(utc), max(utc), ahead, true
            FROM rows GROUP BY kind, part, identifier, account, hour, ahead""",
    },
    "purchases": {
        "purchase": """
            , addresses AS (SELECT address, hashed('address', address) AS hash FROM (SELECT DISTINCT address FROM good))
            , payments AS (SELECT payment, hashed('payment', payment) AS hash FROM (SELECT DISTINCT payment FROM good))
            SELECT line, purchase_id, account_id_no, at_utc, at_ahead, product_id, category, amount, currency, quantity,
                   addresses.hash, payments.hash, nullif(recipient_account_no, account_id_no)
            FROM good LEFT JOIN addresses USING (address) LEFT JOIN payments USING (payment)""",
    },
    "touches": {
        "touch": """
            SELECT account_id_no, action, category, product_id, hour_of(at_utc, at_ahead), at_utc, at_ahead, channel
            FROM good""",
        "seen": _seen("account_id"),
    },
    "interactions": {
        "interaction": f"""
            SELECT {_ordered("from_account", "to_account", f"kind NOT IN {DIRECTED}")}, kind,
                   hour_of(at_utc, at_ahead), coalesce(count, 1), at_utc, at_utc
            FROM good""",
        "seen": _seen("from_account", "to_account"),
    },
    "referrals": {
        "referral": """
            SELECT referrer_no, referee_no, coalesce(campaign, ''), at_utc, at_ahead, channel,
                   converted_at_utc, converted_at_ahead
            FROM good""",
        "seen": _seen("referrer", "referee"),
    },
    "bindings": {
        "binding": f"""
            SELECT {_ordered("account_a", "account_b")}, kind, at_utc, at_ahead, ended_at_utc, ended_at_ahead
            FROM good""",
        "seen": _seen("account_a", "account_b"),
    },
}

# Rows with one purchase_id are one order, once contradictions are out.
ORDERS = """
    CREATE TABLE whole AS
    SELECT purchase, min(account) AS account, min(utc) AS utc, min(ahead) AS ahead, min(currency) AS currency,
           min(address) AS address, min(payment) AS payment, min(recipient) AS recipient
    FROM purchase GROUP BY purchase
"""

# Sightings and orders tell of their accounts' latest times only when they are all there.
SEEN = """
    INSERT INTO seen
    SELECT account, max(last), arg_max(ahead, {'utc': last, 'ahead': ahead}) FROM sighting WHERE own GROUP BY account
    UNION ALL SELECT account, utc, ahead FROM whole
    UNION ALL SELECT recipient, utc, ahead FROM whole WHERE recipient IS NOT NULL
"""

# An order is a sighting of the buyer with what paid, and of whoever received it with where it went.
SIGHTINGS_OF_ORDERS = """
    INSERT INTO sighting
    SELECT kind, ('0x' || left(identifier::VARCHAR, 2))::UTINYINT, identifier, account,
           floor((utc + 1000000 * ahead) / 3600000000)::INTEGER, 0, 1, utc, utc, ahead, false
    FROM (
        SELECT 'address' AS kind, address AS identifier, coalesce(recipient, account) AS account, utc, ahead FROM whole
        UNION ALL
        SELECT 'payment', payment, account, utc, ahead FROM whole)
    WHERE identifier IS NOT NULL
"""

# How many good rows say something of a key that no earlier row of the load had said anything of. Those of
# sightings are counted when their hours are brought together.
DISTINCT = {
    "accounts": "SELECT count(DISTINCT id) FROM account_row",
    "purchases": "SELECT count(*) FROM (SELECT DISTINCT purchase, product FROM purchase)",
    "touches": "SELECT count(*) FROM (SELECT DISTINCT account, action, category, product, hour FROM touch)",
    "interactions": "SELECT count(*) FROM (SELECT DISTINCT source, target, kind, hour FROM interaction)",
    "referrals": "SELECT count(*) FROM (SELECT DISTINCT referrer, referee, campaign FROM referral)",
    "bindings": "SELECT count(*) FROM (SELECT DISTINCT smaller, larger, kind, utc FROM binding)",
}

# Rows of the accounts file that say of an account something else than the row before them.
CHANGED = """
    SELECT count(*) FROM (
        SELECT {} AS changed FROM account_row WINDOW earlier AS (PARTITION BY id ORDER BY line
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
    WHERE changed
""".format(
    " OR ".join(
        f"coalesce({column} <> last_value({column} IGNORE NULLS) OVER earlier, false)"
        for column in ("platform", "registered_utc", "registered_ahead", "age_band", "gender", "city")
    )
)

CATEGORIES = """
    SELECT count(*) FROM (
        SELECT product FROM (SELECT product, category FROM purchase UNION SELECT product, category FROM touch)
        WHERE product IS NOT NULL GROUP BY product HAVING count(*) > 1)
"""
