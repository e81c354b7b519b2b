-- 每个机构、月份、类别里的退费记录和跨年迟报的结算，用来说明与平台合计的差额。
SELECT
    institution, month, category,
    CAST(SUM(CASE WHEN records < 0 THEN 1 ELSE 0 END) AS BIGINT)          AS refunds,
    CAST(SUM(CASE WHEN records < 0 THEN medfee_fen ELSE 0 END) AS BIGINT) AS refund_medfee_fen,
    CAST(SUM(CASE WHEN records < 0 THEN hifp_fen ELSE 0 END) AS BIGINT)   AS refund_hifp_fen,
    CAST(SUM(CASE WHEN is_late THEN 1 ELSE 0 END) AS BIGINT)              AS late,
    CAST(SUM(CASE WHEN is_late THEN medfee_fen ELSE 0 END) AS BIGINT)     AS late_medfee_fen,
    CAST(SUM(CASE WHEN is_late THEN hifp_fen ELSE 0 END) AS BIGINT)       AS late_hifp_fen
FROM {claims}
WHERE records < 0 OR is_late
GROUP BY institution, month, category
ORDER BY institution, month, category
