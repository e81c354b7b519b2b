-- 不计入的记录：作废的；次年才结算、又不是本年出院的。
SELECT file, reason, COUNT(*) AS records, CAST(COALESCE(SUM(medfee_fen), 0) AS BIGINT) AS medfee_fen
FROM (
    SELECT file, 'invalid' AS reason, medfee_fen FROM claim_landed WHERE vali_flag = {invalid}
    UNION ALL
    SELECT file, 'next_year', medfee_fen FROM claim_records
    WHERE vali_flag = {valid} AND first_month > {last_month} AND discharge_month > {last_month}
) AS left_out
GROUP BY file, reason
ORDER BY file, reason
