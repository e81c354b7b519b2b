-- 可能有问题的记录：全部记录只扫这一遍，逐项判断在 claim_faults.sql。
SELECT * FROM claim_records
WHERE setl_id = ''
    OR vali_flag NOT IN ({flags}) OR refd_setl_flag NOT IN ({flags})
    OR (vali_flag = {valid} AND (
        insutype NOT IN ({insutype}) OR {other_insured}
        OR person = 0
        OR setl_day IN ('', '?') OR discharge_day = '?'
        OR month < first_month OR month > last_month
        OR category = ''
        OR NOT is_listed OR (is_dip AND NOT is_dip_institution)
        OR bad_amounts <> '' OR finer_amounts <> ''
        OR {wrong_sign}
        OR {unbalanced}
    ))
