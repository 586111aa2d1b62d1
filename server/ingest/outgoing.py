"""What goes from the stage to the graph: per step, the query whose rows its statements take."""

from __future__ import annotations

import duckdb

MACROS = """
    CREATE TEMP MACRO iso(utc, ahead) AS strftime(make_timestamp(utc + 1000000 * ahead), '%Y-%m-%dT%H:%M:%S.%f')
        || CASE WHEN ahead < 0 THEN '-' ELSE '+' END || strftime(make_timestamp(1000000 * abs(ahead)), '%H:%M');
    CREATE TEMP MACRO hash_id(key, hash) AS key || ':' || replace(hash::VARCHAR, '-', '');
    CREATE TEMP MACRO instant(utc, ahead) AS {'utc': utc, 'ahead': ahead};
"""

ACCOUNTS = """
    WITH latest AS (SELECT account, arg_max(iso(utc, ahead), instant(utc, ahead)) AS seen FROM seen GROUP BY account),
    said AS (
        SELECT id, arg_max(platform, line) AS platform,
               arg_max(iso(registered_utc, registered_ahead), line) AS registered,
               arg_max(age_band, line) AS age_band, arg_max(gender, line) AS gender, arg_max(city, line) AS city
        FROM account_row GROUP BY id)
    SELECT account.id, platform, registered, age_band, gender, city, seen
    FROM account LEFT JOIN said USING (id) LEFT JOIN latest ON latest.account = account.no
    ORDER BY account.id
"""

# In this order: each step finds the nodes that the ones before it made. A query says in which order its rows come,
# so that batch number n is the same rows when a load is taken up again.
AFTER_SIGHTINGS: dict[str, str] = {
    "products": """
        SELECT DISTINCT product, category FROM (
            SELECT product, category FROM purchase UNION ALL
            SELECT product, category FROM touch WHERE product IS NOT NULL)
        ORDER BY ALL""",
    "purchases": """
        SELECT purchase, buyer.id AS account, iso(utc, ahead) AS at, currency, lines,
               hash_id($key, address) AS address, hash_id($key, payment) AS payment, other.id AS recipient
        FROM whole JOIN listed USING (purchase) JOIN account AS buyer ON buyer.no = whole.account
        LEFT JOIN account AS other ON other.no = whole.recipient
        ORDER BY purchase""",
    "categories": "SELECT DISTINCT category AS id FROM touch ORDER BY id",
    "touches.category": """
        SELECT * EXCLUDE kind FROM touched WHERE kind = 'category' ORDER BY account, target, action, day""",
    "touches.product": """
        SELECT * EXCLUDE kind FROM touched WHERE kind = 'product' ORDER BY account, target, action, day""",
    "interactions": """
        SELECT a.id AS source, b.id AS target, kind, hours, counts, count, first, last
        FROM interacted JOIN account AS a ON a.no = interacted.source JOIN account AS b ON b.no = interacted.target
        ORDER BY source, target, kind""",
    "referrals": """
        SELECT a.id AS referrer, b.id AS referee, campaign, arg_min(iso(utc, ahead), instant(utc, ahead)) AS at,
               nullif(arg_min(coalesce(channel, ''), {'utc': utc, 'ahead': ahead, 'none': channel IS NULL,
                                                      'channel': channel}), '') AS channel,
               arg_min(iso(converted_utc, converted_ahead), instant(converted_utc, converted_ahead)) AS converted
        FROM referral JOIN account AS a ON a.no = referrer JOIN account AS b ON b.no = referee
        GROUP BY ALL ORDER BY referrer, referee, campaign""",
    "bindings": """
        SELECT a.id AS smaller, b.id AS larger, kind, iso(utc, min(ahead)) AS at,
               arg_min(iso(ended_utc, ended_ahead), instant(ended_utc, ended_ahead)) AS ended
        FROM binding JOIN account AS a ON a.no = smaller JOIN account AS b ON b.no = larger
        GROUP BY a.id, b.id, kind, utc ORDER BY a.id, b.id, kind, utc""",
}

# The column by which a step tells rows that the graph cannot know yet: those take the cheaper statement `create`.
NEW_BY = {
    "accounts": "id",
    "purchases": "purchase",
    "touches.category": "account",
    "touches.product": "account",
    "interactions": "source",
}

# Lists do not spill, so what has lists is made before, from some of the rows at a time: by the table of these rows.
# Of touches one edge for each account, target, action and local day; of each hour and of the day the first counts.
LISTED = {
    ("purchase", "listed"): """
        WITH lines AS (
            SELECT purchase, product, min(amount) AS amount, min(quantity) AS quantity, min(category) AS category
            FROM purchase
            WHERE hash(purchase) % $parts = $part GROUP BY ALL)
        SELECT purchase, list({'product': product, 'amount': amount, 'quantity': quantity, 'category': category}
                              ORDER BY product) AS lines
        FROM lines GROUP BY purchase""",
    ("interaction", "interacted"): """
        WITH hours AS (
            SELECT source, target, kind, hour, max(count) AS count, min(first) AS first, max(last) AS last
            FROM interaction WHERE source % $parts = $part GROUP BY source, target, kind, hour)
        SELECT source, target, kind, list(hour ORDER BY hour) AS hours, list(count ORDER BY hour) AS counts,
               sum(count)::BIGINT AS count, min(first) // 1000 AS first, max(last) // 1000 AS last
        FROM hours GROUP BY source, target, kind""",
    ("touch", "touched"): """
        WITH first AS (
            SELECT *, coalesce(product, category) AS target, product IS NULL AS whole FROM touch
            WHERE account % $parts = $part
            QUALIFY row_number() OVER (PARTITION BY account, whole, target, action, hour
                                       ORDER BY utc, ahead, channel IS NULL, channel) = 1)
        SELECT account.id AS account, CASE WHEN whole THEN 'category' ELSE 'product' END AS kind, target, action,
               strftime(make_timestamp(floor(hour / 24)::BIGINT * 86400000000), '%Y-%m-%d') AS day,
               list(hour ORDER BY hour) AS hours, list(utc // 1000000 ORDER BY hour) AS times,
               arg_min(iso(utc, ahead), instant(utc, ahead)) AS at,
               nullif(arg_min(coalesce(channel, ''), {'utc': utc, 'ahead': ahead, 'none': channel IS NULL,
                                                      'channel': channel}), '') AS channel
        FROM first JOIN account ON account.no = first.account
        GROUP BY ALL""",
}
AT_ONCE = 1_000_000  # rows


def make_lists(store: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of LISTED, within the memory that AT_ONCE rows take."""
    for (table, listed), query in LISTED.items():
        ((rows,),) = store.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608  (a name of ours)
        parts = rows // AT_ONCE + 1
        for part in range(parts):
            begin = f"INSERT INTO {listed}" if part else f"CREATE TEMP TABLE {listed} AS"
            store.execute(f"{begin} {query}", {"part": part, "parts": parts})
