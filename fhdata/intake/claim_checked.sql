-- 可以汇总的记录：有效、在名册内。退费的负数记录按 -1 条计；is_refunded 的不算就诊人。
SELECT
    records.institution, month, discharge_month, category, is_dip, is_psychiatric, is_four_disease, person,
    refunds.setl_id IS NOT NULL AS is_refunded,
    CASE WHEN medfee_fen < 0 THEN -1 ELSE 1 END AS records,
    medfee_fen, hifp_fen, hifmi_fen, maf_fen, fund_fen, personal_fen
FROM claim_records AS records
LEFT JOIN (SELECT DISTINCT setl_id FROM claim_refunds) AS refunds ON refunds.setl_id = records.setl_id
WHERE vali_flag = {valid} AND is_listed AND category <> '' AND bad_amounts = '' AND finer_amounts = ''
