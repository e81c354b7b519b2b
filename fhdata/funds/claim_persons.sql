-- 每月、医共体内外、每个类别的人数（去重）；类别为空的一行是各类合计，同一人只算一次。已退费的结算不算人。
WITH visits AS (
    SELECT DISTINCT
        claims.month,
        CASE WHEN roster.is_member THEN 'member' ELSE 'outside' END AS place,
        claims.category,
        claims.person
    FROM {claims} AS claims
    JOIN claim_roster AS roster
        ON roster.institution = claims.institution
        AND claims.month >= roster.from_month
        AND (roster.to_month = '' OR claims.month <= roster.to_month)
    WHERE NOT claims.is_refunded
),
counted AS (
    SELECT month, place, category, COUNT(*) AS persons FROM visits GROUP BY month, place, category
    UNION ALL
    SELECT month, place, '' AS category, COUNT(DISTINCT person) AS persons FROM visits GROUP BY month, place
)
SELECT month, place, category, persons FROM counted ORDER BY month, place, category
