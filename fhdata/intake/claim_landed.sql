-- 一个文件的原始记录 → 只含文字、日期和整数分的记录。人员编号在这里散列，往后任何一步都没有原来的编号。
-- 日期：读得出的写成 2023-01-05，空白为空，读不出的为“?”。金额：读不出的为 NULL，原文记在 bad_amounts。
SELECT
    {file} AS file,
    setl_id,
    CASE WHEN psn_no = '' THEN 0 ELSE {person} END AS person,
    insu_admdvs, fixmedins_code AS institution, insutype, med_type, clr_way,
    SUBSTR(UPPER(diagnosis), 1, 3) AS diagnosis,
    vali_flag, refd_setl_flag, init_setl_id,
    {setl_day} AS setl_day,
    {discharge_day} AS discharge_day,
    CONCAT({bad}) AS bad_amounts,
    CONCAT({finer}) AS finer_amounts,
    {amounts}
FROM (SELECT {texts} FROM {raw}) AS texts
