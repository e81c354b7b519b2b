-- 每条有问题的记录，一行一个问题：代码、文件、结算编号、细节。一条记录可以有几个问题；作废的记录只查标志和编号。
WITH suspects AS (SELECT * FROM claim_suspects),
valid AS (SELECT * FROM suspects WHERE vali_flag = {valid})
SELECT 'no_id' AS code, file, setl_id, '' AS detail FROM suspects WHERE setl_id = ''
UNION ALL
SELECT 'bad_flag', file, setl_id, CONCAT(vali_flag, '/', refd_setl_flag) FROM suspects
    WHERE vali_flag NOT IN ({flags}) OR refd_setl_flag NOT IN ({flags})
UNION ALL
SELECT 'wrong_insurance', file, setl_id, insutype FROM valid WHERE insutype NOT IN ({insutype})
UNION ALL
SELECT 'insured_elsewhere', file, setl_id, insu_admdvs FROM valid WHERE {other_insured}
UNION ALL
SELECT 'no_person', file, setl_id, '' FROM valid WHERE person = 0
UNION ALL
SELECT 'bad_day', file, setl_id, CASE WHEN setl_day IN ('', '?') THEN 'setl_time' ELSE 'dscg_time' END FROM valid
    WHERE setl_day IN ('', '?') OR discharge_day = '?'
UNION ALL
SELECT 'outside_year', file, setl_id, setl_day FROM valid
    WHERE setl_day NOT IN ('', '?') AND (month < first_month OR month > last_month)
UNION ALL
SELECT 'unknown_code', file, setl_id, med_type FROM valid WHERE category = ''
UNION ALL
SELECT 'unknown_institution', file, setl_id, institution FROM valid WHERE NOT is_known
UNION ALL
SELECT 'not_listed_then', file, setl_id, CONCAT(institution, ' ', month) FROM valid
    WHERE is_known AND NOT is_listed AND setl_day NOT IN ('', '?')
UNION ALL
SELECT 'dip_elsewhere', file, setl_id, institution FROM valid WHERE is_dip AND is_listed AND NOT is_dip_institution
UNION ALL
SELECT 'bad_amount', file, setl_id, bad_amounts FROM valid WHERE bad_amounts <> ''
UNION ALL
SELECT 'finer_than_fen', file, setl_id, finer_amounts FROM valid WHERE finer_amounts <> ''
UNION ALL
SELECT 'negative_amount', file, setl_id, CAST(medfee_fen AS STRING) FROM valid WHERE {wrong_sign}
UNION ALL
SELECT 'unbalanced', file, setl_id, CONCAT({differences}) FROM valid WHERE {unbalanced}
UNION ALL
SELECT 'duplicate_id', records.file, records.setl_id, '' FROM claim_records AS records
    JOIN (
        SELECT setl_id FROM claim_landed WHERE vali_flag = {valid} AND setl_id <> ''
        GROUP BY setl_id HAVING COUNT(*) > 1
    ) AS repeated ON repeated.setl_id = records.setl_id
    WHERE records.vali_flag = {valid}
UNION ALL
SELECT 'lone_refund', refunds.file, refunds.setl_id, side FROM claim_refunds AS refunds
    LEFT JOIN claim_accepted AS accepted  -- 医保局已说明的单边退费（如上年结算、本年退费）
        ON accepted.file = refunds.file AND accepted.setl_id = refunds.setl_id
        AND accepted.medfee_fen = refunds.medfee_fen
    WHERE other_side = '' AND accepted.setl_id IS NULL
