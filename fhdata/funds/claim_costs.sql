-- 每个机构、月份、类别的费用；退费记录按 -1 条计，金额为负，成对抵消。
SELECT
    institution, month, category, is_dip, is_psychiatric, is_four_disease,
    CAST(SUM(records) AS BIGINT)    AS records,
    CAST(SUM(medfee_fen) AS BIGINT) AS medfee_fen,
    CAST(SUM(hifp_fen) AS BIGINT)   AS hifp_fen,
    CAST(SUM(fund_fen) AS BIGINT)   AS fund_fen
FROM {claims}
GROUP BY institution, month, category, is_dip, is_psychiatric, is_four_disease
ORDER BY institution, month, category, is_dip, is_psychiatric, is_four_disease
