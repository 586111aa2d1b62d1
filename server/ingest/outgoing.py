"""What goes from the stage to the graph: per named statement, the query whose rows it takes."""

from __future__ import annotations

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

# In this order: each statement finds the nodes that the ones before it made.
AFTER_SIGHTINGS: dict[str, str] = {
    "purchases.products": """
        SELECT DISTINCT product, category FROM (
            SELECT product, category FROM purchase UNION ALL
            SELECT product, category FROM touch WHERE product IS NOT NULL)
        ORDER BY ALL""",
    "purchases.merge": """
        SELECT purchase, account.id AS account, iso(utc, ahead) AS at, currency
        FROM whole JOIN account ON account.no = whole.account ORDER BY purchase""",
    "purchases.lines": """
        WITH lines AS (
            SELECT purchase, product, min(amount) AS amount, min(quantity) AS quantity FROM purchase GROUP BY ALL)
        SELECT purchase, list({'product': product, 'amount': amount, 'quantity': quantity} ORDER BY product) AS lines
        FROM lines GROUP BY purchase ORDER BY purchase""",
    "purchases.delivered": """
        SELECT purchase, hash_id($key, address) AS other
        FROM whole WHERE address IS NOT NULL ORDER BY other, purchase""",
    "purchases.paid": """
        SELECT purchase, hash_id($key, payment) AS other
        FROM whole WHERE payment IS NOT NULL ORDER BY other, purchase""",
    "purchases.recipients": """
        SELECT purchase, account.id AS other
        FROM whole JOIN account ON account.no = whole.recipient ORDER BY other, purchase""",
    "touches.categories": "SELECT DISTINCT category AS id FROM touch ORDER BY id",
    "touches.category": "SELECT * FROM touched WHERE kind = 'category' ORDER BY target, account",
    "touches.product": "SELECT * FROM touched WHERE kind = 'product' ORDER BY target, account",
    "interactions.merge": """
        WITH hours AS (
            SELECT source, target, kind, hour, max(count) AS count, min(first) AS first, max(last) AS last
            FROM interaction GROUP BY source, target, kind, hour)
        SELECT a.id AS source, b.id AS target, kind, list(hour ORDER BY hour) AS hours,
               list(count ORDER BY hour) AS counts, sum(count)::BIGINT AS count,
               min(first) // 1000 AS first, max(last) // 1000 AS last
        FROM hours JOIN account AS a ON a.no = source JOIN account AS b ON b.no = target
        GROUP BY ALL ORDER BY source, target, kind""",
    "referrals.merge": """
        SELECT a.id AS referrer, b.id AS referee, campaign, arg_min(iso(utc, ahead), instant(utc, ahead)) AS at,
               nullif(arg_min(coalesce(channel, ''), {'utc': utc, 'ahead': ahead, 'none': channel IS NULL,
                                                      'channel': channel}), '') AS channel,
               arg_min(iso(converted_utc, converted_ahead), instant(converted_utc, converted_ahead)) AS converted
        FROM referral JOIN account AS a ON a.no = referrer JOIN account AS b ON b.no = referee
        GROUP BY ALL ORDER BY referrer, referee, campaign""",
    "bindings.merge": """
        SELECT a.id AS smaller, b.id AS larger, kind, iso(utc, ahead) AS at,
               arg_min(iso(ended_utc, ended_ahead), instant(ended_utc, ended_ahead)) AS ended
        FROM binding JOIN account AS a ON a.no = smaller JOIN account AS b ON b.no = larger
        GROUP BY ALL ORDER BY smaller, larger, kind""",
}

# One edge for each account, target, action and local day; its first touch gives time and channel.
TOUCHED = """
    CREATE TEMP TABLE touched AS
    SELECT account.id AS account, CASE WHEN product IS NULL THEN 'category' ELSE 'product' END AS kind,
           coalesce(product, category) AS target, action,
           strftime(make_timestamp(floor(hour / 24)::BIGINT * 86400000000), '%Y-%m-%d') AS day,
           list_sort(list(DISTINCT hour)) AS hours, arg_min(iso(utc, ahead), instant(utc, ahead)) AS at,
           nullif(arg_min(coalesce(channel, ''), {'utc': utc, 'ahead': ahead, 'none': channel IS NULL,
                                                  'channel': channel}), '') AS channel
    FROM touch JOIN account ON account.no = touch.account
    GROUP BY ALL
"""
